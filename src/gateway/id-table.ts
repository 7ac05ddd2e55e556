import { randomInt } from 'node:crypto';
import { createColumn, withRoom } from './column.ts';
import { createSlots } from './slots.ts';

/** Before the text of an id, in UTF-8: its hash and its length. */
const LENGTH_AT = 4;
const TEXT_AT = 6;

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
  const slots = createSlots((number) => bytes.readUInt32LE(places.at(number)));
  let sought: Uint8Array = bytes;

  const lengthAt = (place: number) => bytes.readUInt16LE(place + LENGTH_AT);
  function isSought(number: number): boolean {
    const place = places.at(number);
    if (lengthAt(place) !== sought.length) return false;
    for (let at = 0; at < sought.length; at++) if (bytes[place + TEXT_AT + at] !== sought[at]) return false;
    return true;
  }
  function find(id: Uint8Array): number {
    sought = id;
    return slots.find(hashOf(id), isSought);
  }
  function newNumber(length: number): number {
    bytes = withRoom(bytes, usedBytes + TEXT_AT + length);
    places.set(count, usedBytes);
    usedBytes += TEXT_AT + length;
    count += 1;
    return count - 1;
  }

  return {
    get size() {
      return slots.size;
    },
    /** -1 for an id that isn't here. */
    find,
    at(number: number): string {
      const text = places.at(number) + TEXT_AT;
      return bytes.toString('utf8', text, text + lengthAt(text - TEXT_AT));
    },
    /** The number of the id, which may be here already. */
    add(id: Uint8Array): number {
      const known = find(id);
      if (known >= 0) return known;
      const number = freeNumbers.get(id.length)?.pop() ?? newNumber(id.length);
      const place = places.at(number);
      bytes.writeUInt32LE(hashOf(id), place);
      bytes.writeUInt16LE(id.length, place + LENGTH_AT);
      bytes.set(id, place + TEXT_AT);
      slots.add(number);
      return number;
    },
    remove(number: number): void {
      slots.remove(number);
      const length = lengthAt(places.at(number));
      const free = freeNumbers.get(length);
      if (free) free.push(number);
      else freeNumbers.set(length, [number]);
    },
  };
}

/** So that ids can't be chosen to share one slot. */
const SEED = randomInt(2 ** 32);

/** FNV-1a. */
function hashOf(bytes: Uint8Array): number {
  let hash = SEED;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 16_777_619);
  return hash >>> 0;
}
