// Subscriptions in the words of the portal.
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { formatMoment } from './form.tsx';

export const SUBSCRIPTIONS_PATH = '/portal/subscriptions';
/** The operations have the same limit. */
export const MAX_SUBSCRIPTION_NAME_LENGTH = 100;

/** Notices by the `done` parameter of the page's address. */
export const DONE = {
  subscribed: 'You have a subscription. Its keys work from now on.',
  asked: 'Your request is with us. You hear of it by mail.',
  renamed: 'Its name is saved.',
  'primary-made': 'There is a new primary key. The former one is unknown from the next call on.',
  'secondary-made': 'There is a new secondary key. The former one is unknown from the next call on.',
  cancelled: 'It is cancelled, and its keys no longer work.',
  changed: 'It had changed meanwhile, so nothing was done. This is how it stands now.',
} as const;

export const pathOfSubscription = (id: string): string => `${SUBSCRIPTIONS_PATH}/${encodeURIComponent(id)}`;

export const subscriptionPage = (id: string, done: keyof typeof DONE): string =>
  `${pathOfSubscription(id)}?done=${done}`;

const STATES: Record<SubscriptionView['state'], string> = {
  submitted: 'Waits for approval',
  active: 'Active',
  suspended: 'Suspended: its keys don’t work',
  rejected: 'Declined',
  cancelled: 'Cancelled: its keys don’t work',
  expired: 'Over: its keys don’t work',
};

/** An active subscription may not have started yet. */
export function stateLabel({ state, startsAt }: SubscriptionView, now: Date): string {
  return state === 'active' && startsAt !== null && startsAt > now
    ? `Begins on ${formatMoment(startsAt)}`
    : STATES[state];
}

export function scopeLabel({ scope }: SubscriptionView): string {
  return scope.kind === 'all' ? 'All APIs' : scope.name;
}

export const usageLabel = ({ lastUsedAt, calls }: SubscriptionView): string =>
  lastUsedAt ? `${formatMoment(lastUsedAt)}, ${calls.toLocaleString('en')} calls so far` : 'Never';
