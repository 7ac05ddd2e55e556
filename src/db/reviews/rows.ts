// The accounts of a review, each with its evidence and its answer.
import { and, asc, eq, gt, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { ReviewEvidence } from '../../domain/review.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import type { PagedList } from '../page.ts';
import { has, type ListDue, type Moment, rowsOf } from '../rows.ts';
import { accounts, reviewRows, reviews } from '../schema/index.ts';
import { evidenceOfAccounts } from './evidence.ts';
import type { Review } from './reviews.ts';

export type ReviewRow = typeof reviewRows.$inferSelect;
export type ReviewScope = Pick<Review, 'scope' | 'scopeId'>;

const rows = rowsOf(reviewRows);
/** The lock lets one of two answers count. */
export const { find: findReviewRow, lock: lockReviewRow, update: updateReviewRow } = rows;

/** The active accounts `a` that a review is about. */
function isInScope(serviceId: string, { scope, scopeId }: ReviewScope): SQL {
  const isActive = sql`a.service_id = ${serviceId} and a.state = 'active'`;
  if (scope === 'all') return isActive;
  if (scope === 'group')
    return sql`${isActive} and exists (select from account_groups m
      where m.service_id = a.service_id and m.account_id = a.id and m.group_id = ${scopeId})`;
  return sql`${isActive} and exists (select from subscriptions s where s.service_id = a.service_id
    and s.account_id = a.id and s.product_id = ${scopeId} and s.state in ('active', 'suspended'))`;
}

/** How many accounts a review would have; one more than `upTo` stands for any higher number. */
export async function countInScope(
  db: Db,
  serviceId: string,
  scope: ReviewScope,
  upTo: number,
): Promise<number> {
  const [row] = await db.execute<{ count: number }>(sql`select count(*)::int as count from (
    select from accounts a where ${isInScope(serviceId, scope)} limit ${upTo + 1}) as found`);
  return row?.count ?? 0;
}

/** Gives the review a row for each account, by name. Returns how many. */
export async function insertReviewRows({ tx, now }: Moment, review: Review): Promise<number> {
  const { value, from } = evidenceOfAccounts(now);
  const inserted = await tx.execute(sql`
    insert into review_rows (service_id, id, review_id, place, account_id, evidence, evidence_at)
    select a.service_id, gen_random_uuid(), ${review.id}, row_number() over (
        order by lower(trim(a.first_name || ' ' || a.last_name)), a.email_canonical, a.id), a.id, ${value}, ${now.toISOString()}
    from ${from} where ${isInScope(review.serviceId, review)} returning 1`);
  return inserted.length;
}

/** What is known of an account now; null once its data is erased. */
export const readEvidence = async (moment: Moment, serviceId: string, accountId: string) =>
  (await readEvidenceOf(moment, serviceId, [accountId])).get(accountId) ?? null;

/** Brings the evidence of rows without an answer to this moment. */
export async function renewEvidence({ tx, now }: Moment, { serviceId, id }: Review): Promise<void> {
  const { value, from } = evidenceOfAccounts(now);
  await tx.execute(sql`
    update review_rows r set evidence = known.evidence, evidence_at = ${now.toISOString()}
    from (select a.id, ${value} as evidence from ${from}
      where a.service_id = ${serviceId} and a.erased_at is null and a.id in (
        select account_id from review_rows where service_id = ${serviceId} and review_id = ${id} and answer is null)) known
    where r.service_id = ${serviceId} and r.review_id = ${id} and r.answer is null and r.account_id = known.id`);
}

/** There is no answer, and the account can still sign in and call. */
const isUnanswered = (): SQL | undefined => and(isNull(reviewRows.answer), eq(accounts.state, 'active'));

const withAccount = () => has(accounts, { serviceId: reviewRows.serviceId, id: reviewRows.accountId });

export type ListedReviewRow = ReviewRow & { accountState: string };

/** In the order of the review. `isWaiting`: only those that wait for an answer. */
export function listReviewRows(
  db: Db,
  { serviceId, reviewId, isWaiting = false }: { serviceId: string; reviewId: string; isWaiting?: boolean },
): PagedList<ListedReviewRow, number> {
  const where = and(has(reviewRows, { serviceId, reviewId }), isWaiting ? isUnanswered() : undefined);
  return {
    cursorOf: ({ place }) => place,
    async rows({ limit, skip = 0, after }) {
      const found = await db
        .select({ row: reviewRows, accountState: accounts.state })
        .from(reviewRows)
        .innerJoin(accounts, withAccount())
        .where(and(where, after === undefined ? undefined : gt(reviewRows.place, after)))
        .orderBy(asc(reviewRows.place))
        .offset(skip)
        .limit(limit);
      return found.map(({ row, accountState }) => ({ ...row, accountState }));
    },
    async count() {
      const [row] = await db
        .select({ count: sql<number>`count(*)::int` })
        .from(reviewRows)
        .innerJoin(accounts, withAccount())
        .where(where);
      return row?.count ?? 0;
    },
  };
}

/** The evidence of these accounts now, by their id. */
export async function readEvidenceOf(
  { tx, now }: Moment,
  serviceId: string,
  accountIds: readonly string[],
): Promise<Map<string, ReviewEvidence>> {
  if (accountIds.length === 0) return new Map();
  const { value, from } = evidenceOfAccounts(now);
  const found = await tx.execute<{ id: string; evidence: ReviewEvidence }>(sql`
    select a.id, ${value} as evidence from ${from}
    where a.service_id = ${serviceId} and a.erased_at is null and a.id in ${accountIds}`);
  return new Map([...found].map(({ id, evidence }) => [id, evidence]));
}

export type ReviewProgress = {
  kept: number;
  blocked: number;
  /** Waited for another operator's approval. */
  requested: number;
  /** Blocked or deleted meanwhile by other ways, so there was nothing to answer. */
  gone: number;
  waiting: number;
};

/** How far each of these reviews is. Of one that has ended, as it was at its end. */
export async function countAnswers(
  db: Db,
  serviceId: string,
  reviewIds: readonly string[],
): Promise<Map<string, ReviewProgress>> {
  if (reviewIds.length === 0) return new Map();
  const found = await db.execute<ReviewProgress & { id: string }>(sql`
    with told as (
      select r.review_id as id, r.answer, r.approval_id,
        case when v.state = 'open' then a.state else coalesce(r.evidence ->> 'state', 'deleted') end as state
      from review_rows r
        join reviews v on v.service_id = r.service_id and v.id = r.review_id
        join accounts a on a.service_id = r.service_id and a.id = r.account_id
      where r.service_id = ${serviceId} and r.review_id in ${reviewIds})
    select id::text as id,
      count(*) filter (where answer = 'keep')::int as kept,
      count(*) filter (where answer = 'block' and approval_id is null)::int as blocked,
      count(*) filter (where answer = 'block' and approval_id is not null)::int as requested,
      count(*) filter (where answer is null and state <> 'active')::int as gone,
      count(*) filter (where answer is null and state = 'active')::int as waiting
    from told group by id`);
  return new Map([...found].map(({ id, ...progress }) => [id, progress]));
}

/** The first row that waits, to open its page; null when none does. */
export async function findFirstWaiting(db: Db, serviceId: string, reviewId: string): Promise<number | null> {
  const [row] = await db
    .select({ place: reviewRows.place })
    .from(reviewRows)
    .innerJoin(accounts, withAccount())
    .where(and(has(reviewRows, { serviceId, reviewId }), isUnanswered()))
    .orderBy(asc(reviewRows.place))
    .limit(1);
  return row?.place ?? null;
}

/** Rows without an answer in reviews whose end has come and blocks them. */
export const listRowsToBlock: ListDue = async (db, serviceId, by, limit) =>
  db
    .select({ id: reviewRows.id })
    .from(reviewRows)
    .innerJoin(reviews, has(reviews, { serviceId: reviewRows.serviceId, id: reviewRows.reviewId }))
    .innerJoin(accounts, withAccount())
    .where(
      and(
        has(reviews, { serviceId, state: 'open', atEnd: 'block' }),
        sql`${reviews.endsAt} <= ${by.toISOString()}`,
        isUnanswered(),
      ),
    )
    .orderBy(asc(reviews.endsAt), asc(reviewRows.place))
    .limit(limit);

/** Empties what is personal in an account's rows. The answers stay. */
export async function eraseEvidence(tx: Transaction, serviceId: string, accountId: string): Promise<void> {
  await tx
    .update(reviewRows)
    .set({ evidence: null, reason: '' })
    .where(and(has(reviewRows, { serviceId, accountId }), isNotNull(reviewRows.evidence)));
}
