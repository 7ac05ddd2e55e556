// The times that usage is shown for, and the points of each. All of them are in UTC.

export const USAGE_TIMES = ['24 hours', '30 days', '12 months'] as const;
export type UsageTime = (typeof USAGE_TIMES)[number];

const UNITS = { '24 hours': 'hour', '30 days': 'day', '12 months': 'month' } as const;
const POINTS = { '24 hours': 24, '30 days': 30, '12 months': 12 } as const;

/** Calls of one kind of end: limited is by a rate or quota, refused is for any other reason. */
export type CallSums = { passed: number; refused: number; limited: number };
export type UsagePoint = CallSums & { startsAt: Date };

/** What usage is of: all calls, or those of one subscription, account, product or API. */
export type UsageOf =
  | { of: 'service' }
  | { of: 'subscription' | 'account' | 'api'; id: string }
  /** With `accountId`, by the subscriptions of that account. */
  | { of: 'product'; id: string; accountId?: string };

/** What a time's points are: hours, days or months. */
export const unitOf = (time: UsageTime) => UNITS[time];

/** The begin of the hour, day or month that is `ago` of them before the one of a moment. */
function beginOf(unit: (typeof UNITS)[UsageTime], at: Date, ago = 0): number {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (unit === 'month') return Date.UTC(year, month - ago);
  return unit === 'day'
    ? Date.UTC(year, month, day - ago)
    : Date.UTC(year, month, day, at.getUTCHours() - ago);
}

/** The begin of each point, the current hour, day or month last. */
export function pointsOf(time: UsageTime, now: Date): Date[] {
  const count = POINTS[time];
  return Array.from({ length: count }, (_, at) => new Date(beginOf(UNITS[time], now, count - 1 - at)));
}

/** The begin of the point that a moment lies in, in milliseconds since 1970. */
export const pointAt = (time: UsageTime, at: Date): number => beginOf(UNITS[time], at);
