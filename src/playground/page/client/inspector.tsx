// The traffic between Slack and the app: signed requests with answer and time to ack, and the app's calls.
import { type ReactNode, useEffect, useState } from 'react';
import type { Wire } from '../wire.ts';
import { type PageState, readWire } from './api.ts';

const SLOW_ACK_MS = 1_000;

type Row = { id: number; at: string; isBad: boolean; words: string; cells: ReactNode[] };

export function InspectorPane({ state }: { state: PageState }): ReactNode {
  const [openId, setOpenId] = useState<number | null>(null);
  const nameOf = (id: string): string => state.people.find((one) => one.id === id)?.name ?? '';
  const toggle = (id: number): void => setOpenId(openId === id ? null : id);
  return (
    <div className="inspector">
      <h3>Slack → app</h3>
      <Table
        label="Deliveries"
        heads={['Time', 'What', 'Who', 'Answer', 'Ack']}
        empty="Nothing sent yet. Type a command."
        openId={openId}
        onToggle={toggle}
        rows={state.deliveries.map(({ id, at, problem, kind, about, retryNum, user, status, ackMs }) => ({
          id,
          at,
          isBad: problem !== '',
          words: `${kind} ${about} ${retryNum > 0 ? `(retry ${retryNum})` : ''}`.trim(),
          cells: [
            <Short key="who">{nameOf(user)}</Short>,
            problem || String(status),
            <Ack key="ack" ms={ackMs} />,
          ],
        }))}
      />
      <h3>App → Slack and mail</h3>
      <Table
        label="API calls"
        heads={['Time', 'Method', 'Answer']}
        empty="No calls yet."
        openId={openId}
        onToggle={toggle}
        rows={state.apiCalls.map(({ id, at, error, method, messages }) => ({
          id,
          at,
          isBad: error !== '',
          words: method,
          cells: [[error || 'ok', ...messages].join('\n')],
        }))}
      />
    </div>
  );
}

const Ack = ({ ms }: { ms: number | null }): ReactNode => (
  <span className={`short ${(ms ?? 0) > SLOW_ACK_MS ? 'bad' : ''}`}>{ms === null ? '—' : `${ms} ms`}</span>
);

const Short = ({ children }: { children: ReactNode }): ReactNode => <span className="short">{children}</span>;

function Table(o: {
  label: string;
  heads: string[];
  empty: string;
  rows: Row[];
  openId: number | null;
  onToggle: (id: number) => void;
}): ReactNode {
  if (o.rows.length === 0) return <p className="note">{o.empty}</p>;
  return (
    <table aria-label={o.label}>
      <thead>
        <tr>
          {o.heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {o.rows.map(({ id, ...row }) => (
          <Exchange key={id} {...row} isOpen={o.openId === id} onToggle={() => o.onToggle(id)}>
            <td colSpan={o.heads.length}>
              <WireDetails id={id} />
            </td>
          </Exchange>
        ))}
      </tbody>
    </table>
  );
}

function Exchange(
  o: Omit<Row, 'id'> & { isOpen: boolean; onToggle: () => void; children: ReactNode },
): ReactNode {
  return (
    <>
      <tr className={o.isBad ? 'bad' : ''}>
        <td>{new Date(o.at).toLocaleTimeString()}</td>
        <td>
          <button type="button" className="link" aria-expanded={o.isOpen} onClick={o.onToggle}>
            {o.words}
          </button>
        </td>
        {o.cells.map((cell, i) => (
          <td key={i}>{cell}</td>
        ))}
      </tr>
      {o.isOpen && <tr>{o.children}</tr>}
    </>
  );
}

/** Fetched only when a person opens it, because the content may be long. */
function WireDetails({ id }: { id: number }): ReactNode {
  const [wire, setWire] = useState<Wire | null | 'reading'>('reading');
  useEffect(() => {
    let isStale = false;
    void readWire(id).then((found) => {
      if (!isStale) setWire(found);
    });
    return () => {
      isStale = true;
    };
  }, [id]);
  if (wire === 'reading') return <p className="note">Reading…</p>;
  if (wire === null) return <p className="note">Too old to show: only the newest exchanges are kept.</p>;
  const headers = wire.headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  return (
    <>
      {headers !== '' && <pre>{headers}</pre>}
      <Long label="What was sent" text={wire.sent} />
      <p className="note">Answer</p>
      <Long label="The answer" text={wire.answer} />
    </>
  );
}

const Long = ({ label, text }: { label: string; text: string }): ReactNode => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
  <section className="long" aria-label={label} tabIndex={0}>
    <pre>{text}</pre>
  </section>
);
