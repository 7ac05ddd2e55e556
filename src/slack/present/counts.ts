// Counts in words: of subscriptions and of calls.
import { figure } from '../../domain/limit-words.ts';
import type { UsagePoint } from '../../domain/usage-times.ts';
import { sparkline, sumOfCalls, totalOf } from '../../domain/usage-words.ts';

export const countedSubscriptions = (count: number): string =>
  count === 1 ? '1 subscription' : `${count} subscriptions`;

type CutOff = { live: number; used: number; isExact: boolean };

/** " It cuts off 3 subscriptions, 2 used in the last 24 hours." Empty without live ones. */
export function cutOffText({ live, used, isExact }: CutOff): string {
  if (live === 0) return '';
  if (!isExact && used < live)
    return ` It cuts off ${countedSubscriptions(live)}, at least ${used} used in the last 24 hours: the latest calls aren't all counted yet.`;
  const lately = 'used in the last 24 hours';
  const usedText = live === 1 ? (used === 1 ? '' : 'not ') : `${used === 0 ? 'none' : used} `;
  return ` It cuts off ${countedSubscriptions(live)}, ${usedText}${lately}.`;
}

/** "Calls today: 1,204 · 30 days ▁▁▂▃▇ 18,320", for the points of 30 days. Empty when there were no calls. */
export function callsText(points: readonly UsagePoint[]): string[] {
  const { all } = sumOfCalls(points);
  const [today] = points.slice(-1).map(totalOf);
  return all === 0
    ? []
    : [`*Calls today:* ${figure(today ?? 0)} · 30 days ${sparkline(points.map(totalOf))} ${figure(all)}`];
}
