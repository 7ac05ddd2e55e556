import { countAccountsByState } from '../../db/accounts/accounts.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

/** How many accounts are in each state. The database keeps the counts with each change, so many accounts cost nothing. */
export const countAccounts = defineOperation({
  name: 'accounts/count',
  allowed: OPERATORS,
  effect: 'read',
  input: {},
  run: (act) => countAccountsByState(act.tx, act.service.id),
});
