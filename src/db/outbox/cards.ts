import { and, eq, type SQL, sql } from 'drizzle-orm';
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
  | { invitationBatchId: string }
  | { driftId: string }
  | { leakedKeyId: string }
  | { reviewId: string };

/** The version of a card of sign-ups of which none waits: see `versionOfSignUps`. */
const DECIDED = versionOfSignUps(0);

/** The card of many sign-ups shows only how many still wait, so that number is its version. A version starts at 1. */
export function versionOfSignUps(waiting: number): number {
  return waiting + 1;
}

type SubjectColumn =
  | 'accountId'
  | 'approvalId'
  | 'subscriptionId'
  | 'signUpSummaryId'
  | 'invitationBatchId'
  | 'driftId'
  | 'leakedKeyId'
  | 'reviewId';

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
  kind:
    | 'account'
    | 'approval'
    | 'subscription'
    | 'sign-ups'
    | 'invitations'
    | 'drift'
    | 'leaked-key'
    | 'review';
  id: string;
};

/**
 * What has a card that is outdated or missing, because a job was lost or Slack was away for longer than its retries.
 * `before`: later changes still have their first job on the way. A batch of invitations comes once an hour, because a person
 * who has left keeps an outdated card.
 */
export async function listStaleSubjects(
  db: Db,
  of: { serviceId: string; now: Date; before: Date; limit: number },
): Promise<StaleSubject[]> {
  const { serviceId, limit } = of;
  const before = of.before.toISOString();
  const now = sql`${of.now.toISOString()}::timestamptz`;
  return db.execute<StaleSubject>(sql`
    (select distinct 'account' as kind, c.account_id as id from cards c
      join accounts a on a.service_id = c.service_id and a.id = c.account_id
      where c.service_id = ${serviceId} and c.painted_version < a.version and a.updated_at < ${before}
        and (c.message_ts is not null or a.state = 'pending') limit ${limit})
    union all
    (select 'account', a.id from accounts a
      where a.service_id = ${serviceId} and a.state = 'pending' and a.updated_at < ${before}
        and (a.signed_up_at is null or a.email_confirmed_at is not null) and a.sign_up_summary_id is null
        and not exists (select from cards c where c.service_id = a.service_id and c.account_id = a.id) limit ${limit})
    union all
    (select distinct 'approval', c.approval_id::text from cards c
      join approvals p on p.service_id = c.service_id and p.id = c.approval_id
      where c.service_id = ${serviceId} and c.painted_version < p.version
        and coalesce(p.ended_at, p.created_at) < ${before}
        and (c.message_ts is not null or p.state = 'open') limit ${limit})
    union all
    (select 'approval', p.id::text from approvals p
      where p.service_id = ${serviceId} and p.state = 'open' and p.created_at < ${before}
        and not exists (select from cards c where c.service_id = p.service_id and c.approval_id = p.id) limit ${limit})
    union all
    (select distinct 'subscription', c.subscription_id from cards c
      join subscriptions s on s.service_id = c.service_id and s.id = c.subscription_id
      where c.service_id = ${serviceId} and c.painted_version < s.version and s.updated_at < ${before}
        and (c.message_ts is not null or s.state = 'submitted') limit ${limit})
    union all
    (select 'subscription', s.id from subscriptions s
      where s.service_id = ${serviceId} and s.state = 'submitted' and s.account_id is not null and s.created_at < ${before}
        and not exists (select from cards c where c.service_id = s.service_id and c.subscription_id = s.id) limit ${limit})
    union all
    (select distinct 'sign-ups', s.id::text from sign_up_summaries s
      left join cards c on c.service_id = s.service_id and c.sign_up_summary_id = s.id
      where s.service_id = ${serviceId} and (s.ended_at is null or
        (s.ended_at < ${before} and c.message_ts is not null and c.painted_version <> ${DECIDED})) limit ${limit})
    union all
    (select distinct 'drift', c.drift_id::text from cards c
      join azure_drifts d on d.service_id = c.service_id and d.id = c.drift_id
      where c.service_id = ${serviceId} and c.painted_version < d.version
        and coalesce(d.ended_at, d.found_at) < ${before}
        and (c.message_ts is not null or d.state = 'open') limit ${limit})
    union all
    (select 'leaked-key', k.id::text from leaked_keys k
      left join cards c on c.service_id = k.service_id and c.leaked_key_id = k.id
      where k.service_id = ${serviceId} and k.changed_at < ${before}
        and (c.painted_version < k.version or (c.id is null and k.changed_at > ${now} - interval '7 days')) limit ${limit})
    union all
    (select distinct 'review', v.id::text from reviews v
      left join cards c on c.service_id = v.service_id and c.review_id = v.id
      where v.service_id = ${serviceId} and v.changed_at < ${before}
        and (c.painted_version < v.version and (c.message_ts is not null or v.state = 'open')
          or c.id is null and v.state = 'open') limit ${limit})
    union all
    (select distinct 'invitations', c.invitation_batch_id::text from cards c
      where c.service_id = ${serviceId} and c.invitation_batch_id is not null and ${isMinuteOf(sql`c.changed_at`, now)}
        and not exists (
          select from invitations i, unnest(array[i.invited_by, i.approved_by]) as person
          where i.service_id = c.service_id and i.batch_id = c.invitation_batch_id and person <> ''
          group by person having sum(i.version) = c.painted_version) limit ${limit})
    union all
    (select distinct 'invitations', i.batch_id::text from invitations i
      where i.service_id = ${serviceId} and i.state in ('accepted', 'expired') and i.invited_by like '%/%'
        and i.ended_at > ${now} - interval '7 days' and i.ended_at < ${before} and ${isMinuteOf(sql`i.ended_at`, now)}
        and not exists (select from cards c where c.service_id = i.service_id and c.invitation_batch_id = i.batch_id)
      limit ${limit})`);
}

/** Once an hour, each at a minute of its own. */
const isMinuteOf = (at: SQL, now: SQL): SQL => sql`date_part('minute', ${at}) = date_part('minute', ${now})`;
