import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HELD_KEY_SLOTS } from '../../src/domain/key-life.ts';
import { createKeyTable } from '../../src/gateway/index/key-table.ts';

const rowOf = (hash: string, endsAt: number | null = null) => ({ hash: Buffer.from(hash), endsAt });
function hashAt(table: ReturnType<typeof createKeyTable>, key: number): string {
  const bytes = Buffer.alloc(32);
  table.copyHash(key, bytes, 0);
  return bytes.toString('hex');
}
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('the table finds what a plain map would, after any changes', () => {
  const change = fc.record({
    owner: fc.nat(40),
    slot: fc.constantFrom(...HELD_KEY_SLOTS),
    key: fc.option(fc.nat(10_000), { nil: null }),
    endsAt: fc.option(fc.integer({ min: 1 }), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
      const table = createKeyTable();
      const model = new Map<string, string>();
      const owners = new Map<string, [owner: number, endsAt: number | null]>();
      for (const { owner, slot, key, endsAt } of changes) {
        const place = `${owner}/${slot}`;
        const before = model.get(place);
        const hash = key === null ? null : sha256(`${key}`);
        // The database, not the table, refuses a second owner of a key.
        if (hash !== null && hash !== before && owners.has(hash)) continue;
        if (before !== undefined) owners.delete(before);
        model.delete(place);
        if (hash !== null) {
          model.set(place, hash);
          owners.set(hash, [owner, endsAt]);
        }
        table.set(owner, slot, hash === null ? null : rowOf(hash, endsAt));
      }
      expect(table.size).toBe(model.size);
      for (let key = 0; key <= 10_000; key += 97) {
        const hash = sha256(`${key}`);
        expect(table.find(hash) < 0).toBe(!owners.has(hash));
      }
      for (const [hash, [owner, endsAt]] of owners) {
        const key = table.find(hash);
        expect([table.ownerOf(key), table.endOf(key)]).toEqual([owner, endsAt]);
        expect(table.keysOf(owner)).toContainEqual({ hash, endsAt });
      }
      const inOrder = [...table.inOrder()].map((key) => hashAt(table, key));
      expect(inOrder).toEqual([...owners.keys()].sort());
    }),
    { numRuns: 200 },
  );
});

test('the table finds all of 100,000 keys and no other, and as many again after every key was replaced', () => {
  const table = createKeyTable();
  const fill = (round: number) => {
    for (let owner = 0; owner < 50_000; owner++) {
      table.set(owner, 'primary', rowOf(sha256(`${round} ${owner} primary`)));
      table.set(owner, 'secondary', rowOf(sha256(`${round} ${owner} secondary`)));
    }
  };
  fill(1);
  fill(2);
  expect(table.size).toBe(100_000);
  for (let owner = 0; owner < 50_000; owner += 7) {
    expect(table.ownerOf(table.find(sha256(`2 ${owner} secondary`)))).toBe(owner);
    expect(table.find(sha256(`1 ${owner} secondary`))).toBe(-1);
  }
});

test('T32: a hash that differs from a stored one in its last bit only is unknown', () => {
  const table = createKeyTable();
  const hash = sha256('key');
  table.set(3, 'primary', rowOf(hash));
  for (let byte = 0; byte < 32; byte++) {
    const other = Buffer.from(hash, 'hex');
    other[byte] = (other[byte] ?? 0) ^ 1;
    expect(table.find(other.toString('hex'))).toBe(-1);
  }
  expect(table.find(hash.slice(2))).toBe(-1);
  expect(table.ownerOf(table.find(hash))).toBe(3);
});
