// Who may read the environment, make random values, and have default exports.
import { describe, expect, test } from 'vitest';
import { asLines, listFiles, readText } from './project-files.ts';
import { readSource } from './source-facts.ts';

const SOURCES = /\.tsx?$/;
const files = [...listFiles('src', SOURCES), ...listFiles('emails', SOURCES)];

function findUses(what: string, file: string, text = readText(file)): string {
  const uses = readSource(file, text).uses.filter((use) => use.what === what);
  return asLines(uses.map(({ line }) => ({ file, line, what })));
}

const findAll = (what: string, except: (file: string) => boolean) =>
  files
    .filter((file) => !except(file))
    .map((file) => findUses(what, file))
    .filter((line) => line !== '')
    .join('\n');

test('only src/settings/settings.ts reads the environment', () => {
  expect(findAll('process.env', (file) => file === 'src/settings/settings.ts')).toBe('');
  expect(findUses('process.env', 'src/settings/settings.ts')).not.toBe('');
});

test('T5: no file in src uses Math.random', () => {
  expect(findAll('Math.random', () => false)).toBe('');
});

test('T5: no ticket, key or sealed text is made from a UUID', () => {
  const isUuid = /\brandomUUID\b|from 'uuid'/;
  expect(listFiles('src/security', SOURCES).filter((file) => isUuid.test(readText(file)))).toEqual([]);
});

test('only emails have default exports', () => {
  expect(findAll('export default', (file) => file.startsWith('emails/'))).toBe('');
});

describe('the search for globals', () => {
  test.each([
    ['process.env', 'const port = process.env.PORT;'],
    ['process.env', "const port = process['env'].PORT;"],
    ['process.env', 'const port = globalThis.process.env.PORT;'],
    ['process.env', 'const { env } = process;'],
    ['process.env', "import { env as e } from 'node:process';"],
    ['Math.random', 'const id = Math.random().toString(36);'],
    ['Math.random', 'const { random } = Math;'],
    ['Math.random', 'const pick = [1].map(Math.random);'],
    ['export default', 'export default 1;'],
  ])('finds %s in %s', (what, text) => {
    expect(findUses(what, 'src/x.ts', `\n${text}`)).toBe(`src/x.ts:2 ${what}`);
  });

  test('does not find text that only looks like them', () => {
    const text = "const s = 'process.env'; // Math.random()\nconst e = settings.env; dice.random();";
    expect(findUses('process.env', 'src/x.ts', text) + findUses('Math.random', 'src/x.ts', text)).toBe('');
  });
});
