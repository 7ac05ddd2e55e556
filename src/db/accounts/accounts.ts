import { and, desc, eq, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { insertUntaken } from '../connection/write-together.ts';
import { dueRows, has, type Moment, rowsOf } from '../rows.ts';
import { accountCounts, accountGroups, accounts } from '../schema/index.ts';

export type Account = typeof accounts.$inferSelect;
export type AccountState = Account['state'];

const rows = rowsOf(accounts);
export const { findAll: findAccounts, lock: lockAccount } = rows;
/** Locks accounts in the order of their ids, so that two callers can't wait for each other. */
export async function lockAccounts(
  tx: Transaction,
  serviceId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(has(accounts, { serviceId, id: ids }))
    .orderBy(accounts.id)
    .for('update');
}

/** Changes a locked account and increments its version. */
export const updateAccount = (
  { tx, now }: Moment,
  account: Account,
  change: Partial<typeof accounts.$inferInsert>,
): Promise<Account> => rows.update(tx, account, { ...change, updatedAt: now });

type EmailKey = { serviceId: string; emailCanonical: string };

const selectById = readTogether<{ serviceId: string; id: string }, Account>('account_by_id', (db, value) =>
  db
    .select()
    .from(accounts)
    .where(has(accounts, { serviceId: value('serviceId'), id: value('id') }))
    .limit(1),
);

export async function findAccount(db: Db, serviceId: string, id: string): Promise<Account | null> {
  const [row] = await selectById(db, { serviceId, id });
  return row ?? null;
}

/**
 * The account that programs know by this id, in any case; a deleted account has given its up. Of two ids that differ in
 * case only, the exact one.
 */
const selectByResourceId = readTogether<{ serviceId: string; id: string }, Account>(
  'account_by_resource_id',
  (db, value) =>
    db
      .select()
      .from(accounts)
      .where(
        and(
          eq(accounts.serviceId, value('serviceId')),
          sql`lower(${resourceIdOfAccount}) = lower(${value('id')})`,
          ne(accounts.state, sql`'deleted'`),
        ),
      )
      .orderBy(sql`${resourceIdOfAccount} = ${value('id')} desc`, accounts.id)
      .limit(1),
);

/** The id of an account for programs. */
export const resourceIdOfAccount = sql<string>`coalesce(${accounts.resourceId}, ${accounts.id})`;

export async function findAccountByResourceId(
  db: Db,
  serviceId: string,
  id: string,
): Promise<Account | null> {
  const [row] = await selectByResourceId(db, { serviceId, id });
  return row ?? null;
}

/** Whether the row of a deleted account, or of one that programs know by another id, has this id, in any case. */
export async function isFormerId(db: Db, serviceId: string, id: string): Promise<boolean> {
  const [row] = await db
    .select({ id: accounts.id })
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, serviceId),
        sql`lower(${accounts.id}) = lower(${id})`,
        or(eq(accounts.state, sql`'deleted'`), isNotNull(accounts.resourceId)),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/**
 * By the id of its row, as people read it, or its id for programs. A deleted account only when no other one has either,
 * unless it is preferred.
 */
export async function findAccountByEitherId(
  db: Db,
  serviceId: string,
  id: string,
  prefersDeleted = false,
): Promise<Account | null> {
  const account = await findAccount(db, serviceId, id);
  if (account && (prefersDeleted || account.state !== 'deleted')) return account;
  return (await findAccountByResourceId(db, serviceId, id)) ?? account;
}

/** The account that has this email; a deleted account has given its up. */
const selectByEmail = readTogether<EmailKey, Account>('account_by_email', (db, value) =>
  db
    .select()
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, value('serviceId')),
        eq(accounts.emailCanonical, value('emailCanonical')),
        // No parameter: a plan for all values can then use the index of those that are not deleted.
        ne(accounts.state, sql`'deleted'`),
      ),
    )
    .limit(1),
);

export async function findAccountByEmail(
  db: Db,
  serviceId: string,
  emailCanonical: string,
): Promise<Account | null> {
  const [row] = await selectByEmail(db, { serviceId, emailCanonical });
  return row ?? null;
}

/** The latest deleted account that had this email, unless its data is erased. */
export async function findDeletedAccountByEmail(
  db: Db,
  serviceId: string,
  emailCanonical: string,
): Promise<Account | null> {
  const [row] = await selectDeletedByEmail(db, { serviceId, emailCanonical });
  return row ?? null;
}

