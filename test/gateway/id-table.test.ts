import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdTable } from '../../src/gateway/index/id-table.ts';
import { createSlots } from '../../src/gateway/index/slots.ts';

const bytesOf = (id: string) => Buffer.from(id);

test('ids keep their numbers, which a plain map would give, while others come and go', () => {
  const id = fc.nat(300).map((n) => `${'é😀'.repeat(n % 4)}${n % 151}`);
  const change = fc.record({ id, isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 1_000 }), (changes) => {
      const table = createIdTable();
      const model = new Map<string, number>();
      for (const { id, isAdded } of changes) {
        const known = model.get(id);
        if (isAdded) model.set(id, table.add(bytesOf(id)));
        else if (known !== undefined) {
          table.remove(known);
          model.delete(id);
        }
      }
      expect(table.size).toBe(model.size);
      expect(new Set(model.values()).size, 'a number each').toBe(model.size);
      const wrong = changes.filter(({ id }) => table.find(bytesOf(id)) !== (model.get(id) ?? -1));
      expect(wrong).toEqual([]);
      expect([...model.values()].map(table.at)).toEqual([...model.keys()]);
    }),
    { numRuns: 100 },
  );
});

test('50,000 ids are found, and as many again after every one was replaced', () => {
  const table = createIdTable();
  const ids = (kind: string) => Array.from({ length: 50_000 }, (_, n) => `${kind}-${n}`);
  for (const id of ids('first')) table.add(bytesOf(id));
  for (const id of ids('first')) table.remove(table.find(bytesOf(id)));
  const numbers = ids('later').map((id) => table.add(bytesOf(id)));
  expect(table.size).toBe(50_000);
  expect(Math.max(...numbers), 'numbers are used again').toBe(49_999);
  expect(ids('later').filter((id, n) => table.find(bytesOf(id)) !== numbers[n])).toEqual([]);
  expect(ids('first').filter((id) => table.find(bytesOf(id)) !== -1)).toEqual([]);
});

test('numbers whose hashes are alike are all found, also around the end of the table', () => {
  const change = fc.record({ number: fc.nat(300), isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 600 }), fc.integer({ min: 1, max: 40 }), (changes, homes) => {
      const hashOf = (number: number) => 0xffff_ffff - (number % homes);
      const slots = createSlots();
      const model = new Set<number>();
      for (const { number, isAdded } of changes) {
        if (isAdded === model.has(number)) continue;
        if (isAdded) slots.add(number, hashOf(number));
        else slots.remove(number, hashOf(number));
        if (isAdded) model.add(number);
        else model.delete(number);
      }
      expect(slots.size).toBe(model.size);
      const found = [];
      for (let number = 0; number <= 300; number++)
        if (slots.find(hashOf(number), (other) => other === number) === number) found.push(number);
      expect(found).toEqual([...model].toSorted((a, b) => a - b));
    }),
    { numRuns: 200 },
  );
});
