import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyTable } from '../../src/gateway/index/key-table.ts';

const bytesOf = (hash: string) => Buffer.from(hash);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('the table finds what a plain map would, after any changes', () => {
  const change = fc.record({
    owner: fc.nat(40),
    slot: fc.constantFrom('primary' as const, 'secondary' as const),
    key: fc.option(fc.nat(10_000), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
      const table = createKeyTable();
      const model = new Map<string, string>();
      const owners = new Map<string, number>();
      for (const { owner, slot, key } of changes) {
        const place = `${owner}/${slot}`;
        const before = model.get(place);
        const hash = key === null ? null : sha256(`${key}`);
        // The database, not the table, refuses a second owner of a key.
        if (hash !== null && hash !== before && owners.has(hash)) continue;
        if (before !== undefined) owners.delete(before);
        model.delete(place);
        if (hash !== null) {
          model.set(place, hash);
          owners.set(hash, owner);
        }
        table.set(owner, slot, hash === null ? null : bytesOf(hash));
      }
      expect(table.size).toBe(model.size);
      for (let key = 0; key <= 10_000; key += 97) {
        const hash = sha256(`${key}`);
        expect(table.find(hash)).toBe(owners.get(hash) ?? null);
      }
      for (const [hash, owner] of owners) expect(table.find(hash)).toBe(owner);
    }),
    { numRuns: 200 },
  );
});

test('the table finds all of 100,000 keys and no other, and as many again after every key was replaced', () => {
  const table = createKeyTable();
  const fill = (round: number) => {
    for (let owner = 0; owner < 50_000; owner++) {
      table.set(owner, 'primary', bytesOf(sha256(`${round} ${owner} primary`)));
      table.set(owner, 'secondary', bytesOf(sha256(`${round} ${owner} secondary`)));
    }
  };
  fill(1);
  fill(2);
  expect(table.size).toBe(100_000);
  for (let owner = 0; owner < 50_000; owner += 7) {
    expect(table.find(sha256(`2 ${owner} secondary`))).toBe(owner);
    expect(table.find(sha256(`1 ${owner} secondary`))).toBeNull();
  }
});

test('T32: a hash that differs from a stored one in its last bit only is unknown', () => {
  const table = createKeyTable();
  const hash = sha256('key');
  table.set(3, 'primary', bytesOf(hash));
  for (let byte = 0; byte < 32; byte++) {
    const other = Buffer.from(hash, 'hex');
    other[byte] = (other[byte] ?? 0) ^ 1;
    expect(table.find(other.toString('hex'))).toBeNull();
  }
  expect(table.find(hash.slice(2))).toBeNull();
  expect(table.find(hash)).toBe(3);
});
