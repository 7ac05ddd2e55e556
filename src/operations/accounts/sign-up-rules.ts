// What is different about an account that a developer signed up for by themselves.
import type { Account } from '../../db/accounts/accounts.ts';
import { updateAccount } from '../../db/accounts/accounts.ts';
import {
  countWaitingSince,
  findOpenSummary,
  holdSignUps,
  insertSummary,
} from '../../db/accounts/sign-ups.ts';
import { newId } from '../../db/ids.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, queueRepaint } from '../frame/outbox.ts';

/** One whose address nobody confirmed is removed after this many days. */
export const SIGN_UP_KEPT_DAYS = 7;
/** More that come to wait for an operator within an hour share one card. */
const MAX_SIGN_UP_CARDS_AN_HOUR = 20;

/** Its address isn't confirmed yet: nobody knows who it is, no operator is asked, and it has no password. */
export const isUnconfirmedSignUp = (
  account: Pick<Account, 'state' | 'signedUpAt' | 'emailConfirmedAt'>,
): boolean => account.state === 'pending' && account.signedUpAt !== null && account.emailConfirmedAt === null;

/** Whoever signed up chooses the password behind the confirmation link: only there it is known whose mailbox it is. */
export const choosesPassword = (account: Pick<Account, 'signedUpAt' | 'passwordHash'>): boolean =>
  account.signedUpAt !== null && account.passwordHash === null;

/** Whether an operator has still to agree, once the address is confirmed. Where sign-up was turned off, one has, too. */
export const needsOperator = (act: Act, account: Account): boolean =>
  account.signedUpAt !== null && account.signUpApprovedAt === null && act.policy.signUp !== 'open';

/** Has a sign-up that waits for an operator shown to them: on a card of its own, or, when there are many, with the others. */
export async function queueSignUpCard(act: Act, account: Account): Promise<Account> {
  const serviceId = act.service.id;
  await holdSignUps(act.tx, serviceId);
  const waiting = await countWaitingSince(act.tx, serviceId, hoursAfter(act.now, -1));
  const shown = waiting > MAX_SIGN_UP_CARDS_AN_HOUR ? await inSummary(act, account) : account;
  await queueRepaint(act, account.id);
  return shown;
}

async function inSummary(act: Act, account: Account): Promise<Account> {
  const serviceId = act.service.id;
  const open = await findOpenSummary(act.tx, serviceId);
  const id = open?.id ?? newId(act.now, act.random);
  if (!open) await insertSummary(act.tx, { serviceId, id, createdAt: act.now });
  return updateAccount(act.tx, account, { signUpSummaryId: id }, act.now);
}
