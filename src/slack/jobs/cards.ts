// Posts the cards that are missing and repaints the others. A card that was deleted in Slack is posted again.
import { DomainError } from '../../domain/domain-error.ts';
import { planCards } from '../../operations/cards/plan.ts';
import { planSignUpCards } from '../../operations/cards/plan-sign-ups.ts';
import { planSubscriptionCards } from '../../operations/cards/plan-subscription.ts';
import { recordPaintedCard } from '../../operations/cards/record-painted.ts';
import { cardMessage } from '../present/account.ts';
import { signUpsCard } from '../present/sign-ups.ts';
import { subscriptionCard } from '../present/subscription.ts';
import { approvalChannels } from './approvers.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { paint } from './paint.ts';

export async function repaintCards(
  dependencies: SlackJobDependencies,
  { accountId }: { accountId: string },
): Promise<void> {
  const context = dependencies.system();
  const plan = (channels: string[]) => planCards(context, { accountId, channels });
  const { account, cards } = await planOnce(dependencies, plan, (first) => first.account.state === 'pending');
  for (const card of cards) {
    const message = cardMessage(account, { isExposed: await dependencies.isExposed(card.channelId) });
    const posted = await paint(dependencies.client, card, message);
    await recordPaintedCard(context, { cardId: card.id, ...posted, version: account.version });
  }
}

/** Does nothing once the subscription is deleted. */
export async function repaintSubscription(
  dependencies: SlackJobDependencies,
  { subscriptionId }: { subscriptionId: string },
): Promise<void> {
  const context = dependencies.system();
  const plan = (channels: string[]) => planSubscriptionCards(context, { subscriptionId, channels });
  const isWaiting = (first: Awaited<ReturnType<typeof plan>>) => first.subscription.state === 'submitted';
  const planned = await planOnce(dependencies, plan, isWaiting).catch(unlessDeleted);
  if (!planned) return;
  const { subscription, cards } = planned;
  for (const card of cards) {
    const isExposed = await dependencies.isExposed(card.channelId);
    const posted = await paint(dependencies.client, card, subscriptionCard(subscription, { isExposed }));
    await recordPaintedCard(context, { cardId: card.id, ...posted, version: subscription.version });
  }
}

/** Without an approvals channel, opens the operators' direct messages only when something waits, and then plans again. */
async function planOnce<Plan>(
  dependencies: SlackJobDependencies,
  plan: (channels: string[]) => Promise<Plan>,
  isWaiting: (plan: Plan) => boolean,
): Promise<Plan> {
  const { approvalsChannel } = dependencies;
  const first = await plan(approvalsChannel ? [approvalsChannel] : []);
  return approvalsChannel || !isWaiting(first) ? first : plan(await approvalChannels(dependencies));
}

function unlessDeleted(error: unknown): null {
  if (error instanceof DomainError && error.code === 'subscription_not_found') return null;
  throw error;
}

export async function repaintSignUps(
  dependencies: SlackJobDependencies,
  { summaryId }: { summaryId: string },
): Promise<void> {
  const context = dependencies.system();
  const channels = await approvalChannels(dependencies);
  const { cards, total, waiting } = await planSignUpCards(context, { summaryId, channels });
  // The card shows only how many still wait, so that number is its version. A version starts at 1.
  const version = waiting + 1;
  for (const card of cards) {
    if (card.messageTs !== null && card.paintedVersion === version) continue;
    const posted = await paint(dependencies.client, card, signUpsCard({ total, waiting }));
    await recordPaintedCard(context, { cardId: card.id, ...posted, version });
  }
}
