import { listGroups } from '../../db/accounts/groups.ts';
import { defineOperation, MEMBERS } from '../frame/operation.ts';

/** The groups that an account can be put into, for a select. Members without a role need it to request an invitation. */
export const listCustomGroups = defineOperation({
  name: 'groups/list-custom',
  allowed: MEMBERS,
  effect: 'read',
  input: {},
  async run(act) {
    const groups = await listGroups(act.tx, act.service.id);
    return groups.filter(({ type }) => type === 'custom').map(({ id, name }) => ({ id, name }));
  },
});
