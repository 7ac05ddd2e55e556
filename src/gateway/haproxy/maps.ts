// The pushed maps as HAProxy's configuration and haproxy.lua read them.
import type { PushedEntry, PushedMap } from '../pushed/carrier.ts';
import { MAX_COMMAND_BYTES } from './socket.ts';

/** `changes` lies over `keys`, because HAProxy searches all of a map for an entry that changes or goes. */
export const MAP_FILES = ['keys', 'changes', 'exact', 'lower', 'apis', 'above', 'grants'] as const;
export type MapFile = (typeof MAP_FILES)[number];
export type SmallMap = Exclude<PushedMap, 'keys'>;

/** In `changes`: this key has become unknown. */
export const GONE = 'gone';
/**
 * In `changes`, by the first digit of a key: nothing changed. A look-up that finds something costs a tenth of one that
 * finds nothing, which HAProxy looks up in its cache of slow patterns too.
 */
export const UNCHANGED: readonly (readonly [string, string])[] = [...'0123456789ABCDEF'].map((digit) => [
  digit,
  '-',
]);

const KEY_DIGITS = 32;
/** Half of the hash, in capitals, as `sha2(256),bytes(0,16),hex` gives it. */
const keyOf = (hash: string): string => hash.slice(0, KEY_DIGITS).toUpperCase();

const DATES = /^ok\|(\d+)\|(\d+)\|/;
const DATE_DIGITS = 13;
/** Of nearly all records, to which the way below would be a second's work for a million. */
const [USUAL_BEGIN, USUAL_END] = ['ok|0|9999999999999|', '||0|0|'];
const USUAL_TEXT = 'ok|0000000000000|9999999999999|';
/** No rate of its own, and no groups that were cut. */
const IS_SIMPLE = /\|\|\d+\|\d+\|$/;
/**
 * With dates of one length, so that what follows them begins at the same place in every record with which the
 * configuration lets calls pass by itself. Other records are one digit longer: it finds no grant for them, and asks Lua.
 */
function recordText(record: string): string {
  if (record.startsWith(USUAL_BEGIN) && record.endsWith(USUAL_END))
    return `${USUAL_TEXT}${record.slice(USUAL_BEGIN.length)}`;
  return record.replace(DATES, (_, from: string, until: string) => {
    const digits = IS_SIMPLE.test(record) ? DATE_DIGITS : DATE_DIGITS + 1;
    return `ok|${from.padStart(digits, '0')}|${until.padStart(DATE_DIGITS, '0')}|`;
  });
}
/** For `bytes(…)`: a scope of one product or API, the subscription's tag, and everything from the ids on. */
export const PLACES = { scope: '31,12', tag: '44,11', ids: '56' } as const;

export const entryOf = ({ map, key, value }: PushedEntry): [string, string] =>
  map === 'keys' ? [keyOf(key), recordText(value)] : [key, value];

/** Commands that add entries, as many at once as a command may hold. A value is never empty: HAProxy would take the next line. */
export function* addCommands(map: string, version: string, lines: Iterable<string>): Generator<string> {
  const begin = `add map ${version} ${map} <<\n`;
  let payload: string[] = [];
  let length = begin.length;
  for (const line of lines) {
    if (length + line.length + 1 > MAX_COMMAND_BYTES && payload.length > 0) {
      yield `${begin}${payload.join('\n')}\n`;
      [payload, length] = [[], begin.length];
    }
    payload.push(line);
    length += line.length + 1;
  }
  if (payload.length > 0) yield `${begin}${payload.join('\n')}\n`;
}

const FIRST_BYTES = 4 * 1_024;
const BUCKETS = 256;

/**
 * Lines of the map `keys`, given back in the order of their keys: HAProxy puts neighbours of its tree side by side in
 * memory then, needs half the time for it, and finds them faster afterwards. Kept as bytes, a million take 130 MB.
 */
export function createSortedLines() {
  const buckets = Array.from({ length: BUCKETS }, () => ({ bytes: Buffer.alloc(0), length: 0 }));
  return {
    add(key: string, value: string): void {
      const bucket = buckets[Number.parseInt(key.slice(0, 2), 16)];
      if (!bucket) return;
      const line = `${key} ${value}\n`;
      if (bucket.length + line.length > bucket.bytes.length) {
        const larger = Buffer.allocUnsafeSlow(FIRST_BYTES + (bucket.length + line.length) * 1.5);
        bucket.bytes.copy(larger, 0, 0, bucket.length);
        bucket.bytes = larger;
      }
      bucket.length += bucket.bytes.write(line, bucket.length, 'latin1');
    },
    *takeAll(): Generator<string> {
      for (const bucket of buckets) {
        const lines = bucket.bytes.toString('latin1', 0, bucket.length).split('\n');
        lines.pop();
        bucket.bytes = Buffer.alloc(0);
        yield* lines.sort();
      }
    },
  };
}
