const MIN_SLOTS = 256;
/** With a larger share of used slots, searches get long. */
const MAX_FILLED = 0.8;

/**
 * A hash table of whole numbers with linear probing. Hashes have 32 bits without a sign; the low ones choose the home
 * slot. A hash is beside its number, because to look it up elsewhere is what takes the time.
 */
export function createSlots() {
  /** By slot: a number plus one, or 0 for none, and its hash. */
  let slots = new Uint32Array(MIN_SLOTS * 2);
  let mask = MIN_SLOTS - 1;
  let size = 0;

  const numberAt = (slot: number) => (slots[slot * 2] ?? 0) - 1;
  const hashAt = (slot: number) => slots[slot * 2 + 1] ?? 0;
  const next = (slot: number) => (slot + 1) & mask;
  function put(slot: number, number: number, hash: number): void {
    slots[slot * 2] = number + 1;
    slots[slot * 2 + 1] = hash;
  }
  function place(number: number, hash: number): void {
    let slot = hash & mask;
    while (numberAt(slot) >= 0) slot = next(slot);
    put(slot, number, hash);
  }

  function grow(): void {
    const before = slots;
    slots = new Uint32Array(before.length * 2);
    mask = before.length - 1;
    for (let at = 0; at < before.length; at += 2) {
      const number = (before[at] ?? 0) - 1;
      if (number >= 0) place(number, before[at + 1] ?? 0);
    }
  }

  return {
    get size() {
      return size;
    },
    /** The number with this hash that `isSought`; -1 for none. */
    find(hash: number, isSought: (number: number) => boolean): number {
      for (let slot = hash & mask; ; slot = next(slot)) {
        const number = numberAt(slot);
        if (number < 0 || (hashAt(slot) === hash && isSought(number))) return number;
      }
    },
    add(number: number, hash: number): void {
      if (size + 1 > (mask + 1) * MAX_FILLED) grow();
      size += 1;
      place(number, hash);
    },
    remove(number: number, hash: number): void {
      let free = hash & mask;
      while (numberAt(free) !== number) free = next(free);
      // Numbers that are further on only because this slot was used move up, or a search for them would end too early.
      for (let slot = next(free); numberAt(slot) >= 0; slot = next(slot)) {
        const from = hashAt(slot) & mask;
        const isBetween = free < slot ? from > free && from <= slot : from > free || from <= slot;
        if (isBetween) continue;
        put(free, numberAt(slot), hashAt(slot));
        free = slot;
      }
      put(free, -1, 0);
      size -= 1;
    },
  };
}
