// Which news of a quota its owner was told of.
import { and, sql } from 'drizzle-orm';
import type { Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { quotaUse } from '../schema/index.ts';

export type QuotaNews = 'near' | 'used_up';

/** False when the owner was told of it in this period already, or of something later. */
export async function takeQuotaNews(
  tx: Transaction,
  { serviceId, subscriptionId, startsAt }: { serviceId: string; subscriptionId: string; startsAt: Date },
  news: QuotaNews,
): Promise<boolean> {
  const told = news === 'near' ? quotaUse.nearToldFor : quotaUse.usedUpToldFor;
  const taken = await tx
    .update(quotaUse)
    .set({ nearToldFor: startsAt, ...(news === 'used_up' ? { usedUpToldFor: startsAt } : {}) })
    .where(
      and(
        has(quotaUse, { serviceId, subscriptionId, startsAt }),
        sql`${told} is distinct from ${quotaUse.startsAt}`,
      ),
    )
    .returning({ id: quotaUse.subscriptionId });
  return taken.length > 0;
}
