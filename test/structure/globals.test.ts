// Who may read the environment and the machine's clock, make random values, and have default exports.
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

/** What is not about data. Deadlines use `performance.now()`; everything else uses the database's clock. */
const MACHINE_TIME: Record<string, string> = {
  'src/log.ts': 'a line says when the machine wrote it, as the lines of other programs beside it do',
  'src/web/waiting-servers.ts': 'the ids of requests that are refused while there is no database',
  'src/cli/import-azure.ts': 'the label of a file that is saved without a database',
  'src/cli/program.ts': 'yesterday, as the person at this machine means it',
  'src/cli/preview-mails.ts': 'an end in an example',
  'src/azure/client.ts': 'when a token of Azure ends, by the clock of this machine',
  'src/gateway/haproxy/carrier.ts': 'until when calls may pass, by the clock of the HAProxy on this machine',
  'src/identity/openid-client.ts':
    'how far this machine is from the database, for a library that reads this machine',
  'src/playground/playground.ts': "Slack's and the mail service's own clock, in tests",
};

test("T78: only what is not about data reads the machine's clock", () => {
  const isExempt = (file: string) => file in MACHINE_TIME || file.startsWith('src/playground/page/client/');
  expect(findAll('Date', isExempt)).toBe('');
  for (const file of Object.keys(MACHINE_TIME)) expect(findUses('Date', file), file).not.toBe('');
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
    ['Date', 'const now = Date.now();'],
    ['Date', 'const now = new Date();'],
    ['Date', 'const now = globalThis.Date();'],
    ['Date', 'const { now } = Date;'],
    ['export default', 'export default 1;'],
  ])('finds %s in %s', (what, text) => {
    expect(findUses(what, 'src/x.ts', `\n${text}`)).toBe(`src/x.ts:2 ${what}`);
  });

  test('does not find text that only looks like them', () => {
    const text = "const s = 'process.env'; // Math.random()\nconst e = settings.env; dice.random();";
    expect(findUses('process.env', 'src/x.ts', text) + findUses('Math.random', 'src/x.ts', text)).toBe('');
    expect(findUses('Date', 'src/x.ts', 'const at = new Date(0); isDate(new Date(text));')).toBe('');
  });
});
