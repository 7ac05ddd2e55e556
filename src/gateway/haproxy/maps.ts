// The pushed maps as HAProxy's configuration and haproxy.lua read them.
import type { KeyBatch, PushedMap } from '../pushed/carrier.ts';
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

export const HASH_BYTES = 32;
const KEY_BYTES = 16;
/** Half of the hash, in capitals, as `sha2(256),bytes(0,16),hex` gives it. */
export const keyOf = (hash: string): string => hash.slice(0, KEY_BYTES * 2).toUpperCase();

/** Begins the records by which the configuration lets calls pass: those of active keys without dates. */
export const USUAL = 'ok|0|9999999999999|';
/** No rate of its own, no dates, and no groups that were cut. */
const USUAL_END = '||0|0|';
/** Lua judges the others, and reads them as they are but for a second zero. */
export const recordText = (record: string): string =>
  record.startsWith(USUAL) && !record.endsWith(USUAL_END) ? record.replace('|0|', '|00|') : record;
/** In a usual record, for `bytes(…)`: a scope of one product or API, the subscription's tag, and everything from the ids on. */
export const PLACES = { scope: '19,12', tag: '32,11', ids: '44' } as const;

/** In the map `apis`: the side on which calls are counted, and after `|` the age of facts that are not new, in seconds. */
export const MOMENT = '.moment';

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

const [USUAL_BYTES, USUAL_END_BYTES] = [Buffer.from(USUAL), Buffer.from(USUAL_END)];
/** What `recordText` may add. */
const MAX_ADDED = 1;
const [SPACE, LINE_END] = [0x20, 0x0a];
const HEX = Buffer.from('0123456789ABCDEF');

/**
 * The same for keys, in the order of their hashes: HAProxy puts neighbours of its tree side by side in memory then, needs
 * half the time for it, and finds them faster afterwards.
 */
export async function* addKeyCommands(
  map: string,
  version: string,
  batches: AsyncIterable<KeyBatch>,
): AsyncGenerator<Buffer> {
  const begin = Buffer.from(`add map ${version} ${map} <<\n`);
  let command = begin;
  let at = begin.length;
  for await (const { count, hashes, records, ends } of batches) {
    let from = 0;
    for (let key = 0; key < count; key++) {
      const to = ends[key] ?? 0;
      const needed = KEY_BYTES * 2 + to - from + MAX_ADDED + 3;
      if (at + needed > command.length) {
        if (at > begin.length) yield ended(command, at);
        command = Buffer.allocUnsafe(Math.max(MAX_COMMAND_BYTES, begin.length + needed));
        at = begin.copy(command);
      }
      at = putKey(command, at, hashes, key * HASH_BYTES);
      command[at++] = SPACE;
      at = putRecord(command, at, records, from, to);
      command[at++] = LINE_END;
      from = to;
    }
  }
  if (at > begin.length) yield ended(command, at);
}

/** An empty line ends a command with lines. */
function ended(command: Buffer, at: number): Buffer {
  command[at] = LINE_END;
  return command.subarray(0, at + 1);
}

function putKey(target: Buffer, at: number, hashes: Buffer, from: number): number {
  for (let place = 0; place < KEY_BYTES; place++) {
    const byte = hashes[from + place] ?? 0;
    target[at + place * 2] = HEX[byte >> 4] ?? 0;
    target[at + place * 2 + 1] = HEX[byte & 15] ?? 0;
  }
  return at + KEY_BYTES * 2;
}

function putRecord(target: Buffer, at: number, records: Buffer, from: number, to: number): number {
  if (isAt(records, from, USUAL_BYTES) && !isAt(records, to - USUAL_END_BYTES.length, USUAL_END_BYTES))
    return at + target.write(recordText(records.toString('latin1', from, to)), at, 'latin1');
  for (let place = from; place < to; place++) target[at + place - from] = records[place] ?? 0;
  return at + to - from;
}

function isAt(bytes: Buffer, at: number, sought: Buffer): boolean {
  for (let place = 0; place < sought.length; place++) if (bytes[at + place] !== sought[place]) return false;
  return true;
}
