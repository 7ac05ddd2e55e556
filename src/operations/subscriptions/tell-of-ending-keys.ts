import { listKeys, noteToldOfEnd } from '../../db/subscriptions/keys.ts';
import { dueWarning, KEY_SLOTS, type KeySlot } from '../../domain/key-life.ts';
import { momentOf } from '../../mail/templates/value.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { keyNames, tellOwner } from './mails.ts';
import { holdSubscription, ownerOf } from './subscription.ts';

/**
 * Mails the owner of a subscription that keys of it end within 30, 7 or 1 days: each once, keys that end at the same time
 * in one mail, and of several warnings that are late only the last one. Does nothing while calls don't pass for another
 * reason. Errors: `subscription_not_found`. Source: safety T115.
 */
export const tellOfEndingKeys = defineOperation({
  name: 'subscriptions/tell-of-ending-keys',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { subscriptionId: catalog.subscriptionId },
  async run(act, { subscriptionId }): Promise<void> {
    const subscription = await holdSubscription(act, subscriptionId);
    const owner = await ownerOf(act, subscription);
    if (subscription.state !== 'active' || owner?.state !== 'active') return;
    const serviceId = act.service.id;
    const keys = await listKeys(act.tx, serviceId, subscriptionId);
    const ending: { slot: KeySlot; endsAt: Date }[] = [];
    for (const slot of KEY_SLOTS) {
      const key = keys.find((one) => one.slot === slot);
      const days = key ? dueWarning(key, act.now) : null;
      if (!key?.endsAt || days === null) continue;
      const { endsAt } = key;
      // A change of the product may have given the key another life since.
      if (await noteToldOfEnd(act.tx, { serviceId, subscriptionId, slot, endsAt }, days))
        ending.push({ slot, endsAt });
    }
    for (const at of new Set(ending.map(({ endsAt }) => endsAt.getTime()))) {
      const slots = ending.filter(({ endsAt }) => endsAt.getTime() === at).map(({ slot }) => slot);
      await tellOwner(act, subscription, 'KeyEnds', {
        KeyName: keyNames(slots),
        KeyEnds: momentOf(new Date(at)),
        KeysUrl: `${act.policy.publicUrl}/portal/subscriptions/${encodeURIComponent(subscriptionId)}#keys`,
      });
    }
  },
});
