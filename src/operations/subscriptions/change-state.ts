// The change of state that most operations on a subscription are.
import { type Subscription, updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import type { SubscriptionVerb } from '../../domain/subscription-state.ts';
import type { Act } from '../frame/context.ts';
import {
  demandNextSubscriptionState,
  holdSubscription,
  queueRepaintOf,
  type SubscriptionView,
  viewOneSubscription,
} from './subscription.ts';

type Change = {
  subscriptionId: string;
  expectedVersion?: number | undefined;
  verb: SubscriptionVerb;
  /** The owner sees it. */
  comment?: string;
  /** What else changes with the state. */
  also?: Partial<Pick<Subscription, 'startsAt' | 'endsAt'>>;
  /** Whom and what to tell once it is changed; returns whether the owner was told. */
  tell?: (changed: Subscription) => Promise<boolean>;
};

/**
 * Changes a subscription's state, leaves the audit row, and has its cards painted anew.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting`.
 */
export async function changeSubscription(
  act: Act,
  { subscriptionId, expectedVersion, verb, comment = '', also = {}, tell }: Change,
): Promise<{ subscription: SubscriptionView; isTold: boolean }> {
  const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
  const state = demandNextSubscriptionState(act, subscription, verb);
  const changed = await updateSubscription(
    act.tx,
    subscription,
    {
      ...also,
      state,
      stateComment: comment,
      stateChangedAt: act.now,
      stateChangedBy: act.actorName,
    },
    act.now,
  );
  const isTold = (await tell?.(changed)) ?? false;
  await queueRepaintOf(act, changed);
  const dates = (of: Subscription) =>
    'endsAt' in also || 'startsAt' in also ? { from: of.startsAt, until: of.endsAt } : {};
  act.record({
    target: { kind: 'subscription', id: subscriptionId },
    ...(comment ? { reason: comment } : {}),
    before: { state: subscription.state, ...dates(subscription) },
    after: { state, ...dates(changed), ...(tell ? { toldDeveloper: isTold } : {}) },
  });
  return { subscription: await viewOneSubscription(act, subscriptionId), isTold };
}
