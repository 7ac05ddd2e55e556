import { z } from 'zod';
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Act, defineOperation, input, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { giveByRule } from '../rules/rule.ts';
import { changedBy, currentState, demandNextState, holdAccount, viewAccount } from './account.ts';
import { isUnconfirmedSignUp, isUndecided } from './sign-up-rules.ts';
import { NO_BLOCK, queueActivatedMail, returnToStateBeforeBlock } from './state-after-block.ts';
import { demandUndoRecord, hasHeard, undoRecordOf } from './undo-record.ts';

/**
 * Activates a blocked or pending account. Dead links stay dead. An account whose email is unconfirmed becomes active too,
 * and the audit row says so. Only a sign-up stays pending with the operator's approval stored: it becomes active when its
 * developer confirms the email and chooses a password. One that becomes active gets what the rule for its email gives.
 * `undoes` is the id of a block: the state before it returns, and the developer is told only if they heard of the block.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`.
 */
export const activateAccount = defineOperation({
  name: 'accounts/activate',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    message: input.message.default(''),
    tellDeveloper: z.boolean().default(true),
    undoes: input.rowId.optional(),
  },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, message, tellDeveloper, undoes }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    if (isUnconfirmedSignUp(account)) return approveSignUp(act, account, reason);
    const isFirst = isUndecided(account) && account.emailConfirmedAt !== null && !undoes;
    const { active, isTold } = undoes
      ? await undoBlock(act, account, undoes)
      : await activate(act, account, { reason, message, isTold: tellDeveloper });
    await queueRepaint(act, accountId);
    const addressConfirmed = account.emailConfirmedAt !== null;
    const changeId = act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: { state: account.state, undo: undoRecordOf(account, active, isTold) },
      after: {
        state: active.state,
        addressConfirmed,
        toldDeveloper: isTold,
        ...(isFirst ? await giveByRule(act, active) : {}),
        ...(undoes ? { undoes } : {}),
      },
    });
    return { account: await viewAccount(act, active), addressConfirmed, isTold, changeId };
  },
});

/** Has no Undo button: a block takes the approval back. Errors: `account_state_unfitting` when it was approved before. */
async function approveSignUp(act: Act, account: Account, reason: string) {
  if (account.signUpApprovedAt)
    throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
  const change = { signUpApprovedAt: act.now, stateReason: 'approved; the email is not confirmed yet' };
  const approved = await updateAccount(act, account, change);
  await queueRepaint(act, account.id);
  const changeId = act.record({
    target: { kind: 'account', id: account.id },
    reason,
    before: { state: account.state },
    after: { state: approved.state, agreed: true },
  });
  return { account: await viewAccount(act, approved), addressConfirmed: false, isTold: false, changeId };
}

async function activate(
  act: Act,
  account: Account,
  { reason, message, isTold }: { reason: string; message: string; isTold: boolean },
) {
  const state = demandNextState(account, 'activate');
  const active = await updateAccount(act, account, {
    ...NO_BLOCK,
    state,
    stateReason: reason,
    stateChangedAt: act.now,
    stateChangedBy: changedBy(act),
    ...(isUndecided(account) ? { signUpApprovedAt: act.now } : {}),
  });
  if (isTold) await queueActivatedMail(act, active, message);
  return { active, isTold };
}

async function undoBlock(act: Act, account: Account, changeId: string) {
  const undoRecord = await demandUndoRecord(act, account, changeId, ['accounts/block']);
  const isTold = await hasHeard(act, undoRecord, account.id, 'AccountBlocked');
  return {
    active: await returnToStateBeforeBlock(act, account, { reason: undoRecord.stateReason ?? '', isTold }),
    isTold,
  };
}
