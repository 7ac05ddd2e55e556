import { MIRROR_NAME } from '../../domain/azure-mirror.ts';
import { demandAccount, viewAccount } from '../accounts/account.ts';
import { isUnconfirmedSignUp } from '../accounts/sign-up-rules.ts';
import { viewMirror } from '../azure/order-view.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { queueSummaryRepaint } from '../frame/outbox.ts';
import { channels, planCardsOf } from './planned-cards.ts';

/**
 * Where the account's cards are, and what they should show. A pending account gets a card in each of `channels`, unless it
 * is a sign-up whose email isn't confirmed yet, is on a card with other sign-ups, or is pending because it is so in Azure,
 * where its developer confirms it; an account that never waited has none.
 * Errors: `account_not_found`.
 */
export const planCards = defineOperation({
  name: 'cards/plan',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { accountId: input.accountId, channels },
  async run(act, { accountId, channels }) {
    const account = await demandAccount(act, accountId);
    const { state, signUpSummaryId } = account;
    if (signUpSummaryId) await queueSummaryRepaint(act, signUpSummaryId);
    const isWaiting =
      state === 'pending' &&
      !isUnconfirmedSignUp(account) &&
      signUpSummaryId === null &&
      account.stateChangedBy !== MIRROR_NAME;
    const cards = await planCardsOf(act, { accountId }, { isWaiting, channels });
    const mirror = await viewMirror(act, { kind: 'account', ourId: accountId });
    return { account: await viewAccount(act, account), mirror, cards };
  },
});
