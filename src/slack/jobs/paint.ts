import type { WebClient } from '@slack/web-api';
import { slackErrorOf } from '../frame/slack-error.ts';
import type { Message } from '../present/blocks.ts';

/** Updates the message of a card, or posts it when there is none or a person deleted it in Slack. */
export async function paint(
  client: WebClient,
  card: { channelId: string; messageTs: string | null },
  message: Message,
): Promise<{ channelId: string; messageTs: string }> {
  const content = { channel: card.channelId, text: message.text, blocks: message.blocks ?? [] };
  if (card.messageTs) {
    try {
      await client.chat.update({ ...content, ts: card.messageTs });
      return { channelId: card.channelId, messageTs: card.messageTs };
    } catch (error) {
      if (slackErrorOf(error) !== 'message_not_found') throw error;
    }
  }
  const posted = await client.chat.postMessage(content);
  return { channelId: card.channelId, messageTs: String(posted.ts) };
}
