import { z } from 'zod';
import { countInSummary, endSummary } from '../../db/accounts/sign-ups.ts';
import { newId } from '../../db/ids.ts';
import { insertCard, listCardsOfSummary } from '../../db/outbox/cards.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

const MAX_CHANNELS = 50;

/**
 * Where the cards are that stand for many sign-ups, how many sign-ups there were, and how many still wait. While one waits,
 * each of `channels` has a card; once none does, the next flood of sign-ups gets a new card.
 */
export const planSignUpCards = defineOperation({
  name: 'cards/plan-sign-ups',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({ summaryId: input.rowId, channels: z.array(z.string().max(40)).max(MAX_CHANNELS) }),
  async run(act, { summaryId, channels }) {
    const serviceId = act.service.id;
    const { total, waiting } = await countInSummary(act.tx, { serviceId, id: summaryId });
    for (const channelId of waiting > 0 ? channels : []) {
      const times = { createdAt: act.now, changedAt: act.now };
      const id = newId(act.now, act.random);
      await insertCard(act.tx, { serviceId, id, signUpSummaryId: summaryId, channelId, ...times });
    }
    if (total > 0 && waiting === 0) await endSummary(act.tx, { serviceId, id: summaryId, now: act.now });
    const cards = await listCardsOfSummary(act.tx, serviceId, summaryId);
    return {
      total,
      waiting,
      cards: cards
        .filter((card) => waiting > 0 || card.messageTs !== null)
        .map(({ id, channelId, messageTs, paintedVersion }) => ({
          id,
          channelId,
          messageTs,
          paintedVersion,
        })),
    };
  },
});
