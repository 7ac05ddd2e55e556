import { revokeToken } from '../../db/operators/tokens.ts';
import { endFormerKey } from '../../db/subscriptions/keys.ts';
import {
  findKeyByHash,
  findLeakedKey,
  type LeakedKey,
  lockLeakedKey,
} from '../../db/subscriptions/leaked-keys.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { KEY_SLOTS, type KeySlot } from '../../domain/key-life.ts';
import { type Act, defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { replaceKeys } from '../subscriptions/replace-keys.ts';
import { holdSubscription } from '../subscriptions/subscription.ts';
import { demandOpen, settleLeak, targetOf, viewLeakedKey } from './leaked-key.ts';

/**
 * Ends a key that was found in public: a key is replaced and its owner told why, a former one goes on no longer, a token is
 * revoked. Errors: `leaked_key_not_found`; `leaked_key_settled` with how, when and the name of the person; `subscription_not_found` when
 * its account is deleted, with which its keys ended.
 */
export const endLeakedKey = defineOperation({
  name: 'leaked-keys/end',
  allowed: OPERATORS,
  effect: 'change',
  input: { leakedKeyId: input.rowId },
  async run(act, { leakedKeyId }) {
    const serviceId = act.service.id;
    const found = await findLeakedKey(act.tx, serviceId, leakedKeyId);
    if (!found) throw new DomainError('leaked_key_not_found');
    // Before the row itself, as wherever a key is replaced.
    if (found.subscriptionId) await holdSubscription(act, found.subscriptionId);
    const leak = (await lockLeakedKey(act.tx, serviceId, leakedKeyId)) as LeakedKey;
    demandOpen(leak);
    const isTold = await endSecret(act, leak);
    act.record({
      target: targetOf(leak),
      after: { leakedKey: 'ended', ...(leak.slot ? { key: leak.slot, toldDeveloper: isTold } : {}) },
    });
    return { leakedKey: await viewLeakedKey(act, await demandLeak(act, leak)), isTold };
  },
});

const demandLeak = async (act: Act, { serviceId, id }: LeakedKey): Promise<LeakedKey> =>
  (await lockLeakedKey(act.tx, serviceId, id)) as LeakedKey;

/** Of a row that the caller has locked, and the subscription before it. Returns whether a mail tells its owner. */
export async function endSecret(act: Act, leak: LeakedKey): Promise<boolean> {
  const { serviceId, subscriptionId, tokenId, hash } = leak;
  const by = { revokedAt: act.now, revokedBy: act.actorName };
  if (tokenId) await revokeToken(act.tx, { serviceId, id: tokenId }, by);
  const isTold = subscriptionId !== null && (await endKey(act, subscriptionId, hash));
  const present = await demandLeak(act, leak);
  // The replacement of a key has settled it.
  if (present.state === 'open') await settleLeak(act, present, 'ended');
  return isTold;
}

async function endKey(act: Act, subscriptionId: string, hash: string): Promise<boolean> {
  const subscription = await holdSubscription(act, subscriptionId);
  const key = await findKeyByHash(act.tx, subscription.serviceId, hash);
  if (!key) return false;
  const slot = key.slot.replace('former-', '') as KeySlot;
  if (KEY_SLOTS.some((one) => one === key.slot))
    return (await replaceKeys(act, subscription, [slot], { isLeaked: true })).isTold;
  await endFormerKey(act, { serviceId: subscription.serviceId, subscriptionId, slot });
  return false;
}
