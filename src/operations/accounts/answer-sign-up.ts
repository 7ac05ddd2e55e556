import { z } from 'zod';
import {
  type Account,
  findAccountByEmail,
  insertAccount,
  lockAccount,
  updateAccount,
} from '../../db/accounts/accounts.ts';
import { holdAddress } from '../../db/accounts/email-lock.ts';
import { lockOpenInvitationTo } from '../../db/accounts/invitations.ts';
import { newId } from '../../db/ids.ts';
import { type EmailAddress, parseEmailAddress } from '../../domain/email-address.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import type { Act } from '../frame/context.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueInvitationMail } from '../invitations/invitation-mail.ts';
import { queueAccountExists } from './account-exists-mail.ts';
import { queueConfirmationMail, waitsForThisAddress } from './confirmation-mail.ts';
import type { SignUpWish } from './sign-up.ts';
import { isUnconfirmedSignUp } from './sign-up-rules.ts';

/**
 * Answers a sign-up in the mailbox of its address: with the link that confirms a new account, which is `pending` until
 * then; with the link that was there already, sent anew; or with the word that there is an account.
 */
export const answerSignUp = defineOperation({
  name: 'accounts/answer-sign-up',
  allowed: SYSTEM,
  effect: 'change',
  input: z.strictObject({ sealedWish: z.string().max(8_000) }),
  async run(act, { sealedWish }) {
    const { email: typed, ...names } = JSON.parse(
      openSealedText(act.keyring, 'sign-up', sealedWish),
    ) as SignUpWish;
    const email = parseEmailAddress(typed);
    const serviceId = act.service.id;
    await holdAddress(act.tx, serviceId, email.canonical);
    const invitation = await lockOpenInvitationTo(act.tx, serviceId, email.canonical);
    if (invitation && invitation.expiresAt > act.now) {
      // Better than a sign-up: whoever accepts it needs nobody's approval, and gets its groups.
      await queueInvitationMail(act, invitation);
      return void act.record({ target: { kind: 'invitation', id: invitation.id } });
    }
    const found = await findAccountByEmail(act.tx, serviceId, email.canonical);
    const account = found ? await lockAccount(act.tx, serviceId, found.id) : null;
    const accountId = account ? await answerKnown(act, account, names) : await makeAccount(act, email, names);
    act.record({
      target: { kind: 'account', id: accountId },
      after: account ? { isKnown: true } : { state: 'pending' },
    });
  },
});

type Names = Omit<SignUpWish, 'email'>;

async function answerKnown(act: Act, account: Account, names: Names): Promise<string> {
  if (!(await waitsForThisAddress(act, account))) await queueAccountExists(act, account);
  // Nobody owns it yet, so what was typed last counts.
  else if (isUnconfirmedSignUp(account))
    await queueConfirmationMail(
      act,
      await updateAccount(act.tx, account, { ...names, signedUpAt: act.now }, act.now),
    );
  else await queueConfirmationMail(act, account);
  return account.id;
}

async function makeAccount(act: Act, email: EmailAddress, names: Names): Promise<string> {
  const account = await insertAccount(act.tx, {
    serviceId: act.service.id,
    id: newId(act.now, act.random),
    email: email.spelling,
    emailCanonical: email.canonical,
    ...names,
    state: 'pending',
    stateReason: 'signed up; the address is not confirmed yet',
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
