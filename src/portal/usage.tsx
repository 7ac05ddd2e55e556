// How much a developer called: a chart, the same figures as a table, and what was refused.
import { type ChartColours, drawCallChart } from '../domain/call-chart.ts';
import { figure, limitWords } from '../domain/limit-words.ts';
import { USAGE_TIMES, type UsageTime, unitOf } from '../domain/usage-times.ts';
import { CALL_PARTS, describeCalls, pointName, refusalWords } from '../domain/usage-words.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import type { UsageView } from '../operations/usage/usage.ts';
import type { WebContext } from '../web/request-facts.ts';
import { Moment } from './page-parts.tsx';

/** Of the page, in light and dark. */
const COLOURS: ChartColours = {
  passed: 'var(--accent)',
  refused: 'var(--bad)',
  limited: 'var(--warn)',
  ink: 'var(--ink)',
  line: 'var(--line)',
  surface: 'var(--card)',
};

const wordOf = (time: UsageTime): string => time.replace(' ', '-');

/** The time that the page's address names; 30 days without one. */
export function timeIn(c: WebContext): UsageTime {
  const word = c.req.query('calls');
  return USAGE_TIMES.find((time) => wordOf(time) === word) ?? '30 days';
}

/** `path` is that of the page. `of`: what was called, for the name of the chart. */
export function Usage({ usage, path, of }: { usage: UsageView; path: string; of: string }) {
  const { time, points, refusals } = usage;
  const chart = drawCallChart(time, points, {
    title: `Your calls of ${of} in the last ${time}`,
    id: 'calls',
    colours: COLOURS,
  });
  return (
    <section aria-labelledby="usage">
      <h2 id="usage">Your calls</h2>
      <nav aria-label="Time">
        {USAGE_TIMES.map((one) => (
          <a
            key={one}
            href={`${path}?calls=${wordOf(one)}#usage`}
            {...(one === time ? { 'aria-current': 'true' } : {})}
          >
            {one}
          </a>
        ))}
      </nav>
      <div dangerouslySetInnerHTML={{ __html: chart }} />
      <p>{describeCalls(time, points)}</p>
      {refusals.length > 0 ? (
        <>
          <h3>Why calls were refused</h3>
          <ul>
            {refusals.map(({ outcome, calls }) => (
              <li key={outcome}>
                {figure(calls)}: {refusalWords(outcome)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <details>
        <summary>Show the figures as a table</summary>
        <FigureTable usage={usage} of={of} />
      </details>
    </section>
  );
}

/** What a subscription may be called, and how much of it is left. Nothing without limits. */
export function Limits({ subscription }: { subscription: SubscriptionView }) {
  const { limits, quotaUse } = subscription;
  const { rate, quota } = limits;
  if (!rate && !quota) return null;
  return (
    <>
      <h2>Limits</h2>
      {rate ? (
        <p>
          At most {limitWords({ rate, quota: null })}. Calls beyond that get the status 429, and its header{' '}
          <code>Retry-After</code> says when to try again.
        </p>
      ) : null}
      {quota && quotaUse ? (
        <p>
          {figure(Math.min(quotaUse.calls, quota.calls))} of {figure(quota.calls)} calls of this{' '}
          {quota.period} are used{quotaUse.calls >= quota.calls ? ', so calls are refused' : ''}. The count
          starts again on <Moment at={quotaUse.endsAt} />.
        </p>
      ) : null}
    </>
  );
}

function FigureTable({ usage: { time, points }, of }: { usage: UsageView; of: string }) {
  const unit = unitOf(time);
  return (
    <table>
      <caption>
        Your calls of {of} by {unit}, in UTC
      </caption>
      <thead>
        <tr>
          <th scope="col">{unit === 'hour' ? 'Hour' : unit === 'day' ? 'Day' : 'Month'}</th>
          {CALL_PARTS.map(({ part, title }) => (
            <th key={part} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {points.map((point) => (
          <tr key={point.startsAt.getTime()}>
            <th scope="row">{pointName(time, point)}</th>
            {CALL_PARTS.map(({ part }) => (
              <td key={part}>{figure(point[part])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
