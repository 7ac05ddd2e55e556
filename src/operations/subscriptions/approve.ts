import { z } from 'zod';
import type { Subscription } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { ownEmailOf } from '../frame/actor.ts';
import { type Act, defineOperation, input, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { changeSubscriptionState } from './change-state.ts';
import { tellActiveSubscription } from './mails.ts';
import { ownerOf } from './subscription.ts';

/**
 * Approves a requested subscription: it is active from now on, and its owner is told unless `tellDeveloper` is false.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting` with the operator who decided;
 * `approval_about_oneself`.
 */
export const approveSubscription = defineOperation({
  name: 'subscriptions/approve',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    tellDeveloper: z.boolean().default(true),
  },
  run: (act, { tellDeveloper, ...wanted }) =>
    changeSubscriptionState(act, {
      ...wanted,
      verb: 'approve',
      check: (subscription) => demandOtherThanOwner(act, subscription),
      tell: async (changed) => tellDeveloper && tellActiveSubscription(act, changed),
    }),
});

/** Errors: `approval_about_oneself` when the operator's email is the owner's. */
async function demandOtherThanOwner(act: Act, subscription: Subscription): Promise<void> {
  const own = ownEmailOf(act.actor);
  const owner = own ? await ownerOf(act, subscription) : null;
  if (owner && owner.emailCanonical === own) throw new DomainError('approval_about_oneself');
}
