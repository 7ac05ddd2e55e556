import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from '../sessions/session.ts';
import { demandAccount } from './account.ts';

/** What a developer sees of their own account: no notes or reasons of operators. */
export const showOwnAccount = defineOperation({
  name: 'accounts/show-own',
  allowed: ACCOUNTS,
  effect: 'read',
  input: {},
  async run(act) {
    const { accountId } = signedInAs(act);
    const { email, firstName, lastName, registeredAt } = await demandAccount(act, accountId);
    const query = { serviceId: act.service.id, accountId, now: act.now };
    const waiting = await findWaitingConfirmation(act.tx, query);
    const waitsForAddress = waiting && waiting.email !== email ? waiting.email : null;
    return { email, firstName, lastName, registeredAt, waitsForAddress };
  },
});
