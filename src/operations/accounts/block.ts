import { z } from 'zod';
import { updateAccount } from '../../db/accounts.ts';
import { voidTickets } from '../../db/tickets.ts';
import { demandNextState, holdAccount, viewAccount } from '../held-account.ts';
import * as input from '../input.ts';
import { defineOperation, OPERATORS } from '../operation.ts';
import { queueMail, queueRepaint } from '../outbox.ts';

/**
 * Blocks an account: from the next request on it can't sign in or call anything, and its open links are dead.
 * Subscriptions keep their own state. The reason is for operators; only `message` goes out.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`.
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
  }),
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, message, tellDeveloper }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    const state = demandNextState(account, 'block');
    const blocked = await updateAccount(
      act.tx,
      account,
      { state, stateReason: reason, stateChangedAt: act.now, stateChangedBy: act.actorName },
      act.now,
    );
    await voidTickets(act.tx, { serviceId: act.service.id, accountId, now: act.now });
    if (tellDeveloper) {
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
      before: { state: account.state },
      after: { state, toldDeveloper: tellDeveloper },
    });
    return { account: await viewAccount(act, blocked) };
  },
});
