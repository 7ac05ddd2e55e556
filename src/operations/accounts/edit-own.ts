import { updateAccount } from '../../db/accounts/accounts.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdAccount } from './account.ts';

/** A developer's own names. Errors: `invalid_input`. */
export const editOwnAccount = defineOperation({
  name: 'accounts/edit-own',
  allowed: ACCOUNTS,
  effect: 'change',
  input: input.withNeededNames({}),
  async run(act, names) {
    const account = await holdAccount(act, signedInAs(act).accountId);
    const { firstName, lastName } = account;
    if (names.firstName === firstName && names.lastName === lastName) return act.nothingChanged();
    await updateAccount(act, account, names);
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      before: { firstName, lastName },
      after: names,
    });
  },
});
