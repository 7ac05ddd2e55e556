import { findAccount } from '../../db/accounts/accounts.ts';
import { defineOperation, input } from '../frame/operation.ts';

/** Whether an account has this password, and needn't replace it. For programs that may set it. */
export const comparePassword = defineOperation({
  name: 'passwords/compare',
  allowed: ['admin', 'token'],
  effect: 'read',
  input: { accountId: input.accountId, password: input.password },
  async run(act, { accountId, password }) {
    const account = await findAccount(act.tx, act.service.id, accountId);
    if (!account || account.passwordMustChange) return false;
    return (await act.passwords.verify(password, account.passwordHash)).isCorrect;
  },
});
