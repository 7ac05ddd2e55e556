// What went over the wire: each delivery with its answer and time to ack, each call of the app, each refusal.
import type { ReactNode } from 'react';
import type { PageState } from './api.ts';

const SLOW_ACK_MS = 1_000;

export function InspectorPane({ state }: { state: PageState }): ReactNode {
  const nameOf = (id: string): string => state.people.find((one) => one.id === id)?.name ?? '';
  const time = (at: string): string => new Date(at).toLocaleTimeString();
  return (
    <div className="inspector">
      <h3>Slack → app</h3>
      <table aria-label="Deliveries">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">What</th>
            <th scope="col">Who</th>
            <th scope="col">Answer</th>
            <th scope="col">Ack</th>
          </tr>
        </thead>
        <tbody>
          {state.deliveries.map((one) => (
            <tr key={one.id} className={one.problem !== '' ? 'bad' : ''}>
              <td>{time(one.at)}</td>
              <td>
                {one.kind}
                {one.retryNum > 0 && ` (retry ${one.retryNum})`}
              </td>
              <td>{nameOf(one.user)}</td>
              <td>{one.problem || one.status}</td>
              <td className={(one.ackMs ?? 0) > SLOW_ACK_MS ? 'slow' : ''}>
                {one.ackMs === null ? '—' : `${one.ackMs} ms`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>app → Slack and mail</h3>
      <table aria-label="API calls">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Method</th>
            <th scope="col">Answer</th>
          </tr>
        </thead>
        <tbody>
          {state.apiCalls.map((one) => (
            <tr key={one.id} className={one.error !== '' ? 'bad' : ''}>
              <td>{time(one.at)}</td>
              <td>{one.method}</td>
              <td>
                {one.error || 'ok'}
                {one.messages.map((words) => (
                  <small key={words}>{words}</small>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
