import { z } from 'zod';
import { countAccountsByState } from '../../db/accounts/accounts.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

/** How many accounts are in each state. Kept, not counted: as fast at a million as at none. */
export const countAccounts = defineOperation({
  name: 'accounts/count',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({}),
  run: (act) => countAccountsByState(act.tx, act.service.id),
});
