// What the maps of one HAProxy have, to know which commands change them.
import type { KeyBatch, PushedChange, PushedEntry } from '../pushed/carrier.ts';
import { createKnownKeys } from './known-keys.ts';
import { GONE, HASH_BYTES, keyOf, type MapFile, recordText, type SmallMap } from './maps.ts';

export type Facts = ReturnType<typeof createFacts>;

export function createFacts(fileOf: (map: MapFile) => string) {
  const known = createKnownKeys();
  const changed = new Map<string, string>();
  const newMap = () => new Map<string, string>();
  const small: Record<SmallMap, Map<string, string>> = {
    apis: newMap(),
    above: newMap(),
    grants: newMap(),
    lower: newMap(),
    exact: newMap(),
  };
  const addOne = (map: MapFile, key: string, value: string) => `add map ${fileOf(map)} <<\n${key} ${value}\n`;

  function changeKey(key: string, record: string | null): string[] {
    const value = record ?? GONE;
    if (changed.has(key)) {
      changed.set(key, value);
      return [`set map ${fileOf('changes')} ${key} ${value}`];
    }
    if (known.has(key)) {
      changed.set(key, value);
      return [addOne('changes', key, value)];
    }
    if (record === null) return [];
    known.add(key);
    return [addOne('keys', key, record)];
  }
  function changeSmall(map: SmallMap, key: string, value: string | null): string[] {
    const present = small[map].get(key);
    if (value === null) return small[map].delete(key) ? [`del map ${fileOf(map)} ${key}`] : [];
    small[map].set(key, value);
    if (present === undefined) return [addOne(map, key, value)];
    return present === value ? [] : [`set map ${fileOf(map)} ${key} ${value}`];
  }

  return {
    take({ map, key, value }: PushedEntry): void {
      if (map !== 'keys') small[map].set(key, value);
    },
    /** The same keys, which HAProxy is about to have. */
    async *noting(batches: AsyncIterable<KeyBatch>): AsyncGenerator<KeyBatch> {
      for await (const batch of batches) {
        for (let at = 0; at < batch.count; at++) known.addNew(batch.hashes, at * HASH_BYTES);
        yield batch;
      }
    },
    *lines(map: SmallMap): Generator<string> {
      for (const [key, value] of small[map]) yield `${key} ${value}`;
    },
    change({ map, key, value }: PushedChange): string[] {
      if (map !== 'keys') return changeSmall(map, key, value);
      return changeKey(keyOf(key), value === null ? null : recordText(value));
    },
    changeCount: () => changed.size,
    /** The oldest change; null when there is none. Calls read `changes` first, so they find it in one of the two. */
    fold(): string[] | null {
      const [oldest] = changed;
      if (!oldest) return null;
      const [key, value] = oldest;
      changed.delete(key);
      if (value === GONE) known.remove(key);
      return [
        `del map ${fileOf('keys')} ${key}`,
        ...(value === GONE ? [] : [addOne('keys', key, value)]),
        `del map ${fileOf('changes')} ${key}`,
      ];
    },
  };
}
