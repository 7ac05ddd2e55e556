import { describe, expect, test } from 'vitest';
import { findImportBreaches } from './import-table.ts';
import { asLines, listFiles, readText } from './project-files.ts';

const SOURCES = /\.tsx?$/;
const { dependencies } = JSON.parse(readText('package.json')) as { dependencies: Record<string, string> };
const names = new Set(Object.keys(dependencies));
const judge = (file: string, text: string) => asLines(findImportBreaches(file, text, names));

test('the table allows every import of src and emails', () => {
  const files = [...listFiles('src', SOURCES), ...listFiles('emails', SOURCES)];
  expect(files.length).toBeGreaterThan(20);
  expect(
    files
      .map((file) => judge(file, readText(file)))
      .join('\n')
      .trim(),
  ).toBe('');
});

describe('the import table', () => {
  test.each([
    ['a surface that reads rows', 'src/slack/x.ts', "import { a } from '../db/accounts.ts';"],
    ['a surface that imports another', 'src/portal/x.tsx', "export * from '../slack/app.ts';"],
    ['a surface that hashes', 'src/management/x.ts', "import '../security/ticket.ts';"],
    ['a type that points upward', 'src/domain/x.ts', "import type { Log } from '../log.ts';"],
    ['the domain that reads a file', 'src/domain/x.ts', "import { readFile } from 'node:fs/promises';"],
    [
      'an operation that paints',
      'src/operations/a/x.ts',
      "const p = await import('../../slack/present/x.ts');",
    ],
    ['a type taken in passing', 'src/db/x.ts', "type T = import('../operations/context.ts').Context;"],
    ['the playground that acts', 'src/playground/x.ts', "import { x } from '../operations/context.ts';"],
    ['an email that reads settings', 'emails/x.tsx', "import { readSettings } from '../src/settings.ts';"],
    ['settings as a value', 'src/web/x.ts', "import { readSettings } from '../settings.ts';"],
    ['a part that imports the root', 'src/jobs/x.ts', "import { createApp } from '../app.ts';"],
    ['a part that imports a program', 'src/slack/x.ts', "import '../cli/manifest.ts';"],
    ['SQL outside of db', 'src/operations/a/x.ts', "import { sql } from 'drizzle-orm';"],
    ['a driver outside of db', 'src/jobs/x.ts', "import postgres from 'postgres';"],
    ['Slack outside of slack', 'src/operations/a/x.ts', "import { WebClient } from '@slack/web-api';"],
    ['Resend outside of mail', 'src/jobs/x.ts', "import { Resend } from 'resend';"],
    ['a require', 'src/portal/x.ts', "const pg = require('pg');"],
    ['an import whose path is a variable', 'src/portal/x.ts', 'const part = await import(name);'],
    ['a package of development', 'src/web/x.ts', "import { test } from 'vitest';"],
    ['a part that does not exist', 'src/service-layer/x.ts', ''],
    ['a test in the product', 'src/db/x.ts', "import { x } from '../support/context.ts';"],
  ])('refuses %s, by file and line', (_what, file, statement) => {
    expect(judge(file, `${statement && `// why\n${statement}`}`)).toMatch(/^\S+\.tsx?:[12] \S.*$/);
  });

  test.each([
    ['the type of the log', 'src/web/x.ts', "import type { Log } from '../log.ts';"],
    ['a type among named imports', 'src/db/x.ts', "import { type Settings } from '../settings.ts';"],
    ['SQL in db', 'src/db/x.ts', "import { sql } from 'drizzle-orm';\nimport './schema.ts';"],
    ['the root', 'src/app.ts', "import './db/connect.ts';\nimport './slack/app.ts';"],
    [
      'a word in a comment or text',
      'src/portal/x.ts',
      '// import "../db/x.ts"\nconst s = "from \'postgres\'";',
    ],
  ])('lets pass %s', (_what, file, text) => {
    expect(judge(file, text)).toBe('');
  });

  test('fails for a file that can’t be parsed', () => {
    expect(() => judge('src/db/x.ts', 'import {')).toThrow('src/db/x.ts');
  });
});
