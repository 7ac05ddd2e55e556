// The measures that keep the tree easy to walk and to read. The lines of a function are counted by Biome, see biome.json.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listFiles, pathOf, readText } from './project-files.ts';

const MAX_LOOSE_FILES = 8;
/** They hide who acts: "whoever decides" is the approver. A quotation or a rare text may still need one. */
const VAGUE_WORD = /\b(whoever|whom|nobody|somebody|anew)\b/gi;
const MAX_VAGUE_WORDS = 19;
const MAX_MAP_WORDS = 900;
/** A source file in a document: its path, or the end of its path where the text has named the folder. */
const NAMED_FILE = /`([\w./-]+\.tsx?)`/g;

const sources = ['src', 'emails'].flatMap((folder) => listFiles(folder, /\.(tsx?|css)$/));
const documents = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', ...listFiles('docs', /\.md$/)];

test.each(['operations', 'slack', 'db', 'playground', 'mail', 'jobs'])(
  'src/%s keeps its files in folders',
  (folder) => {
    const loose = sources.filter((file) => file.startsWith(`src/${folder}/`) && file.split('/').length === 3);
    expect(loose.length, loose.join('\n')).toBeLessThanOrEqual(MAX_LOOSE_FILES);
  },
);

test('src and emails name who acts', () => {
  const uses = sources.flatMap((file) =>
    readText(file)
      .split('\n')
      .flatMap((line, index) => (line.match(VAGUE_WORD) ?? []).map((word) => `${file}:${index + 1} ${word}`)),
  );
  expect(uses.length, uses.join('\n')).toBeLessThanOrEqual(MAX_VAGUE_WORDS);
});

test('ARCHITECTURE.md stays a map', () => {
  expect(readText('ARCHITECTURE.md').split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(MAX_MAP_WORDS);
});

/** Markdown ends a table at a line that is no row; rows after it would be shown as text. */
test('every row of a document belongs to a table with a head', () => {
  const isRow = (line = '') => line.startsWith('|');
  const loose = documents.flatMap((document) => {
    const lines = readText(document).split('\n');
    return lines
      .map((line, index) => ({ line, index }))
      .filter(({ line, index }) => isRow(line) && !isRow(lines[index - 1]))
      .filter(({ index }) => !/^\|[\s:|-]+\|$/.test(lines[index + 1] ?? ''))
      .map(({ index }) => `${document}:${index + 1}`);
  });
  expect(loose).toEqual([]);
});

test('every source file that a document names is there', () => {
  const files = ['src', 'emails', 'test'].flatMap((folder) => listFiles(folder, /\.tsx?$/));
  const isThere = (name: string) =>
    existsSync(pathOf(name)) || files.some((file) => file.endsWith(`/${name}`));
  const missing = documents.flatMap((document) =>
    [...readText(document).matchAll(NAMED_FILE)]
      .map(([, name = '']) => name)
      .filter((name) => !isThere(name))
      .map((name) => `${document}: ${name}`),
  );
  expect(missing).toEqual([]);
});
