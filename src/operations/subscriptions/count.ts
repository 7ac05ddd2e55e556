import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { countCutOff } from './subscription.ts';

/** How many subscriptions an account has, and how many a block or a deletion of it would cut off. It counts the calls of this second. */
export const countSubscriptions = defineOperation({
  name: 'subscriptions/count',
  allowed: OPERATORS,
  effect: 'read',
  input: { accountId: input.accountId },
  run: (act, { accountId }) => countCutOff(act, accountId),
});
