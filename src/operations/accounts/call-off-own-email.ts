import { z } from 'zod';
import { updateAccount } from '../../db/accounts.ts';
import { findWaitingConfirmation } from '../../db/tickets.ts';
import { callOffAddress } from '../address-change.ts';
import { holdAccount } from '../held-account.ts';
import { ACCOUNTS, defineOperation } from '../operation.ts';
import { queueRepaint } from '../outbox.ts';
import { signedInAs } from '../session.ts';

/** A developer stays with the present address: the link that waits for another one is dead. */
export const callOffOwnEmail = defineOperation({
  name: 'accounts/call-off-own-email',
  allowed: ACCOUNTS,
  effect: 'change',
  input: z.strictObject({}),
  async run(act) {
    const account = await holdAccount(act, signedInAs(act).accountId);
    const of = { serviceId: act.service.id, accountId: account.id, now: act.now };
    if (!(await findWaitingConfirmation(act.tx, of))) return act.nothingChanged();
    await callOffAddress(act, await updateAccount(act.tx, account, {}, act.now));
    await queueRepaint(act, account.id);
    act.record({ target: { kind: 'account', id: account.id }, after: { addressCalledOff: true } });
  },
});
