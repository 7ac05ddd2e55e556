import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  limitsOf,
  QUOTA_PERIODS,
  quotaPeriodAt,
  type Rate,
  shareAmong,
  shareOf,
} from '../../src/domain/call-limits.ts';

const DAY_MS = 86_400_000;
const anyTime = fc.date({
  min: new Date('1971-01-01'),
  max: new Date('2400-01-01'),
  noInvalidDate: true,
});

describe('the period of a quota', () => {
  it('holds its moment, ends where the next one begins, and begins at midnight in UTC, a week on a Monday', () => {
    fc.assert(
      fc.property(fc.constantFrom(...QUOTA_PERIODS), anyTime, (period, at) => {
        const { startsAt, endsAt } = quotaPeriodAt(period, at.getTime());
        expect(startsAt).toBeLessThanOrEqual(at.getTime());
        expect(endsAt).toBeGreaterThan(at.getTime());
        expect(quotaPeriodAt(period, endsAt).startsAt).toBe(endsAt);
        expect(quotaPeriodAt(period, endsAt - 1)).toEqual({ startsAt, endsAt });
        const begin = new Date(startsAt);
        expect(startsAt % DAY_MS).toBe(0);
        if (period === 'week') expect([begin.getUTCDay(), endsAt - startsAt]).toEqual([1, 7 * DAY_MS]);
        if (period === 'day') expect(endsAt - startsAt).toBe(DAY_MS);
        if (period === 'month') expect([begin.getUTCDate(), new Date(endsAt).getUTCDate()]).toEqual([1, 1]);
      }),
    );
  });

  it('knows leap days and the turn of the year', () => {
    const month = quotaPeriodAt('month', Date.UTC(2028, 1, 29, 23, 59));
    expect(new Date(month.endsAt).toISOString()).toBe('2028-03-01T00:00:00.000Z');
    const week = quotaPeriodAt('week', Date.UTC(2027, 0, 1));
    expect(new Date(week.startsAt).toISOString()).toBe('2026-12-28T00:00:00.000Z');
  });
});

describe('shares of a rate', () => {
  it('add up to the rate, and differ by one at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 70 }), (calls, of) => {
        const shares = Array.from({ length: of }, (_, rank) => shareOf(calls, { of, rank }));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(calls);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('T91: never exceed a rate while the same followers answer, and stay below two while others begin', () => {
    const follower = fc.record({
      ...{ wasAnswering: fc.boolean(), isAnswering: fc.boolean(), isGateway: fc.boolean() },
    });
    fc.assert(
      fc.property(
        fc.array(follower, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 10_000 }),
        (states, calls) => {
          const all = states.map((state, at) => ({ id: `gateway_${at}`, ...state }));
          /** What the row of each says: as it was at its last heartbeat. */
          const rows = all.map(({ id, isGateway, wasAnswering }) => ({
            id,
            isGateway,
            isAnswering: wasAnswering,
          }));
          const partOf = (one: (typeof all)[number]) => shareOf(calls, shareAmong(one, rows));
          const sum = (some: typeof all) => some.reduce((total, one) => total + partOf(one), 0);
          const settled = all.filter(({ wasAnswering, isAnswering }) => wasAnswering && isAnswering);
          expect(sum(settled)).toBeLessThanOrEqual(calls);
          if (settled.length === all.length) expect(sum(all)).toBe(calls);
          expect(sum(all)).toBeLessThan(2 * calls);
        },
      ),
    );
  });
});

it('a limit of its own takes the place of the product’s, also to be without one', () => {
  const rate: Rate = { calls: 5, seconds: 3 };
  const own: Rate = { calls: 1, seconds: 9 };
  const product = { rate, quota: null };
  expect(limitsOf({ rate: null, quota: null }, product)).toEqual(product);
  expect(limitsOf({ rate: own, quota: { calls: 2, period: 'day' } }, product)).toEqual({
    rate: own,
    quota: { calls: 2, period: 'day' },
  });
  expect(limitsOf({ rate: 'unlimited', quota: null }, product).rate).toBeNull();
  expect(limitsOf({ rate: own, quota: 'unlimited' }, null)).toEqual({ rate: own, quota: null });
});
