import { createSlots } from '../index/slots.ts';

const DIGITS = 8;
/** Leaves room for what the table adds to a number. */
const MAX_NUMBER = 0x7fff_ffff;

/** Whether HAProxy may have a key, by 63 bits of its hash: 16 bytes a key. A wrong yes costs a search, never more. */
export function createKnownKeys() {
  const slots = createSlots();
  const partsOf = (key: string) => ({
    home: Number.parseInt(key.slice(0, DIGITS), 16),
    rest: Number.parseInt(key.slice(DIGITS, DIGITS * 2), 16) & MAX_NUMBER,
  });
  const contains = (rest: number, home: number) => slots.find(home, (number) => number === rest) >= 0;
  return {
    has(key: string): boolean {
      const { home, rest } = partsOf(key);
      return contains(rest, home);
    },
    add(key: string): void {
      const { home, rest } = partsOf(key);
      if (!contains(rest, home)) slots.add(rest, home);
    },
    /** One that isn't there yet, by its SHA-256. */
    addNew(hashes: Buffer, at: number): void {
      slots.add(hashes.readUInt32BE(at + DIGITS / 2) & MAX_NUMBER, hashes.readUInt32BE(at));
    },
    remove(key: string): void {
      const { home, rest } = partsOf(key);
      if (contains(rest, home)) slots.remove(rest, home);
    },
  };
}