const selectDeletedByEmail = readTogether<EmailKey, Account>('deleted_account_by_email', (db, value) =>
  db
    .select()
    .from(accounts)
    .where(
      has(accounts, {
        serviceId: value('serviceId'),
        emailCanonical: value('emailCanonical'),
        state: sql`'deleted'`,
        erasedAt: null,
      }),
    )
    .orderBy(desc(accounts.deletedAt))
    .limit(1),
);

/** Inserts unless the email is taken; null then. The unique index decides. */
export async function insertAccount(
  tx: Transaction,
  row: typeof accounts.$inferInsert,
): Promise<Account | null> {
  return (await insertRow(tx, row)) ? findAccount(tx, row.serviceId, row.id) : null;
}

const insertRow = insertUntaken(accounts);

/** Part of another change of a locked account, which increments the version. Does nothing once its email is another one. */
export async function confirmEmailOf(
  tx: Transaction,
  { serviceId, id, email, now }: { serviceId: string; id: string; email: string; now: Date },
): Promise<void> {
  const isUnconfirmed = has(accounts, { email, emailConfirmedAt: null });
  await tx
    .update(accounts)
    .set({ emailConfirmedAt: now })
    .where(and(has(accounts, { serviceId, id }), isUnconfirmed));
}

/** Stores a stronger hash of the same password. Nothing visible changes, so the version stays. */
export async function keepPasswordHash(
  tx: Transaction,
  account: Account,
  passwordHash: string,
): Promise<void> {
  await tx
    .update(accounts)
    .set({ passwordHash })
    .where(has(accounts, { serviceId: account.serviceId, id: account.id }));
}

export async function countAccountsByState(db: Db, serviceId: string): Promise<Record<AccountState, number>> {
  const rows = await db
    .select({ state: accountCounts.state, count: sql<string>`sum(${accountCounts.change})` })
    .from(accountCounts)
    .where(eq(accountCounts.serviceId, serviceId))
    .groupBy(accountCounts.state);
  const counts: Record<AccountState, number> = { active: 0, blocked: 0, pending: 0, deleted: 0 };
  for (const row of rows) counts[row.state as AccountState] = Number(row.count);
  return counts;
}

/** Adds up the increments into one row a state. Concurrent changes are safe: it removes only the rows that it read. */
export async function foldAccountCounts(db: Db): Promise<void> {
  await db.execute(sql`
    with seen as (delete from account_counts returning service_id, state, change)
    insert into account_counts (service_id, state, change)
    select service_id, state, sum(change) from seen group by service_id, state having sum(change) <> 0`);
}

export const listAccountsToErase = dueRows(
  accounts,
  accounts.deletedAt,
  has(accounts, { state: 'deleted', erasedAt: null }),
);

/** Accounts whose block has ended. */
export const listEndedBlocks = dueRows(accounts, accounts.blockEndsAt);

export async function listGroupIdsOfAccounts(
  db: Db,
  serviceId: string,
  accountIds: string[],
): Promise<Map<string, string[]>> {
  const groupIds = new Map<string, string[]>(accountIds.map((id) => [id, []]));
  if (accountIds.length === 0) return groupIds;
  const rows = await db
    .select({ accountId: accountGroups.accountId, groupId: accountGroups.groupId })
    .from(accountGroups)
    .where(and(eq(accountGroups.serviceId, serviceId), inArray(accountGroups.accountId, accountIds)));
  for (const row of rows) groupIds.get(row.accountId)?.push(row.groupId);
  return groupIds;
}

export async function replaceGroupsOfAccount(
  tx: Transaction,
  serviceId: string,
  accountId: string,
  groupIds: readonly string[],
): Promise<void> {
  await tx.delete(accountGroups).where(has(accountGroups, { serviceId, accountId }));
  await addGroupsToAccount(tx, serviceId, accountId, groupIds);
}

export async function addGroupsToAccount(
  tx: Transaction,
  serviceId: string,
  accountId: string,
  groupIds: readonly string[],
): Promise<void> {
  if (groupIds.length > 0) {
    await tx.insert(accountGroups).values(groupIds.map((groupId) => ({ serviceId, accountId, groupId })));
  }
}
