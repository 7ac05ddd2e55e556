import { z } from 'zod';
import { type Account, findAccountByEmail, lockAccount } from '../../db/accounts.ts';
import { findWaitingConfirmation } from '../../db/tickets.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { queueConfirmationMail } from '../confirmation-mail.ts';
import type { Act } from '../context.ts';
import { defineOperation, SYSTEM } from '../operation.ts';
import { queueResetMail } from '../reset-mail.ts';

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

/** Not so while an operator's correction of the address waits: its link must not die by a form that anybody can send. */
async function waitsForThisAddress(act: Act, account: Account): Promise<boolean> {
  if (account.state !== 'pending' || account.emailConfirmedAt) return false;
  const of = { serviceId: act.service.id, accountId: account.id, now: act.now };
  const waiting = await findWaitingConfirmation(act.tx, of);
  return !waiting || waiting.email === account.email;
}
