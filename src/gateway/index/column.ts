const MIN_LENGTH = 128;
const GROWTH = 1.25;
/** So many are found one by one before they are found in one pass. */
const FEW = 50;

/** A list of numbers outside the heap, where no garbage collection copies it. Each is 0 until it is set. */
export function createColumn(
  Numbers: Uint8ArrayConstructor | Uint32ArrayConstructor | Float64ArrayConstructor,
) {
  let numbers = new Numbers(MIN_LENGTH);
  return {
    at: (index: number): number => numbers[index] ?? 0,
    /** Where these numbers are. */
    *indexesOf(wanted: ReadonlySet<number>): Iterable<number> {
      if (wanted.size > FEW) {
        for (let index = 0; index < numbers.length; index++) if (wanted.has(numbers[index] ?? 0)) yield index;
        return;
      }
      for (const number of wanted)
        for (let index = numbers.indexOf(number); index >= 0; index = numbers.indexOf(number, index + 1))
          yield index;
    },
    set(index: number, number: number): void {
      if (index >= numbers.length) {
        const before = numbers;
        numbers = new Numbers(Math.ceil((index + 1) * GROWTH));
        numbers.set(before);
      }
      numbers[index] = number;
    },
  };
}

/** The bytes themselves, or a larger copy with room for `length`. */
export function withRoom(bytes: Buffer, length: number): Buffer {
  if (length <= bytes.length) return bytes;
  const larger = Buffer.alloc(Math.ceil(length * GROWTH));
  bytes.copy(larger);
  return larger;
}
