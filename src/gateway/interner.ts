/**
 * Returns the same object for equal values. The driver makes a new one for each row, although there are few different
 * states and lists of groups. After `maxKept` different values, returns a new one as it is.
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
