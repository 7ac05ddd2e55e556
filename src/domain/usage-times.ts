// The times that usage is shown for, and the points of each. All of them are in UTC.

export const USAGE_TIMES = ['24 hours', '30 days', '12 months'] as const;
export type UsageTime = (typeof USAGE_TIMES)[number];

const UNITS = { '24 hours': 'hour', '30 days': 'day', '12 months': 'month' } as const;
const POINTS = { '24 hours': 24, '30 days': 30, '12 months': 12 } as const;

/** Calls of one kind of end: limited is by a rate or quota, refused is for any other reason. */
export type CallSums = { passed: number; refused: number; limited: number };
export type UsagePoint = CallSums & { startsAt: Date };

/** What usage is of: all calls, or those of one subscription, account, product or API. */
export type UsageOf = { of: 'service' } | { of: 'subscription' | 'account' | 'product' | 'api'; id: string };

/** What a time's points are: hours, days or months. */
export const unitOf = (time: UsageTime) => UNITS[time];

/** The begin of each point, the current hour, day or month last. */
export function pointsOf(time: UsageTime, now: Date): Date[] {
  const [year, month, day, hour] = [
    now.getUTCFullYear(),
    now.getUTCMonth(),
    now.getUTCDate(),
    now.getUTCHours(),
  ];
  const begin = {
    hour: (ago: number) => Date.UTC(year, month, day, hour - ago),
    day: (ago: number) => Date.UTC(year, month, day - ago),
    month: (ago: number) => Date.UTC(year, month - ago),
  }[UNITS[time]];
  const count = POINTS[time];
  return Array.from({ length: count }, (_, at) => new Date(begin(count - 1 - at)));
}
