import { z } from 'zod';
import { findAccountByEmail, lockAccount } from '../../db/accounts/accounts.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { queueConfirmationMail, waitsForThisAddress } from '../accounts/confirmation-mail.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueResetMail } from './reset-mail.ts';

/**
 * Mails the link that fits the account of an address: a new password for an active one, a new confirmation for one that
 * waits for it (its former link may have ended). Otherwise nothing happens.
 */
export const answerResetRequest = defineOperation({
  name: 'passwords/answer-request',
  allowed: SYSTEM,
  effect: 'change',
  input: z.strictObject({ sealedEmail: z.string().max(4_000) }),
  async run(act, { sealedEmail }) {
    const emailCanonical = openSealedText(act.keyring, 'request', sealedEmail);
    const found = await findAccountByEmail(act.tx, act.service.id, emailCanonical);
    const account = found ? await lockAccount(act.tx, act.service.id, found.id) : null;
    const isTheirs = account?.emailCanonical === emailCanonical;
    if (isTheirs && account.state === 'active') await queueResetMail(act, account);
    else if (isTheirs && (await waitsForThisAddress(act, account))) await queueConfirmationMail(act, account);
    else return void act.record({});
    act.record({ target: { kind: 'account', id: account.id } });
  },
});
