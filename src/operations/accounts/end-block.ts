import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { holdAccount } from './account.ts';
import { returnToStateBeforeBlock } from './state-after-block.ts';

/**
 * Ends a block at its end date: the account returns to its former state, and the developer is told unless the block
 * was silent. Does nothing when the account was activated, deleted or blocked again meanwhile.
 * Errors: `account_not_found`, `account_erased`.
 */
export const endBlock = defineOperation({
  name: 'accounts/end-block',
  allowed: SYSTEM,
  effect: 'change',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    const account = await holdAccount(act, accountId);
    if (account.blockEndsAt === null || account.blockEndsAt > act.now) return act.nothingChanged();
    const reason = 'the block ended';
    const unblocked = await returnToStateBeforeBlock(act, account, { reason, isTold: account.toldOfBlock });
    act.record({
      target: { kind: 'account', id: accountId },
      reason,
      before: { state: account.state, until: account.blockEndsAt },
      after: { state: unblocked.state, toldDeveloper: account.toldOfBlock },
    });
  },
});
