// Lists of accounts, in pages, and how many there are. Deleted accounts are listed only when they are asked for.
import { and, asc, desc, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import type { Page } from '../page.ts';
import { accountGroups, accounts } from '../schema/index.ts';
import { type Account, type AccountState, countAccountsByState } from './accounts.ts';
import { hasText } from './search.ts';

type AccountField = 'id' | 'firstName' | 'lastName' | 'email' | 'note' | 'state' | 'registeredAt';

export type AccountsWanted = {
  text?: string | undefined;
  /** `deleted`: those whose data is not erased yet. */
  state?: AccountState | undefined;
  /** A custom group. */
  groupId?: string | undefined;
  filter?: ListFilter<AccountField> | undefined;
};

/** `at` is when the account was registered or, in a list of deleted ones, deleted. */
export type AccountCursor = { at: Date; id: string };

/** Newest first, by index. `before` pages back toward newer ones. */
export async function listAccounts(
  db: Db,
  serviceId: string,
  wanted: AccountsWanted,
  page: Page<AccountCursor> & { before?: AccountCursor | undefined },
): Promise<Account[]> {
  const { before, after } = page;
  const moment = wanted.state === 'deleted' ? accounts.deletedAt : accounts.registeredAt;
  const isPast = before ? isNewer(moment, before) : after && isOlder(moment, after);
  const rows = await db
    .select()
    .from(accounts)
    .where(and(isWanted(serviceId, wanted), isPast))
    .orderBy(before ? asc(moment) : desc(moment), before ? asc(accounts.id) : desc(accounts.id))
    .offset(page.skip ?? 0)
    .limit(page.limit);
  return before ? rows.reverse() : rows;
}

/** The members of a custom group, by id: the order of the group's index. */
export async function listMembers(
  db: Db,
  serviceId: string,
  { groupId, ...wanted }: AccountsWanted & { groupId: string },
  page: Page<{ id: string }>,
): Promise<Account[]> {
  const isMember = and(
    eq(accountGroups.serviceId, serviceId),
    eq(accountGroups.groupId, groupId),
    page.after ? sql`${accountGroups.accountId} > ${page.after.id}` : undefined,
  );
  const rows = await db
    .select({ account: accounts })
    .from(accounts)
    .innerJoin(
      accountGroups,
      and(eq(accountGroups.serviceId, accounts.serviceId), eq(accountGroups.accountId, accounts.id)),
    )
    .where(and(isMember, isWanted(serviceId, wanted)))
    .orderBy(asc(accountGroups.accountId))
    .offset(page.skip ?? 0)
    .limit(page.limit);
  return rows.map(({ account }) => account);
}

/** Exact. Without conditions it reads the stored counts, which is fast with any number of accounts. */
export async function countAccounts(db: Db, serviceId: string, wanted: AccountsWanted): Promise<number> {
  if (Object.values(wanted).some((value) => value !== undefined))
    return db.$count(accounts, isWanted(serviceId, wanted));
  const { active, blocked, pending } = await countAccountsByState(db, serviceId);
  return active + blocked + pending;
}

function isWanted(serviceId: string, { text, state, groupId, filter }: AccountsWanted): SQL | undefined {
  return and(
    eq(accounts.serviceId, serviceId),
    // Also with a state given, so that the planner sees that the partial indexes fit.
    state === 'deleted'
      ? and(eq(accounts.state, sql`'deleted'`), isNull(accounts.erasedAt))
      : ne(accounts.state, 'deleted'),
    state && state !== 'deleted' ? eq(accounts.state, state) : undefined,
    text ? hasText(text) : undefined,
    groupId
      ? sql`exists (select 1 from ${accountGroups} where ${accountGroups.serviceId} = ${serviceId}
          and ${accountGroups.groupId} = ${groupId} and ${accountGroups.accountId} = ${accounts.id})`
      : undefined,
    filter ? filterCondition(filter, COLUMNS) : undefined,
  );
}

type Moment = typeof accounts.registeredAt | typeof accounts.deletedAt;

const isNewer = (moment: Moment, { at, id }: AccountCursor): SQL =>
  sql`(${moment}, ${accounts.id}) > (${at.toISOString()}::timestamptz, ${id})`;
const isOlder = (moment: Moment, { at, id }: AccountCursor): SQL =>
  sql`(${moment}, ${accounts.id}) < (${at.toISOString()}::timestamptz, ${id})`;

const COLUMNS: FilterColumns<AccountField> = {
  id: { column: accounts.id, text: 'exact' },
  firstName: { column: accounts.firstName },
  lastName: { column: accounts.lastName },
  email: { column: accounts.emailCanonical, text: 'lowered' },
  note: { column: accounts.note },
  state: { column: accounts.state, text: 'exact' },
  registeredAt: { column: accounts.registeredAt },
};
