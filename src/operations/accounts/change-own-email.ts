import { updateAccount } from '../../db/accounts/accounts.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { holdProvedAccount, proveOwner } from './own-account.ts';
import { requestEmailChange } from './unconfirmed-email.ts';

/**
 * A developer changes their email. The new one replaces the present one when it is confirmed by the link mailed to it; a
 * mail to the present one says so at once. The answer is the same when another account has the new email, and that account
 * gets a mail. `waitsForAddress` is null when nothing changes.
 * Errors: `email_invalid`, and those of `proveOwner`.
 */
export const changeOwnEmail = defineOperation({
  name: 'accounts/change-own-email',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { email: input.email, currentPassword: input.password.optional() },
  async prepare(context, { email, currentPassword }) {
    const address = parseEmailAddress(email);
    return { address, proved: await proveOwner(context, currentPassword) };
  },
  async run(act, _input, { address, proved }) {
    const account = await holdProvedAccount(act, proved);
    const waitsForAddress = await requestEmailChange(act, account, address, { hidesOthers: true });
    if (!waitsForAddress) {
      act.nothingChanged();
      return { waitsForAddress };
    }
    await updateAccount(act, account, {});
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      after: { emailAskedFor: waitsForAddress },
    });
    return { waitsForAddress };
  },
});
