// Invents the calls of a sample subscription: half a year that grows, quiet at night and on weekends, with few refusals.
import type { CountedCalls } from '../../domain/call-counts.ts';
import { type SampleSubscription, sampleApisOf } from './catalog.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_DAYS = 180;
/** After so long a new client has all its traffic. */
const RAMP_MS = 21 * DAY_MS;
const REFUSED = 0.006;
const RATE_LIMITED = 0.7;

type Shape = { hours: readonly number[]; weekend: number };
const OFFICE = [2, 1, 1, 1, 2, 3, 5, 9, 13, 16, 17, 16, 13, 14, 16, 15, 13, 10, 8, 6, 5, 4, 4, 3];
const SHAPES: Record<string, Shape> = {
  'Phone app': { hours: [...OFFICE.slice(-7), ...OFFICE.slice(0, -7)], weekend: 1.2 },
  'Night batch': { hours: [18, 26, 24, 12, ...OFFICE.slice(4).map(() => 1)], weekend: 0.9 },
};
const USUAL: Shape = { hours: OFFICE, weekend: 0.35 };

/** The last one came `sample.hoursAgo` before now. `ageHours`: how old the subscription is. */
export function sampleCalls(
  sample: SampleSubscription,
  {
    caller,
    now,
    ageHours,
  }: { caller: Pick<CountedCalls, 'subscription' | 'keyMark'>; now: number; ageHours: number },
): CountedCalls[] {
  const last = now - sample.hoursAgo * HOUR_MS;
  const first = Math.max(now - ageHours * HOUR_MS, now - MAX_DAYS * DAY_MS);
  const times = timesBetween(first, last, now);
  const kind = { ...caller, productId: sample.productId };
  const [api = null, second = api] = sampleApisOf(sample.productId);
  const [passed, refused] = [createRounding(), createRounding()];
  return times.flatMap((time, index) => {
    const { at: lastAt } = time;
    const share = sample.callsADay * weightOf(sample, time, first, now);
    const calls = passed(index === 0 ? Math.max(share, 1) : share);
    const ofSecond = Math.floor(calls / 3);
    const others = refused(share * REFUSED * 2 * noise(sample, lastAt / 2));
    const limited = Math.round(others * RATE_LIMITED);
    return [
      { ...kind, apiId: api, outcome: 'passed' as const, calls: calls - ofSecond, lastAt },
      { ...kind, apiId: second, outcome: 'passed' as const, calls: ofSecond, lastAt },
      { ...kind, apiId: 'status', outcome: 'api_not_covered' as const, calls: others - limited, lastAt },
      { ...kind, apiId: api, outcome: 'rate_limited' as const, calls: limited, lastAt },
    ].filter((row) => row.calls > 0);
  });
}

/** Rounds parts so that they add up to their rounded sum. */
function createRounding() {
  let [sum, given] = [0, 0];
  return (part: number): number => {
    sum += part;
    const next = Math.round(sum) - given;
    given += next;
    return next;
  };
}

type Time = { at: number; isHour: boolean };
const dayOf = (at: number) => at - (at % DAY_MS);

/** The newest first: today and yesterday by the hour, as charts show them, and each day before at its noon. */
function timesBetween(first: number, last: number, now: number): Time[] {
  const byHour = dayOf(now) - DAY_MS;
  const times: Time[] = [];
  for (let at = last; at >= Math.max(byHour, first); at -= HOUR_MS) times.push({ at, isHour: true });
  for (let day = dayOf(Math.min(last, byHour - 1)); day >= dayOf(first); day -= DAY_MS)
    times.push({ at: day === dayOf(last) ? last : day + DAY_MS / 2, isHour: false });
  return times;
}

function weightOf(sample: SampleSubscription, { at, isHour }: Time, first: number, now: number): number {
  const { hours, weekend } = SHAPES[sample.name] ?? USUAL;
  const time = new Date(at);
  const growth = Math.exp((1.2 * (at - now)) / (MAX_DAYS * DAY_MS));
  const ramp = Math.min(1, 0.15 + (at - first) / RAMP_MS);
  const weekday = time.getUTCDay() % 6 === 0 ? weekend : 1;
  const daytime = isHour ? (hours[time.getUTCHours()] ?? 0) / hours.reduce((sum, one) => sum + one, 0) : 1;
  return growth * Math.max(ramp, 0.15) * weekday * daytime * (0.8 + 0.4 * noise(sample, at));
}

/** From 0 to 1, always the same for one subscription and time. */
function noise({ id }: SampleSubscription, at: number): number {
  const mixed =
    Math.sin(Math.floor(at / HOUR_MS) * 12.9898 + Number.parseInt(id.slice(-8, -2), 16)) * 43_758.5453;
  return mixed - Math.floor(mixed);
}
