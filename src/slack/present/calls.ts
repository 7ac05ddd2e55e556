// How much was called, in the line that cards have.
import { figure } from '../../domain/limit-words.ts';
import type { UsagePoint } from '../../domain/usage-times.ts';
import { sparkline, sumOfCalls, totalOf } from '../../domain/usage-words.ts';

/** "Calls today: 1,204 · 30 days ▁▁▂▃▇ 18,320", for the points of 30 days. Empty when there were no calls. */
export function callsText(points: readonly UsagePoint[]): string[] {
  const { all } = sumOfCalls(points);
  const [today] = points.slice(-1).map(totalOf);
  return all === 0
    ? []
    : [`*Calls today:* ${figure(today ?? 0)} · 30 days ${sparkline(points.map(totalOf))} ${figure(all)}`];
}
