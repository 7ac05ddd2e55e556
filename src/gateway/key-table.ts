// Hashes of keys and their owners, in flat arrays: a million small objects would keep the garbage collector busy.
import { timingSafeEqual } from 'node:crypto';

const HASH_BYTES = 32;
/** The primary and the secondary key. */
const KEYS_PER_OWNER = 2;
const MIN_KEYS = 128;
const MIN_SLOTS = 256;
/** With a larger share of used slots, searches get long. */
const MAX_FILLED = 0.6;

/**
 * Finds the owner, a small whole number, of a key by its SHA-256. The hash's beginning leads to the slot, and the whole
 * hash is then compared in constant time.
 */
export function createKeyTable() {
  const hashes = createHashList();
  const slots = createSlots(hashes.beginning);
  const sought = Buffer.alloc(HASH_BYTES);
  return {
    get size() {
      return slots.size;
    },
    /** The owner of a hash in hex. */
    find(hash: string): number | null {
      if (sought.write(hash, 'hex') !== HASH_BYTES) return null;
      const beginning = sought.readUInt32LE(0);
      for (let slot = slots.home(beginning); ; slot = slots.next(slot)) {
        const key = slots.at(slot);
        if (key < 0) return null;
        if (hashes.beginning(key) === beginning && timingSafeEqual(hashes.at(key), sought))
          return Math.floor(key / KEYS_PER_OWNER);
      }
    },
    /** Sets the hash, in hex, of an owner's key; null removes it. Slot 0 is the primary key, 1 the secondary. */
    set(owner: number, slot: 0 | 1, hash: string | null): void {
      const key = owner * KEYS_PER_OWNER + slot;
      if (hashes.has(key)) {
        if (hash !== null && hashes.at(key).toString('hex') === hash) return;
        slots.remove(key);
        hashes.clear(key);
      }
      if (hash === null) return;
      hashes.put(key, hash);
      slots.add(key);
    },
  };
}

/** The hash of key n begins at 32 n. */
function createHashList() {
  let bytes: Buffer = Buffer.alloc(MIN_KEYS * HASH_BYTES);
  let isUsed = new Uint8Array(MIN_KEYS);

  function grow(): void {
    bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length / 2)]);
    const grown = new Uint8Array(bytes.length / HASH_BYTES);
    grown.set(isUsed);
    isUsed = grown;
  }

  return {
    has: (key: number): boolean => isUsed[key] === 1,
    at: (key: number): Buffer => bytes.subarray(key * HASH_BYTES, (key + 1) * HASH_BYTES),
    beginning: (key: number): number => bytes.readUInt32LE(key * HASH_BYTES),
    put(key: number, hash: string): void {
      while (key >= isUsed.length) grow();
      bytes.write(hash, key * HASH_BYTES, HASH_BYTES, 'hex');
      isUsed[key] = 1;
    },
    clear(key: number): void {
      isUsed[key] = 0;
    },
  };
}

/** A hash table of key numbers with linear probing. `beginningOf` gives the number that a key's home slot is made of. */
function createSlots(beginningOf: (key: number) => number) {
  /** The number of a key plus one; 0 is free. */
  let slots = new Uint32Array(MIN_SLOTS);
  let size = 0;

  const home = (beginning: number) => beginning & (slots.length - 1);
  const next = (slot: number) => (slot + 1) & (slots.length - 1);
  const at = (slot: number) => (slots[slot] ?? 0) - 1;

  function place(key: number): void {
    let slot = home(beginningOf(key));
    while (slots[slot] !== 0) slot = next(slot);
    slots[slot] = key + 1;
  }

  function grow(): void {
    const before = slots;
    slots = new Uint32Array(before.length * 2);
    for (const number of before) if (number !== 0) place(number - 1);
  }

  return {
    get size() {
      return size;
    },
    home,
    next,
    /** The key in a slot; -1 for none. */
    at,
    add(key: number): void {
      if (size + 1 > slots.length * MAX_FILLED) grow();
      size += 1;
      place(key);
    },
    /** The key's hash must still be there. */
    remove(key: number): void {
      let free = home(beginningOf(key));
      while (at(free) !== key) free = next(free);
      // Keys that are further on only because this slot was used move up, or a search for them would end too early.
      for (let slot = next(free); slots[slot] !== 0; slot = next(slot)) {
        const from = home(beginningOf(at(slot)));
        const isBetween = free < slot ? from > free && from <= slot : from > free || from <= slot;
        if (isBetween) continue;
        slots[free] = slots[slot] ?? 0;
        free = slot;
      }
      slots[free] = 0;
      size -= 1;
    },
  };
}
