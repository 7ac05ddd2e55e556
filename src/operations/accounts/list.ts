import { z } from 'zod';
import { findGroups, type Group } from '../../db/accounts/groups.ts';
import {
  type AccountCursor,
  countAccounts,
  cursorOfAccount,
  type ListedAccount,
  listAccounts as listAccountRows,
  listMembers,
} from '../../db/accounts/lists.ts';
import type { PagedList } from '../../db/page.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as lists from '../frame/lists.ts';
import { type Act, defineOperation, READERS } from '../frame/operation.ts';
import { ADMINISTRATORS_GROUP, DEVELOPERS_GROUP } from '../groups/group.ts';
import { viewAccounts } from './account.ts';
import { type ProgramAccount, viewAdministrator } from './administrator.ts';
import { wantedInput, wantedOf } from './wanted.ts';

const ACCOUNTS_A_PAGE = 10;

const cursor = z.strictObject({ at: z.coerce.date(), id: z.string().max(80) });

/**
 * A page of accounts, newest first unless `wanted.ts` says another order. Deleted ones are listed with `state: 'deleted'` alone, as long as they can be
 * restored, the latest deletion first. With `isCounted`, how many match in all. With `withGroups`, the groups of the page.
 * `groupId`: only the accounts in that custom group. With `asMembers` the group must exist, its members come by id, and
 * the built-in groups have theirs too.
 * `withAdministrator`: Azure's built-in administrator comes after all accounts, where it is on the page; for programs.
 * Errors: `group_not_found`.
 */
export const listAccounts = defineOperation({
  name: 'accounts/list',
  allowed: READERS,
  effect: 'read',
  input: {
    ...wantedInput,
    asMembers: z.boolean().default(false),
    filter: lists.filterInput(['id', 'firstName', 'lastName', 'email', 'note', 'state', 'registeredAt']),
    ...lists.pageInput(ACCOUNTS_A_PAGE, cursor),
    withGroups: z.boolean().default(false),
    withAdministrator: z.boolean().default(false),
  },
  async run(act, input) {
    const { filter, groupId, asMembers, withGroups } = input;
    const group = asMembers ? await demandGroup(act, groupId ?? '') : null;
    const isBuiltIn = group?.type === 'system';
    // Every account is in Developers, the administrator too, and no other is in Administrators. Guests has none.
    const wanted = { ...wantedOf(act, input), filter, ...(isBuiltIn ? { groupId: undefined } : {}) };
    const isEmpty = isBuiltIn && group.id !== DEVELOPERS_GROUP;
    const isIn = !group || [ADMINISTRATORS_GROUP, DEVELOPERS_GROUP].includes(group.id);
    const last = input.withAdministrator && isIn ? await viewAdministrator(act, filter) : null;
    const list: PagedList<ListedAccount, AccountCursor> = {
      rows: async (part) =>
        isEmpty
          ? []
          : group?.type === 'custom'
            ? listMembers(act.tx, act.service.id, { ...wanted, groupId: group.id }, part)
            : listAccountRows(act.tx, act.service.id, wanted, part),
      cursorOf: cursorOfAccount,
      count: async (upTo) => (isEmpty ? 0 : countAccounts(act.tx, act.service.id, wanted, upTo)),
    };
    const { page, administrator, ...more } = await readPageWithLast(input, list, last);
    const accounts = await viewAccounts(
      act,
      act.tx,
      page.map(({ account }) => account),
    );
    const inGroups = [...accounts, ...administrator];
    return {
      accounts,
      administrator,
      ...more,
      ...(withGroups ? { groups: await groupsOf(act, inGroups) } : {}),
    };
  },
});

type PageInput = Parameters<typeof lists.readPage<ListedAccount, AccountCursor>>[0];

/** A page of a list that one more row follows, which is in no table. */
async function readPageWithLast(
  input: PageInput,
  list: PagedList<ListedAccount, AccountCursor>,
  last: ProgramAccount | null,
) {
  const read = await lists.readPage(input, list);
  if (!last) return { ...read, administrator: [] };
  const found = { ...read, ...(read.count === undefined ? {} : { count: read.count + 1 }) };
  const lastRow = read.page.at(-1);
  if (read.next || !(lastRow || (await isAtEnd(input, list)))) return { ...found, administrator: [] };
  if (lastRow && read.page.length >= input.limit)
    return { ...found, next: list.cursorOf(lastRow), administrator: [] };
  return { ...found, administrator: [last] };
}

/** Whether an empty page begins right behind the last row, and not further on. */
const isAtEnd = async ({ skip, after }: PageInput, list: PagedList<ListedAccount, AccountCursor>) =>
  after !== undefined || skip === 0 || (await list.count(skip)) === skip;

/** Errors: `group_not_found`. */
async function demandGroup(act: Act, id: string): Promise<Group> {
  const [group] = await findGroups(act.tx, act.service.id, [id]);
  if (!group) throw new DomainError('group_not_found');
  return group;
}

/** The groups that any of the accounts is in. */
async function groupsOf(act: Act, accounts: Pick<ProgramAccount, 'groups'>[]) {
  const ids = accounts.flatMap(({ groups }) => groups.map(({ id }) => id));
  const found = await findGroups(act.tx, act.service.id, [...new Set([DEVELOPERS_GROUP, ...ids])]);
  return found.map(({ serviceId: _, ...group }) => group);
}
