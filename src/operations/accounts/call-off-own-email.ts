import { updateAccount } from '../../db/accounts/accounts.ts';
import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdAccount } from './account.ts';
import { cancelEmailChange } from './unconfirmed-email.ts';

/** A developer keeps the present email: the link that would confirm another one dies. */
export const callOffOwnEmail = defineOperation({
  name: 'accounts/call-off-own-email',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {},
  async run(act) {
    const account = await holdAccount(act, signedInAs(act).accountId);
    const query = { serviceId: act.service.id, accountId: account.id, now: act.now };
    if (!(await findWaitingConfirmation(act.tx, query))) return act.nothingChanged();
    await cancelEmailChange(act, await updateAccount(act, account, {}));
    await queueRepaint(act, account.id);
    act.record({ target: { kind: 'account', id: account.id }, after: { addressCalledOff: true } });
  },
});
