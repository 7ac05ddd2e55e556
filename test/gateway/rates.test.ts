// Fixed windows against a list of times, over any clock.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rate, Share } from '../../src/domain/call-limits.ts';
import { shareOf } from '../../src/domain/call-limits.ts';
import { createRates } from '../../src/gateway/limits/rates.ts';

const RUNS = Number(process.env.RATE_RUNS ?? 300);
const ALONE: Share = { of: 1, rank: 0 };
const BEGIN = Date.UTC(2026, 4, 20);

const subscription = (id: string, createdAt = 0) => ({
  ...{ id, createdAt, state: 'active' as const, startsAt: null, endsAt: null },
  ...{
    productId: null,
    apiId: null,
    quotaEndsAt: null,
    account: null,
    ownLimits: { rate: null, quota: null },
  },
});

const rate = fc.record({ calls: fc.integer({ min: 1, max: 9 }), seconds: fc.integer({ min: 1, max: 300 }) });
/** Pauses between calls, mostly short ones. */
const pauses = fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(2_000) }, fc.nat(700_000)), {
  maxLength: 300,
});

it('T91: one process lets exactly the rate pass in each window, whatever comes between', () => {
  fc.assert(
    fc.property(rate, pauses, fc.array(fc.nat(4), { minLength: 1 }), (rate, pauses, who) => {
      let [now, elapsed] = [BEGIN, 0];
      const rates = createRates(() => elapsed);
      const passed: { id: string; window: number }[] = [];
      for (const [at, pause] of pauses.entries()) {
        now += pause;
        elapsed += pause;
        const id = `${who[at % who.length]}`;
        const window = Math.floor(now / (rate.seconds * 1_000));
        const before = passed.filter((one) => one.id === id && one.window === window).length;
        const taken = rates.take(subscription(id), rate, ALONE, now);
        expect(taken.isTaken).toBe(before < rate.calls);
        expect(taken.left).toBe(Math.max(0, rate.calls - before - 1));
        expect(Math.floor((now + taken.endsInMs) / (rate.seconds * 1_000))).toBe(window + 1);
        if (taken.isTaken) passed.push({ id, window });
      }
    }),
    { numRuns: RUNS },
  );
});

it('a clock that jumps back lets no further call pass, and one that jumps forward at most one more window', () => {
  const jumps = fc.array(fc.integer({ min: -7_200_000, max: 7_200_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(rate, jumps, (rate, jumps) => {
      const rates = createRates(() => 0);
      const one = subscription('one');
      let now = BEGIN;
      const passAll = () => {
        let passed = 0;
        while (rates.take(one, rate, ALONE, now).isTaken) passed += 1;
        return passed;
      };
      expect(passAll()).toBe(rate.calls);
      for (const jump of jumps) {
        const window = Math.floor(now / (rate.seconds * 1_000));
        now += jump;
        const isLater = Math.floor(now / (rate.seconds * 1_000)) > window;
        expect(passAll()).toBe(isLater ? rate.calls : 0);
      }
      // The next window is free again, wherever the clock stands.
      now += rate.seconds * 1_000;
      expect(passAll()).toBe(rate.calls);
    }),
    { numRuns: RUNS },
  );
});

it('T91: processes with shares of one rate never let more pass in a window than the rate', () => {
  fc.assert(
    fc.property(
      rate,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat(5), { maxLength: 60 }),
      (rate, of, calls) => {
        const processes = Array.from({ length: of }, () => createRates(() => 0));
        const passed = calls.filter((at) => {
          const rank = at % of;
          return processes[rank]?.take(subscription('one'), rate, { of, rank }, BEGIN).isTaken;
        });
        expect(passed.length).toBeLessThanOrEqual(rate.calls);
        for (const [rank, process] of processes.entries()) {
          const { left } = process.take(subscription('one'), { ...rate, calls: 0 }, { of, rank }, BEGIN);
          expect(left).toBeLessThanOrEqual(shareOf(rate.calls, { of, rank }));
        }
      },
    ),
    { numRuns: RUNS },
  );
});

it('a subscription with the id of a former one has its own window, and a rate that changes holds at once', () => {
  const rates = createRates(() => 0);
  const rate: Rate = { calls: 1, seconds: 60 };
  expect(rates.take(subscription('one', 1), rate, ALONE, BEGIN).isTaken).toBe(true);
  expect(rates.take(subscription('one', 1), rate, ALONE, BEGIN).isTaken).toBe(false);
  expect(rates.take(subscription('one', 2), rate, ALONE, BEGIN).isTaken).toBe(true);
  expect(rates.take(subscription('one', 2), { ...rate, calls: 2 }, ALONE, BEGIN).isTaken).toBe(true);
  expect(rates.take(subscription('one', 2), { calls: 2, seconds: 300 }, ALONE, BEGIN).isTaken).toBe(false);
});
