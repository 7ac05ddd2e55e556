import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/domain/csv.ts';

const cellsOf = (text: string) => readCsv(text)?.map((row) => row.cells) ?? null;
const cell = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ';', ' ', 'ü', '\t') }),
);
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe('reading CSV', () => {
  it('gives the cells as they were written, for any cells, line ends and separators', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom('', '\ufeff'),
        fc.boolean(),
        fc.constantFrom(',', ';', '\t'),
        (rows, end, bom, hasEnd, separator) => {
          // The separator is found from the first line.
          const table = [['head', 'more; or less, so to say'], ...rows];
          const lines = table.map((row) => row.map(quoted).join(separator));
          const text = bom + lines.join(end) + (hasEnd ? end : '');
          expect(cellsOf(text)).toEqual(table);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never throws, and gives each row the number of its first line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', '\t') }), (text) => {
        const lines = readCsv(text)?.map((row) => row.line) ?? [];
        expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a\tb\n"x\ty"\t2',
      [
        ['a', 'b'],
        ['x\ty', '2'],
      ],
    ],
    [
      'a;b\n1,5;2',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    ['a\n\n\nb', [['a'], ['b']]],
    [
      'a,\n,',
      [
        ['a', ''],
        ['', ''],
      ],
    ],
    ['', []],
  ])('of %j gives %j', (text, rows) => {
    expect(cellsOf(text)).toEqual(rows);
  });

  it('counts the lines inside cells too', () => {
    expect(readCsv('a,b\n"one\ntwo",x\nlast,y')?.map((row) => row.line)).toEqual([1, 2, 4]);
  });

  it('gives null when a quote is never closed', () => {
    expect(readCsv('a,b\n"1,2\n3,4')).toBe(null);
  });
});
