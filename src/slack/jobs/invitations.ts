// The messages that tell who accepted an invitation.
import { planInvitationsCard } from '../../operations/cards/plan-invitations.ts';
import { listBatchPeople } from '../../operations/invitations/list-batch-people.ts';
import { invitationsMessage } from '../present/invitations.ts';
import type { SlackJob } from './dependencies.ts';
import { openDirectMessage, userIdIn } from './direct-messages.ts';
import { paintCards } from './paint.ts';

/** A person who has left, or is a guest by now, hears nothing more. */
export const repaintInvitations: SlackJob<'repaint-invitations'> = async (dependencies, { batchId }) => {
  const { teamId, system } = dependencies;
  for (const person of await listBatchPeople(system(), { batchId })) {
    const userId = userIdIn(dependencies, person);
    if (!userId) continue;
    const { membership } = await system().people.actorOf(userId, teamId);
    const channelId = membership === 'member' ? await openDirectMessage(dependencies, userId) : null;
    if (!channelId) continue;
    const plan = { batchId, person: { teamId, userId }, channelId };
    const { report, cards } = await planInvitationsCard(system(), plan);
    await paintCards(dependencies, cards, report.version, () => invitationsMessage(report));
  }
};
