import { z } from 'zod';
import { countGroupPage, listGroupPage } from '../../db/accounts/groups.ts';
import { type FilterFields, parseListFilter } from '../../domain/list-filter.ts';
import { demandAccount } from '../accounts/account.ts';
import * as input from '../frame/input.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { page } from '../frame/page-input.ts';
import { DEVELOPERS_GROUP } from './list.ts';

const FIELDS: FilterFields = {
  name: 'text',
  displayName: 'text',
  description: 'text',
  externalId: 'text',
};

/**
 * A page of groups by name, with the count of all that fit; with `accountId` those that an account is in,
 * with `ids` these.
 * Errors: `invalid_input` for `$filter`; `account_not_found`, also when it is deleted.
 * Source: Azure, Group_ListByService and UserGroup_List.
 */
export const queryGroups = defineOperation({
  name: 'groups/query',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    ...page,
    accountId: input.accountId.optional(),
    ids: z.array(z.string().max(256)).max(100).optional(),
    after: z.string().max(1_200).optional(),
  }),
  async run(act, { filter: source, accountId, ids, top, skip, after }) {
    const filter = source ? parseListFilter(source, FIELDS) : null;
    if (accountId !== undefined) await demandAccount(act, accountId);
    const wanted = {
      filter,
      ids,
      ...(accountId === undefined ? {} : { of: { accountId, alsoIn: DEVELOPERS_GROUP } }),
    };
    const limits = { limit: top + 1, skip: after === undefined ? skip : 0, after };
    const rows = await listGroupPage(act.tx, act.service.id, wanted, limits);
    const shown = rows.slice(0, top);
    const last = shown.at(-1);
    return {
      groups: shown.map(({ serviceId: _, sortName: _s, ...group }) => group),
      count: await countGroupPage(act.tx, act.service.id, wanted),
      next: rows.length > top && last ? last.sortName : null,
    };
  },
});
