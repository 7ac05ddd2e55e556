import { z } from 'zod';
import { findAccountByEmail, lockAccount } from '../../db/accounts.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { defineOperation, SYSTEM } from '../operation.ts';
import { queueResetMail } from '../reset-mail.ts';

/** Mails the link when the address has an account that may sign in; otherwise nothing happens. */
export const answerResetRequest = defineOperation({
  name: 'passwords/answer-request',
  allowed: SYSTEM,
  effect: 'change',
  input: z.strictObject({ sealedEmail: z.string().max(4_000) }),
  async run(act, { sealedEmail }) {
    const emailCanonical = openSealedText(act.keyring, 'request', sealedEmail);
    const found = await findAccountByEmail(act.tx, act.service.id, emailCanonical);
    const account = found ? await lockAccount(act.tx, act.service.id, found.id) : null;
    if (account?.state !== 'active' || account.emailCanonical !== emailCanonical) {
      act.record({});
      return;
    }
    await queueResetMail(act, account);
    act.record({ target: { kind: 'account', id: account.id } });
  },
});
