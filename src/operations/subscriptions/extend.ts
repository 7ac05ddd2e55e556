import { z } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { changeSubscriptionState } from './change-state.ts';

/**
 * Changes or removes a subscription's end; an expired one is active again.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting`; `invalid_input` for an end
 * in the past.
 */
export const extendSubscription = defineOperation({
  name: 'subscriptions/extend',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    endsAt: z.coerce.date().nullable(),
  },
  run(act, { endsAt, ...wanted }) {
    if (endsAt && endsAt <= act.now)
      throw new DomainError('invalid_input', {
        fields: { endsAt: 'this day has passed; choose a later one' },
      });
    return changeSubscriptionState(act, { ...wanted, verb: 'extend', also: { endsAt } });
  },
});
