import { z } from 'zod';
import { countAccountsByState } from '../../db/accounts/accounts.ts';
import { countAccountsOfGroups, listGroups as listGroupRows } from '../../db/accounts/groups.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

/** Every group with how many accounts are in it; Developers holds every account that is not deleted. */
export const listGroups = defineOperation({
  name: 'groups/list',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({}),
  async run(act) {
    const groups = await listGroupRows(act.tx, act.service.id);
    const counts = await countAccountsOfGroups(act.tx, act.service.id);
    const states = await countAccountsByState(act.tx, act.service.id);
    return groups.map(({ id, name, description, type }) => ({
      id,
      name,
      description,
      isBuiltIn: type === 'system',
      accounts:
        id === DEVELOPERS_GROUP ? states.active + states.blocked + states.pending : (counts.get(id) ?? 0),
    }));
  },
});

export const DEVELOPERS_GROUP = 'developers';
