import { z } from 'zod';
import { findAccountByEmail, lockAccount } from '../../db/accounts/accounts.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { queueConfirmationMail, waitsForThisAddress } from '../accounts/confirmation-mail.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueResetMail } from './mails.ts';

/**
 * Mails the account of a sealed email the link that it needs: an active one to set a password, one that waits to be
 * confirmed to confirm (its former link may have ended). Any other email gets no mail.
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
    const hasThisEmail = account?.emailCanonical === emailCanonical;
    if (hasThisEmail && account.state === 'active') await queueResetMail(act, account);
    else if (hasThisEmail && (await waitsForThisAddress(act, account)))
      await queueConfirmationMail(act, account);
    else return void act.record({});
    act.record({ target: { kind: 'account', id: account.id } });
  },
});
