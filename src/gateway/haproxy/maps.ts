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

/** Begins the records with which the configuration lets calls pass by itself: those of active keys without dates. */
export const USUAL = 'ok|0|9999999999999|';
/** No rate of its own, no dates, and no groups that were cut. */
const USUAL_END = '||0|0|';
/** Lua judges the others, and reads them as they are but for a second zero. */
const recordText = (record: string): string =>
  record.startsWith(USUAL) && !record.endsWith(USUAL_END) ? record.replace('|0|', '|00|') : record;
/** In a usual record, for `bytes(…)`: a scope of one product or API, the subscription's tag, and everything from the ids on. */
export const PLACES = { scope: '19,12', tag: '32,11', ids: '44' } as const;

/** In the map `apis`: the side on which calls are counted, and after `|` the age of facts that are not new, in seconds. */
export const MOMENT = '.moment';

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
