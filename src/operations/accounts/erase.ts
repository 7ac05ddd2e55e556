import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { currentState, holdAccount } from './account.ts';
import { eraseAccountData, isDueForErasure } from './personal-data.ts';

/**
 * Erases the personal data of an account that was deleted `ERASE_DELETED_AFTER_DAYS` ago.
 * Errors: `account_not_found`, `account_erased`, `account_state_unfitting` when it was restored meanwhile.
 */
export const eraseAccount = defineOperation({
  name: 'accounts/erase',
  allowed: SYSTEM,
  effect: 'change',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    const account = await holdAccount(act, accountId);
    if (!account.deletedAt || !isDueForErasure(act, account.deletedAt))
      throw new DomainError('account_state_unfitting', { current: currentState(account) });
    await eraseAccountData(act, account);
    act.record({ target: { kind: 'account', id: accountId } });
  },
});
