// Hashes of keys, and whose each is, in flat arrays: a million small objects would keep the garbage collector busy.
import { timingSafeEqual } from 'node:crypto';

const HASH_BYTES = 32;
/** Of one owner: the primary key and the secondary. */
const KEYS_OF_OWNER = 2;
const MIN_OWNERS = 64;
const MIN_SLOTS = 256;
/** Beyond this share of taken slots a search gets long. */
const MAX_FILLED = 0.6;

export type KeySlot = 0 | 1;

/**
 * Finds the owner, a small whole number, of a key by its SHA-256. Slots are found by the hash's beginning, and the whole
 * hash is then compared in constant time.
 */
export function createKeyTable() {
  /** The hashes of owner n are at 2n and 2n + 1. */
  let hashes: Buffer = Buffer.alloc(MIN_OWNERS * KEYS_OF_OWNER * HASH_BYTES);
  let isTaken = new Uint8Array(MIN_OWNERS * KEYS_OF_OWNER);
  /** The number of a key, plus one; 0 is free. Linear probing. */
  let slots = new Uint32Array(MIN_SLOTS);
  let size = 0;
  const sought = Buffer.alloc(HASH_BYTES);

  const hashOf = (key: number) => hashes.subarray(key * HASH_BYTES, (key + 1) * HASH_BYTES);
  const homeOf = (key: number) => hashes.readUInt32LE(key * HASH_BYTES) & (slots.length - 1);
  const next = (slot: number) => (slot + 1) & (slots.length - 1);

  function place(key: number): void {
    let slot = homeOf(key);
    while (slots[slot] !== 0) slot = next(slot);
    slots[slot] = key + 1;
  }

  function remove(key: number): void {
    let free = homeOf(key);
    while (slots[free] !== key + 1) free = next(free);
    // Whoever stands further on only because this slot was taken moves up, so that no search ends too early.
    for (let slot = next(free); slots[slot] !== 0; slot = next(slot)) {
      const home = homeOf((slots[slot] ?? 0) - 1);
      const isBetween = free < slot ? home > free && home <= slot : home > free || home <= slot;
      if (isBetween) continue;
      slots[free] = slots[slot] ?? 0;
      free = slot;
    }
    slots[free] = 0;
    isTaken[key] = 0;
    size -= 1;
  }

  function growOwners(): void {
    hashes = Buffer.concat([hashes, Buffer.alloc(hashes.length / 2)]);
    const grown = new Uint8Array(hashes.length / HASH_BYTES);
    grown.set(isTaken);
    isTaken = grown;
  }

  function growSlots(): void {
    slots = new Uint32Array(slots.length * 2);
    for (let key = 0; key < isTaken.length; key++) if (isTaken[key]) place(key);
  }

  return {
    get size() {
      return size;
    },
    /** The owner of a hash in hex. */
    find(hash: string): number | null {
      if (sought.write(hash, 'hex') !== HASH_BYTES) return null;
      const begin = sought.readUInt32LE(0);
      for (let slot = begin & (slots.length - 1); slots[slot] !== 0; slot = next(slot)) {
        const key = (slots[slot] ?? 0) - 1;
        if (hashes.readUInt32LE(key * HASH_BYTES) !== begin) continue;
        if (timingSafeEqual(hashOf(key), sought)) return Math.floor(key / KEYS_OF_OWNER);
      }
      return null;
    },
    /** Gives a key of an owner another hash, in hex; null takes it away. */
    set(owner: number, slot: KeySlot, hash: string | null): void {
      const key = owner * KEYS_OF_OWNER + slot;
      while (key >= isTaken.length) growOwners();
      if (isTaken[key]) {
        if (hash !== null && hashOf(key).toString('hex') === hash) return;
        remove(key);
      }
      if (hash === null) return;
      if (size + 1 > slots.length * MAX_FILLED) growSlots();
      hashes.write(hash, key * HASH_BYTES, HASH_BYTES, 'hex');
      isTaken[key] = 1;
      size += 1;
      place(key);
    },
  };
}
