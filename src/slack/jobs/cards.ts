// The cards of accounts, subscriptions and sign-ups.
import { DomainError } from '../../domain/domain-error.ts';
import { planCards } from '../../operations/cards/plan.ts';
import { planInvitationsCard } from '../../operations/cards/plan-invitations.ts';
import { planLeakedKeyCards } from '../../operations/cards/plan-leaked-key.ts';
import { planSignUpCards } from '../../operations/cards/plan-sign-ups.ts';
import { planSubscriptionCards } from '../../operations/cards/plan-subscription.ts';
import { listBatchPeople } from '../../operations/invitations/list-batch-people.ts';
import { cardMessage } from '../present/account.ts';
import { invitationsMessage } from '../present/invitations.ts';
import { leakedKeyCard } from '../present/leaked-key.ts';
import { signUpsCard } from '../present/sign-ups.ts';
import { subscriptionCard } from '../present/subscription.ts';
import { approvalChannels } from './approvers.ts';
import type { SlackJob, SlackJobDependencies } from './dependencies.ts';
import { openDirectMessage, userIdIn } from './direct-messages.ts';
import { closeCard, paintCards } from './paint.ts';

export const repaintCards: SlackJob<'repaint-cards'> = async (dependencies, { accountId }) => {
  const plan = (channels: string[]) => planCards(dependencies.system(), { accountId, channels });
  const { account, mirror, cards } = await planWithChannels(
    dependencies,
    plan,
    (first) => first.account.state === 'pending',
  );
  await paintCards(dependencies, cards, account.version, async ({ channelId }) =>
    cardMessage(account, { isExposed: await dependencies.isExposed(channelId), mirror }),
  );
};

/** Does nothing once the subscription is deleted. */
export const repaintSubscription: SlackJob<'repaint-subscription'> = async (
  dependencies,
  { subscriptionId },
) => {
  const plan = (channels: string[]) =>
    planSubscriptionCards(dependencies.system(), { subscriptionId, channels });
  const isWaiting = (first: Awaited<ReturnType<typeof plan>>) => first.subscription.state === 'submitted';
  const planned = await planWithChannels(dependencies, plan, isWaiting).catch(nullIfDeleted);
  if (!planned) return;
  const { subscription, mirror, terms, cards } = planned;
  await paintCards(dependencies, cards, subscription.version, async ({ channelId }) =>
    subscriptionCard(subscription, { isExposed: await dependencies.isExposed(channelId), mirror, terms }),
  );
};

export const repaintSignUps: SlackJob<'repaint-sign-ups'> = async (dependencies, { summaryId }) => {
  const channels = await approvalChannels(dependencies);
  const planned = await planSignUpCards(dependencies.system(), { summaryId, channels });
  const { cards, total, waiting, version } = planned;
  const outdated = cards.filter((card) => card.messageTs === null || card.paintedVersion !== version);
  await paintCards(dependencies, outdated, version, () => signUpsCard({ total, waiting }));
};

/** Does nothing once the subscription is deleted. */
export const repaintLeakedKey: SlackJob<'repaint-leaked-key'> = async (dependencies, { leakedKeyId }) => {
  const channels = await approvalChannels(dependencies);
  const planned = await planLeakedKeyCards(dependencies.system(), { leakedKeyId, channels }).catch(
    nullIfDeleted,
  );
  if (!planned) return;
  const { leakedKey, cards } = planned;
  await paintCards(dependencies, cards, leakedKey.version, async ({ channelId }) =>
    leakedKeyCard(leakedKey, { isExposed: await dependencies.isExposed(channelId) }),
  );
};

export const closeLeakedKeyCard: SlackJob<'close-leaked-key-card'> = ({ client }, card) =>
  closeCard(
    client,
    card,
    'This key was found in public, and ended on its own: its subscription was deleted.',
  );

/** Without an approvals channel, opens the operators' direct messages only for a card that waits, and plans again. */
async function planWithChannels<Plan>(
  dependencies: SlackJobDependencies,
  plan: (channels: string[]) => Promise<Plan>,
  isWaiting: (plan: Plan) => boolean,
): Promise<Plan> {
  const { approvalsChannel } = dependencies;
  const first = await plan(approvalsChannel ? [approvalsChannel] : []);
  return approvalsChannel || !isWaiting(first) ? first : plan(await approvalChannels(dependencies));
}

function nullIfDeleted(error: unknown): null {
  const isGone = ['subscription_not_found', 'leaked_key_not_found'];
  if (error instanceof DomainError && isGone.includes(error.code)) return null;
  throw error;
}

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
