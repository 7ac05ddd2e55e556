import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, readCsv } from '../../src/domain/csv.ts';

const cellsOf = (text: string) => readCsv(text).rows.map((row) => row.cells);
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
        const lines = readCsv(text).rows.map((row) => row.line);
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
    expect(readCsv('a,b\n"one\ntwo",x\nlast,y').rows.map((row) => row.line)).toEqual([1, 2, 4]);
  });

  it.each([
    ['a,b\n"1,2\n3,4', 2, 'has a quote that is never closed; write a quote inside a cell twice'],
    ['a,b\n1,2\n\n3,"x"y\n', 4, 'has text behind a closing quote; write a quote inside a cell twice'],
  ])('names the line that can’t be read: %j', (text, line, words) => {
    expect(readCsv(text).fault).toEqual({ line, words });
  });
});

describe('a file of a spreadsheet program', () => {
  it.each([
    ['UTF-8', Buffer.from('Zoë'), { text: 'Zoë', isGuessed: false }],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffZoë'), { text: 'Zoë', isGuessed: false }],
    [
      'UTF-16, as Excel’s Unicode Text',
      Buffer.from('\ufeffZoë', 'utf16le'),
      { text: 'Zoë', isGuessed: false },
    ],
    [
      'UTF-16 the other way round',
      Buffer.from('\ufeffZoë', 'utf16le').swap16(),
      { text: 'Zoë', isGuessed: false },
    ],
    ['Windows-1252', Buffer.from('Zo\xeb', 'latin1'), { text: 'Zoë', isGuessed: true }],
    ['a workbook', Buffer.from('PK\x03\x04\x14\0', 'latin1'), null],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), null],
    ['half of UTF-16', Buffer.from([0xff, 0xfe, 0x41]), null],
  ])('in %s is read, and no text is none', (_, bytes, read) => {
    expect(decodeText(bytes)).toEqual(read);
  });
});
