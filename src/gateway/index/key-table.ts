// Hashes of keys and their owners, in flat arrays: a million small objects would keep the garbage collector busy.
import { timingSafeEqual } from 'node:crypto';
import type { KeySlot } from '../../domain/gateway-rows.ts';
import { createColumn, withRoom } from './column.ts';
import { createSlots } from './slots.ts';

const HASH_BYTES = 32;
/** The primary and the secondary key. */
const KEYS_PER_OWNER = 2;

/**
 * Finds the owner, a small whole number, of a key by its SHA-256. The hash's beginning leads to the slot, and the whole
 * hash is then compared in constant time.
 */
export function createKeyTable() {
  /** The hash of key n begins at 32 n. */
  let hashes: Buffer = Buffer.alloc(0);
  const isUsed = createColumn(Uint8Array);
  const slots = createSlots();
  const sought = Buffer.alloc(HASH_BYTES);
  const hashAt = (key: number) => hashes.subarray(key * HASH_BYTES, (key + 1) * HASH_BYTES);
  const beginning = (hash: Buffer) => hash.readUInt32LE(0);
  const isSought = (key: number) => timingSafeEqual(hashAt(key), sought);

  return {
    get size() {
      return slots.size;
    },
    /** The owner of a hash in hex. */
    find(hash: string): number | null {
      if (sought.write(hash, 'hex') !== HASH_BYTES) return null;
      const key = slots.find(beginning(sought), isSought);
      return key < 0 ? null : Math.floor(key / KEYS_PER_OWNER);
    },
    /** The hashes of an owner's keys, in hex. */
    hashesOf(owner: number): string[] {
      const hashes: string[] = [];
      for (let key = owner * KEYS_PER_OWNER; key < (owner + 1) * KEYS_PER_OWNER; key++)
        if (isUsed.at(key) === 1) hashes.push(hashAt(key).toString('hex'));
      return hashes;
    },
    /** Sets the hash, 64 bytes of hex, of an owner's key; null removes it. */
    set(owner: number, slot: KeySlot, hash: Uint8Array | null): void {
      const key = owner * KEYS_PER_OWNER + (slot === 'primary' ? 0 : 1);
      if (hash !== null) readHex(hash, sought);
      if (isUsed.at(key) === 1) {
        if (hash !== null && hashAt(key).equals(sought)) return;
        slots.remove(key, beginning(hashAt(key)));
        isUsed.set(key, 0);
      }
      if (hash === null) return;
      hashes = withRoom(hashes, (key + 1) * HASH_BYTES);
      hashes.set(sought, key * HASH_BYTES);
      isUsed.set(key, 1);
      slots.add(key, beginning(sought));
    },
  };
}

/** Without a string, which takes three times as long. */
function readHex(hex: Uint8Array, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = (hexDigit(hex[at * 2] ?? 0) << 4) | hexDigit(hex[at * 2 + 1] ?? 0);
}

/** Of the character codes of 0 to 9 and of a to f. */
const hexDigit = (code: number) => (code & 15) + (code >> 6) * 9;
