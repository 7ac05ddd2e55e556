import { demandAccount } from '../accounts/account.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';

/** Queues a repaint of an account's cards, after a person clicked on an outdated one. Errors: `account_not_found`. */
export const repaintCards = defineOperation({
  name: 'cards/repaint',
  allowed: OPERATORS,
  effect: 'bookkeeping',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    await demandAccount(act, accountId);
    await queueRepaint(act, accountId);
  },
});
