// A subscription, drawn for operators.
import type { SubscriptionView } from '../../operations/held-subscription.ts';
import { nameOf } from './account.ts';
import { context, header, type Message, section } from './blocks.ts';
import { dateWords, escapeText } from './text.ts';

const STATES: Record<SubscriptionView['state'], string> = {
  submitted: 'waits for a decision',
  active: 'active',
  suspended: 'suspended',
  rejected: 'rejected',
  cancelled: 'cancelled',
  expired: 'expired',
};

/** "Starter", "Orders API", "all APIs": what it is for. */
export const scopeWords = ({ scope }: SubscriptionView): string =>
  scope.kind === 'all' ? 'all APIs' : scope.name;

/** The card of a subscription that was asked for. */
export function subscriptionCard(subscription: SubscriptionView): Message {
  const { owner, state, stateComment, stateChangedBy, stateChangedAt } = subscription;
  const who = owner ? `${nameOf(owner)} (${owner.email})` : 'Nobody';
  const title = `Subscription to ${scopeWords(subscription)}`;
  const text = `${title}: ${STATES[state]}`;
  const outcome =
    state === 'submitted'
      ? `Asked for ${dateWords(subscription.createdAt)}`
      : `*${STATES[state]}* by ${escapeText(stateChangedBy)}, ${dateWords(stateChangedAt)}${stateComment ? `: ${escapeText(stateComment)}` : ''}`;
  return {
    text: escapeText(text),
    blocks: [
      header(title),
      section(`${escapeText(who)} asks to use *${escapeText(scopeWords(subscription))}*.`),
      context(outcome),
    ],
  };
}
