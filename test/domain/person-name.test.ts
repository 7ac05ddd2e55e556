import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanName, fullName, onlyNameFirst, splitName } from '../../src/domain/person-name.ts';

describe('a name', () => {
  test.each<[what: string, typed: string, kept: string]>([
    ['spaces around it', '  Ann ', 'Ann'],
    ['many spaces', 'Ann   Maria', 'Ann Maria'],
    ['a line end', 'Ann\nMaria', 'Ann Maria'],
    ['a Windows line end', 'Ann\r\nMaria', 'Ann Maria'],
    ['a line separator', 'Ann\u2028Maria', 'Ann Maria'],
    ['a tab', 'Ann\tMaria', 'Ann Maria'],
    ['no-break spaces', '\u00a0Ann\u00a0Maria', 'Ann Maria'],
    ['an ideographic space', '山田\u3000太郎', '山田 太郎'],
    ['a zero-width space', 'A\u200bnn', 'Ann'],
    ['a byte order mark', '\ufeffAnn', 'Ann'],
    ['a soft hyphen', 'An\u00adna', 'Anna'],
    ['a word joiner', 'An\u2060na', 'Anna'],
    ['a right-to-left override', 'Ann\u202egnp.exe', 'Anngnp.exe'],
    ['isolates', '\u2068Ann\u2069', 'Ann'],
    ['a tag character', 'Ann\u{e0041}', 'Ann'],
    ['a variation selector', 'Ann\ufe0f', 'Ann'],
    ['a Hangul filler', 'Ann\u3164', 'Ann'],
    ['a bell', 'Ann\u0007', 'Ann'],
    ['an escape', '\u001b[31mAnn', '[31mAnn'],
    ['a C1 control', 'Ann\u0090', 'Ann'],
    ['only invisible characters', '\u200b\u2060\u3164', ''],
    ['only braille blanks', '\u2800\u2800', ''],
    ['only an accent', '\u0301', ''],
    ['only spaces', ' \u3000 ', ''],
    ['a decomposed letter', 'Mu\u0308ller', 'Müller'],
    ['an apostrophe', "O'Neill", "O'Neill"],
    ['one letter', 'A', 'A'],
    ['a hyphen', '-', '-'],
    ['Arabic', 'ليلى', 'ليلى'],
    ['Persian with its non-joiner', 'علی\u200cرضا', 'علی\u200cرضا'],
    ['a non-joiner in Latin', 'An\u200cna', 'Anna'],
    ['a joiner in Hindi', 'क्\u200dष', 'क्\u200dष'],
    ['an emoji of several', 'Ann 👩\u200d💻', 'Ann 👩💻'],
    ['what mrkdwn reads as markup', '<!channel> *x*', '<!channel> *x*'],
  ])('with %s is kept as people see it', (_, typed, kept) => {
    expect(cleanName(typed)).toBe(kept);
  });

  test.each([
    ['Ann', 'Lee', 'Ann', 'Lee', 'Ann Lee'],
    ['Suharto', '', 'Suharto', '', 'Suharto'],
    ['', 'Suharto', 'Suharto', '', 'Suharto'],
    ['', '', '', '', ''],
  ])('of a person, %j and %j: one is enough, and is the first', (first, last, firstName, lastName, full) => {
    const names = onlyNameFirst({ firstName: first, lastName: last });
    expect([names, fullName(names)]).toEqual([{ firstName, lastName }, full]);
  });

  test.each([
    ['Ann Lee', 'Ann', 'Lee'],
    ['Ann van der Berg', 'Ann', 'van der Berg'],
    ['van der Berg, Ann Maria', 'Ann Maria', 'van der Berg'],
    ['Suharto', 'Suharto', ''],
    ['Lee, Ann, PhD', 'Lee', 'Ann PhD'],
    ['\u200b', '', ''],
    [`${'x'.repeat(101)} Lee`, 'x'.repeat(100), 'Lee'],
    [`${'x'.repeat(99)}𝔘 Lee`, 'x'.repeat(99), 'Lee'],
  ])('as a mail program writes it, %j, is split', (text, firstName, lastName) => {
    expect(splitName(text)).toEqual({ firstName, lastName });
  });

  test('of any characters is stable, on one line, and shows all that it has', () => {
    const unit = fc.oneof(
      fc.constantFrom('Ann', ' ', '\u200b', '\u200c', '\u202e', '\n', '\u2028', 'ع', '\u0301'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (text) => {
        const name = cleanName(text);
        expect(cleanName(name)).toBe(name);
        expect(name.trim()).toBe(name);
        expect(name.replace(/(?<=\p{L}|\p{M})[\u200c\u200d](?=\p{L})/gu, '')).not.toMatch(
          /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Zl}\p{Zp}]/u,
        );
      }),
      { numRuns: Number(process.env.PASTE_RUNS ?? 300) },
    );
  });
});
