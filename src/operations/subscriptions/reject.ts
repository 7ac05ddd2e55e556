import { z } from 'zod';
import * as catalog from '../catalog/input.ts';
import { defineOperation, input, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { changeSubscriptionState } from './change-state.ts';
import { tellOwner } from './mails.ts';

/**
 * Rejects a requested subscription. Its owner reads the reason, by mail unless `tellDeveloper` is false.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting` with the operator who decided.
 */
export const rejectSubscription = defineOperation({
  name: 'subscriptions/reject',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    reason: catalog.stateComment.refine((reason) => reason !== '', 'is needed: the developer reads it'),
    tellDeveloper: z.boolean().default(true),
  },
  run: (act, { reason, tellDeveloper, ...wanted }) =>
    changeSubscriptionState(act, {
      ...wanted,
      verb: 'reject',
      comment: reason,
      tell: async (changed) =>
        tellDeveloper &&
        tellOwner(act, changed, 'RejectDeveloperNotificationMessage', { SubDeclineReason: reason }),
    }),
});
