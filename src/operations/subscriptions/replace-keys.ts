// Replaces keys of a subscription at once, and tells its owner.
import { type Subscription, updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import type { KeySlot } from '../../domain/key-life.ts';
import type { MailValue } from '../../mail/templates/value.ts';
import type { Act } from '../frame/context.ts';
import { giveKey } from './keys.ts';
import { tellOwner, tellOwnerOfOwnKey } from './mails.ts';
import { queueRepaintOf } from './subscription.ts';

/** "primary and secondary" */
const namesOf =
  (slots: readonly KeySlot[]): MailValue =>
  (say) =>
    say.list(slots.map((one) => say(one)));

/** Of a locked subscription. Returns whether a mail tells its owner of what another person did. */
export async function replaceKeys(
  act: Act,
  subscription: Subscription,
  slots: readonly KeySlot[],
  { isLeaked }: { isLeaked: boolean },
): Promise<{ isTold: boolean }> {
  for (const slot of slots) await giveKey(act, subscription, slot);
  const changed = await updateSubscription(act, subscription, {});
  const keyName = { KeyName: namesOf(slots) };
  const isOwn = act.actor.kind === 'account';
  if (isOwn) await tellOwnerOfOwnKey(act, changed, keyName);
  const isTold = !isOwn && (await tellOwner(act, changed, isLeaked ? 'KeyLeaked' : 'KeyReplaced', keyName));
  await queueRepaintOf(act, changed);
  return { isTold };
}
