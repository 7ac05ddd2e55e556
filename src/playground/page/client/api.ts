// The page's talk with its server, and the state that it keeps fresh.
import { useCallback, useEffect, useState } from 'react';
import type { ElementName, Place } from '../../actions/clicks.ts';
import type { Dict, StateValues } from '../../shapes.ts';
import type { PageState } from '../state.ts';
import type { Wire } from '../wire.ts';

export type { PageState, ShownMessage, ShownView } from '../state.ts';

export async function post<T = Dict>(path: string, body: Dict): Promise<T | null> {
  const response = await fetch(`/playground/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.ok ? ((await response.json()) as T) : null;
}

/** What one request or call said; null when that is forgotten. */
export async function readWire(id: number): Promise<Wire | null> {
  const response = await fetch(`/playground/api/wire?id=${id}`);
  return response.ok ? ((await response.json()) as Wire) : null;
}

/** Shares a file as it is. Says whether it went. */
export async function shareFile(me: string, channel: string, file: File): Promise<boolean> {
  const about = new URLSearchParams({ as: me, channel, name: file.name });
  const response = await fetch(`/playground/api/share?${about}`, { method: 'POST', body: file });
  return response.ok;
}

export const fileAddress = (me: string, id: string): string =>
  `/playground/api/file?${new URLSearchParams({ as: me, id })}`;

/** What a person can do with an element: act on it, or ask it for options. */
export type Hands = {
  act: (element: ElementName, chosen: Dict, values: StateValues) => Promise<void>;
  suggest: (
    element: ElementName,
    typed: string,
    values: StateValues,
  ) => Promise<{ options: Dict[]; groups: Dict[] }>;
};

export function handsOf(me: string, place: Place): Hands {
  return {
    act: async (element, chosen, values) =>
      void (await post('act', { as: me, place, element, chosen, values })),
    suggest: async (element, typed, values) => {
      const found = await post<{ options: Dict[]; groups: Dict[] }>('suggest', {
        as: me,
        place,
        element,
        typed,
        values,
      });
      return found ?? { options: [], groups: [] };
    },
  };
}

/** The state as this person sees it; read again whenever the server says that something changed. */
export function usePageState(me: string): { state: PageState | null; isLost: boolean } {
  const [state, setState] = useState<PageState | null>(null);
  const [isLost, setLost] = useState(false);
  const load = useCallback(async () => {
    try {
      const response = await fetch(`/playground/api/state?as=${encodeURIComponent(me)}`);
      const fresh = (await response.json()) as PageState;
      // Answers may overtake one another: an older one never replaces a newer one.
      setState((before) =>
        before !== null && before.me === fresh.me && isOlder(fresh, before) ? before : fresh,
      );
      setLost(false);
    } catch {
      setLost(true);
    }
  }, [me]);
  useEffect(() => {
    const events = new EventSource('/playground/api/events');
    let highest = 0;
    events.onmessage = (event) => {
      // A lower number is a new process: it counts from the beginning.
      if (Number(event.data) < highest) setState(null);
      highest = Number(event.data);
      void load();
    };
    events.onerror = () => setLost(true);
    return () => events.close();
  }, [load]);
  return { state, isLost };
}

const isOlder = (fresh: PageState, before: PageState): boolean => fresh.sequence < before.sequence;
