// Lists of accounts, in pages, and how many there are. Deleted accounts are listed only when they are asked for.
import { and, asc, desc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { countWhere, type Page } from '../page.ts';
import { has } from '../rows.ts';
import { accountGroups, accounts, services } from '../schema/index.ts';
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
};

/** `at` is when the account was registered or, in a list of deleted ones, deleted. */
export type AccountCursor = { at: Date; id: string };

/** Newest first, by index. */
export async function listAccounts(
  db: Db,
  serviceId: string,
  wanted: AccountsWanted,
  page: Page<AccountCursor>,
): Promise<Account[]> {
  const moment = wanted.state === 'deleted' ? accounts.deletedAt : accounts.registeredAt;
  const isAfter = page.after
    ? sql`(${moment}, ${accounts.id}) < (${page.after.at.toISOString()}::timestamptz, ${page.after.id})`
    : undefined;
  return db
    .select()
    .from(accounts)
    .where(and(isWanted(serviceId, wanted), isAfter))
    .orderBy(desc(moment), desc(accounts.id))
    .offset(page.skip ?? 0)
    .limit(page.limit);
}

/** The members of a custom group, by id: the order of the group's index. */
export async function listMembers(
  db: Db,
  serviceId: string,
  { groupId, ...wanted }: AccountsWanted & { groupId: string },
  page: Page<{ id: string }>,
): Promise<Account[]> {
  const isMember = and(
    has(accountGroups, { serviceId, groupId }),
    page.after ? sql`${accountGroups.accountId} > ${page.after.id}` : undefined,
  );
  const rows = await db
    .select({ account: accounts })
    .from(accounts)
    .innerJoin(accountGroups, has(accountGroups, { serviceId: accounts.serviceId, accountId: accounts.id }))
    .where(and(isMember, isWanted(serviceId, wanted)))
    .orderBy(asc(accountGroups.accountId))
    .offset(page.skip ?? 0)
    .limit(page.limit);
  return rows.map(({ account }) => account);
}

/** By state or without a condition it reads the stored counts: exact, and fast with any number of accounts. */
export async function countAccounts(
  db: Db,
  serviceId: string,
  { state, ...wanted }: AccountsWanted,
  upTo?: number,
): Promise<number> {
  // The stored count of deleted accounts has the erased ones too.
  if (state === 'deleted' || Object.values(wanted).some((value) => value !== undefined)) {
    return countWhere(db, accounts, isWanted(serviceId, { state, ...wanted }), upTo);
  }
  const counts = await countAccountsByState(db, serviceId);
  return state ? counts[state] : counts.active + counts.blocked + counts.pending;
}

function isWanted(serviceId: string, { text, state, groupId, filter }: AccountsWanted): SQL | undefined {
  return and(
    eq(accounts.serviceId, serviceId),
    // Also with a state given, so that the planner sees that the partial indexes fit.
    state === 'deleted'
      ? has(accounts, { state: sql`'deleted'`, erasedAt: null })
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
