import { z } from 'zod';
import { countAccountsByState } from '../../db/accounts/accounts.ts';
import {
  countAccountsOfGroups,
  type Group,
  type GroupsWanted,
  listGroups as listGroupRows,
  listGroupsByName,
} from '../../db/accounts/groups.ts';
import { demandAccount } from '../accounts/account.ts';
import * as lists from '../frame/lists.ts';
import { type Act, defineOperation, input, READERS } from '../frame/operation.ts';
import { DEVELOPERS_GROUP } from './group.ts';

const GROUPS_A_PAGE = 100;

/**
 * Groups: by `kind` all of them, custom ones first, or by `name` a page, with `isCounted` how many match in all. With
 * `withMembers`, how many accounts are in each. Developers has every account that is not deleted.
 * `accountId`: only those that the account is in.
 * Errors: `account_not_found`, also when it is deleted.
 */
export const listGroups = defineOperation({
  name: 'groups/list',
  allowed: READERS,
  effect: 'read',
  input: {
    accountId: input.accountId.optional(),
    ids: lists.onlyIds,
    filter: lists.filterInput(['id', 'name', 'description']),
    order: z.enum(['kind', 'name']).default('kind'),
    ...lists.pageInput(GROUPS_A_PAGE, z.string().max(1_200)),
    withMembers: z.boolean().default(false),
  },
  async run(act, { accountId, ids, filter, order, withMembers, ...wanted }) {
    if (accountId !== undefined) await demandAccount(act, accountId);
    const of = accountId === undefined ? undefined : { accountId, alsoIn: DEVELOPERS_GROUP };
    const which = { ids, filter, of };
    const { page, ...more } = await (order === 'kind'
      ? readAll(act, which)
      : lists.readPage(wanted, listGroupsByName(act.tx, act.service.id, which)));
    const members = withMembers ? await countMembers(act) : null;
    return {
      groups: page.map(({ id, name, description, type, version }) => ({
        ...{ id, name, description, type, version },
        isBuiltIn: type === 'system',
        accounts: members ? (members.get(id) ?? 0) : null,
      })),
      ...more,
    };
  },
});

async function readAll(
  act: Act,
  which: GroupsWanted,
): Promise<{ page: Group[]; next: null; count?: number }> {
  return { page: await listGroupRows(act.tx, act.service.id, which), next: null };
}

async function countMembers(act: Act): Promise<Map<string, number>> {
  const counts = await countAccountsOfGroups(act.tx, act.service.id);
  const { active, blocked, pending } = await countAccountsByState(act.tx, act.service.id);
  return counts.set(DEVELOPERS_GROUP, active + blocked + pending);
}
