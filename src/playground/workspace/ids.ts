import { randomBytes, randomInt } from 'node:crypto';
import { type Block, type Clock, dictsOf } from '../shapes.ts';
import { elementsOf } from './blocks.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** An id in Slack's form: a prefix for the kind, then ten capitals and digits. */
export function newId(prefix: string): string {
  let id = prefix;
  for (let i = 0; i < 10; i++) id += ALPHABET[randomInt(ALPHABET.length)];
  return id;
}

export const newSecret = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Message times: seconds, a dot, six digits; never the same twice and always growing. */
export function createTimestamps(clock: Clock, after = '0.000000'): () => string {
  let lastMicros = Math.round(Number(after) * 1e6);
  return () => {
    lastMicros = Math.max(lastMicros + 1, clock().getTime() * 1000);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  };
}

/** A copy in which every block has a `block_id` and every element an `action_id`: Slack fills in what the app left out. */
export function nameBlocks(blocks: unknown): Block[] {
  const copy = structuredClone(dictsOf(blocks));
  for (const block of copy) {
    block.block_id ||= newId('b');
    for (const element of elementsOf(block)) element.action_id ??= newId('a');
  }
  return copy as Block[];
}
