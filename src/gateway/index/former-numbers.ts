import { createColumn } from './column.ts';

/** Gives a small whole number to the place of each former key, for as long as it is there. */
export function createFormerNumbers() {
  const byPlace = new Map<number, number>();
  const placeOf = createColumn(Uint32Array);
  const free: number[] = [];
  let count = 0;
  return {
    /** -1 for none. */
    find: (place: number): number => byPlace.get(place) ?? -1,
    numbers: (): Iterable<number> => byPlace.values(),
    placeOf: placeOf.at,
    /** The number of the place, which may be here already. */
    add(place: number): number {
      const known = byPlace.get(place);
      if (known !== undefined) return known;
      const number = free.pop() ?? count++;
      byPlace.set(place, number);
      placeOf.set(number, place);
      return number;
    },
    remove(place: number): void {
      const number = byPlace.get(place);
      if (number === undefined) return;
      byPlace.delete(place);
      free.push(number);
    },
  };
}
