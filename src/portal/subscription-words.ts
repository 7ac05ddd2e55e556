// Subscriptions in the words of whoever has them.
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { inWords } from './form.tsx';

export const SUBSCRIPTIONS_PATH = '/portal/subscriptions';

/** What was just done, by the word in the address that the page was reached with. */
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

/** By the clock, an active one may not have begun yet. */
export function stateWords({ state, startsAt }: SubscriptionView, now: Date): string {
  return state === 'active' && startsAt !== null && startsAt > now
    ? `Begins on ${inWords(startsAt)}`
    : STATES[state];
}

export function scopeWords({ scope }: SubscriptionView): string {
  return scope.kind === 'all' ? 'All APIs' : scope.name;
}

export const usedWords = ({ lastUsedAt, calls }: SubscriptionView): string =>
  lastUsedAt ? `${inWords(lastUsedAt)}, ${calls.toLocaleString('en')} calls so far` : 'Never';
