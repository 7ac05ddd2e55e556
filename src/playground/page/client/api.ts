// The page's calls to its server, and the state that it keeps up to date.
import { createContext, useCallback, useEffect, useState } from 'react';
import type { ElementName, Place } from '../../actions/clicks.ts';
import type { Dict, StateValues } from '../../shapes.ts';
import type { PageState } from '../state.ts';
import type { Wire } from '../wire.ts';

export type { PageState, ShownMessage, ShownView } from '../state.ts';

const API = '/playground/api';

/** People and channels, for their names and for the selects that choose among them. */
export const DirectoryContext = createContext<Pick<PageState, 'people' | 'channels'>>({
  people: [],
  channels: [],
});

/** Null when the server refused it. */
export const post = <T = Dict>(path: string, body: Dict): Promise<T | null> =>
  call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** The content of one request or call; null when the server has forgotten it. */
export const readWire = (id: number): Promise<Wire | null> => call(`wire?id=${id}`);

/** Null when the server refused it. */
export const shareFile = (me: string, channel: string, file: File): Promise<Dict | null> =>
  call(`share?${new URLSearchParams({ as: me, channel, name: file.name })}`, { method: 'POST', body: file });

export const fileAddress = (me: string, id: string): string =>
  `${API}/file?${new URLSearchParams({ as: me, id })}`;

async function call<T>(path: string, init?: RequestInit): Promise<T | null> {
  const response = await fetch(`${API}/${path}`, init);
  return response.ok ? ((await response.json()) as T) : null;
}

/** What a person can do with the elements of one message or view. */
export type ElementActions = {
  act: (element: ElementName, chosen: Dict, values: StateValues) => Promise<void>;
  suggest: (element: ElementName, typed: string, values: StateValues) => Promise<Dict[]>;
};

export const elementActions = (me: string, place: Place): ElementActions => ({
  act: async (element, chosen, values) =>
    void (await post('act', { as: me, place, element, chosen, values })),
  suggest: async (element, typed, values) => {
    const body = { as: me, place, element, typed, values };
    return (await post<{ options: Dict[] }>('suggest', body))?.options ?? [];
  },
});

/** The state as this person sees it; read again whenever the server says that something changed. */
export function usePageState(me: string): { state: PageState | null; isLost: boolean } {
  const [state, setState] = useState<PageState | null>(null);
  const [isLost, setLost] = useState(false);
  const load = useCallback(async () => {
    try {
      const response = await fetch(`${API}/state?as=${encodeURIComponent(me)}`);
      const fresh = (await response.json()) as PageState;
      // Answers may overtake one another: an older one never replaces a newer one.
      setState((before) => (before?.me === fresh.me && fresh.sequence < before.sequence ? before : fresh));
      setLost(false);
    } catch {
      setLost(true);
    }
  }, [me]);
  useEffect(() => {
    const events = new EventSource(`${API}/events`);
    let highest = 0;
    events.onmessage = (event) => {
      // A lower number comes from a new process, which counts from the beginning.
      if (Number(event.data) < highest) setState(null);
      highest = Number(event.data);
      void load();
    };
    events.onerror = () => setLost(true);
    return () => events.close();
  }, [load]);
  return { state, isLost };
}
