// Subscriptions in the words of the portal.
import type { Text } from '../languages/languages.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { say, speech } from './say.tsx';

export const SUBSCRIPTIONS_PATH = '/portal/subscriptions';
/** The operations have the same limit. */
export const MAX_SUBSCRIPTION_NAME_LENGTH = 100;

/** Notices by the `done` parameter of the page's address. */
export const DONE = {
  subscribed: 'Subscribed. Your keys work now.',
  asked: 'Request sent. We’ll tell you by mail once it’s decided.',
  agreed: 'Thank you. You’ve agreed to the terms.',
  renamed: 'Name saved.',
  'primary-made': 'Primary key replaced. The old one no longer works.',
  'primary-rotated': 'Primary key replaced. The old one goes on for a while, as shown below.',
  'secondary-rotated': 'Secondary key replaced. The old one goes on for a while, as shown below.',
  'former-ended': 'The old key no longer works.',
  'secondary-made': 'Secondary key replaced. The old one no longer works.',
  cancelled: 'Cancelled. Its keys no longer work.',
  changed: 'Nothing changed: something else changed this subscription first. Here’s how it stands now.',
} as const satisfies Record<string, Text>;

export const pathOfSubscription = (id: string): string => `${SUBSCRIPTIONS_PATH}/${encodeURIComponent(id)}`;

export const subscriptionPage = (id: string, done: keyof typeof DONE): string =>
  `${pathOfSubscription(id)}?done=${done}`;

const STATES: Record<SubscriptionView['state'], Text> = {
  submitted: 'Waiting for approval',
  active: 'Active',
  suspended: 'Suspended: its keys don’t work',
  rejected: 'Declined',
  cancelled: 'Cancelled: its keys don’t work',
  expired: 'Expired: its keys don’t work',
};

/** An active subscription may not have started yet. */
export function stateLabel({ state, startsAt }: SubscriptionView, now: Date): string {
  return state === 'active' && startsAt !== null && startsAt > now
    ? say('Starts on {moment}', { moment: speech().moment(startsAt) })
    : say(STATES[state]);
}

export function scopeLabel({ scope }: SubscriptionView): string {
  return scope.kind === 'all' ? say('All APIs') : scope.name;
}
