import { z } from 'zod';
import { findGroups } from '../../db/accounts/groups.ts';
import { countAccounts, listAccountPage } from '../../db/accounts/pages.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type FilterFields, parseListFilter } from '../../domain/list-filter.ts';
import type { Act } from '../frame/context.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { page } from '../frame/page-input.ts';
import { DEVELOPERS_GROUP } from '../groups/list.ts';
import { type AccountView, viewAccounts } from './account.ts';

const MEMBER_FIELDS: FilterFields = {
  name: 'text',
  firstName: 'text',
  lastName: 'text',
  email: 'text',
  note: 'text',
  registrationDate: 'date',
};
/** Azure has no `state` among the members of a group. */
const FIELDS: FilterFields = { ...MEMBER_FIELDS, state: ['active', 'blocked', 'pending', 'deleted'] };

const cursor = z.strictObject({ registeredAt: z.coerce.date(), id: z.string().max(80) });

/**
 * A page of accounts with the count of all that fit, newest first; of a group's members by id. Deleted ones are not
 * listed.
 * Errors: `invalid_input` for `$filter`; `group_not_found`.
 * Source: Azure, User_ListByService and GroupUser_List.
 */
export const queryAccounts = defineOperation({
  name: 'accounts/query',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    ...page,
    groupId: z.string().max(256).optional(),
    after: cursor.optional(),
    expandGroups: z.boolean().default(false),
  }),
  async run(act, { filter: source, groupId, top, skip, after, expandGroups }) {
    const filter = source ? parseListFilter(source, groupId === undefined ? FIELDS : MEMBER_FIELDS) : null;
    const members = groupId === undefined ? {} : await membersOf(act, groupId);
    // Nobody is in Administrators or Guests.
    if (members === null) return { accounts: [], groups: [], count: 0, next: null };
    const wanted = { filter, ...members };
    const limits = { limit: top + 1, skip: after ? 0 : skip, after };
    const rows = await listAccountPage(act.tx, act.service.id, wanted, limits);
    const shown = rows.slice(0, top);
    const last = shown.at(-1);
    const accounts = await viewAccounts(act, act.tx, shown);
    return {
      accounts,
      /** Those that any of them is in, when wanted. */
      groups: expandGroups ? await groupsOf(act, accounts) : [],
      count: await countAccounts(act.tx, act.service.id, wanted),
      next: rows.length > top && last ? { registeredAt: last.registeredAt, id: last.id } : null,
    };
  },
});

async function groupsOf(act: Act, accounts: AccountView[]) {
  const ids = accounts.flatMap(({ groups }) => groups.map(({ id }) => id));
  const found = await findGroups(act.tx, act.service.id, [...new Set([DEVELOPERS_GROUP, ...ids])]);
  return found.map(({ serviceId: _, ...group }) => group);
}

async function membersOf(act: Act, groupId: string): Promise<{ groupId?: string } | null> {
  const [group] = await findGroups(act.tx, act.service.id, [groupId]);
  if (!group) throw new DomainError('group_not_found');
  if (group.type === 'custom') return { groupId };
  return groupId === DEVELOPERS_GROUP ? {} : null;
}
