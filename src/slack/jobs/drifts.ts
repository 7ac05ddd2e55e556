// The cards of differences with Azure.
import { DomainError } from '../../domain/domain-error.ts';
import { planDriftCards } from '../../operations/cards/plan-drift.ts';
import { driftCard } from '../present/azure-drift.ts';
import { approvalChannels } from './approvers.ts';
import type { SlackJob } from './dependencies.ts';
import { closeCard, paintCards } from './paint.ts';

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

export const closeDriftCard: SlackJob<'close-drift-card'> = ({ client }, card) =>
  closeCard(
    client,
    card,
    'This difference needs no decision any more: the service has left that instance of Azure.',
  );

function nullIfGone(error: unknown): null {
  if (error instanceof DomainError && error.code === 'drift_not_found') return null;
  throw error;
}
