// Calls that a test makes up, of subscriptions that exist.
import { addUsage } from '../../../src/db/usage/write.ts';
import type { CountedCalls } from '../../../src/domain/call-counts.ts';
import { createProgramme } from '../../gateway/programme.ts';
import { ADMIN, type TestContext } from '../../support/context.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export type Called = { id: string; accountId: string; createdAt: number };

export function createCalls(t: TestContext) {
  const programme = createProgramme(() => t.as(ADMIN));
  let source = 0;
  return {
    programme,
    async subscription(productId = 'gold'): Promise<Called> {
      const { subscriptionId: id, accountId } = await programme.subscription({ productId });
      const [row] = await t.sql<[{ at: number }]>`
        select (extract(epoch from created_at) * 1000)::float8 as at from subscriptions where id = ${id}`;
      return { id, accountId, createdAt: row.at };
    },
    /** Adds a batch of a source of its own, by default. */
    write: (calls: CountedCalls[], { number = 1, by = `source ${++source}`, now = new Date() } = {}) =>
      addUsage(t.db, 'ours', { source: by, number, calls }, now),
  };
}

export function callBy(
  of: Called | null,
  {
    outcome = 'passed',
    calls = 1,
    keyMark = null,
    lastAt = 0,
    apiId = 'orders',
    productId = 'gold',
  }: Partial<CountedCalls> = {},
): CountedCalls {
  const subscription = of && { id: of.id, createdAt: of.createdAt };
  return { subscription, keyMark, productId, apiId, outcome, calls, lastAt };
}
