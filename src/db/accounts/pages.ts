// Accounts as programs list them: by a filter, by pages, and counted.
import { and, asc, desc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { accountGroups, accounts } from '../schema/index.ts';
import { type Account, type AccountCursor, countAccountsByState } from './accounts.ts';

const COLUMNS: FilterColumns = {
  name: { column: accounts.id, text: 'exact' },
  firstName: { column: accounts.firstName },
  lastName: { column: accounts.lastName },
  email: { column: accounts.emailCanonical, text: 'lowered' },
  note: { column: accounts.note },
  state: { column: accounts.state, text: 'exact' },
  registrationDate: { column: accounts.registeredAt, text: 'exact' },
};

export type AccountsWanted = {
  filter: ListFilter | null;
  /** Only those of a custom group. */
  groupId?: string | undefined;
};

/** Newest first; the members of a group by id, as the index of the group has them. Deleted accounts are not listed. */
export async function listAccountPage(
  db: Db,
  serviceId: string,
  wanted: AccountsWanted,
  page: { limit: number; skip: number; after?: AccountCursor | undefined },
): Promise<Account[]> {
  const { after } = page;
  const isBehind = after
    ? wanted.groupId === undefined
      ? sql`(${accounts.registeredAt}, ${accounts.id}) < (${after.registeredAt.toISOString()}::timestamptz, ${after.id})`
      : sql`${accountGroups.accountId} > ${after.id}`
    : undefined;
  const query = db.select({ account: accounts }).from(accounts).$dynamic();
  const rows = await joined(query, serviceId, wanted, isBehind)
    .orderBy(
      ...(wanted.groupId === undefined
        ? [desc(accounts.registeredAt), desc(accounts.id)]
        : [asc(accountGroups.accountId)]),
    )
    .offset(page.skip)
    .limit(page.limit);
  return rows.map(({ account }) => account);
}

/** Exact. Without filter and group it is kept, not counted: as fast at a million as at none. */
export async function countAccounts(db: Db, serviceId: string, wanted: AccountsWanted): Promise<number> {
  if (!wanted.filter && wanted.groupId === undefined) {
    const { active, blocked, pending } = await countAccountsByState(db, serviceId);
    return active + blocked + pending;
  }
  const query = db.select({ count: sql<string>`count(*)` }).from(accounts).$dynamic();
  const [row] = await joined(query, serviceId, wanted, undefined);
  return Number(row?.count ?? 0);
}

// biome-ignore lint/suspicious/noExplicitAny: Drizzle names the type of each query by what it selects.
function joined<Query extends { where: any; innerJoin: any }>(
  query: Query,
  serviceId: string,
  { filter, groupId }: AccountsWanted,
  isBehind: SQL | undefined,
): Query {
  const conditions = [
    eq(accounts.serviceId, serviceId),
    ne(accounts.state, 'deleted'),
    filter ? filterCondition(filter, COLUMNS) : undefined,
    isBehind,
  ];
  if (groupId === undefined) return query.where(and(...conditions));
  return query
    .innerJoin(
      accountGroups,
      and(eq(accountGroups.serviceId, accounts.serviceId), eq(accountGroups.accountId, accounts.id)),
    )
    .where(and(eq(accountGroups.serviceId, serviceId), eq(accountGroups.groupId, groupId), ...conditions));
}
