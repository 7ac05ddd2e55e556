// Hashes of keys and their owners, in flat arrays: a million small objects would keep the garbage collector busy.
import { timingSafeEqual } from 'node:crypto';
import type { HeldKeySlot } from '../../domain/key-life.ts';
import { createColumn, withRoom } from './column.ts';
import { createFormerNumbers } from './former-numbers.ts';
import { createSlots } from './slots.ts';

const HASH_BYTES = 32;
/** The primary and the secondary key. */
const KEYS_PER_OWNER = 2;
/** The numbers of former keys begin here. There are few, so they have a list of their own instead of a place for each owner. */
const FORMERS = 2 ** 28;
/** Above each key. Three bytes more make the most that a number can hold. */
const KEY_RANGE = 2 ** 29;
const PLACES: Record<HeldKeySlot, 0 | 1> = {
  primary: 0,
  secondary: 1,
  'former-primary': 0,
  'former-secondary': 1,
};
const isFormer = (slot: HeldKeySlot) => slot.startsWith('former');

/** Its SHA-256 in hex. `endsAt` in milliseconds since 1970; null for no end of its own. */
export type IndexedKey = { hash: string; endsAt: number | null };

/**
 * Finds the owner, a small whole number, of a key by its SHA-256. The hash's beginning leads to the slot, and the whole
 * hash is then compared in constant time.
 */
export function createKeyTable() {
  const current = createKeyList();
  const former = createKeyList();
  const formers = createFormerNumbers();
  const slots = createSlots();
  const sought = Buffer.alloc(HASH_BYTES);
  const listOf = (key: number) => (key < FORMERS ? current : former);
  const indexOf = (key: number) => (key < FORMERS ? key : key - FORMERS);
  const hashAt = (key: number) => listOf(key).hashAt(indexOf(key));
  const beginning = (hash: Buffer) => hash.readUInt32LE(0);
  const isSought = (key: number) => timingSafeEqual(hashAt(key), sought);

  /** Those of an owner that are used. */
  function* keysOf(owner: number): Iterable<number> {
    for (let place = owner * KEYS_PER_OWNER; place < (owner + 1) * KEYS_PER_OWNER; place++) {
      if (current.has(place)) yield place;
      const formerNumber = formers.find(place);
      if (formerNumber >= 0) yield FORMERS + formerNumber;
    }
  }
  const endOf = (key: number) => listOf(key).endOf(indexOf(key));

  return {
    get size() {
      return slots.size;
    },
    /** The number of the key with a hash in hex; -1 for none. */
    find(hash: string): number {
      if (sought.write(hash, 'hex') !== HASH_BYTES) return -1;
      return slots.find(beginning(sought), isSought);
    },
    ownerOf: (key: number): number =>
      Math.floor((key < FORMERS ? key : formers.placeOf(key - FORMERS)) / KEYS_PER_OWNER),
    /** When it ends, in milliseconds since 1970; null for no end of its own. */
    endOf,
    /** The keys of an owner. */
    keysOf: (owner: number): IndexedKey[] =>
      [...keysOf(owner)].map((key) => ({ hash: hashAt(key).toString('hex'), endsAt: endOf(key) })),
    /** All keys by their first bytes, which is nearly their order. */
    inOrder(): Uint32Array {
      // Numbers with the bytes above the key: an order without a function of ours, which takes far longer.
      const byBytes = new Float64Array(slots.size);
      let count = 0;
      for (const number of formers.numbers())
        byBytes[count++] = former.beginning(number) * KEY_RANGE + FORMERS + number;
      for (let key = 0; count < byBytes.length; key++)
        if (current.has(key)) byBytes[count++] = current.beginning(key) * KEY_RANGE + key;
      byBytes.sort();
      const keys = new Uint32Array(count);
      for (let at = 0; at < count; at++) keys[at] = (byBytes[at] ?? 0) % KEY_RANGE;
      return keys;
    },
    copyHash: (key: number, target: Buffer, at: number): void =>
      listOf(key).copyHash(indexOf(key), target, at),
    /** Sets an owner's key, its hash in 64 bytes of hex; null removes it. */
    set(owner: number, slot: HeldKeySlot, row: { hash: Uint8Array; endsAt: number | null } | null): void {
      const place = owner * KEYS_PER_OWNER + PLACES[slot];
      if (isFormer(slot) && row === null && formers.find(place) < 0) return;
      const key = isFormer(slot) ? FORMERS + formers.add(place) : place;
      const [list, index] = [listOf(key), indexOf(key)];
      if (row !== null) readHex(row.hash, sought);
      if (list.has(index)) {
        if (row !== null && hashAt(key).equals(sought)) {
          list.setEnd(index, row.endsAt);
          return;
        }
        slots.remove(key, beginning(hashAt(key)));
        list.remove(index);
      }
      if (row !== null) {
        list.put(index, sought, row.endsAt);
        slots.add(key, beginning(sought));
      } else if (isFormer(slot)) formers.remove(place);
    },
  };
}

/** Hashes and ends by small whole numbers. */
function createKeyList() {
  /** The hash of key n begins at 32 n. */
  let hashes: Buffer = Buffer.alloc(0);
  const isUsed = createColumn(Uint8Array);
  /** 0 for none. It takes no room up to the first key with an end. */
  const ends = createColumn(Float64Array);
  function setEnd(key: number, endsAt: number | null): void {
    if (endsAt !== null || ends.at(key) !== 0) ends.set(key, endsAt ?? 0);
  }
  return {
    has: (key: number): boolean => isUsed.at(key) === 1,
    /** Its first three bytes. */
    beginning(key: number): number {
      const at = key * HASH_BYTES;
      return ((hashes[at] ?? 0) << 16) | ((hashes[at + 1] ?? 0) << 8) | (hashes[at + 2] ?? 0);
    },
    hashAt: (key: number): Buffer => hashes.subarray(key * HASH_BYTES, (key + 1) * HASH_BYTES),
    endOf: (key: number): number | null => ends.at(key) || null,
    setEnd,
    copyHash(key: number, target: Buffer, at: number): void {
      const from = key * HASH_BYTES;
      // In a loop, because a call costs more than so few bytes.
      for (let offset = 0; offset < HASH_BYTES; offset++) target[at + offset] = hashes[from + offset] ?? 0;
    },
    put(key: number, hash: Buffer, endsAt: number | null): void {
      hashes = withRoom(hashes, (key + 1) * HASH_BYTES);
      hashes.set(hash, key * HASH_BYTES);
      isUsed.set(key, 1);
      setEnd(key, endsAt);
    },
    remove(key: number): void {
      isUsed.set(key, 0);
      setEnd(key, null);
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
