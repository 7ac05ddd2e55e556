import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/languages/languages.ts';
import { listFiles, readText } from './project-files.ts';
import { literalsIn, partsOfMessage, unsaidIn } from './texts.ts';

const SOURCES = /\.(tsx?|js)$/;
const OTHERS = Object.values(LANGUAGES).flatMap(({ tag, catalog }) => (catalog ? [{ tag, catalog }] : []));
const said = new Set(
  ['portal', 'domain', 'operations', 'mail']
    .flatMap((part) => listFiles(`src/${part}`, SOURCES))
    .flatMap((file) => literalsIn(file, readText(file))),
);
const texts = Object.keys(OTHERS[0]?.catalog.texts ?? {});

test('T102: every language has the same texts, and the sources say each of them', () => {
  expect(OTHERS.length).toBeGreaterThanOrEqual(3);
  for (const { tag, catalog } of OTHERS)
    expect(Object.keys(catalog.texts).sort(), tag).toEqual([...texts].sort());
  expect(
    texts.filter((text) => !said.has(text)),
    'said nowhere',
  ).toEqual([]);
});

test('T102: every text can be read in every language, and has the values and tags of the English one', () => {
  for (const { tag, catalog } of OTHERS)
    for (const [text, words] of Object.entries(catalog.texts)) {
      expect(words.trim(), `${tag}: ${text}`).not.toBe('');
      expect(partsOfMessage(words, tag), `${tag}: ${text}`).toEqual(partsOfMessage(text, 'en'));
      expect(words, `${tag}: straight quotes`).not.toMatch(/['"]/);
    }
});

test('T102: a page of the portal says each of its words, so that it can be in every language', () => {
  const unsaid = listFiles('src/portal', /\.tsx$/).flatMap((file) =>
    unsaidIn(file, readText(file)).map((words) => `${file}: “${words}”`),
  );
  expect(unsaid).toEqual([]);
});

describe('the rule for pages', () => {
  test.each([
    '<p>Welcome back</p>',
    '<Field label="First name" />',
    '<p>{count} keys</p>',
    '<nav aria-label="Portal" />',
  ])('refuses %s', (markup) => {
    expect(unsaidIn('x.tsx', `const x = ${markup};`)).toHaveLength(1);
  });

  test.each([
    "<p>{say('Welcome back')}</p>",
    '<Words text="Welcome back" />',
    '<p>{of} · {to}</p>',
    '<input name="email" />',
  ])('lets pass %s', (markup) => {
    expect(unsaidIn('x.tsx', `const x = ${markup};`)).toEqual([]);
  });
});
