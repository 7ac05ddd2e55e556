import { and, eq, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { cards } from '../schema/index.ts';

export type Card = typeof cards.$inferSelect;

/** What a card shows. A card that stands for many sign-ups shows their summary. */
export type CardSubject =
  | { accountId: string }
  | { approvalId: string }
  | { subscriptionId: string }
  | { signUpSummaryId: string }
  | { invitationBatchId: string };

type SubjectColumn = 'accountId' | 'approvalId' | 'subscriptionId' | 'signUpSummaryId' | 'invitationBatchId';

export async function listCards(db: Db, serviceId: string, subject: CardSubject): Promise<Card[]> {
  const isAbout = Object.entries(subject).map(([column, id]: [string, string]) =>
    eq(cards[column as SubjectColumn], id),
  );
  return db
    .select()
    .from(cards)
    .where(and(eq(cards.serviceId, serviceId), ...isAbout));
}

export async function insertCard(tx: Transaction, row: typeof cards.$inferInsert): Promise<void> {
  await tx.insert(cards).values(row).onConflictDoNothing();
}

export async function updateCard(
  tx: Transaction,
  key: { serviceId: string; id: string },
  change: { messageTs: string; channelId: string; paintedVersion: number; changedAt: Date },
): Promise<void> {
  await tx
    .update(cards)
    .set(change)
    .where(has(cards, { serviceId: key.serviceId, id: key.id }));
}

export type StaleSubject = {
  accountId: string | null;
  approvalId: string | null;
  subscriptionId: string | null;
};

/**
 * The accounts, approvals and subscriptions whose card is outdated or missing, because a job was lost or Slack was away for
 * longer than its retries. `before`: later changes still have their first job on the way.
 */
export async function listStaleSubjects(
  db: Db,
  of: { serviceId: string; before: Date; limit: number },
): Promise<StaleSubject[]> {
  const { serviceId, limit } = of;
  const before = of.before.toISOString();
  return db.execute<StaleSubject>(sql`
    (select distinct c.account_id as "accountId", null::uuid as "approvalId", null as "subscriptionId" from cards c
      join accounts a on a.service_id = c.service_id and a.id = c.account_id
      where c.service_id = ${serviceId} and c.painted_version < a.version and a.updated_at < ${before}
        and (c.message_ts is not null or a.state = 'pending') limit ${limit})
    union all
    (select a.id, null, null from accounts a
      where a.service_id = ${serviceId} and a.state = 'pending' and a.updated_at < ${before}
        and (a.signed_up_at is null or a.email_confirmed_at is not null) and a.sign_up_summary_id is null
        and not exists (select from cards c where c.service_id = a.service_id and c.account_id = a.id) limit ${limit})
    union all
    (select distinct null, c.approval_id, null from cards c
      join approvals p on p.service_id = c.service_id and p.id = c.approval_id
      where c.service_id = ${serviceId} and c.painted_version < p.version
        and coalesce(p.ended_at, p.created_at) < ${before}
        and (c.message_ts is not null or p.state = 'open') limit ${limit})
    union all
    (select null, p.id, null from approvals p
      where p.service_id = ${serviceId} and p.state = 'open' and p.created_at < ${before}
        and not exists (select from cards c where c.service_id = p.service_id and c.approval_id = p.id) limit ${limit})
    union all
    (select distinct null, null::uuid, c.subscription_id from cards c
      join subscriptions s on s.service_id = c.service_id and s.id = c.subscription_id
      where c.service_id = ${serviceId} and c.painted_version < s.version and s.updated_at < ${before}
        and (c.message_ts is not null or s.state = 'submitted') limit ${limit})
    union all
    (select null, null, s.id from subscriptions s
      where s.service_id = ${serviceId} and s.state = 'submitted' and s.account_id is not null and s.created_at < ${before}
        and not exists (select from cards c where c.service_id = s.service_id and c.subscription_id = s.id) limit ${limit})`);
}
