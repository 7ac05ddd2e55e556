// What a gateway is told at first, as texts.
import type { CallIndex } from '../../src/gateway/index/call-index.ts';
import type { PushedEntries, PushedEntry } from '../../src/gateway/pushed/carrier.ts';
import { recordOf } from '../../src/gateway/pushed/record.ts';

const HASH_BYTES = 32;

export async function textsOf({ catalog, keys }: PushedEntries): Promise<PushedEntry[]> {
  const texts = [...catalog];
  for await (const { count, hashes, records, ends } of keys)
    for (let at = 0; at < count; at++) {
      const key = hashes.toString('hex', at * HASH_BYTES, (at + 1) * HASH_BYTES);
      const value = records.toString('latin1', at === 0 ? 0 : ends[at - 1], ends[at]);
      texts.push({ map: 'keys', key, value });
    }
  return texts;
}

/** The keys of an index, without the way that they take as bytes. */
export const keysOf = (index: CallIndex): PushedEntry[] =>
  [...index.callers()].flatMap(({ subscription, keys }) =>
    keys.flatMap(({ hash: key, endsAt }): PushedEntry[] => {
      const value = recordOf(subscription, endsAt);
      return value === null ? [] : [{ map: 'keys', key, value }];
    }),
  );

/** Does something else before the keys come. */
export function interrupted(entries: PushedEntries, work: () => void): PushedEntries {
  async function* keys() {
    work();
    yield* entries.keys;
  }
  return { ...entries, keys: keys() };
}
