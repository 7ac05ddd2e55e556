import { randomInt } from 'node:crypto';
import { createColumn, withRoom } from './column.ts';
import { createSlots } from './slots.ts';

/** Before the text of an id, in UTF-8: its length, or this once the id was removed. */
const LENGTH_BYTES = 2;
const REMOVED = 0xffff;

/**
 * Gives each id a small whole number for as long as it is here. All ids are in one buffer, because a million strings
 * take twice the memory. The number of an id that was removed, and its bytes, are for the next one of the same length.
 */
export function createIdTable() {
  let bytes: Buffer = Buffer.alloc(0);
  let usedBytes = 0;
  let count = 0;
  /** Where the id of a number begins. */
  const places = createColumn(Uint32Array);
  const freeNumbers = new Map<number, number[]>();
  const slots = createSlots();
  let sought: Uint8Array = bytes;
  let lastFound = 0;

  function bytesOf(number: number): Buffer {
    const place = places.at(number);
    return bytes.subarray(place, place + bytes.readUInt16LE(place - LENGTH_BYTES));
  }
  function isSought(number: number): boolean {
    const place = places.at(number);
    if (number >= count || bytes.readUInt16LE(place - LENGTH_BYTES) !== sought.length) return false;
    // Ids often begin alike.
    for (let at = sought.length - 1; at >= 0; at--) if (bytes[place + at] !== sought[at]) return false;
    return true;
  }
  function find(id: Uint8Array): number {
    sought = id;
    // One table's rows are often in the order of another's, and the hash is what takes the time.
    let number = lastFound;
    if (!isSought(number)) number += 1;
    if (!isSought(number)) number = slots.find(hashOf(id), isSought);
    if (number >= 0) lastFound = number;
    return number;
  }
  function newNumber(length: number): number {
    const place = usedBytes + LENGTH_BYTES;
    usedBytes = place + length;
    bytes = withRoom(bytes, usedBytes);
    places.set(count, place);
    count += 1;
    return count - 1;
  }

  return {
    get size() {
      return slots.size;
    },
    /** Above every number that is in use. */
    get end() {
      return count;
    },
    /** -1 for an id that isn't here. */
    find,
    at: (number: number): string => bytesOf(number).toString(),
    /** The number of the id, which may be here already. */
    add(id: Uint8Array): number {
      const known = find(id);
      if (known >= 0) return known;
      const number = freeNumbers.get(id.length)?.pop() ?? newNumber(id.length);
      const place = places.at(number);
      bytes.writeUInt16LE(id.length, place - LENGTH_BYTES);
      bytes.set(id, place);
      slots.add(number, hashOf(id));
      return number;
    },
    remove(number: number): void {
      const id = bytesOf(number);
      slots.remove(number, hashOf(id));
      bytes.writeUInt16LE(REMOVED, places.at(number) - LENGTH_BYTES);
      const free = freeNumbers.get(id.length);
      if (free) free.push(number);
      else freeNumbers.set(id.length, [number]);
    },
  };
}

/** So that ids can't be chosen to share one slot. */
const SEED = randomInt(2 ** 32);

/** FNV-1a, in 32 bits without a sign. */
export function hashOf(bytes: Uint8Array): number {
  let hash = SEED;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 16_777_619);
  return hash >>> 0;
}
