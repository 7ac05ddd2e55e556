// Most operations on a subscription change its state, and share this.
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

type StateChange = {
  subscriptionId: string;
  expectedVersion?: number | undefined;
  verb: SubscriptionVerb;
  /** The owner sees it. */
  comment?: string;
  /** Dates that change with the state. */
  also?: Partial<Pick<Subscription, 'startsAt' | 'endsAt'>>;
  /** Throws a refusal; called once the state allows the change. */
  check?: (subscription: Subscription) => Promise<void>;
  /** Mails the owner once it is changed; returns whether the owner was told. */
  tell?: (changed: Subscription) => Promise<boolean>;
};

/**
 * Changes a subscription's state, records the audit row and repaints its cards.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting`.
 */
export async function changeSubscriptionState(
  act: Act,
  { subscriptionId, expectedVersion, verb, comment = '', also = {}, check, tell }: StateChange,
): Promise<{ subscription: SubscriptionView; isTold: boolean }> {
  const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
  const state = demandNextSubscriptionState(act, subscription, verb);
  await check?.(subscription);
  const changed = await updateSubscription(act, subscription, {
    ...also,
    state,
    stateComment: comment,
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
  });
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
