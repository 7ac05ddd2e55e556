// Entries as bytes for the Lua code in nginx, which reads them with little work.
import type { PushedChange, PushedMap } from '../pushed/carrier.ts';

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

type Part<Entry> = { bytes: Buffer; entries: Entry[] };

/** Each entry: a letter, the length of the key in two bytes, that of the value, both texts. Hashes travel as 32 bytes. */
export function* packed<Entry extends PushedChange>(entries: Iterable<Entry>): Iterable<Part<Entry>> {
  let bytes = Buffer.allocUnsafe(PART_BYTES);
  let part: Entry[] = [];
  let at = 0;
  for (const entry of entries) {
    const { map, key, value } = entry;
    // UTF-8 has at most three bytes for one unit of a text.
    if (at + 5 + (key.length + (value?.length ?? 0)) * 3 > PART_BYTES) {
      yield { bytes: bytes.subarray(0, at), entries: part };
      [bytes, part, at] = [Buffer.allocUnsafe(PART_BYTES), [], 0];
    }
    bytes.write(LETTERS[map], at);
    const keyLength = bytes.write(key, at + 5, map === 'keys' ? 'hex' : 'utf8');
    const valueLength = value === null ? 0 : bytes.write(value, at + 5 + keyLength);
    bytes.writeUInt16BE(keyLength, at + 1);
    bytes.writeUInt16BE(value === null ? GOES : valueLength, at + 3);
    at += 5 + keyLength + valueLength;
    part.push(entry);
  }
  if (at > 0) yield { bytes: bytes.subarray(0, at), entries: part };
}

/** Of nginx' own note of an entry. */
const NOTE_BYTES = 72;
const PAGE_BYTES = 4_096;

/** What an entry takes in a shared dictionary: nginx gives out powers of two, and whole pages from half a page on. */
export function memoryOf({ map, key, value }: PushedChange): number {
  const size = NOTE_BYTES + (map === 'keys' ? key.length / 2 : key.length + 1) + (value?.length ?? 0);
  return size > PAGE_BYTES / 2 ? Math.ceil(size / PAGE_BYTES) * PAGE_BYTES : 2 ** Math.ceil(Math.log2(size));
}
