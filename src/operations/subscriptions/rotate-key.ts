import { z } from 'zod';
import { isKeyLeaked } from '../../db/subscriptions/leaked-keys.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { OVERLAP_HOURS } from '../../domain/key-life.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { replaceKeys } from './replace-keys.ts';
import { holdSubscription, viewOneSubscription } from './subscription.ts';

/**
 * Replaces a key of a subscription, and lets the replaced one go on for some hours, or until its own end if that is sooner.
 * A slot has one such former key: an older one is unknown from now on. The owner is always mailed. `formerEndsAt` is null
 * when the replaced key had ended already.
 * Errors: `subscription_not_found`, `subscription_changed`; `no_overlap` where Azure has the keys, which replaces them at
 * once; `key_leaked` for one that was found in public. Source: safety T113.
 */
export const rotateKey = defineOperation({
  name: 'subscriptions/rotate-key',
  allowed: [...OPERATORS, ...ACCOUNTS],
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    slot: catalog.keySlot,
    overlapHours: z.coerce.number().int().min(OVERLAP_HOURS.min).max(OVERLAP_HOURS.max),
  },
  async run(act, { subscriptionId, expectedVersion, slot, overlapHours }) {
    if (!act.policy.keysMayOverlap) throw new DomainError('no_overlap');
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    if (await isKeyLeaked(act.tx, { serviceId: act.service.id, subscriptionId, slot }))
      throw new DomainError('key_leaked');
    const { formerEndsAt, isTold } = await replaceKeys(act, subscription, [slot], { overlapHours });
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      after: { key: slot, formerKeyEndsAt: formerEndsAt, toldDeveloper: isTold },
    });
    return { subscription: await viewOneSubscription(act, subscriptionId), formerEndsAt, isTold };
  },
});
