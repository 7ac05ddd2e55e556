import type { WebClient } from '@slack/web-api';
import { recordPaintedCard } from '../../operations/cards/record-painted.ts';
import { slackErrorOf } from '../frame/slack-error.ts';
import { type Message, section } from '../present/blocks.ts';
import type { SlackJobDependencies } from './dependencies.ts';

type Card = { id: string; channelId: string; messageTs: string | null };

/** Paints every card and records the version that it shows. */
export async function paintCards(
  { client, system }: SlackJobDependencies,
  cards: readonly Card[],
  version: number,
  draw: (card: Card) => Message | Promise<Message>,
): Promise<void> {
  for (const card of cards) {
    const painted = await paint(client, card, await draw(card));
    await recordPaintedCard(system(), { cardId: card.id, ...painted, version });
  }
}

/** Updates a message, or posts it when there is none or a person deleted it in Slack. Returns where it is now. */
export async function paint(
  client: WebClient,
  { channelId, messageTs }: { channelId: string; messageTs: string | null },
  { text, blocks = [] }: Message,
): Promise<{ channelId: string; messageTs: string }> {
  const content = { channel: channelId, text, blocks };
  if (messageTs) {
    try {
      await client.chat.update({ ...content, ts: messageTs });
      return { channelId, messageTs };
    } catch (error) {
      if (slackErrorOf(error) !== 'message_not_found') throw error;
    }
  }
  const posted = await client.chat.postMessage(content);
  return { channelId, messageTs: String(posted.ts) };
}

/** Takes the buttons of a card away whose row is gone, unless a person deleted the message. */
export async function closeCard(
  client: WebClient,
  { channelId, messageTs }: { channelId: string; messageTs: string },
  text: string,
): Promise<void> {
  try {
    await client.chat.update({ channel: channelId, ts: messageTs, text, blocks: [section(text)] });
  } catch (error) {
    if (slackErrorOf(error) !== 'message_not_found') throw error;
  }
}
