import { z } from 'zod';
import type { Account } from '../../db/accounts/accounts.ts';
import { findGroups, type Group } from '../../db/accounts/groups.ts';
import {
  type AccountCursor,
  type AccountsWanted,
  countAccounts,
  listAccounts as listAccountRows,
  listMembers,
} from '../../db/accounts/lists.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { DEVELOPERS_GROUP } from '../groups/built-in.ts';
import { type AccountView, viewAccounts } from './account.ts';

const ACCOUNTS_A_PAGE = 10;
const MAX_TEXT_LENGTH = 200;

const cursor = z.strictObject({ at: z.coerce.date(), id: z.string().max(80) });

/**
 * A page of accounts, newest first. Deleted ones are listed with `state: 'deleted'` alone, as long as they can be
 * restored, the latest deletion first. Pages by cursor, forward or back. With `isCounted`, how
 * many match in all. With `withGroups`, the groups of the page.
 * `groupId`: only the accounts in that custom group. With `asMembers` the group must exist, its members come by id, and
 * the built-in groups have theirs too.
 * Errors: `group_not_found`.
 */
export const listAccounts = defineOperation({
  name: 'accounts/list',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    text: z.string().trim().max(MAX_TEXT_LENGTH).optional(),
    state: z.enum(['active', 'blocked', 'pending', 'deleted']).optional(),
    groupId: z.string().max(256).optional(),
    asMembers: z.boolean().default(false),
    filter: lists.filterInput(['id', 'firstName', 'lastName', 'email', 'note', 'state', 'registeredAt']),
    limit: lists.limit.default(ACCOUNTS_A_PAGE),
    skip: lists.skip,
    after: cursor.optional(),
    before: cursor.optional(),
    isCounted: lists.isCounted,
    withGroups: z.boolean().default(false),
  }),
  async run(act, input) {
    const { text, state, filter, groupId, asMembers, isCounted, withGroups } = input;
    const group = asMembers ? await demandGroup(act, groupId ?? '') : null;
    const isBuiltIn = group?.type === 'system';
    // Every account is in Developers, and none is in Administrators or Guests.
    const wanted = { text, state, filter, groupId: isBuiltIn ? undefined : groupId };
    const isEmpty = isBuiltIn && group.id !== DEVELOPERS_GROUP;
    const { rows, next, previous } = isEmpty
      ? EMPTY_PAGE
      : group?.type === 'custom'
        ? await pageOfMembers(act, { ...wanted, groupId: group.id }, input)
        : await pageOfNewest(act, wanted, input);
    const accounts = await viewAccounts(act, act.tx, rows);
    return {
      accounts,
      next,
      previous,
      ...(withGroups ? { groups: await groupsOf(act, accounts) } : {}),
      ...(isCounted ? { count: isEmpty ? 0 : await countAccounts(act.tx, act.service.id, wanted) } : {}),
    };
  },
});

type AccountPage = { rows: Account[]; next: AccountCursor | null; previous: AccountCursor | null };
type PageWanted = {
  limit: number;
  skip: number;
  after?: AccountCursor | undefined;
  before?: AccountCursor | undefined;
};

const EMPTY_PAGE: AccountPage = { rows: [], next: null, previous: null };

const cursorOf = ({ deletedAt, registeredAt, id }: Account): AccountCursor => ({
  at: deletedAt ?? registeredAt,
  id,
});

async function pageOfNewest(
  act: Act,
  wanted: AccountsWanted,
  { limit, skip, after, before }: PageWanted,
): Promise<AccountPage> {
  const read = before ? { limit: limit + 1, before } : lists.pageToRead({ limit, skip, after });
  const found = await listAccountRows(act.tx, act.service.id, wanted, read);
  const hasFurther = found.length > limit;
  // The row beyond the page is at its far end: the last when paging forward, the first when paging back.
  const rows = before ? found.slice(-limit) : found.slice(0, limit);
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    rows,
    next: last && (before || hasFurther) ? cursorOf(last) : null,
    previous: first && ((before && hasFurther) || after) ? cursorOf(first) : null,
  };
}

async function pageOfMembers(
  act: Act,
  wanted: AccountsWanted & { groupId: string },
  page: PageWanted,
): Promise<AccountPage> {
  const found = await listMembers(act.tx, act.service.id, wanted, lists.pageToRead(page));
  const { page: rows, next } = lists.cutPage(found, page.limit, cursorOf);
  return { rows, next, previous: null };
}

/** Errors: `group_not_found`. */
async function demandGroup(act: Act, id: string): Promise<Group> {
  const [group] = await findGroups(act.tx, act.service.id, [id]);
  if (!group) throw new DomainError('group_not_found');
  return group;
}

/** The groups that any of the accounts is in. */
async function groupsOf(act: Act, accounts: AccountView[]) {
  const ids = accounts.flatMap(({ groups }) => groups.map(({ id }) => id));
  const found = await findGroups(act.tx, act.service.id, [...new Set([DEVELOPERS_GROUP, ...ids])]);
  return found.map(({ serviceId: _, ...group }) => group);
}
