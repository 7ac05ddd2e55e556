// Reviews of access, and the people who are asked.
import { and, asc, eq, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { byRowId, type PagedList, pagedList } from '../page.ts';
import { dueRows, has, type ListDue, type Moment, rowsOf } from '../rows.ts';
import { accounts, auditLinks, reviewPeople, reviewRows, reviews } from '../schema/index.ts';

export type Review = typeof reviews.$inferSelect;
export type ReviewPerson = typeof reviewPeople.$inferSelect;

const rows = rowsOf(reviews);
export const { find: findReview, lock: lockReview, insert: insertReview } = rows;

/** Changes a locked review, and makes its messages outdated. */
export const changeReview = (
  { tx, now }: Moment,
  review: Review,
  change: Partial<typeof reviews.$inferInsert> = {},
): Promise<Review> => rows.update(tx, review, { ...change, changedAt: now });

/** Newest first. */
export const listReviews = (
  db: Db,
  { serviceId, isOpen }: { serviceId: string; isOpen?: boolean | undefined },
): PagedList<Review, string> =>
  pagedList(db, reviews, {
    where: and(eq(reviews.serviceId, serviceId), isOpen ? eq(reviews.state, 'open') : undefined),
    ...byRowId(reviews.id),
    isDescending: true,
  });

/** Open reviews that ask this person, or whose admins are asked, the first to end first. */
export async function listReviewsOf(
  db: Db,
  of: { serviceId: string; person: string; isAdmin: boolean; limit: number },
): Promise<Review[]> {
  const { serviceId, person } = of;
  const isAsked = sql`exists (select from review_people p where p.service_id = ${reviews.serviceId}
    and p.review_id = ${reviews.id} and p.person = ${person} and p.lost_at is null)`;
  return db
    .select()
    .from(reviews)
    .where(
      and(
        has(reviews, { serviceId, state: 'open' }),
        of.isAdmin ? sql`(${isAsked} or ${reviews.adminsSince} is not null)` : isAsked,
      ),
    )
    .orderBy(asc(reviews.endsAt), asc(reviews.id))
    .limit(of.limit);
}

export async function insertReviewPeople(tx: Transaction, people: ReviewPerson[]): Promise<void> {
  if (people.length > 0) await tx.insert(reviewPeople).values(people);
}

export const listReviewPeople = (db: Db, serviceId: string, reviewId: string): Promise<ReviewPerson[]> =>
  db
    .select()
    .from(reviewPeople)
    .where(has(reviewPeople, { serviceId, reviewId }))
    .orderBy(asc(reviewPeople.name), asc(reviewPeople.person));

/** They can't answer any more. False when that was known. */
export async function loseReviewer(
  { tx, now }: Moment,
  { serviceId, reviewId, person }: Pick<ReviewPerson, 'serviceId' | 'reviewId' | 'person'>,
): Promise<boolean> {
  const lost = await tx
    .update(reviewPeople)
    .set({ lostAt: now })
    .where(and(has(reviewPeople, { serviceId, reviewId, person }), isNull(reviewPeople.lostAt)))
    .returning({ person: reviewPeople.person });
  return lost.length > 0;
}

/** People of open reviews who were asked as operators, and have no role any more. */
export async function listPeopleWithoutRole(
  db: Db,
  serviceId: string,
  limit: number,
): Promise<{ reviewId: string; person: string }[]> {
  const hasRole = sql`exists (select from operators o where o.service_id = ${reviewPeople.serviceId}
    and o.team_id || '/' || o.slack_user_id = ${reviewPeople.person} and o.role is not null)`;
  return db
    .select({ reviewId: reviewPeople.reviewId, person: reviewPeople.person })
    .from(reviewPeople)
    .innerJoin(reviews, has(reviews, { serviceId: reviewPeople.serviceId, id: reviewPeople.reviewId }))
    .where(
      and(
        has(reviews, { serviceId, state: 'open' }),
        has(reviewPeople, { isOperator: true, lostAt: null }),
        sql`not ${hasRole}`,
      ),
    )
    .limit(limit);
}

/** Open reviews whose time for a reminder has come. */
export async function listReviewsToRemind(
  db: Db,
  serviceId: string,
  by: Date,
  limit: number,
): Promise<string[]> {
  const found = await dueRows(reviews, reviews.nextReminderAt, isOpen())(db, serviceId, by, limit);
  return found.map(({ id }) => id);
}

const isOpen = (): SQL => eq(reviews.state, 'open');

/** Open reviews whose end has come, once no row is left that it blocks. */
export const listReviewsToEnd: ListDue = async (db, serviceId, by, limit) =>
  db
    .select({ id: reviews.id })
    .from(reviews)
    .where(
      and(
        has(reviews, { serviceId, state: 'open' }),
        lte(reviews.endsAt, by),
        sql`(${reviews.atEnd} = 'escalate' or not exists (
          select from ${reviewRows} join ${accounts} on ${accounts.serviceId} = ${reviewRows.serviceId}
            and ${accounts.id} = ${reviewRows.accountId}
          where ${reviewRows.serviceId} = ${serviceId} and ${reviewRows.reviewId} = ${reviews.id}
            and ${reviewRows.answer} is null and ${accounts.state} = 'active'))`,
      ),
    )
    .orderBy(asc(reviews.endsAt))
    .limit(limit);

/** Reviews that have ended, whose end is in the audit's chain, and whose report wasn't sent yet. */
export async function listReviewsToReport(db: Db, serviceId: string, limit: number): Promise<string[]> {
  const found = await db
    .select({ id: reviews.id })
    .from(reviews)
    .innerJoin(auditLinks, has(auditLinks, { serviceId: reviews.serviceId, auditId: reviews.endAuditId }))
    .where(and(eq(reviews.serviceId, serviceId), isNotNull(reviews.endedAt), isNull(reviews.reportedAt)))
    .limit(limit);
  return found.map(({ id }) => id);
}
