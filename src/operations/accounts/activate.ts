import { z } from 'zod';
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import * as input from '../frame/input.ts';
import { defineOperation, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { currentState, demandNextState, holdAccount, viewAccount } from './account.ts';
import { isUnconfirmedSignUp } from './sign-up-rules.ts';
import { endBlockOf, NO_BLOCK, tellActive } from './state-after-block.ts';
import { demandUndoable, hasHeard, keptOf } from './undoable-change.ts';

/**
 * Activates a blocked or pending account. Links that were dead stay dead. Activating before the address is confirmed
 * is allowed and recorded as such; only a sign-up stays pending then, with the operator's consent kept: it is active once
 * its developer confirms the address and chooses a password. `undoes` is the id of a block that is taken back: the state before it returns, and the
 * developer hears of it only when they heard of the block.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`.
 */
export const activateAccount = defineOperation({
  name: 'accounts/activate',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: z.strictObject({
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    message: input.message.default(''),
    tellDeveloper: z.boolean().default(true),
    undoes: input.rowId.optional(),
  }),
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, message, tellDeveloper, undoes }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    if (isUnconfirmedSignUp(account)) return agree(act, account, reason);
    const { active, isTold } = undoes
      ? await takeBack(act, account, undoes)
      : await activate(act, account, { reason, message, isTold: tellDeveloper });
    await queueRepaint(act, accountId);
    const addressConfirmed = account.emailConfirmedAt !== null;
    const changeId = act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: { state: account.state, undo: keptOf(account, active, isTold) },
      after: { state: active.state, addressConfirmed, toldDeveloper: isTold },
    });
    return { account: await viewAccount(act, active), addressConfirmed, changeId };
  },
});

/** Not undone by a button: a block takes it back. Errors: `account_state_unfitting` when somebody agreed before. */
async function agree(act: Act, account: Account, reason: string) {
  if (account.signUpApprovedAt)
    throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
  const change = { signUpApprovedAt: act.now, stateReason: 'agreed to; the address is not confirmed yet' };
  const agreed = await updateAccount(act.tx, account, change, act.now);
  await queueRepaint(act, account.id);
  const changeId = act.record({
    target: { kind: 'account', id: account.id },
    reason,
    before: { state: account.state },
    after: { state: agreed.state, agreed: true },
  });
  return { account: await viewAccount(act, agreed), addressConfirmed: false, changeId };
}

type How = { reason: string; message: string; isTold: boolean };

async function activate(act: Act, account: Account, { reason, message, isTold }: How) {
  const state = demandNextState(account, 'activate');
  const active = await updateAccount(
    act.tx,
    account,
    {
      ...NO_BLOCK,
      state,
      stateReason: reason,
      stateChangedAt: act.now,
      stateChangedBy: act.actorName,
      ...(account.signedUpAt && !account.signUpApprovedAt ? { signUpApprovedAt: act.now } : {}),
    },
    act.now,
  );
  if (isTold) await tellActive(act, active, message);
  return { active, isTold };
}

async function takeBack(act: Act, account: Account, changeId: string) {
  const kept = await demandUndoable(act, account, changeId, ['accounts/block']);
  const isTold = await hasHeard(act, kept, account.id, 'AccountBlocked');
  return { active: await endBlockOf(act, account, { reason: kept.stateReason ?? '', isTold }), isTold };
}
