import { voidAllTickets } from '../../db/accounts/tickets.ts';
import { defineOperation } from '../frame/operation.ts';

const MAX_VOIDED_AT_ONCE = 5_000;

/** Ends every mailed link, up to 5,000 at once, and returns how many: for a restore from a backup. */
export const voidTickets = defineOperation({
  name: 'tickets/void-all',
  allowed: ['console'],
  effect: 'change',
  input: {},
  async run(act) {
    const { id: serviceId } = act.service;
    const count = await voidAllTickets(act.tx, { serviceId, now: act.now, limit: MAX_VOIDED_AT_ONCE });
    if (count === 0) act.nothingChanged();
    else act.record({ after: { count } });
    return { count };
  },
});
