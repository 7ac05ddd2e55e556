import { z } from 'zod';
import { type Account, updateAccount } from '../../db/accounts/accounts.ts';
import { deleteSessionsOfAccount } from '../../db/accounts/sessions.ts';
import { blockEnd, MAX_BLOCK_END_LENGTH } from '../../domain/block-end.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import * as input from '../frame/input.ts';
import { defineOperation, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { queueMail, queueRepaint } from '../frame/outbox.ts';
import { demandNextState, holdAccount, viewAccount } from './account.ts';
import { isUnconfirmed, queueConfirmationMail } from './confirmation-mail.ts';
import { endAccess } from './end-access.ts';
import { stateBefore } from './state-after-block.ts';
import { demandUndoable, hasHeard, keptOf } from './undoable-change.ts';

/**
 * Blocks an account: from the next request on it can't sign in or call anything: sessions are over, open links dead.
 * Subscriptions keep their own state. The reason is for operators; only `message` goes out. With an `end` ("7d", "until
 * 2026-12-24") the state before comes back by itself; of an account that is blocked already the end is changed, or
 * taken away, and nobody is mailed. `undoes` is the id of an activation, or of another end, that is taken back: see
 * `undo.ts`.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`; `invalid_input` for `end`.
 * Source: Azure API Management, user states (`blocked`); safety T8.
 */
export const blockAccount = defineOperation({
  name: 'accounts/block',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: z.strictObject({
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    message: input.message.default(''),
    tellDeveloper: z.boolean().default(true),
    end: z.string().max(MAX_BLOCK_END_LENGTH).default(''),
    undoes: input.rowId.optional(),
  }),
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, message, tellDeveloper, end, undoes }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    const { blocked, isTold } = undoes
      ? await takeBack(act, account, undoes)
      : await blockAnew(act, account, { end, reason, tellDeveloper });
    if (isTold) {
      await queueMail(act, {
        template: 'AccountBlocked',
        to: account.email,
        firstName: account.firstName,
        lastName: account.lastName,
        owner: { accountId },
        variables: { OperatorMessage: message },
      });
    }
    await queueRepaint(act, accountId);
    const changeId = act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: {
        state: account.state,
        ...(account.blockEndsAt ? { until: account.blockEndsAt } : {}),
        undo: keptOf(account, blocked, isTold),
      },
      after: {
        state: blocked.state,
        ...((blocked.blockEndsAt ?? account.blockEndsAt) ? { until: blocked.blockEndsAt } : {}),
        toldDeveloper: isTold,
      },
    });
    return { account: await viewAccount(act, blocked), isTold, changeId };
  },
});

type Blocked = { blocked: Account; isTold: boolean };

async function blockAnew(
  act: Act,
  account: Account,
  how: { end: string; reason: string; tellDeveloper: boolean },
): Promise<Blocked> {
  const { reason, tellDeveloper } = how;
  const blockEndsAt = blockEnd(how.end, act.now);
  if (account.state === 'blocked' && (blockEndsAt ?? account.blockEndsAt) !== null)
    return { blocked: await withEnd(act, account, blockEndsAt, reason), isTold: false };
  return {
    blocked: await block(act, account, { blockEndsAt, reason, toldOfBlock: tellDeveloper }),
    isTold: tellDeveloper,
  };
}

/** Undoes an activation, or another end of a block: the account is again what it was, and hears only what it must. */
async function takeBack(act: Act, account: Account, changeId: string): Promise<Blocked> {
  const kept = await demandUndoable(act, account, changeId, ['accounts/activate', 'accounts/block']);
  const { state, stateReason, blockEndsAt, stateBeforeBlock, toldOfBlock } = kept;
  if (state !== 'blocked' && state !== 'pending') throw new DomainError('account_changed');
  const heard = await hasHeard(act, kept, account.id, 'AccountActivated');
  const wasActive = account.state === 'active';
  if (wasActive && state === 'blocked') await endAccess(act, account.id);
  else if (wasActive)
    await deleteSessionsOfAccount(act.tx, { serviceId: act.service.id, accountId: account.id });
  const blocked = await updateAccount(
    act.tx,
    account,
    {
      state,
      stateReason: stateReason ?? '',
      blockEndsAt,
      stateBeforeBlock,
      toldOfBlock,
      stateChangedAt: act.now,
      stateChangedBy: act.actorName,
    },
    act.now,
  );
  // Who was told to be active and isn't yet needs the link, and no alarm.
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
  return updateAccount(
    act.tx,
    account,
    {
      ...rest,
      state,
      stateBeforeBlock: account.state === 'pending' ? 'pending' : 'active',
      stateReason: reason,
      stateChangedAt: act.now,
      stateChangedBy: act.actorName,
    },
    act.now,
  );
}

const withEnd = (act: Act, account: Account, blockEndsAt: Date | null, reason: string) =>
  updateAccount(
    act.tx,
    account,
    {
      blockEndsAt,
      stateBeforeBlock: stateBefore(account),
      stateReason: reason || account.stateReason,
      stateChangedAt: act.now,
      stateChangedBy: act.actorName,
    },
    act.now,
  );
