// The cards of differences with Azure.
import { DomainError } from '../../domain/domain-error.ts';
import { planDriftCards } from '../../operations/cards/plan-drift.ts';
import { slackErrorOf } from '../frame/slack-error.ts';
import { driftCard } from '../present/azure-drift.ts';
import { section } from '../present/blocks.ts';
import { approvalChannels } from './approvers.ts';
import type { SlackJob } from './dependencies.ts';
import { paintCards } from './paint.ts';

/** Does nothing once the service isn't bound to an instance any more. */
export const repaintDrift: SlackJob<'repaint-drift'> = async (dependencies, { driftId }) => {
  const channels = await approvalChannels(dependencies);
  const planned = await planDriftCards(dependencies.system(), { driftId, channels }).catch(nullIfGone);
  if (!planned) return;
  const { drift, cards } = planned;
  await paintCards(dependencies, cards, drift.version, async ({ channelId }) =>
    driftCard(drift, { isExposed: await dependencies.isExposed(channelId) }),
  );
};

/** Takes the buttons away, unless a person deleted the message. */
export const closeDriftCard: SlackJob<'close-drift-card'> = async ({ client }, { channelId, messageTs }) => {
  const text = 'This difference needs no decision any more: the service has left that instance of Azure.';
  try {
    await client.chat.update({ channel: channelId, ts: messageTs, text, blocks: [section(text)] });
  } catch (error) {
    if (slackErrorOf(error) !== 'message_not_found') throw error;
  }
};

function nullIfGone(error: unknown): null {
  if (error instanceof DomainError && error.code === 'drift_not_found') return null;
  throw error;
}
