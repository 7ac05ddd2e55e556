// Entries as bytes for the Lua code in nginx, which reads them with little work.
import type { KeyBatch, PushedChange, PushedEntry, PushedMap } from '../pushed/carrier.ts';

const LETTERS: Record<PushedMap, string> = {
  keys: 'k',
  exact: 'e',
  lower: 'l',
  apis: 'a',
  above: 'b',
  grants: 'g',
};
/** In place of a length: the entry goes. */
const GOES = 0xffff;
/** nginx handles a part without a pause, in less than a millisecond. */
const PART_BYTES = 64 * 1_024;
const HEAD_BYTES = 5;
const HASH_BYTES = 32;

/** Entries as nginx reads them: a letter, the length of the key in two bytes, that of the value, both texts. Hashes are 32 bytes. */
export type Part = { bytes: Buffer; starts: number[] };

export function* packed(entries: Iterable<PushedChange>): Generator<Part> {
  const part = createPart();
  for (const { map, key, value } of entries) {
    // UTF-8 has at most three bytes for one unit of a text.
    const full = part.full(HEAD_BYTES + (key.length + (value?.length ?? 0)) * 3);
    if (full) yield full;
    const { bytes, at } = part.begin();
    const keyLength = bytes.write(key, at + HEAD_BYTES, map === 'keys' ? 'hex' : 'utf8');
    const valueLength = value === null ? 0 : bytes.write(value, at + HEAD_BYTES + keyLength);
    writeHead(bytes, at, map, keyLength, value === null ? GOES : valueLength);
    part.end(HEAD_BYTES + keyLength + valueLength);
  }
  yield* part.rest();
}

export async function* packedKeys(batches: AsyncIterable<KeyBatch>): AsyncGenerator<Part> {
  const part = createPart();
  for await (const { count, hashes, records, ends } of batches) {
    let from = 0;
    for (let key = 0; key < count; key++) {
      const length = (ends[key] ?? 0) - from;
      const full = part.full(HEAD_BYTES + HASH_BYTES + length);
      if (full) yield full;
      const { bytes, at } = part.begin();
      writeHead(bytes, at, 'keys', HASH_BYTES, length);
      copy(hashes, key * HASH_BYTES, bytes, at + HEAD_BYTES, HASH_BYTES);
      copy(records, from, bytes, at + HEAD_BYTES + HASH_BYTES, length);
      part.end(HEAD_BYTES + HASH_BYTES + length);
      from += length;
    }
  }
  yield* part.rest();
}

/** Collects entries of other parts. */
export function createCollection() {
  const parts: Part[] = [];
  const part = createPart();
  return {
    add({ bytes, starts }: Part, place: number): void {
      const entry = bytes.subarray(starts[place], starts[place + 1]);
      const full = part.full(entry.length);
      if (full) parts.push(full);
      const room = part.begin();
      part.end(entry.copy(room.bytes, room.at));
    },
    parts: (): Part[] => [...parts, ...part.rest()],
  };
}

function createPart() {
  let bytes = Buffer.allocUnsafe(PART_BYTES);
  let starts: number[] = [];
  let at = 0;
  function take(): Part {
    const part = { bytes: bytes.subarray(0, at), starts };
    [bytes, starts, at] = [Buffer.allocUnsafe(PART_BYTES), [], 0];
    return part;
  }
  return {
    /** What is there, when there is no room for so many bytes more. */
    full: (length: number): Part | null => (at > 0 && at + length > PART_BYTES ? take() : null),
    begin() {
      starts.push(at);
      return { bytes, at };
    },
    end(length: number): void {
      at += length;
    },
    rest: (): Part[] => (at > 0 ? [take()] : []),
  };
}

function writeHead(bytes: Buffer, at: number, map: PushedMap, keyLength: number, valueLength: number): void {
  bytes[at] = LETTERS[map].charCodeAt(0);
  bytes.writeUInt16BE(keyLength, at + 1);
  bytes.writeUInt16BE(valueLength, at + 3);
}

/** In a loop, because a call costs more than so few bytes. */
function copy(from: Buffer, begin: number, to: Buffer, at: number, length: number): void {
  for (let place = 0; place < length; place++) to[at + place] = from[begin + place] ?? 0;
}

/** Of nginx' own note of an entry. */
const NOTE_BYTES = 72;
const PAGE_BYTES = 4_096;

/** What entries take in a shared dictionary: nginx gives out powers of two, and whole pages from half a page on. */
function memoryOf(length: number): number {
  const size = NOTE_BYTES + length;
  return size > PAGE_BYTES / 2 ? Math.ceil(size / PAGE_BYTES) * PAGE_BYTES : 2 ** Math.ceil(Math.log2(size));
}
export const memoryOfCatalog = (entries: readonly PushedEntry[]): number =>
  entries.reduce((sum, { key, value }) => sum + memoryOf(key.length + 1 + value.length), 0);
export function memoryOfKeys({ count, ends }: KeyBatch): number {
  let sum = 0;
  for (let key = 0; key < count; key++)
    sum += memoryOf(HASH_BYTES + (ends[key] ?? 0) - (key === 0 ? 0 : (ends[key - 1] ?? 0)));
  return sum;
}
