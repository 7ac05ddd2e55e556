// Those that an announcement was sent to, and what became of their mails.
import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import type { AnnouncementFate, LeftOutReason } from '../../domain/announcement.ts';
import type { Account } from '../accounts/accounts.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { countRows, pagedList } from '../page.ts';
import { has } from '../rows.ts';
import { accounts, mails, announcementRecipients as recipients } from '../schema/index.ts';
import type { Announcement } from './announcements.ts';
import { reasonToLeaveOut } from './audience.ts';

type Key = Pick<Announcement, 'serviceId' | 'id'>;
type RecipientKey = { serviceId: string; announcementId: string; accountId: string };

const isOf = ({ serviceId, id }: Key) => has(recipients, { serviceId, announcementId: id });

export type NextRecipient = Pick<Account, 'id' | 'email' | 'firstName' | 'lastName' | 'language'> & {
  leftOut: LeftOutReason | null;
};

/** The next ones whose turn has not come, and why each gets no mail any more. */
export async function listNextRecipients(
  db: Db,
  { serviceId, id, kind }: Pick<Announcement, 'serviceId' | 'id' | 'kind'>,
  limit: number,
): Promise<NextRecipient[]> {
  const rows = await db.execute<NextRecipient>(sql`
    select a.id, a.email, a.first_name as "firstName", a.last_name as "lastName", a.language,
      ${reasonToLeaveOut(kind)} as "leftOut"
    from announcement_recipients r join accounts a on a.service_id = r.service_id and a.id = r.account_id
    where r.service_id = ${serviceId} and r.announcement_id = ${id} and r.mail_id is null and r.left_out is null
    order by a.id limit ${limit}`);
  return [...rows];
}

export async function updateRecipient(
  tx: Transaction,
  key: RecipientKey,
  change: { mailId: string; unsubscribeHash: string | null } | { leftOut: LeftOutReason },
): Promise<void> {
  await tx.update(recipients).set(change).where(has(recipients, key));
}

/** The mails that have not left, due or not. */
export async function listWaitingMailIds(db: Db, key: Key): Promise<string[]> {
  const rows = await db
    .select({ id: mails.id })
    .from(recipients)
    .innerJoin(mails, and(eq(mails.serviceId, recipients.serviceId), eq(mails.id, recipients.mailId)))
    .where(and(isOf(key), eq(mails.state, 'queued')));
  return rows.map(({ id }) => id);
}

/** `waiting`: their turn has not come, or never came. */
const fate = sql<AnnouncementFate>`coalesce(${recipients.leftOut}, ${mails.state}, 'waiting')`;

const withFates = (db: Db) =>
  db
    .select({
      id: accounts.id,
      email: accounts.email,
      firstName: accounts.firstName,
      lastName: accounts.lastName,
      fate,
      changedAt: mails.changedAt,
    })
    .from(recipients)
    .innerJoin(
      accounts,
      and(eq(accounts.serviceId, recipients.serviceId), eq(accounts.id, recipients.accountId)),
    )
    .leftJoin(mails, and(eq(mails.serviceId, recipients.serviceId), eq(mails.id, recipients.mailId)))
    .$dynamic();

export type RecipientRow = Awaited<ReturnType<typeof withFates>>[number];

export async function countFates(db: Db, key: Key): Promise<Partial<Record<AnnouncementFate, number>>> {
  const rows = await db
    .select({ fate, count: count() })
    .from(recipients)
    .leftJoin(mails, and(eq(mails.serviceId, recipients.serviceId), eq(mails.id, recipients.mailId)))
    .where(isOf(key))
    .groupBy(fate);
  return Object.fromEntries(rows.map((row) => [row.fate, row.count]));
}

/** In the order of their ids; with `fates`, only those of which one of these is true. */
export function listRecipients(db: Db, key: Key, fates: readonly AnnouncementFate[] | null) {
  const where: SQL | undefined = and(isOf(key), fates ? sql`${fate} in ${[...fates]}` : undefined);
  const list = pagedList<RecipientRow, string>(db, recipients, {
    where,
    by: [recipients.accountId],
    cursorOf: (last) => last.id,
    valuesAt: (after) => [sql`${after}`],
    select: () => withFates(db) as never,
  });
  return { ...list, count: (upTo?: number) => countRows(db, withFates(db).where(where), upTo) };
}

/** The account that a mail's link unsubscribes; null for a secret that no mail had. */
export async function findUnsubscribed(db: Db, serviceId: string, hash: string): Promise<string | null> {
  const [row] = await db
    .select({ accountId: recipients.accountId })
    .from(recipients)
    .where(has(recipients, { serviceId, unsubscribeHash: hash }));
  return row?.accountId ?? null;
}

/** What an account was sent is not told any more. Its mails stay, as those of every other kind. */
export async function forgetAnnouncements(
  tx: Transaction,
  serviceId: string,
  accountId: string,
): Promise<void> {
  await tx.delete(recipients).where(has(recipients, { serviceId, accountId }));
}
