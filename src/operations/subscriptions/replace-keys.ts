// Replaces keys of a subscription, and tells its owner.
import { type Subscription, updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import type { KeySlot } from '../../domain/key-life.ts';
import type { Act } from '../frame/context.ts';
import { giveKey } from './keys.ts';
import { tellOwnerOfNewKeys } from './mails.ts';
import { queueRepaintOf } from './subscription.ts';

type Replacement = { isLeaked?: boolean; overlapHours?: number };

/**
 * Of a locked subscription. Returns whether a mail tells its owner of what another person did, and until when the last one
 * of the replaced keys goes on; null: no longer.
 */
export async function replaceKeys(
  act: Act,
  subscription: Subscription,
  slots: readonly KeySlot[],
  { isLeaked = false, overlapHours = 0 }: Replacement,
): Promise<{ isTold: boolean; formerEndsAt: Date | null }> {
  let formerEndsAt: Date | null = null;
  for (const slot of slots) formerEndsAt = await giveKey(act, subscription, slot, { overlapHours });
  const changed = await updateSubscription(act, subscription, {});
  const isTold = await tellOwnerOfNewKeys(act, changed, { slots, formerEndsAt, isLeaked });
  await queueRepaintOf(act, changed);
  return { isTold, formerEndsAt };
}
