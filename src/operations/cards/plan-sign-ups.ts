import { countInSummary, endSummary } from '../../db/accounts/sign-ups.ts';
import { versionOfSignUps } from '../../db/outbox/cards.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { channels, planCardsOf } from './planned-cards.ts';

/**
 * Where the cards are that stand for many sign-ups, how many sign-ups there were, and how many still wait. While one waits,
 * each of `channels` has a card; once none does, the next flood of sign-ups gets a new card.
 */
export const planSignUpCards = defineOperation({
  name: 'cards/plan-sign-ups',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { summaryId: input.rowId, channels },
  async run(act, { summaryId, channels }) {
    const key = { serviceId: act.service.id, id: summaryId };
    const { total, waiting } = await countInSummary(act.tx, key);
    if (total > 0 && waiting === 0) await endSummary(act.tx, { ...key, now: act.now });
    const isWaiting = waiting > 0;
    const cards = await planCardsOf(act, { signUpSummaryId: summaryId }, { isWaiting, channels });
    return { total, waiting, version: versionOfSignUps(waiting), cards };
  },
});
