// Hashes of keys and their owners, in flat arrays: a million small objects would keep the garbage collector busy.
import { timingSafeEqual } from 'node:crypto';
import type { KeySlot } from '../../domain/gateway-rows.ts';
import { createColumn, withRoom } from './column.ts';
import { createSlots } from './slots.ts';

const HASH_BYTES = 32;
/** The primary and the secondary key. */
const KEYS_PER_OWNER = 2;
/** Above each key. Three bytes more make the most that a number can hold. */
const KEY_RANGE = 2 ** 29;

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
    /** All keys by their first bytes, which is nearly their order. */
    inOrder(): Uint32Array {
      // Numbers with the bytes above the key: an order without a function of ours, which takes far longer.
      const byBytes = new Float64Array(slots.size);
      let count = 0;
      for (let key = 0; count < byBytes.length; key++) {
        if (isUsed.at(key) === 0) continue;
        const at = key * HASH_BYTES;
        const bytes = ((hashes[at] ?? 0) << 16) | ((hashes[at + 1] ?? 0) << 8) | (hashes[at + 2] ?? 0);
        byBytes[count++] = bytes * KEY_RANGE + key;
      }
      byBytes.sort();
      const keys = new Uint32Array(count);
      for (let at = 0; at < count; at++) keys[at] = (byBytes[at] ?? 0) % KEY_RANGE;
      return keys;
    },
    ownerOf: (key: number): number => Math.floor(key / KEYS_PER_OWNER),
    copyHash(key: number, target: Buffer, at: number): void {
      const from = key * HASH_BYTES;
      // In a loop, because a call costs more than so few bytes.
      for (let offset = 0; offset < HASH_BYTES; offset++) target[at + offset] = hashes[from + offset] ?? 0;
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
