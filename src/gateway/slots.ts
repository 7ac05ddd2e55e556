const MIN_SLOTS = 256;
/** With a larger share of used slots, searches get long. */
const MAX_FILLED = 0.6;

/**
 * A hash table of whole numbers with linear probing. `hashOf` gives the hash of what has this number, of 32 bits without
 * a sign; its low bits choose the number's home slot.
 */
export function createSlots(hashOf: (number: number) => number) {
  /** A number plus one; 0 is free. */
  let slots = new Uint32Array(MIN_SLOTS);
  let size = 0;

  const home = (hash: number) => hash & (slots.length - 1);
  const next = (slot: number) => (slot + 1) & (slots.length - 1);
  const at = (slot: number) => (slots[slot] ?? 0) - 1;

  function place(number: number): void {
    let slot = home(hashOf(number));
    while (slots[slot] !== 0) slot = next(slot);
    slots[slot] = number + 1;
  }

  function grow(): void {
    const before = slots;
    slots = new Uint32Array(before.length * 2);
    for (const number of before) if (number !== 0) place(number - 1);
  }

  return {
    get size() {
      return size;
    },
    /** The number with this hash that `isSought`; -1 for none. */
    find(hash: number, isSought: (number: number) => boolean): number {
      for (let slot = home(hash); ; slot = next(slot)) {
        const number = at(slot);
        if (number < 0 || (hashOf(number) === hash && isSought(number))) return number;
      }
    },
    add(number: number): void {
      if (size + 1 > slots.length * MAX_FILLED) grow();
      size += 1;
      place(number);
    },
    /** Its hash must still be there. */
    remove(number: number): void {
      let free = home(hashOf(number));
      while (at(free) !== number) free = next(free);
      // Numbers that are further on only because this slot was used move up, or a search for them would end too early.
      for (let slot = next(free); slots[slot] !== 0; slot = next(slot)) {
        const from = home(hashOf(at(slot)));
        const isBetween = free < slot ? from > free && from <= slot : from > free || from <= slot;
        if (isBetween) continue;
        slots[free] = slots[slot] ?? 0;
        free = slot;
      }
      slots[free] = 0;
      size -= 1;
    },
  };
}
