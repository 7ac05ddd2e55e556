// What one process knows of a quota, against a count of the calls, over late writes, failures and restarts.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallBatch, CountedCalls, QuotaUse } from '../../src/domain/call-counts.ts';
import { type Quota, quotaPeriodAt } from '../../src/domain/call-limits.ts';
import { createQuotas } from '../../src/gateway/limits/quotas.ts';

const RUNS = Number(process.env.QUOTA_RUNS ?? 200);
const HOUR_MS = 3_600_000;
const SUBSCRIPTION = { id: 'one', createdAt: 1 };
const QUOTA: Quota = { calls: 7, period: 'day' };

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant('call' as const) },
  { weight: 2, arbitrary: fc.constant('write' as const) },
  { weight: 1, arbitrary: fc.constant('fail' as const) },
  { weight: 1, arbitrary: fc.constant('lose the answer' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 1, arbitrary: fc.constant('an hour' as const) },
  { weight: 1, arbitrary: fc.constant('a day' as const) },
);

/** The row of the quota, as `addUsage` keeps it. */
function createRow(now: () => number) {
  let row: QuotaUse | null = null;
  let lastNumber = 0;
  return {
    read: async (): Promise<QuotaUse[]> => (row ? [row] : []),
    async add({ number, calls }: CallBatch): Promise<QuotaUse[]> {
      if (number <= lastNumber) return [];
      lastNumber = number;
      const period = quotaPeriodAt('day', now());
      const passed = calls.filter(({ lastAt }) => lastAt >= period.startsAt);
      const before = row?.startsAt === period.startsAt ? row.calls : 0;
      const sum = passed.reduce((total, one) => total + one.calls, before);
      row = { subscriptionId: 'one', createdAt: 1, ...period, calls: sum };
      return [row];
    },
  };
}

it('T92: one process lets exactly the quota pass in each period, whatever happens to its writes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      let [now, elapsed, number, fails] = [Date.UTC(2026, 4, 20), 0, 0, false as boolean | 'lost'];
      let counted: CountedCalls[] = [];
      let unsent: CallBatch | null = null;
      const row = createRow(() => now);
      const start = () => {
        const quotas = createQuotas({
          ...{ readUse: row.read, writeUsage: write, writeAllUsage: async () => true },
          ...{ share: () => ({ of: 1, rank: 0 }), sharedAt: () => Number.NEGATIVE_INFINITY },
          elapsed: () => elapsed,
        });
        const add = quotas.learningFrom(async (batch) => {
          if (fails === true) throw new Error('away');
          const uses = await row.add(batch);
          if (fails === 'lost') throw new Error('no answer');
          return uses;
        });
        return { quotas, add };
      };
      async function write(): Promise<boolean> {
        try {
          if (unsent) await running.add(unsent);
          unsent = counted.length > 0 ? { source: 'it', number: ++number, calls: counted } : null;
          counted = [];
          if (unsent) await running.add(unsent);
          unsent = null;
          return true;
        } catch {
          return false;
        }
      }
      let running = start();
      const passed = new Map<number, number>();
      async function call(): Promise<void> {
        const { quotas } = running;
        const missing = quotas.missing(SUBSCRIPTION, QUOTA, now);
        if (missing) await quotas.read(SUBSCRIPTION, missing);
        const { startsAt, left } = quotas.standing(SUBSCRIPTION, QUOTA, now);
        const before = passed.get(startsAt) ?? 0;
        expect(startsAt).toBe(quotaPeriodAt('day', now).startsAt);
        expect(left).toBe(QUOTA.calls - before);
        if (left === 0) return;
        passed.set(startsAt, before + 1);
        counted.push({ ...CALL, lastAt: now });
        quotas.count(SUBSCRIPTION, QUOTA);
        await new Promise(setImmediate);
      }
      for (const next of steps) {
        elapsed += 1;
        if (next === 'call') await call();
        else if (next === 'an hour') [now, elapsed] = [now + HOUR_MS, elapsed + HOUR_MS];
        else if (next === 'a day') [now, elapsed] = [now + 24 * HOUR_MS, elapsed + 24 * HOUR_MS];
        else if (next === 'restart') {
          await write();
          running = start();
        } else {
          fails = next === 'fail' || (next === 'lose the answer' && 'lost');
          await write();
          fails = false;
        }
      }
    }),
    { numRuns: RUNS },
  );
});

const CALL = {
  ...{ subscription: SUBSCRIPTION, keyMark: null, productId: null, apiId: null },
  ...{ outcome: 'passed' as const, calls: 1 },
};
