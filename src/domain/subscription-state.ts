// The state transitions of a subscription. Azure publishes the states only; the transitions are ours.

export type SubscriptionState = 'submitted' | 'active' | 'suspended' | 'rejected' | 'cancelled' | 'expired';
export type SubscriptionVerb = 'approve' | 'reject' | 'suspend' | 'resume' | 'cancel' | 'extend';

const NEXT: Record<SubscriptionVerb, Partial<Record<SubscriptionState, SubscriptionState>>> = {
  approve: { submitted: 'active' },
  reject: { submitted: 'rejected' },
  suspend: { active: 'suspended' },
  resume: { suspended: 'active' },
  cancel: { submitted: 'cancelled', active: 'cancelled', suspended: 'cancelled', expired: 'cancelled' },
  extend: { submitted: 'submitted', active: 'active', suspended: 'suspended', expired: 'active' },
};

/** States that count toward a product's limit of subscriptions per account: calls pass now, or may later. */
export const COUNTED_STATES: readonly SubscriptionState[] = ['submitted', 'active', 'suspended'];

/** The state that `verb` leads to, or null when it doesn't fit the present one. */
export function nextSubscriptionState(
  state: SubscriptionState,
  verb: SubscriptionVerb,
): SubscriptionState | null {
  return NEXT[verb][state] ?? null;
}

/** The verbs that fit a state, for the buttons of a card. */
export function fittingSubscriptionVerbs(state: SubscriptionState): SubscriptionVerb[] {
  return (Object.keys(NEXT) as SubscriptionVerb[]).filter(
    (verb) => nextSubscriptionState(state, verb) !== null,
  );
}

/** The state at a moment: an active subscription past its end has expired, even before a job has stored that. */
export function subscriptionStateAt(
  subscription: { state: SubscriptionState; endsAt: Date | null },
  now: Date,
): SubscriptionState {
  const isOver = subscription.endsAt !== null && subscription.endsAt <= now;
  return subscription.state === 'active' && isOver ? 'expired' : subscription.state;
}
