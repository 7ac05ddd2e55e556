// Lists of accounts, in pages, and how many there are. Deleted accounts are listed only when they are asked for.
import { and, asc, desc, eq, gt, lt, lte, ne, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { AccountSort, DayBound } from '../../domain/account-filter.ts';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { countRows, countWhere, type Page } from '../page.ts';
import { has } from '../rows.ts';
import { accountActivity, accountGroups, accounts, NEVER, services } from '../schema/index.ts';
import { type Account, type AccountState, countAccountsByState, resourceIdOfAccount } from './accounts.ts';
import { hasText } from './search.ts';

type AccountField = 'id' | 'firstName' | 'lastName' | 'email' | 'note' | 'state' | 'registeredAt';

export type AccountsWanted = {
  text?: string | undefined;
  /** `deleted`: those whose data is not erased yet. */
  state?: AccountState | undefined;
  /** A custom group. */
  groupId?: string | undefined;
  filter?: ListFilter<AccountField> | undefined;
  /** `idleBy`: neither registered nor signed in nor called after that day. */
  activity?:
    | {
        idleBy?: string | undefined;
        neverSignedIn?: boolean | undefined;
        lastCall?: DayBound | undefined;
        lastSignIn?: DayBound | undefined;
      }
    | undefined;
  /** By default the newest come first. */
  sort?: AccountSort | undefined;
};

/** `at` is what the list is ordered by: the begin of a day, or when the account was registered or, if it is deleted, deleted. */
export type AccountCursor = { at: Date; id: string };
export type ListedAccount = { account: Account; at: Date };

export const cursorOfAccount = ({ account, at }: ListedAccount): AccountCursor => ({ at, id: account.id });

/** By index, in any order. */
export async function listAccounts(
  db: Db,
  serviceId: string,
  wanted: AccountsWanted,
  page: Page<AccountCursor>,
): Promise<ListedAccount[]> {
  const { column, id, isAscending, isDay, needsActivity } = orderOf(wanted);
  const [beyond, inOrder] = isAscending ? [sql`>`, asc] : [sql`<`, desc];
  const at = page.after?.at.toISOString();
  const isAfter = page.after
    ? sql`(${column}, ${id}) ${beyond} (${isDay ? sql`${at?.slice(0, 10)}::date` : sql`${at}::timestamptz`}, ${page.after.id})`
    : undefined;
  const rows = await selectAccounts(db, { at: column }, needsActivity)
    .where(and(isWanted(serviceId, wanted, needsActivity), isAfter))
    .orderBy(inOrder(column), inOrder(id))
    .offset(page.skip ?? 0)
    .limit(page.limit);
  return rows.map(({ account, at }) => ({ account, at: new Date(at as Date | string) }));
}

/** The accounts, with their activity beside them where the list is about that. */
function selectAccounts(db: Db, more: { at: PgColumn }, needsActivity: boolean) {
  const plain = db
    .select({ account: accounts, ...more })
    .from(accounts)
    .$dynamic();
  return needsActivity ? plain.innerJoin(accountActivity, IS_OF_ACCOUNT) : plain;
}

const IS_OF_ACCOUNT = has(accountActivity, { serviceId: accounts.serviceId, accountId: accounts.id });

const DAYS = {
  idle: accountActivity.idleSince,
  'last-call': accountActivity.lastCallOn,
  'last-sign-in': accountActivity.lastSignInOn,
} as const;

function orderOf({ state, activity = {}, sort }: AccountsWanted) {
  const { by, isReversed } = sort ?? { by: 'registered', isReversed: false };
  const isFiltered = Object.values(activity).some(Boolean);
  if (by !== 'registered') {
    const isAscending = (by === 'idle') !== isReversed;
    return { column: DAYS[by], id: accountActivity.accountId, isAscending, isDay: true, needsActivity: true };
  }
  const column = state === 'deleted' ? accounts.deletedAt : accounts.registeredAt;
  return { column, id: accounts.id, isAscending: isReversed, isDay: false, needsActivity: isFiltered };
}

/** The members of a custom group, by id: the order of the group's index. */
export async function listMembers(
  db: Db,
  serviceId: string,
  { groupId, ...wanted }: AccountsWanted & { groupId: string },
  page: Page<{ id: string }>,
): Promise<ListedAccount[]> {
  const isMember = and(
    has(accountGroups, { serviceId, groupId }),
    page.after ? sql`${accountGroups.accountId} > ${page.after.id}` : undefined,
  );
  const { needsActivity } = orderOf(wanted);
  const rows = await selectAccounts(db, { at: accounts.registeredAt }, needsActivity)
    .innerJoin(accountGroups, has(accountGroups, { serviceId: accounts.serviceId, accountId: accounts.id }))
    .where(and(isMember, isWanted(serviceId, wanted, needsActivity)))
    .orderBy(asc(accountGroups.accountId))
    .offset(page.skip ?? 0)
    .limit(page.limit);
  return rows.map(({ account }) => ({ account, at: account.registeredAt }));
}

/** By state or without a condition it reads the stored counts: exact, and fast with any number of accounts. */
export async function countAccounts(
  db: Db,
  serviceId: string,
  { sort: _, ...wanted }: AccountsWanted,
  upTo?: number,
): Promise<number> {
  const { state, activity, ...others } = wanted;
  const isOnlyOfActivity = state !== 'deleted' && Object.values(others).every((value) => value === undefined);
  if (orderOf(wanted).needsActivity) {
    if (isOnlyOfActivity) return countWhere(db, accountActivity, isActive(serviceId, wanted), upTo);
    const rows = selectAccounts(db, { at: accounts.registeredAt }, true);
    return countRows(db, rows.where(isWanted(serviceId, wanted, true)), upTo);
  }
  // The stored count of deleted accounts has the erased ones too.
  if (!isOnlyOfActivity) return countWhere(db, accounts, isWanted(serviceId, wanted, false), upTo);
  const counts = await countAccountsByState(db, serviceId);
  return state ? counts[state] : counts.active + counts.blocked + counts.pending;
}

function isWanted(serviceId: string, wanted: AccountsWanted, withActivity: boolean): SQL | undefined {
  const { text, state, groupId, filter } = wanted;
  return and(
    eq(accounts.serviceId, serviceId),
    // Also with a state given, so that the planner sees that the partial indexes fit.
    state === 'deleted'
      ? has(accounts, { state: sql`'deleted'`, erasedAt: null })
      : ne(accounts.state, 'deleted'),
    state && state !== 'deleted' && !withActivity ? eq(accounts.state, state) : undefined,
    text ? hasText(text) : undefined,
    groupId
      ? sql`exists (select 1 from ${accountGroups} where ${accountGroups.serviceId} = ${serviceId}
          and ${accountGroups.groupId} = ${groupId} and ${accountGroups.accountId} = ${accounts.id})`
      : undefined,
    filter ? filterCondition(filter, COLUMNS) : undefined,
    withActivity ? isActive(serviceId, wanted) : undefined,
  );
}

/** What `account_activity` alone can tell, its state among it. */
function isActive(serviceId: string, { state, activity = {} }: AccountsWanted): SQL | undefined {
  const { idleBy, neverSignedIn, lastCall, lastSignIn } = activity;
  const isWithin = (column: PgColumn, bound?: DayBound) =>
    bound && (bound.side === 'before' ? lt(column, bound.day) : gt(column, bound.day));
  return and(
    eq(accountActivity.serviceId, serviceId),
    state === 'deleted'
      ? eq(accountActivity.state, sql`'deleted'`)
      : ne(accountActivity.state, sql`'deleted'`),
    state && state !== 'deleted' ? eq(accountActivity.state, state) : undefined,
    idleBy ? lte(accountActivity.idleSince, idleBy) : undefined,
    neverSignedIn ? eq(accountActivity.lastSignInOn, sql.raw(`'${NEVER}'`)) : undefined,
    isWithin(accountActivity.lastCallOn, lastCall),
    isWithin(accountActivity.lastSignInOn, lastSignIn),
  );
}

/** The account that a service has without a row, when the filter finds these values. */
export async function findBuiltInAccount(
  db: Db,
  serviceId: string,
  values: Record<Exclude<AccountField, 'registeredAt'>, string>,
  filter?: ListFilter<AccountField>,
): Promise<{ registeredAt: Date } | null> {
  const text = (value: string) => ({ column: sql`${value}::text` });
  const columns: FilterColumns<AccountField> = {
    id: text(values.id),
    firstName: text(values.firstName),
    lastName: text(values.lastName),
    email: text(values.email),
    note: text(values.note),
    state: { ...text(values.state), text: 'exact' },
    registeredAt: { column: services.createdAt },
  };
  const isWanted = filter ? filterCondition(filter, columns) : undefined;
  const [row] = await db
    .select({ registeredAt: services.createdAt })
    .from(services)
    .where(and(eq(services.id, serviceId), isWanted));
  return row ?? null;
}

const COLUMNS: FilterColumns<AccountField> = {
  id: { column: resourceIdOfAccount },
  firstName: { column: accounts.firstName },
  lastName: { column: accounts.lastName },
  email: { column: accounts.emailCanonical, text: 'lowered' },
  note: { column: accounts.note },
  state: { column: accounts.state, text: 'exact' },
  registeredAt: { column: accounts.registeredAt },
};
