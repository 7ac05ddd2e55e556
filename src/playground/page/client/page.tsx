import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { DirectoryContext, type PageState, post, usePageState } from './api.ts';
import { Conversation } from './conversation.tsx';
import { ConfirmDialog } from './dialog.tsx';
import { FirstVisit, useFirstVisit } from './first-visit.tsx';
import { Home } from './home.tsx';
import { InboxPane } from './inbox.tsx';
import { InspectorPane } from './inspector.tsx';
import { Modal } from './modal.tsx';
import { Sidebar } from './sidebar.tsx';

const NOTICE_SHOWN_MS = 12_000;

function Page(): ReactNode {
  const [get, set] = useAddress();
  const { state, isLost } = usePageState(get('as'));
  const { isFirst, setFirst } = useFirstVisit();
  const [draft, setDraft] = useState('');
  const onDrafted = useCallback(() => setDraft(''), []);
  if (state === null) return <p className="empty">{isLost ? "The server isn't answering." : 'Loading…'}</p>;
  const top = state.stack.at(-1);
  const place = get('at');
  const { channels } = state;
  const channel = channels.find((one) => one.id === place) ?? channels.find((one) => one.kind === 'im');
  const pane = get('pane');
  const isHome = place === 'home' || channel === undefined;
  return (
    <DirectoryContext value={state}>
      <div className={`page ${pane === '' ? '' : 'with-pane'}`}>
        <Sidebar
          state={state}
          place={isHome ? 'home' : channel.id}
          onGo={(at) => set({ at })}
          onBecome={(as) => set({ as, at: place.startsWith('D') ? '' : place })}
        />
        <main>
          <Toolbar
            state={state}
            pane={pane}
            isLost={isLost}
            onOpen={(name) => set({ pane: pane === name ? '' : name })}
            onHint={isFirst ? null : () => setFirst(true)}
          />
          {isFirst && (
            <FirstVisit
              state={state}
              onWrite={(text) => {
                if (place === 'home') set({ at: '' });
                setDraft(text);
              }}
              onLook={() => set({ pane: 'inspector' })}
              onRead={() => setFirst(false)}
            />
          )}
          {isHome ? (
            <Home key={state.me} state={state} />
          ) : (
            <Conversation state={state} channel={channel} draft={draft} onDrafted={onDrafted} />
          )}
        </main>
        {pane !== '' && <Pane state={state} pane={pane} onClose={() => set({ pane: '' })} />}
        {top !== undefined && <Modal key={top.id} me={state.me} view={top} appName={state.app.name} />}
        <Notices state={state} />
      </div>
    </DirectoryContext>
  );
}

/** The person and the place are in the address, so that two windows can be two people and a reload changes nothing. */
function useAddress(): [get: (name: string) => string, set: (values: Record<string, string>) => void] {
  const [search, setSearch] = useState(window.location.search);
  useEffect(() => {
    const onBack = (): void => setSearch(window.location.search);
    window.addEventListener('popstate', onBack);
    return () => window.removeEventListener('popstate', onBack);
  }, []);
  const params = new URLSearchParams(search);
  return [
    (name) => params.get(name) ?? '',
    (values) => {
      for (const [name, value] of Object.entries(values)) {
        if (value === '') params.delete(name);
        else params.set(name, value);
      }
      window.history.pushState(null, '', `?${params}`);
      setSearch(window.location.search);
    },
  ];
}

function Toolbar(o: {
  state: PageState;
  pane: string;
  isLost: boolean;
  onOpen: (name: string) => void;
  /** Null while the hint is shown. */
  onHint: (() => void) | null;
}): ReactNode {
  const button = (name: string, words: string): ReactNode => (
    <button type="button" className="button" aria-pressed={o.pane === name} onClick={() => o.onOpen(name)}>
      {words}
    </button>
  );
  return (
    <nav className="panes" aria-label="Panes">
      {o.isLost && <span role="status">Connection lost. Trying again…</span>}
      {o.onHint !== null && (
        <button type="button" className="button" onClick={o.onHint}>
          What to try
        </button>
      )}
      {button('inbox', `Inbox (${o.state.mails.length})`)}
      {button('inspector', 'Inspector')}
      <BackToStart me={o.state.me} />
    </nav>
  );
}

function Pane({ state, pane, onClose }: { state: PageState; pane: string; onClose: () => void }): ReactNode {
  const title = pane === 'inbox' ? 'Inbox' : 'Inspector';
  return (
    <aside aria-label={title}>
      <header className="bar">
        <h2>{title}</h2>
        <button type="button" className="quiet" aria-label="Close pane" onClick={onClose}>
          ×
        </button>
      </header>
      {pane === 'inbox' ? <InboxPane mails={state.mails} /> : <InspectorPane state={state} />}
    </aside>
  );
}

const BACK_TO_START = {
  title: { text: 'Start over?' },
  text: { text: 'All messages and mails here are deleted. Accounts stay.' },
  confirm: { text: 'Delete them' },
  deny: { text: 'Keep them' },
  style: 'danger',
};

function BackToStart({ me }: { me: string }): ReactNode {
  const [isAsking, setAsking] = useState(false);
  function empty(): void {
    setAsking(false);
    void post('back-to-start', { as: me });
  }
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        Start over
      </button>
      {isAsking && <ConfirmDialog confirm={BACK_TO_START} onYes={empty} onNo={() => setAsking(false)} />}
    </>
  );
}

/** Slack's own notices since this window was opened; each for a while, or until the person dismisses it. */
function Notices({ state }: { state: PageState }): ReactNode {
  const [seen, setSeen] = useState(state.sequence);
  const fresh = state.notices.filter((one) => one.changed > seen);
  const newest = fresh.at(-1)?.changed;
  useEffect(() => {
    if (newest === undefined) return;
    const timer = setTimeout(() => setSeen(newest), NOTICE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [newest]);
  if (fresh.length === 0) return null;
  return (
    <div className="notices" role="alert">
      <div>
        {fresh.slice(-3).map((one) => (
          <p key={one.changed}>{one.text}</p>
        ))}
      </div>
      <button type="button" className="quiet" aria-label="Dismiss" onClick={() => setSeen(state.sequence)}>
        ×
      </button>
    </div>
  );
}

const root = document.getElementById('page');
if (root !== null) createRoot(root).render(<Page />);
