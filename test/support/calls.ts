// Calls of the past, written as gateways write them.
import { addUsage } from '../../src/db/usage/write.ts';
import type { CallOutcome } from '../../src/domain/call-counts.ts';
import type { BesideApp } from './beside-app.ts';

type PastCalls = { hoursAgo?: number; outcome?: CallOutcome; calls: number; apiId?: string };

let batches = 0;

/** `now`: of the app's clock. */
export async function storeCalls(
  beside: BesideApp,
  subscriptionId: string,
  past: readonly PastCalls[],
  now = new Date(),
): Promise<void> {
  const [row] = await beside.sql<{ productId: string | null; createdAt: number }[]>`
    select product_id as "productId", (extract(epoch from created_at) * 1000)::float8 as "createdAt" from subscriptions where id = ${subscriptionId}`;
  if (!row) throw new Error(`there is no subscription ${subscriptionId}`);
  const subscription = { id: subscriptionId, createdAt: row.createdAt };
  const calls = past.map(({ hoursAgo = 0, outcome = 'passed', calls, apiId = null }) => ({
    ...{ subscription, keyMark: null, productId: row.productId, apiId, outcome, calls },
    lastAt: now.getTime() - hoursAgo * 3_600_000,
  }));
  batches += 1;
  const { db, service } = beside.console();
  await addUsage(db, service.id, { source: 'a test', number: batches, calls }, now);
}
