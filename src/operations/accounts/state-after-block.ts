// What an account is once its block is over.
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { queueMail, queueRepaint } from '../frame/outbox.ts';
import { isUnconfirmed, queueConfirmationMail } from './confirmation-mail.ts';

/** Goes with every change that ends a block: nothing of it stays behind. */
export const NO_BLOCK = { blockEndsAt: null, stateBeforeBlock: null, toldOfBlock: false } as const;

/**
 * One that came back from deletion has none on record: an address that nobody confirmed is to be confirmed first, a sign-up
 * that nobody agreed to still waits.
 */
export const stateBefore = (account: Account): 'active' | 'pending' => {
  const waits = account.signedUpAt !== null && account.signUpApprovedAt === null;
  return account.stateBeforeBlock ?? (account.emailConfirmedAt && !waits ? 'active' : 'pending');
};

/**
 * Gives a blocked account the state that it had. Who is active again is told if `isTold`; who is pending gets a new link
 * in any case, because the former one died with the block.
 */
export async function endBlockOf(
  act: Act,
  account: Account,
  how: { reason: string; isTold: boolean },
): Promise<Account> {
  const state = stateBefore(account);
  const change = {
    ...NO_BLOCK,
    state,
    stateReason: how.reason,
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
  };
  const over = await updateAccount(act.tx, account, change, act.now);
  if (isUnconfirmed(over)) await queueConfirmationMail(act, over);
  else if (state === 'active' && how.isTold) await tellActive(act, over, '');
  await queueRepaint(act, account.id);
  return over;
}

export async function tellActive(act: Act, account: Account, message: string): Promise<void> {
  const { id: accountId, email: to, firstName, lastName } = account;
  const template = 'AccountActivated';
  const variables = { OperatorMessage: message };
  await queueMail(act, { template, to, firstName, lastName, owner: { accountId }, variables });
}
