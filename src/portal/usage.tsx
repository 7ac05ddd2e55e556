// How much a developer called: a chart, the same figures as a table, and what was refused.
import { type ChartColours, drawCallChart } from '../domain/call-chart.ts';
import { limitWords } from '../domain/limit-words.ts';
import { USAGE_TIMES, type UsageTime, unitOf } from '../domain/usage-times.ts';
import { CALL_PARTS, describeCalls, pointName, refusalWords } from '../domain/usage-words.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import type { UsageView } from '../operations/usage/usage.ts';
import type { WebContext } from '../web/request-facts.ts';
import { Moment } from './page-parts.tsx';
import { say, speech, Words } from './say.tsx';

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
    title: say(
      'Your calls of {of} in the last {unit, select, hour {24 hours} day {30 days} other {12 months}}',
      { of, unit: unitOf(time) },
    ),
    say: speech(),
    id: 'calls',
    colours: COLOURS,
  });
  return (
    <section aria-labelledby="usage">
      <h2 id="usage">{say('Your calls')}</h2>
      <nav aria-label={say('Time')}>
        {USAGE_TIMES.map((one) => (
          <a
            key={one}
            href={`${path}?calls=${wordOf(one)}#usage`}
            {...(one === time ? { 'aria-current': 'true' } : {})}
          >
            {say(one)}
          </a>
        ))}
      </nav>
      <div dangerouslySetInnerHTML={{ __html: chart }} />
      <p>{describeCalls(time, points, speech())}</p>
      {refusals.length > 0 ? (
        <>
          <h3>{say('Why calls were refused')}</h3>
          <ul>
            {refusals.map(({ outcome, calls }) => (
              <li key={outcome}>
                {speech().number(calls)}: {refusalWords(outcome, speech())}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <details>
        <summary>{say('Show the figures as a table')}</summary>
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
      <h2>{say('Limits')}</h2>
      {rate ? (
        <p>
          <Words
            text="At most {limit}. Calls beyond that get the status 429, and its header <code>Retry-After</code> says when to try again."
            limit={limitWords({ rate, quota: null }, speech())}
          />
        </p>
      ) : null}
      {quota && quotaUse ? (
        <p>
          <Words
            text="{used, number} of {all, number} calls of this {period, select, day {day} week {week} other {month}} are used{full, select, yes {, so calls are refused} other {}}. The count starts again on {moment}."
            used={Math.min(quotaUse.calls, quota.calls)}
            all={quota.calls}
            period={quota.period}
            full={quotaUse.calls >= quota.calls ? 'yes' : 'no'}
            moment={<Moment at={quotaUse.endsAt} />}
          />
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
        {say('Your calls of {of} by {unit, select, hour {hour} day {day} other {month}}, in UTC', {
          of,
          unit,
        })}
      </caption>
      <thead>
        <tr>
          <th scope="col">{say(unit === 'hour' ? 'Hour' : unit === 'day' ? 'Day' : 'Month')}</th>
          {CALL_PARTS.map(({ part, title }) => (
            <th key={part} scope="col">
              {say(title)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {points.map((point) => (
          <tr key={point.startsAt.getTime()}>
            <th scope="row">{pointName(time, point, speech())}</th>
            {CALL_PARTS.map(({ part }) => (
              <td key={part}>{speech().number(point[part])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
