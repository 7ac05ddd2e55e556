// Which cards there are of an account, an approval, a subscription or many sign-ups, and which are missing.
import { z } from 'zod';
import { newId } from '../../db/ids.ts';
import { type Card, type CardSubject, insertCard, listCards } from '../../db/outbox/cards.ts';
import type { Act } from '../frame/context.ts';

const MAX_CHANNELS = 50;

export const channels = z.array(z.string().max(40)).max(MAX_CHANNELS);

type PlannedCard = Pick<Card, 'id' | 'channelId' | 'messageTs' | 'paintedVersion'>;

/**
 * The cards to paint. A subject that waits for an operator has one in each channel. Of one that was decided, only those
 * that Slack has: the others are not posted any more.
 */
export async function planCardsOf(
  act: Act,
  subject: CardSubject,
  { isWaiting, channels }: { isWaiting: boolean; channels: readonly string[] },
): Promise<PlannedCard[]> {
  const serviceId = act.service.id;
  for (const channelId of isWaiting ? channels : []) {
    const id = newId(act.now, act.random);
    const times = { createdAt: act.now, changedAt: act.now };
    await insertCard(act.tx, { serviceId, id, ...subject, channelId, ...times });
  }
  const cards = await listCards(act.tx, serviceId, subject);
  return cards
    .filter((card) => isWaiting || card.messageTs !== null)
    .map(({ id, channelId, messageTs, paintedVersion }) => ({ id, channelId, messageTs, paintedVersion }));
}
