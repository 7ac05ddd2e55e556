// The two keys of a subscription: new or from elsewhere, looked up by hash, sealed so that its owner can read them again.
import { holdProduct } from '../../db/catalog/products.ts';
import { listKeys, putKey } from '../../db/subscriptions/keys.ts';
import type { Subscription } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { endOfFormer, type KeySlot, lifeOfKey } from '../../domain/key-life.ts';
import { apiKeyHash, newApiKey } from '../../security/api-key.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act } from '../frame/context.ts';
import { settleReplacedKeys } from '../leaked-keys/leaked-key.ts';

const sealedAs = (subscriptionId: string, slot: KeySlot) => `${slot} key of ${subscriptionId}`;

type Replacement = {
  /** Null: a new key is made. */
  foreignKey?: string | undefined;
  /** How long the replaced key goes on; 0: it is unknown from now on. */
  overlapHours?: number;
};

/**
 * Gives a subscription a key in this slot, for as long as its product has keys work. The slot's former key is unknown from
 * now on. Returns until when the replaced key goes on; null: no longer.
 * Errors: `key_taken` when the service has it already; `invalid_input` for a text that can't be a key.
 */
export async function giveKey(
  act: Act,
  { id: subscriptionId, productId }: Pick<Subscription, 'id' | 'productId'>,
  slot: KeySlot,
  { foreignKey, overlapHours = 0 }: Replacement = {},
): Promise<Date | null> {
  const serviceId = act.service.id;
  // Before the keys: a change of the product's setting takes its locks in this order too.
  const product = productId === null ? null : await holdProduct(act.tx, serviceId, productId);
  const { key, hash } = foreignKey === undefined ? newApiKey(act.random) : hashForeignKey(foreignKey, slot);
  const replaced = (await listKeys(act.tx, serviceId, subscriptionId)).find((one) => one.slot === slot);
  const isLive = replaced && (replaced.endsAt === null || replaced.endsAt > act.now);
  const formerEndsAt =
    isLive && overlapHours > 0 ? endOfFormer(replaced.endsAt, act.now, overlapHours) : null;
  const row = {
    serviceId,
    subscriptionId,
    slot,
    hash,
    sealed: sealText(act.keyring, sealedAs(subscriptionId, slot), key, act.random),
    createdAt: act.now,
    ...lifeOfKey(product?.keysExpireAfterDays ?? null, act.now),
  };
  if (!(await putKey(act.tx, row, formerEndsAt))) throw new DomainError('key_taken');
  if (replaced) await settleReplacedKeys(act, subscriptionId);
  return formerEndsAt;
}

function hashForeignKey(key: string, slot: KeySlot): { key: string; hash: string } {
  const hash = apiKeyHash(key);
  if (!hash)
    throw new DomainError('invalid_input', {
      fields: { [`${slot}Key`]: 'begins as our keys do, and is none' },
    });
  return { key, hash };
}

/** Both keys in clear. The caller checks who may read them. */
export async function readKeys(act: Act, subscriptionId: string): Promise<Record<KeySlot, string>> {
  const rows = await listKeys(act.tx, act.service.id, subscriptionId);
  const open = (slot: KeySlot) => {
    const sealed = rows.find((row) => row.slot === slot)?.sealed;
    if (!sealed) throw new Error(`a subscription has no ${slot} key`);
    return openSealedText(act.keyring, sealedAs(subscriptionId, slot), sealed);
  };
  return { primary: open('primary'), secondary: open('secondary') };
}
