/**
 * Gives equal values the same object: the driver makes a new one for each row, and of states and lists of groups there
 * are few. Beyond `maxKept` different ones, values are given back as they are.
 */
export function createInterner<Value>(
  maxKept: number,
  keyOf: (value: Value) => unknown = (value) => value,
): (value: Value) => Value {
  const kept = new Map<unknown, Value>();
  return (value) => {
    const key = keyOf(value);
    const found = kept.get(key);
    if (found !== undefined) return found;
    if (kept.size < maxKept) kept.set(key, value);
    return value;
  };
}
