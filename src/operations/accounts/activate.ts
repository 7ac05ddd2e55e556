import { z } from 'zod';
import { updateAccount } from '../../db/accounts.ts';
import { NO_BLOCK, tellActive } from '../block-over.ts';
import { demandNextState, holdAccount, viewAccount } from '../held-account.ts';
import * as input from '../input.ts';
import { defineOperation, OPERATORS } from '../operation.ts';
import { queueRepaint } from '../outbox.ts';

/**
 * Activates a blocked or pending account. Links that were dead stay dead. Activating before the address is confirmed
 * is allowed and recorded as such.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`.
 */
export const activateAccount = defineOperation({
  name: 'accounts/activate',
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
    const state = demandNextState(account, 'activate');
    const active = await updateAccount(
      act.tx,
      account,
      { ...NO_BLOCK, state, stateReason: reason, stateChangedAt: act.now, stateChangedBy: act.actorName },
      act.now,
    );
    if (tellDeveloper) await tellActive(act, active, message);
    await queueRepaint(act, accountId);
    act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: { state: account.state },
      after: { state, addressConfirmed: account.emailConfirmedAt !== null, toldDeveloper: tellDeveloper },
    });
    return { account: await viewAccount(act, active), addressConfirmed: account.emailConfirmedAt !== null };
  },
});
