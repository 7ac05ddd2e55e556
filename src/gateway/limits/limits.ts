// Whether a call that the rule lets pass is within the rate and the quota of its subscription.
import { type Limits, limitsOf, type Quota, quotaPeriodAt } from '../../domain/call-limits.ts';
import type { CallFacts, CallingSubscription, CallVerdict } from '../../domain/may-call.ts';
import { createQuotas, type MissingUse, type QuotaOptions } from './quotas.ts';
import { createRates } from './rates.ts';

const ANSWERING_MS = 60_000;

type LimitedCall =
  | { kind: 'passes'; headers: string[] }
  | { kind: 'rate_limited'; retryAfterMs: number; headers: string[] }
  | { kind: 'quota_exceeded'; quotaEndsAt: number };

export type CallLimiter = ReturnType<typeof createCallLimiter>;

export function createCallLimiter(options: QuotaOptions) {
  const { share, elapsed } = options;
  const rates = createRates(elapsed);
  const quotas = createQuotas(options);
  let limitedAt = Number.NEGATIVE_INFINITY;
  return {
    learningFrom: quotas.learningFrom,
    /** Whether limited calls came within the last minute. */
    isAnswering: () => elapsed() - limitedAt < ANSWERING_MS,
    /** What the database must say about its quota first. */
    missing: (subscription: CallingSubscription, { quota }: Limits, nowMs: number): MissingUse | null =>
      quota && quotas.missing(subscription, quota, nowMs),
    read: quotas.read,
    /** Counts a call that passes, in its rate's window and in its quota's period. */
    take(subscription: CallingSubscription, { rate, quota }: Limits, nowMs: number): LimitedCall {
      limitedAt = elapsed();
      const standing = quota && quotas.standing(subscription, quota, nowMs);
      if (standing?.left === 0) return { kind: 'quota_exceeded', quotaEndsAt: standing.endsAt };
      const window = rate && rates.take(subscription, rate, share(), nowMs);
      const passes = window?.isTaken !== false;
      if (quota && passes) quotas.count(subscription, quota);
      const items = [
        ...(rate && window ? [{ name: 'rate', ...rate, left: window.left, endsInMs: window.endsInMs }] : []),
        ...(quota && standing ? [quotaItem(quota, standing, standing.left - Number(passes), nowMs)] : []),
      ];
      const headers = limitHeaders(items);
      return passes
        ? { kind: 'passes', headers }
        : { kind: 'rate_limited', retryAfterMs: window.endsInMs, headers };
    },
  };
}

/** The limits of the subscription that calls; null for none. */
export function limitsOfCall({ subscription, product }: CallFacts): Limits | null {
  if (!subscription) return null;
  const { ownLimits } = subscription;
  const hasOwn = ownLimits.rate !== null || ownLimits.quota !== null;
  if (!hasOwn && !product?.limits.rate && !product?.limits.quota) return null;
  return limitsOf(ownLimits, product?.limits ?? null);
}

/** For a verdict that refuses a call because its quota is used up. */
export function usedUpHeaders(verdict: CallVerdict, { quota }: Limits, nowMs: number): string[] {
  if (verdict.kind !== 'refused' || verdict.because !== 'quota_exceeded' || !quota) return [];
  return limitHeaders([quotaItem(quota, quotaPeriodAt(quota.period, nowMs), 0, nowMs)]);
}

type Item = { name: string; calls: number; seconds: number; left: number; endsInMs: number };

function quotaItem(
  { calls }: Quota,
  { startsAt, endsAt }: { startsAt: number; endsAt: number },
  left: number,
  nowMs: number,
): Item {
  return { name: 'quota', calls, seconds: (endsAt - startsAt) / 1_000, left, endsInMs: endsAt - nowMs };
}

/** In the form of draft-ietf-httpapi-ratelimit-headers. */
function limitHeaders(items: readonly Item[]): string[] {
  if (items.length === 0) return [];
  return [
    'RateLimit',
    items
      .map(({ name, left, endsInMs }) => `"${name}";r=${left};t=${Math.ceil(endsInMs / 1_000)}`)
      .join(', '),
    'RateLimit-Policy',
    items.map(({ name, calls, seconds }) => `"${name}";q=${calls};w=${seconds}`).join(', '),
  ];
}
