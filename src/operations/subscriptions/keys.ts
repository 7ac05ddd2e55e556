// The two keys of a subscription: new or from elsewhere, looked up by hash, sealed so that its owner can read them again.
import { type KeySlot, listKeys, putKey } from '../../db/subscriptions/keys.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { apiKeyHash, newApiKey } from '../../security/api-key.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act } from '../frame/context.ts';

const sealedAs = (subscriptionId: string, slot: KeySlot) => `${slot} key of ${subscriptionId}`;

/**
 * Gives a subscription a key in this slot. The former key is unknown from now on. Without `foreignKey` a new key is made.
 * Errors: `key_taken` when the service has it already; `invalid_input` for a text that can't be a key.
 */
export async function giveKey(
  act: Act,
  subscriptionId: string,
  slot: KeySlot,
  foreignKey?: string,
): Promise<void> {
  const { key, hash } = foreignKey === undefined ? newApiKey(act.random) : hashForeignKey(foreignKey, slot);
  const isNew = await putKey(act.tx, {
    serviceId: act.service.id,
    subscriptionId,
    slot,
    hash,
    sealed: sealText(act.keyring, sealedAs(subscriptionId, slot), key, act.random),
    createdAt: act.now,
  });
  if (!isNew) throw new DomainError('key_taken');
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
