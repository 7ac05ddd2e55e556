// The state of an account after its block.
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { queueMailTo, queueRepaint } from '../frame/outbox.ts';
import { isUnconfirmed, queueConfirmationMail } from './mails.ts';

/** Part of every change that ends a block. */
export const NO_BLOCK = { blockEndsAt: null, stateBeforeBlock: null, toldOfBlock: false } as const;

/**
 * The state that a block replaced. A restored account has none on record: it is pending while its email is unconfirmed, or
 * while its sign-up is not approved.
 */
export const stateBeforeBlock = (account: Account): 'active' | 'pending' => {
  const waits = account.signedUpAt !== null && account.signUpApprovedAt === null;
  return account.stateBeforeBlock ?? (account.emailConfirmedAt && !waits ? 'active' : 'pending');
};

/**
 * Gives a blocked account its former state. The developer of an active one is told if `isTold`. A pending one gets a new
 * link in any case, because the former one died with the block.
 */
export async function returnToStateBeforeBlock(
  act: Act,
  account: Account,
  how: { reason: string; isTold: boolean },
): Promise<Account> {
  const state = stateBeforeBlock(account);
  const change = {
    ...NO_BLOCK,
    state,
    stateReason: how.reason,
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
  };
  const unblocked = await updateAccount(act, account, change);
  if (isUnconfirmed(unblocked)) await queueConfirmationMail(act, unblocked);
  else if (state === 'active' && how.isTold) await queueActivatedMail(act, unblocked, '');
  await queueRepaint(act, account.id);
  return unblocked;
}

export async function queueActivatedMail(act: Act, account: Account, message: string): Promise<void> {
  await queueMailTo(act, account, { template: 'AccountActivated', variables: { OperatorMessage: message } });
}
