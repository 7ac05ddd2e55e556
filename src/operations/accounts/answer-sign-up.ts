import { z } from 'zod';
import {
  type Account,
  findAccountByEmail,
  insertAccount,
  lockAccount,
  updateAccount,
} from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { lockOpenInvitationTo } from '../../db/accounts/invitations.ts';
import { newId } from '../../db/ids.ts';
import { type EmailAddress, parseEmailAddress } from '../../domain/email-address.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueInvitationMail } from '../invitations/invitation-mail.ts';
import { queueAccountExistsMail, queueConfirmationMail, waitsForThisAddress } from './mails.ts';
import type { SignUpData } from './sign-up.ts';
import { isUnconfirmedSignUp } from './sign-up-rules.ts';

/**
 * Answers a sign-up by mail to its email: with the link that confirms the new, `pending` account; with the open
 * invitation, sent again; or with the news that an account exists.
 */
export const answerSignUp = defineOperation({
  name: 'accounts/answer-sign-up',
  allowed: SYSTEM,
  effect: 'change',
  input: { sealedSignUp: z.string().max(8_000) },
  async run(act, { sealedSignUp }) {
    const { email: typed, ...names } = JSON.parse(
      openSealedText(act.keyring, 'sign-up', sealedSignUp),
    ) as SignUpData;
    const email = parseEmailAddress(typed);
    const serviceId = act.service.id;
    await holdEmail(act.tx, serviceId, email.canonical);
    const invitation = await lockOpenInvitationTo(act.tx, serviceId, email.canonical);
    if (invitation && invitation.expiresAt > act.now) {
      // Better than a sign-up: an invitation needs no approval, and comes with groups.
      await queueInvitationMail(act, invitation);
      return void act.record({ target: { kind: 'invitation', id: invitation.id } });
    }
    const found = await findAccountByEmail(act.tx, serviceId, email.canonical);
    const account = found ? await lockAccount(act.tx, serviceId, found.id) : null;
    const accountId = account
      ? await answerExisting(act, account, names)
      : await createPendingAccount(act, email, names);
    act.record({
      target: { kind: 'account', id: accountId },
      after: account ? { isKnown: true } : { state: 'pending' },
    });
  },
});

type Names = Omit<SignUpData, 'email'>;

async function answerExisting(act: Act, account: Account, names: Names): Promise<string> {
  if (!(await waitsForThisAddress(act, account))) await queueAccountExistsMail(act, account);
  // The email isn't confirmed, so the account has no owner yet: the names typed last count.
  else if (isUnconfirmedSignUp(account))
    await queueConfirmationMail(act, await updateAccount(act, account, { ...names, signedUpAt: act.now }));
  else await queueConfirmationMail(act, account);
  return account.id;
}

async function createPendingAccount(act: Act, email: EmailAddress, names: Names): Promise<string> {
  const account = await insertAccount(act.tx, {
    serviceId: act.service.id,
    id: newId(act.now, act.random),
    email: email.spelling,
    emailCanonical: email.canonical,
    ...names,
    state: 'pending',
    stateReason: 'signed up; the email is not confirmed yet',
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
    signedUpAt: act.now,
    registeredAt: act.now,
    updatedAt: act.now,
  });
  if (!account) throw new Error('an address that was held is taken');
  await queueConfirmationMail(act, account);
  return account.id;
}
