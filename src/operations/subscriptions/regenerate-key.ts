import { z } from 'zod';
import { updateSubscription } from '../../db/subscriptions.ts';
import * as catalog from '../catalog-input.ts';
import { holdSubscription, queueRepaintOf, viewOneSubscription } from '../held-subscription.ts';
import { expectedVersion } from '../input.ts';
import { ACCOUNTS, defineOperation, OPERATORS } from '../operation.ts';
import { giveKey } from '../subscription-keys.ts';
import { tellOwner } from '../subscription-mails.ts';

/**
 * Replaces one key of a subscription: the former is unknown from the next call on. What another did to a key is mailed to
 * its owner, who reads the new one in the portal; it is told nobody else. `isLeaked` says in that mail why.
 * Errors: `subscription_not_found`, `subscription_changed`. Source: safety T29.
 */
export const regenerateKey = defineOperation({
  name: 'subscriptions/regenerate-key',
  allowed: [...OPERATORS, ...ACCOUNTS],
  effect: 'change',
  input: z.strictObject({
    subscriptionId: catalog.subscriptionId,
    expectedVersion,
    slot: catalog.keySlot,
    isLeaked: z.boolean().default(false),
  }),
  async run(act, { subscriptionId, expectedVersion, slot, isLeaked }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    await giveKey(act, subscriptionId, slot);
    const changed = await updateSubscription(act.tx, subscription, {}, act.now);
    const isTold =
      act.actor.kind !== 'account' &&
      (await tellOwner(act, changed, isLeaked ? 'KeyLeaked' : 'KeyReplaced', { KeyName: slot }));
    await queueRepaintOf(act, changed);
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      after: { key: slot, leaked: isLeaked, toldDeveloper: isTold },
    });
    return { subscription: await viewOneSubscription(act, subscriptionId), isTold };
  },
});
