import { z } from 'zod';
import { KEY_SLOTS } from '../../domain/key-life.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation, input, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { replaceKeys } from './replace-keys.ts';
import { holdSubscription, viewOneSubscription } from './subscription.ts';

/**
 * Replaces a key of a subscription: the next call with it is refused, and with an older one that still went on. Only the
 * owner reads the new key, in the portal. The owner is always mailed; with `isLeaked` the mail says why, and both keys can
 * be replaced at once.
 * Errors: `subscription_not_found`, `subscription_changed`; `invalid_input` for both keys without a leak, which would leave
 * the owner without a key that works. Source: safety T29.
 */
export const regenerateKey = defineOperation({
  name: 'subscriptions/regenerate-key',
  allowed: [...OPERATORS_AND_PROGRAMS, ...ACCOUNTS],
  effect: 'change',
  input: z
    .strictObject({
      subscriptionId: catalog.subscriptionId,
      expectedVersion: input.expectedVersion,
      slot: z.enum([...catalog.keySlot.options, 'both']),
      isLeaked: z.boolean().default(false),
    })
    .refine(({ slot, isLeaked }) => slot !== 'both' || isLeaked, {
      path: ['slot'],
      message: 'is one of the two: with both replaced, nothing would work meanwhile',
    }),
  async run(act, { subscriptionId, expectedVersion, slot, isLeaked }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    const slots = slot === 'both' ? KEY_SLOTS : [slot];
    const { isTold } = await replaceKeys(act, subscription, slots, { isLeaked });
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      after: { key: slot, leaked: isLeaked, toldDeveloper: isTold },
    });
    return { subscription: await viewOneSubscription(act, subscriptionId), isTold };
  },
});
