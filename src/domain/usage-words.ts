// Usage in words and figures, as the portal, Slack and the chart say it.
import type { Text } from '../languages/languages.ts';
import { type Say, sayInEnglish } from '../languages/say.ts';
import type { CallOutcome } from './call-counts.ts';
import { type CallSums, type UsagePoint, type UsageTime, unitOf } from './usage-times.ts';

/** In the order of a stack, from the bottom. */
export const CALL_PARTS: readonly { part: keyof CallSums; title: Text; words: Text }[] = [
  { part: 'passed', title: 'Answered', words: '{calls, number} answered' },
  { part: 'refused', title: 'Refused', words: '{calls, number} refused' },
  { part: 'limited', title: 'Over the limit', words: '{calls, number} over the limit' },
];

const NAMES: Record<UsageTime, Intl.DateTimeFormatOptions> = {
  '24 hours': { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  '30 days': { day: 'numeric', month: 'short' },
  '12 months': { month: 'short', year: 'numeric' },
};

/** "14:00 UTC", "29 Nov" or "Nov 2026", in UTC. */
export const pointName = (time: UsageTime, { startsAt }: UsagePoint, say: Say = sayInEnglish): string =>
  say.date(startsAt, NAMES[time]);

export const totalOf = ({ passed, refused, limited }: CallSums): number => passed + refused + limited;

export function sumOfCalls(points: readonly UsagePoint[]): CallSums & { all: number } {
  const sum = { passed: 0, refused: 0, limited: 0 };
  for (const point of points) for (const { part } of CALL_PARTS) sum[part] += point[part];
  return { ...sum, all: totalOf(sum) };
}

/** "1,204 answered, 3 refused": the parts that aren't empty. */
export const partsOf = (counts: CallSums, say: Say = sayInEnglish): string =>
  CALL_PARTS.filter(({ part }) => counts[part] > 0)
    .map(({ part, words }) => say(words, { calls: counts[part] }))
    .join(', ');

/** All that the chart shows, in a sentence or two. */
export function describeCalls(
  time: UsageTime,
  points: readonly UsagePoint[],
  say: Say = sayInEnglish,
): string {
  const unit = unitOf(time);
  const sum = sumOfCalls(points);
  if (sum.all === 0)
    return say('No calls in the last {unit, select, hour {24 hours} day {30 days} other {12 months}}.', {
      unit,
    });
  const most = points.reduce((one, other) => (totalOf(other) > totalOf(one) ? other : one));
  return say(
    '{calls, plural, one {# call} other {# calls}} in the last {unit, select, hour {24 hours} day {30 days} other {12 months}}: {parts}. Most in one {unit, select, hour {hour} day {day} other {month}}: {most, number}, {unit, select, hour {at} day {on} other {in}} {name}.',
    {
      calls: sum.all,
      unit,
      parts: partsOf(sum, say),
      most: totalOf(most),
      name: pointName(time, most, say),
    },
  );
}

type Refusal = Exclude<CallOutcome, 'passed'>;

/** After a number of calls: "12 over the rate". */
const REFUSALS: Record<Refusal, Text> = {
  rate_limited: 'over the rate',
  quota_exceeded: 'quota used up',
  account_blocked: 'account blocked',
  account_pending: 'account not active yet',
  subscription_submitted: 'subscription waiting for approval',
  subscription_suspended: 'subscription suspended',
  subscription_rejected: 'subscription declined',
  subscription_cancelled: 'subscription cancelled',
  subscription_expired: 'subscription expired',
  subscription_not_started: 'subscription not started yet',
  key_expired: 'key expired',
  product_not_published: 'product not published',
  api_unknown: 'no API at that address',
  api_not_covered: 'an API that the key isn’t for',
  no_key: 'no key, or an unknown one',
  unreadable: 'an address or key that can be read in two ways',
};

/** Why calls were refused. `outcome` is that of a stored row, which a newer version may have written. */
export const refusalWords = (outcome: string, say: Say = sayInEnglish): string =>
  say(Object.hasOwn(REFUSALS, outcome) ? REFUSALS[outcome as Refusal] : 'another reason');

/** Without ▄ and █, which many fonts draw on another line than the rest. */
const LEVELS = ['▁', '▂', '▃', '▅', '▆', '▇'];

/** A character for each count, by its share of the greatest. Only 0 has the lowest. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  return counts.map((count) => LEVELS[Math.ceil((count / most) * (LEVELS.length - 1))]).join('');
}
