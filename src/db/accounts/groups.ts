import { and, asc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { type PagedList, pagedList } from '../page.ts';
import { has, holdLock, inAnyCase, rowsOf } from '../rows.ts';
import { accountGroups, groups } from '../schema/index.ts';

export type Group = typeof groups.$inferSelect;

export const {
  findAll: findGroups,
  holdAll: holdGroups,
  lock: lockGroup,
  insert: insertGroup,
  update: updateGroup,
  remove: deleteGroup,
} = rowsOf(groups);

export const findGroupId = inAnyCase('group_id', groups);

/** Lets one transaction at a time change names and ids: of two that take the same one, the second gets its own code. */
export const holdGroupNames = (tx: Transaction, serviceId: string) => holdLock(tx, `groups of ${serviceId}`);

/** The custom groups that each of these accounts is in. */
export async function listGroupsOfAccounts(
  db: Db,
  serviceId: string,
  accountIds: readonly string[],
): Promise<Map<string, { id: string; name: string }[]>> {
  const found = accountIds.map(
    async (accountId) => [accountId, await selectOfAccount(db, { serviceId, accountId })] as const,
  );
  return new Map(await Promise.all(found));
}

const selectOfAccount = readTogether<{ serviceId: string; accountId: string }, { id: string; name: string }>(
  'groups_of_account',
  (db, value) =>
    db
      .select({ id: groups.id, name: groups.name })
      .from(accountGroups)
      .innerJoin(groups, has(groups, { serviceId: accountGroups.serviceId, id: accountGroups.groupId }))
      .where(has(accountGroups, { serviceId: value('serviceId'), accountId: value('accountId') }))
      .orderBy(asc(sql`lower(${groups.name})`)),
);

export async function findGroupByName(db: Db, serviceId: string, name: string): Promise<Group | null> {
  const [row] = await db
    .select()
    .from(groups)
    .where(and(eq(groups.serviceId, serviceId), sql`lower(${groups.name}) = lower(${name})`));
  return row ?? null;
}

export async function countAccountsOfGroups(db: Db, serviceId: string): Promise<Map<string, number>> {
  const rows = await db
    .select({ groupId: accountGroups.groupId, count: sql<string>`count(*)` })
    .from(accountGroups)
    .where(eq(accountGroups.serviceId, serviceId))
    .groupBy(accountGroups.groupId);
  return new Map(rows.map((row) => [row.groupId, Number(row.count)]));
}

type GroupField = 'id' | 'name' | 'description';

export type GroupsWanted = {
  filter?: ListFilter<GroupField> | undefined;
  /** Only the custom groups of an account, and `alsoIn`, the group that every account is in. */
  of?: { accountId: string; alsoIn: string } | undefined;
  ids?: readonly string[] | undefined;
};

/** All groups: custom ones, then the built-in ones, each by name. */
export async function listGroups(db: Db, serviceId: string, wanted: GroupsWanted = {}): Promise<Group[]> {
  return db
    .select()
    .from(groups)
    .where(isWanted(serviceId, wanted))
    .orderBy(asc(groups.type), asc(sql`lower(${groups.name})`));
}

/** By name. The cursor is the name in lower case: no two groups have the same. */
export function listGroupsByName(
  db: Db,
  serviceId: string,
  wanted: GroupsWanted,
): PagedList<Group & { sortName: string }, string> {
  const sortName = sql<string>`lower(${groups.name})`;
  return pagedList(db, groups, {
    where: isWanted(serviceId, wanted),
    by: [sortName],
    cursorOf: (last) => last.sortName,
    valuesAt: (after) => [sql`${after}`],
    select: () =>
      db
        .select({ ...getTableColumns(groups), sortName })
        .from(groups)
        .$dynamic() as unknown as PgSelect,
  });
}

function isWanted(serviceId: string, { filter, of, ids }: GroupsWanted): SQL | undefined {
  return and(
    eq(groups.serviceId, serviceId),
    of
      ? sql`(${groups.id} = ${of.alsoIn} or exists (select 1 from ${accountGroups} where ${accountGroups.serviceId} = ${serviceId}
          and ${accountGroups.accountId} = ${of.accountId} and ${accountGroups.groupId} = ${groups.id}))`
      : undefined,
    ids ? inArray(groups.id, [...ids]) : undefined,
    filter ? filterCondition(filter, COLUMNS) : undefined,
  );
}

const COLUMNS: FilterColumns<GroupField> = {
  id: { column: groups.id },
  name: { column: groups.name },
  description: { column: groups.description },
};
