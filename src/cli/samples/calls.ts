// Invents the calls of a sample subscription: half a year, more on working days, and the last day by the hour.
import type { CountedCalls } from '../../domain/call-counts.ts';
import { type SampleSubscription, sampleApisOf } from './catalog.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_DAYS = 180;

/** `sample.calls` of them passed, the last one `sample.hoursAgo` before now. `ageHours`: how old the subscription is. */
export function sampleCalls(
  sample: SampleSubscription,
  {
    subscription,
    now,
    ageHours,
  }: { subscription: CountedCalls['subscription']; now: number; ageHours: number },
): CountedCalls[] {
  const last = now - sample.hoursAgo * HOUR_MS;
  const days = Math.min(Math.floor((ageHours - sample.hoursAgo) / 24), MAX_DAYS);
  const lastDay = Array.from({ length: 24 }, (_, hour) => last - hour * HOUR_MS);
  const times = [
    ...lastDay,
    ...Array.from({ length: Math.max(days, 0) }, (_, day) => last - (day + 1) * DAY_MS),
  ];
  const weights = times.map((at) => weightOf(at, last) * (at > last - DAY_MS ? 1 / 24 : 1));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const kind = { subscription, productId: sample.productId };
  let part = 0;
  let given = 0;
  return times.flatMap((lastAt, index) => {
    part += weights[index] ?? 0;
    const calls = Math.round((sample.calls * part) / whole) - given;
    given += calls;
    const [first = null, second = first] = sampleApisOf(sample.productId);
    const ofSecond = Math.floor(calls / 3);
    const refused = index % 5 === 0 ? Math.floor(calls / 20) : 0;
    return [
      { ...kind, apiId: first, outcome: 'passed' as const, calls: calls - ofSecond, lastAt },
      { ...kind, apiId: second, outcome: 'passed' as const, calls: ofSecond, lastAt },
      { ...kind, apiId: 'status', outcome: 'api_not_covered' as const, calls: refused, lastAt },
      { ...kind, apiId: first, outcome: 'rate_limited' as const, calls: Math.floor(refused / 2), lastAt },
    ].filter((row) => row.calls > 0);
  });
}

/** It grows over the months, has waves of some weeks, and is quiet at night and on weekends. */
function weightOf(at: number, last: number): number {
  const time = new Date(at);
  const growth = 1 - (0.6 * (last - at)) / (MAX_DAYS * DAY_MS);
  const wave = 1 + 0.3 * Math.sin(at / (5 * DAY_MS));
  const weekday = time.getUTCDay() % 6 === 0 ? 0.3 : 1;
  const daytime = at > last - DAY_MS ? 0.3 + Math.sin((Math.PI * time.getUTCHours()) / 24) : 1;
  return growth * wave * weekday * daytime;
}
