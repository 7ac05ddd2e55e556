import { findLastLink } from '../../db/audit/links.ts';
import { countOpenThings } from '../../db/audit/recoveries.ts';
import { defineOperation } from '../frame/operation.ts';

/** How much `npm run after-restore` would end, and the last link of the audit's chain. */
export const countOpen = defineOperation({
  name: 'recoveries/count-open',
  allowed: ['console'],
  effect: 'read',
  input: {},
  async run(act) {
    const open = await countOpenThings(act.tx, { serviceId: act.service.id, now: act.now });
    const last = await findLastLink(act.tx, act.service.id);
    return { ...open, head: last && { number: last.number, hash: last.hash, linkedAt: last.linkedAt } };
  },
});
