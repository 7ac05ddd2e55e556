import { z } from 'zod';
import { updateCard } from '../../db/outbox/cards.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/** Stores where a card is and which version it shows. */
export const recordPaintedCard = defineOperation({
  name: 'cards/record-painted',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    cardId: input.rowId,
    channelId: z.string().max(40),
    messageTs: z.string().max(40),
    version: z.int().positive(),
  },
  run: (act, { cardId, channelId, messageTs, version }) =>
    updateCard(
      act.tx,
      { serviceId: act.service.id, id: cardId },
      { channelId, messageTs, paintedVersion: version, changedAt: act.now },
    ),
});
