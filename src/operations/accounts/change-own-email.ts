import { z } from 'zod';
import { updateAccount } from '../../db/accounts/accounts.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import * as input from '../frame/input.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { holdProvedAccount, proveOwnPassword } from './own-account.ts';
import { requestEmailChange } from './unconfirmed-email.ts';

/**
 * A developer changes their email: the new one counts once it is confirmed from there, and the present one is told at once.
 * The answer for the email of another account is the same, and that account's owner is told. Null when nothing changes.
 * Errors: `email_invalid`, `password_wrong`.
 */
export const changeOwnEmail = defineOperation({
  name: 'accounts/change-own-email',
  allowed: ACCOUNTS,
  effect: 'change',
  input: z.strictObject({ email: input.email, currentPassword: input.password }),
  async prepare(context, { email, currentPassword }) {
    const address = parseEmailAddress(email);
    return { address, proved: await proveOwnPassword(context, currentPassword) };
  },
  async run(act, _input, { address, proved }) {
    const account = await holdProvedAccount(act, proved);
    const waitsForAddress = await requestEmailChange(act, account, address, { hidesOthers: true });
    if (!waitsForAddress) {
      act.nothingChanged();
      return { waitsForAddress };
    }
    await updateAccount(act.tx, account, {}, act.now);
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      after: { emailAskedFor: waitsForAddress },
    });
    return { waitsForAddress };
  },
});
