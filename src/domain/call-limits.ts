// How many calls a subscription may make: its product's rate and quota, or its own.

/** At most `calls` in each window of `seconds`, 1 to 300, counted from the beginning of 1970. */
export type Rate = { calls: number; seconds: number };
export const QUOTA_PERIODS = ['day', 'week', 'month'] as const;
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number];
/** At most `calls` in each period: a day, a week from Monday, or a month, in UTC. */
export type Quota = { calls: number; period: QuotaPeriod };

/** Of a product. Null: no limit. */
export type Limits = { rate: Rate | null; quota: Quota | null };
/** Of one subscription. Null: as its product has it. */
export type OwnLimits = { rate: Rate | 'unlimited' | null; quota: Quota | 'unlimited' | null };

const NO_LIMITS: Limits = { rate: null, quota: null };

/** What holds for a subscription. `product` is null when its scope is no product. */
export function limitsOf(own: OwnLimits, product: Limits | null): Limits {
  const { rate, quota } = product ?? NO_LIMITS;
  const one = <Limit>(mine: Limit | 'unlimited' | null, ours: Limit | null): Limit | null =>
    mine === 'unlimited' ? null : (mine ?? ours);
  return { rate: one(own.rate, rate), quota: one(own.quota, quota) };
}

/** The end of a quota is near from this part of its calls on. */
export const NEAR_QUOTA = 0.8;

/** The period that a moment lies in. All times are milliseconds since 1970. */
export function quotaPeriodAt(period: QuotaPeriod, now: number): { startsAt: number; endsAt: number } {
  const at = new Date(now);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (period === 'month') return { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) };
  const sinceMonday = (at.getUTCDay() + 6) % 7;
  const first = period === 'week' ? day - sinceMonday : day;
  const days = period === 'week' ? 7 : 1;
  return { startsAt: Date.UTC(year, month, first), endsAt: Date.UTC(year, month, first + days) };
}

/** Most of it is used, so its owner is told. */
export const isQuotaNear = (used: number, { calls }: Quota): boolean => used >= calls * NEAR_QUOTA;

/** The part of each rate that one of several answerers may give away: `rank` is 0 to `of` − 1. */
export type Share = { of: number; rank: number };

type Sharer = { id: string; isAnswering: boolean; isGateway: boolean };

/**
 * The share of one follower. While it answers, and did at its heartbeat before, it shares with all that answer. A newcomer
 * shares with all that are there, and takes the smallest part: newcomers that begin together stay below one more rate.
 * A gateway that nothing answers beside shares with gateways alone, because processes are there without being asked.
 */
export function shareAmong(own: Sharer & { wasAnswering: boolean }, all: readonly Sharer[]): Share {
  const others = all.filter(({ id }) => id !== own.id);
  const answering = others.filter(({ isAnswering }) => isAnswering);
  if (own.isAnswering && own.wasAnswering)
    return { of: answering.length + 1, rank: answering.filter(({ id }) => id < own.id).length };
  const isFirst = own.isGateway && answering.length === 0;
  return { of: (isFirst ? others.filter(({ isGateway }) => isGateway) : others).length + 1, rank: 0 };
}

/** The shares of all ranks add up to `calls`. */
export const shareOf = (calls: number, { of, rank }: Share): number => Math.floor((calls + rank) / of);
