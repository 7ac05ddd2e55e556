// What went over the wire: each signed request with its answer and time to ack, each call of the app, each refusal.
import { type ReactNode, useEffect, useState } from 'react';
import type { Wire } from '../wire.ts';
import { type PageState, readWire } from './api.ts';

const SLOW_ACK_MS = 1_000;

export function InspectorPane({ state }: { state: PageState }): ReactNode {
  const [openId, setOpenId] = useState<number | null>(null);
  const nameOf = (id: string): string => state.people.find((one) => one.id === id)?.name ?? '';
  const toggle = (id: number): void => setOpenId(openId === id ? null : id);
  return (
    <div className="inspector">
      <h3>Slack → app</h3>
      <Table
        label="Deliveries"
        heads={['Time', 'What', 'Who', 'AppResponse', 'Ack']}
        empty="Nothing was sent yet. Type a command."
        openId={openId}
        onToggle={toggle}
        rows={state.deliveries.map((one) => ({
          id: one.id,
          at: one.at,
          isBad: one.problem !== '',
          words: `${one.kind} ${one.about}`.trim(),
          hint: one.retryNum > 0 ? `retry ${one.retryNum}` : '',
          cells: [nameOf(one.user), one.problem || String(one.status), <Ack key="ack" ms={one.ackMs} />],
        }))}
      />
      <h3>app → Slack and mail</h3>
      <Table
        label="API calls"
        heads={['Time', 'Method', 'AppResponse']}
        empty="The app has called nothing yet."
        openId={openId}
        onToggle={toggle}
        rows={state.apiCalls.map((one) => ({
          id: one.id,
          at: one.at,
          isBad: one.error !== '',
          words: one.method,
          hint: '',
          cells: [
            <span key="answer">
              {one.error || 'ok'}
              {one.messages.map((words) => (
                <small key={words}>{words}</small>
              ))}
            </span>,
          ],
        }))}
      />
    </div>
  );
}

const Ack = ({ ms }: { ms: number | null }): ReactNode => (
  <span className={(ms ?? 0) > SLOW_ACK_MS ? 'slow' : ''}>{ms === null ? '—' : `${ms} ms`}</span>
);

type Row = { id: number; at: string; isBad: boolean; words: string; hint: string; cells: ReactNode[] };

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
        {o.rows.map((row) => (
          <Exchange key={row.id} row={row} columns={o.heads.length} isOpen={o.openId === row.id} {...o} />
        ))}
      </tbody>
    </table>
  );
}

function Exchange(o: {
  row: Row;
  columns: number;
  isOpen: boolean;
  onToggle: (id: number) => void;
}): ReactNode {
  const { id, at, isBad, words, hint, cells } = o.row;
  return (
    <>
      <tr className={isBad ? 'bad' : ''}>
        <td>{new Date(at).toLocaleTimeString()}</td>
        <td>
          <button type="button" className="link" aria-expanded={o.isOpen} onClick={() => o.onToggle(id)}>
            {words}
          </button>
          {hint !== '' && <small>{hint}</small>}
        </td>
        {cells.map((cell, i) => (
          <td key={i}>{cell}</td>
        ))}
      </tr>
      {o.isOpen && (
        <tr>
          <td colSpan={o.columns}>
            <Said id={id} />
          </td>
        </tr>
      )}
    </>
  );
}

/** What was said, read when somebody looks: a payload may carry a whole message. */
function Said({ id }: { id: number }): ReactNode {
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
  if (wire === null) return <p className="note">This is so long ago that what it said is forgotten.</p>;
  const headers = wire.headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  return (
    <>
      {headers !== '' && <pre>{headers}</pre>}
      <Long label="What was sent" text={wire.sent} />
      <p className="note">AppResponse</p>
      <Long label="The answer" text={wire.answer} />
    </>
  );
}

/** It scrolls, also by keyboard. */
const Long = ({ label, text }: { label: string; text: string }): ReactNode => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse reads the rest of it
  <section className="long" aria-label={label} tabIndex={0}>
    <pre>{text}</pre>
  </section>
);
