import { describe, expect, test } from 'vitest';
import fr from '../../src/languages/fr.json' with { type: 'json' };
import { LANGUAGES, languageOf, preferredLanguage } from '../../src/languages/languages.ts';
import { sayIn, sayInEnglish } from '../../src/languages/say.ts';

describe('the language that a browser likes best', () => {
  test.each([
    ['de', 'de'],
    ['de-AT, en;q=0.8', 'de'],
    ['en;q=0.5, fr;q=0.9', 'fr'],
    ['sv, nl;q=0.3', 'nl'],
    ['FR-ca', 'fr'],
    ['fr;q=0, nl;q=0.1', 'nl'],
    ['de, fr', 'de'],
    ['*', null],
    ['sv', null],
    ['', null],
    [undefined, null],
    ['__proto__, constructor', null],
    [`${'sv,'.repeat(500)}de`, null],
    ['de;q=nonsense', null],
  ])('of %j is %j', (header, tag) => {
    expect(preferredLanguage(header, LANGUAGES)?.tag ?? null).toBe(tag);
  });

  test('a tag is one of ours, or none', () => {
    expect(languageOf('nl', LANGUAGES)?.name).toBe('Nederlands');
    for (const tag of ['sv', 'toString', '', null, undefined]) expect(languageOf(tag, LANGUAGES)).toBeNull();
  });
});

describe('a text', () => {
  const AT = new Date('2026-11-29T09:30:00Z');
  const [german, french, dutch] = (['de', 'fr', 'nl'] as const).map((tag) => {
    const language = LANGUAGES[tag];
    if (!language) throw new Error(`there is no ${tag}`);
    return sayIn(language);
  });

  test('has the moments, days, figures and lists of its language', () => {
    expect(sayInEnglish.moment(AT)).toBe('29 November 2026 at 09:30 UTC');
    expect(german?.moment(AT)).toBe('29. November 2026 um 09:30 UTC');
    expect(french?.day(AT)).toBe('29 novembre 2026');
    expect(dutch?.list(['a', 'b', 'c'])).toBe('a, b en c');
    expect([sayInEnglish.number(12_345), german?.number(12_345)]).toEqual(['12,345', '12.345']);
  });

  test('has the plural forms of its language, and shows a value as it is', () => {
    const calls = '{moment}, {calls, number} calls so far';
    expect(german?.(calls, { moment: '<b>', calls: 1 })).toBe('<b>, bisher 1 Aufruf');
    expect(german?.(calls, { moment: 'X', calls: 1_200 })).toBe('X, bisher 1.200 Aufrufe');
    expect(german?.({ text: 'Hello {name}', values: { name: '{x} {' } })).toBe('Hallo {x} {');
  });

  test('keeps French punctuation with its word: no line begins with it', () => {
    const torn = /[^:] [?!;»]| :(?= |$)|« /;
    expect(Object.values(fr.texts).filter((text) => torn.test(text))).toEqual([]);
    expect(Object.values(fr.mails).filter((mail) => torn.test(JSON.stringify(mail)))).toEqual([]);
  });
});
