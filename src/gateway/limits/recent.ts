/** A map that forgets what was not looked up for `keepMs` to twice as long, without a timer for each entry. */
export function createRecent<Value>(keepMs: number, now: () => number) {
  let current = new Map<string, Value>();
  let former = new Map<string, Value>();
  let turnedAt = now();
  return {
    get(key: string): Value | undefined {
      if (now() - turnedAt >= keepMs) {
        former = current;
        current = new Map();
        turnedAt = now();
      }
      const found = current.get(key) ?? former.get(key);
      if (found !== undefined && !current.has(key)) current.set(key, found);
      return found;
    },
    set: (key: string, value: Value): void => void current.set(key, value),
  };
}
