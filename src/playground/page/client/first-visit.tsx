// Three things to try on a first visit.
import { type ReactNode, useState } from 'react';
import type { PageState } from './api.ts';

const STORAGE_KEY = 'playground: the hint was read';

/** Once read, the hint stays hidden in this browser until the person asks for it. */
export function useFirstVisit(): { isFirst: boolean; setFirst: (isFirst: boolean) => void } {
  const [isFirst, set] = useState(() => localStorage.getItem(STORAGE_KEY) === null);
  return {
    isFirst,
    setFirst(next) {
      if (next) localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, new Date().toISOString());
      set(next);
    },
  };
}

export function FirstVisit(o: {
  state: PageState;
  onWrite: (text: string) => void;
  onLook: () => void;
  onRead: () => void;
}): ReactNode {
  const { state } = o;
  const invitation = `${state.app.command} invite robin@example.com`;
  const other = state.people.find((one) => one.canBeMe && one.id !== state.me);
  return (
    <section className="first-visit" aria-label="Three things to try">
      <header>
        <h2>Three things to try</h2>
        <button type="button" className="button" onClick={o.onRead}>
          Got it
        </button>
      </header>
      <ol>
        <li>
          <b>Invite a developer.</b> Send <code>{invitation}</code>, open the inbox, and follow the link in
          the mail: it leads to the real page.{' '}
          <button type="button" className="link" onClick={() => o.onWrite(invitation)}>
            Type it for me
          </button>
        </li>
        <li>
          <b>Be two people.</b> Add an account and tick “Send a link to confirm it first”. Then activate it as
          someone else, on its card in #approvals.{' '}
          {other !== undefined && (
            <a href={`?as=${other.id}`} target="_blank" rel="noreferrer">
              Open a window as {other.realName}
            </a>
          )}
        </li>
        <li>
          <b>Look behind it.</b> The inspector shows each signed request with its answer and timing, each call
          that the app makes, and what this Slack refused.{' '}
          <button type="button" className="link" onClick={o.onLook}>
            Open the inspector
          </button>
        </li>
      </ol>
    </section>
  );
}
