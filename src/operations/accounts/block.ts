import { z } from 'zod';
import { type Account, updateAccount } from '../../db/accounts.ts';
import { voidTickets } from '../../db/tickets.ts';
import { blockEnd, MAX_BLOCK_END_LENGTH } from '../../domain/block-end.ts';
import { stateBefore } from '../block-over.ts';
import type { Act } from '../context.ts';
import { demandNextState, holdAccount, viewAccount } from '../held-account.ts';
import * as input from '../input.ts';
import { defineOperation, OPERATORS } from '../operation.ts';
import { queueMail, queueRepaint } from '../outbox.ts';

/**
 * Blocks an account: from the next request on it can't sign in or call anything, and its open links are dead.
 * Subscriptions keep their own state. The reason is for operators; only `message` goes out. With an `end` ("7d", "until
 * 2026-12-24") the state before comes back by itself; of an account that is blocked already the end is changed, or
 * taken away, and nobody is mailed.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`; `invalid_input` for `end`.
 * Source: Azure API Management, user states (`blocked`); safety T8.
 */
export const blockAccount = defineOperation({
  name: 'accounts/block',
  allowed: OPERATORS,
  effect: 'change',
  input: z.strictObject({
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    message: input.message.default(''),
    tellDeveloper: z.boolean().default(true),
    end: z.string().max(MAX_BLOCK_END_LENGTH).default(''),
  }),
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, message, tellDeveloper, end }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    const blockEndsAt = blockEnd(end, act.now);
    const isOtherEnd = account.state === 'blocked' && (blockEndsAt ?? account.blockEndsAt) !== null;
    const blocked = isOtherEnd
      ? await withEnd(act, account, blockEndsAt, reason)
      : await block(act, account, { blockEndsAt, reason, toldOfBlock: tellDeveloper });
    const isTold = tellDeveloper && !isOtherEnd;
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
    act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: { state: account.state, ...(account.blockEndsAt ? { until: account.blockEndsAt } : {}) },
      after: {
        state: blocked.state,
        ...(isOtherEnd || blockEndsAt ? { until: blockEndsAt } : {}),
        toldDeveloper: isTold,
      },
    });
    return { account: await viewAccount(act, blocked), isTold };
  },
});

async function block(
  act: Act,
  account: Account,
  how: { blockEndsAt: Date | null; reason: string; toldOfBlock: boolean },
): Promise<Account> {
  const { reason, ...rest } = how;
  const state = demandNextState(account, 'block');
  await voidTickets(act.tx, { serviceId: act.service.id, accountId: account.id, now: act.now });
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
