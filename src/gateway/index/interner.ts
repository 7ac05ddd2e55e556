/**
 * Keeps equal values once, under a number above 0, while they are held: there are few different states and lists of
 * groups. `keyOf` tells values apart.
 */
export function createInterner<Value>(keyOf: (value: Value) => string) {
  type Entry = { value: Value; key: string; number: number; holders: number };
  const byKey = new Map<string, Entry>();
  const byNumber: (Entry | undefined)[] = [undefined];
  const freeNumbers: number[] = [];

  function create(value: Value, key: string): Entry {
    const entry = { value, key, number: freeNumbers.pop() ?? byNumber.length, holders: 0 };
    byKey.set(key, entry);
    byNumber[entry.number] = entry;
    return entry;
  }
  return {
    at: (number: number): Value | undefined => byNumber[number]?.value,
    hold(value: Value): number {
      const key = keyOf(value);
      const entry = byKey.get(key) ?? create(value, key);
      entry.holders += 1;
      return entry.number;
    },
    /** Ignores 0. */
    release(number: number): void {
      const entry = byNumber[number];
      if (!entry) return;
      entry.holders -= 1;
      if (entry.holders > 0) return;
      byKey.delete(entry.key);
      byNumber[number] = undefined;
      freeNumbers.push(number);
    },
  };
}
