import type { CountedCalls, QuotaUse } from '../../domain/call-counts.ts';
import type { Transaction } from '../connection/connect.ts';

/**
 * Adds the calls that passed to the quotas of their subscriptions. `calls` has only those of subscriptions that exist, which
 * this transaction holds.
 */
export async function addQuotaUse(
  _tx: Transaction,
  _serviceId: string,
  _calls: readonly CountedCalls[],
): Promise<QuotaUse[]> {
  return [];
}
