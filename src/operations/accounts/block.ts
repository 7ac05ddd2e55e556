import { z } from 'zod';
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { deleteSessionsOfAccount } from '../../db/accounts/sessions.ts';
import { blockEnd, MAX_BLOCK_END_LENGTH } from '../../domain/block-end.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Act, defineOperation, input, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { queueMailTo, queueRepaint } from '../frame/outbox.ts';
import { changedBy, demandNextState, holdAccount, viewAccount } from './account.ts';
import { endAccess } from './end-access.ts';
import { isUnconfirmed, queueConfirmationMail } from './mails.ts';
import { stateBeforeBlock } from './state-after-block.ts';
import { demandUndoRecord, hasHeard, undoRecordOf } from './undo-record.ts';

/**
 * Blocks an account. From the next request on it can't sign in or call an API: its sessions end and its open links die.
 * Subscriptions keep their own state. The reason is for operators; the developer reads only `message`. With an `end` ("7d",
 * "until 2026-12-24") the account returns to its former state then. On an account that is blocked already this changes or
 * removes the end, without a mail. `undoes` is the id of an activation, or of a changed end: see `undo.ts`.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`; `invalid_input` for `end`.
 * Source: Azure API Management, user states (`blocked`); safety T8.
 */
export const blockAccount = defineOperation({
  name: 'accounts/block',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    message: input.message.default(''),
    tellDeveloper: z.boolean().default(true),
    end: z.string().max(MAX_BLOCK_END_LENGTH).default(''),
    undoes: input.rowId.optional(),
  },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, message, tellDeveloper, end, undoes }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    const { blocked, isTold } = undoes
      ? await undoChange(act, account, undoes)
      : await blockOrChangeEnd(act, account, { end, reason, tellDeveloper });
    const variables = { OperatorMessage: message };
    if (isTold) await queueMailTo(act, account, { template: 'AccountBlocked', variables });
    await queueRepaint(act, accountId);
    const changeId = act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: {
        state: account.state,
        ...(account.blockEndsAt ? { until: account.blockEndsAt } : {}),
        undo: undoRecordOf(account, blocked, isTold),
      },
      after: {
        state: blocked.state,
        ...((blocked.blockEndsAt ?? account.blockEndsAt) ? { until: blocked.blockEndsAt } : {}),
        toldDeveloper: isTold,
        ...(undoes ? { undoes } : {}),
      },
    });
    return { account: await viewAccount(act, blocked), isTold, changeId };
  },
});

type BlockResult = { blocked: Account; isTold: boolean };

async function blockOrChangeEnd(
  act: Act,
  account: Account,
  how: { end: string; reason: string; tellDeveloper: boolean },
): Promise<BlockResult> {
  const { reason, tellDeveloper } = how;
  const blockEndsAt = blockEnd(how.end, act.now);
  if (account.state === 'blocked' && (blockEndsAt ?? account.blockEndsAt) !== null)
    return { blocked: await changeEnd(act, account, blockEndsAt, reason), isTold: false };
  return {
    blocked: await block(act, account, { blockEndsAt, reason, toldOfBlock: tellDeveloper }),
    isTold: tellDeveloper,
  };
}

/** Undoes an activation, or a changed end of a block. Mails the developer only when the mail about the activation left. */
async function undoChange(act: Act, account: Account, changeId: string): Promise<BlockResult> {
  const undoRecord = await demandUndoRecord(act, account, changeId, ['accounts/activate', 'accounts/block']);
  const { state, stateReason, blockEndsAt, stateBeforeBlock, toldOfBlock } = undoRecord;
  if (state !== 'blocked' && state !== 'pending') throw new DomainError('account_changed');
  const heard = await hasHeard(act, undoRecord, account.id, 'AccountActivated');
  const wasActive = account.state === 'active';
  if (wasActive && state === 'blocked') await endAccess(act, account.id);
  else if (wasActive)
    await deleteSessionsOfAccount(act.tx, { serviceId: act.service.id, accountId: account.id });
  const blocked = await updateAccount(act, account, {
    state,
    stateReason: stateReason ?? '',
    blockEndsAt,
    stateBeforeBlock,
    toldOfBlock,
    stateChangedAt: act.now,
    stateChangedBy: changedBy(act),
  });
  // A developer who read that the account is active needs the link again, not a mail about a block.
  if (heard && isUnconfirmed(blocked)) await queueConfirmationMail(act, blocked);
  return { blocked, isTold: heard && state === 'blocked' && wasActive };
}

async function block(
  act: Act,
  account: Account,
  how: { blockEndsAt: Date | null; reason: string; toldOfBlock: boolean },
): Promise<Account> {
  const { reason, ...rest } = how;
  const state = demandNextState(account, 'block');
  await endAccess(act, account.id);
  return updateAccount(act, account, {
    ...rest,
    state,
    stateBeforeBlock: account.state === 'pending' ? 'pending' : 'active',
    stateReason: reason,
    stateChangedAt: act.now,
    stateChangedBy: changedBy(act),
  });
}

const changeEnd = (act: Act, account: Account, blockEndsAt: Date | null, reason: string) =>
  updateAccount(act, account, {
    blockEndsAt,
    stateBeforeBlock: stateBeforeBlock(account),
    stateReason: reason || account.stateReason,
    stateChangedAt: act.now,
    stateChangedBy: changedBy(act),
  });
