// The two keys of a subscription: made or brought along, looked up by hash, sealed for whoever may read them again.
import { type KeySlot, listKeys, putKey } from '../../db/subscriptions/keys.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { apiKeyHash, newApiKey } from '../../security/api-key.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import type { Act } from '../frame/context.ts';

const sealedAs = (subscriptionId: string, slot: KeySlot) => `${slot} key of ${subscriptionId}`;

/**
 * Gives a subscription a key, in place of the one that it had there: from now on that one is unknown. Without `brought`
 * it is a new one of ours.
 * Errors: `key_taken` when the service has it already; `invalid_input` for one that can't be a key.
 */
export async function giveKey(
  act: Act,
  subscriptionId: string,
  slot: KeySlot,
  brought?: string,
): Promise<void> {
  const { key, hash } = brought === undefined ? newApiKey(act.random) : asKey(brought, slot);
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

function asKey(key: string, slot: KeySlot): { key: string; hash: string } {
  const hash = apiKeyHash(key);
  if (!hash)
    throw new DomainError('invalid_input', {
      fields: { [`${slot}Key`]: 'begins as our keys do, and is none' },
    });
  return { key, hash };
}

/** Both keys in clear, for whoever may read them. */
export async function readKeys(act: Act, subscriptionId: string): Promise<Record<KeySlot, string>> {
  const rows = await listKeys(act.tx, act.service.id, subscriptionId);
  const open = (slot: KeySlot) => {
    const sealed = rows.find((row) => row.slot === slot)?.sealed;
    if (!sealed) throw new Error(`a subscription has no ${slot} key`);
    return openSealedText(act.keyring, sealedAs(subscriptionId, slot), sealed);
  };
  return { primary: open('primary'), secondary: open('secondary') };
}
