import { findAccount } from '../../db/accounts/accounts.ts';
import * as input from '../frame/input.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { viewAccount } from './account.ts';

/** An account alone, as programs read it; null when there is none or it is deleted. */
export const readAccount = defineOperation({
  name: 'accounts/read',
  allowed: READERS,
  effect: 'read',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    const account = await findAccount(act.tx, act.service.id, accountId);
    if (!account || account.state === 'deleted') return null;
    return viewAccount(act, account);
  },
});
