import { defineOperation, input } from '../frame/operation.ts';
import { holdAccount } from './account.ts';
import { removeWaysIn } from './end-access.ts';

/**
 * After a restore: ends an account's password and connected sign-ins, its sessions and open links, because its owner or an
 * operator had replaced one of them since the backup. Only a mailed link leads back, which the sign-in page offers.
 * Errors: `account_not_found`; `account_erased`.
 */
export const endWaysIn = defineOperation({
  name: 'accounts/end-ways-in',
  allowed: ['console'],
  effect: 'change',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    const { after } = await removeWaysIn(act, await holdAccount(act, accountId));
    act.record({ target: { kind: 'account', id: accountId }, after });
  },
});
