// The rules of accounts that developers sign up for.
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { listIdentities } from '../../db/accounts/identities.ts';
import {
  countWaitingSince,
  findOpenSummary,
  holdSignUps,
  insertSummary,
} from '../../db/accounts/sign-ups.ts';
import type { Db } from '../../db/connection/connect.ts';
import { newId } from '../../db/ids.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, queueRepaint } from '../frame/outbox.ts';

/** A sign-up that is not confirmed is removed after this many days. */
export const SIGN_UP_LIFETIME_DAYS = 7;
/** Further sign-ups of the same hour that wait for an operator share one card. */
const MAX_SIGN_UP_CARDS_AN_HOUR = 20;

/** A sign-up whose email is unconfirmed: operators don't see it, and it has no password. */
export const isUnconfirmedSignUp = (
  account: Pick<Account, 'state' | 'signedUpAt' | 'emailConfirmedAt'>,
): boolean => account.state === 'pending' && account.signedUpAt !== null && account.emailConfirmedAt === null;

/** How a sign-up's owner signs in is chosen behind the confirmation link: only that proves whose mailbox it is. */
export async function choosesPassword(db: Db, account: Account): Promise<boolean> {
  if (account.signedUpAt === null || account.passwordHash !== null) return false;
  const { serviceId, id: accountId } = account;
  return (await listIdentities(db, { serviceId, accountId })).length === 0;
}

/** Whether a sign-up still waits to be let in, by an operator, a rule or a setting. */
export const isUndecided = ({ signedUpAt, signUpApprovedAt }: Account): boolean =>
  signedUpAt !== null && signUpApprovedAt === null;

/** Shows operators a sign-up that waits for them: on its own card, or on a shared one when there are many. */
export async function queueSignUpCard(act: Act, account: Account): Promise<Account> {
  const serviceId = act.service.id;
  await holdSignUps(act.tx, serviceId);
  const waiting = await countWaitingSince(act.tx, serviceId, hoursAfter(act.now, -1));
  const shown = waiting > MAX_SIGN_UP_CARDS_AN_HOUR ? await addToSummary(act, account) : account;
  await queueRepaint(act, account.id);
  return shown;
}

async function addToSummary(act: Act, account: Account): Promise<Account> {
  const serviceId = act.service.id;
  const open = await findOpenSummary(act.tx, serviceId);
  const id = open?.id ?? newId(act.now, act.random);
  if (!open) await insertSummary(act.tx, { serviceId, id, createdAt: act.now });
  return updateAccount(act, account, { signUpSummaryId: id });
}
