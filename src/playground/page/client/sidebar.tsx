import { type ReactNode, useEffect, useState } from 'react';
import type { PageState } from './api.ts';

export function Sidebar(o: {
  state: PageState;
  place: string;
  onGo: (place: string) => void;
  onBecome: (user: string) => void;
}): ReactNode {
  const { state, place } = o;
  const unread = useUnread(state, place);
  const link = (id: string, words: string, face?: ReactNode): ReactNode => (
    <li key={id}>
      <button
        type="button"
        aria-current={place === id ? 'page' : undefined}
        className={unread.has(id) ? 'unread' : ''}
        onClick={() => o.onGo(id)}
      >
        {face} {words}
        {unread.has(id) && <span className="visually-hidden"> (new)</span>}
      </button>
    </li>
  );
  return (
    <nav className="sidebar" aria-label="Workspace">
      <h2>{state.team}</h2>
      <label>
        You are
        <select value={state.me} onChange={(event) => o.onBecome(event.target.value)}>
          {state.people
            .filter((one) => one.canBeMe)
            .map((one) => (
              <option key={one.id} value={one.id}>
                {one.realName}
              </option>
            ))}
        </select>
      </label>
      <p className="note">{state.people.find((one) => one.id === state.me)?.title}</p>
      <h3>Channels</h3>
      <ul>
        {state.channels
          .filter((one) => one.kind !== 'im')
          .map((one) =>
            link(one.id, one.name, one.kind === 'private' ? <Lock /> : <span aria-hidden="true">#</span>),
          )}
      </ul>
      <h3>Apps</h3>
      <ul>
        {link('home', 'Home')}
        {state.channels
          .filter((one) => one.kind === 'im')
          .map((one) => link(one.id, `${state.app.name} messages`))}
      </ul>
      <p className="note foot">
        A local Slack: nothing here leaves this machine. Open a second window to be two people at once.
      </p>
    </nav>
  );
}

/** The channels with a message that is newer than the last look at them in this window. */
function useUnread(state: PageState, place: string): Set<string> {
  const [seen, setSeen] = useState<Record<string, number>>({});
  const [start] = useState(state.sequence);
  const { me, sequence } = state;
  useEffect(() => setSeen((before) => ({ ...before, [`${me}/${place}`]: sequence })), [me, place, sequence]);
  const fresh = state.messages.filter(
    ({ channel, changed }) => channel !== place && changed > (seen[`${me}/${channel}`] ?? start),
  );
  return new Set(fresh.map((message) => message.channel));
}

const Lock = (): ReactNode => (
  <svg role="img" aria-label="private channel" className="lock" viewBox="0 0 11 12">
    <rect x="1" y="5.5" width="9" height="6" rx="1" fill="currentColor" />
    <path d="M3 5.5V3.5a2.5 2.5 0 0 1 5 0v2" />
  </svg>
);
