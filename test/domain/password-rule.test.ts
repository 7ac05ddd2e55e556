import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, test } from 'vitest';
import { DomainError, inEnglish } from '../../src/domain/domain-error.ts';
import { checkPassword } from '../../src/domain/password-rule.ts';

const CONTEXT = ['Ann.Lee@example.com', 'Ann', 'Fabrikam Weather', 'default'];

/** The refusal of a password; '' when it is accepted. */
function verdict(password: string, minLength = 15): string {
  try {
    checkPassword(password, { minLength, contextWords: CONTEXT });
    return '';
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'password_unacceptable') throw error;
    return inEnglish(error.detail.fields).password ?? 'no words';
  }
}

/** So many characters without a repetition that a rule could find. */
const characters = (length: number) =>
  Array.from({ length }, (_, at) => String.fromCharCode(97 + ((at * at * 7 + at * 3) % 25))).join('');

describe('a new password', () => {
  test('T21: is refused with 14 characters, and accepted with 15, 64 and 128', () => {
    expect([14, 15, 64, 128].map((length) => verdict(characters(length)) === '')).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(verdict(characters(14))).toMatch(/at least 15 characters/);
  });

  test('T21: is accepted with 1,024 bytes, and refused fast with 1,025 or a megabyte', () => {
    expect(verdict(characters(1_024))).toBe('');
    expect(verdict(characters(1_025))).toMatch(/at most 1,024 bytes/);
    expect(verdict(`${characters(1_021)}ab${'ü'}`)).toMatch(/at most 1,024 bytes/);
    const startedAt = performance.now();
    expect(verdict('x'.repeat(1_000_000))).toMatch(/at most 1,024 bytes/);
    expect(performance.now() - startedAt).toBeLessThan(50);
  });

  test('has its characters counted as people count them, not in bytes or halves', () => {
    const emoji = ['🐢', '🌧', '🎻', '🧭', '🪁', '🧵', '🪴', '🥨', '🛶', '🧊', '🎈', '🪃', '🧲', '🪶'];
    expect(verdict(emoji.join(''))).toMatch(/at least 15/);
    expect(verdict(`${emoji.join('')}🦀`)).toBe('');
    const decomposed = `${'e\u0301'.repeat(7)}x`;
    expect(verdict(decomposed)).toMatch(/at least 15/);
  });

  test('T22: is refused when it is one of the 3,000 most common, in any letter case', () => {
    const top = dictionary['passwords-common'].slice(0, 3_000).filter((password) => password.length >= 8);
    expect(top.length).toBeGreaterThan(500);
    expect(top.filter((password) => verdict(password, 8) === '')).toEqual([]);
    expect(top.filter((password) => verdict(password.toUpperCase(), 8) === '')).toEqual([]);
  });

  test('T22: is refused under the default rule when it is common and has 15 characters or more', () => {
    const long = dictionary['passwords-common'].filter((password) => password.length >= 15);
    expect(long.length).toBeGreaterThan(10);
    expect(long.filter((password) => verdict(password) === '')).toEqual([]);
  });

  test.each([
    'ann.lee@example.com',
    'ANN.LEE@EXAMPLE.COM',
    'Ann-Lee @ Example.com!',
    'ann.lee@example.com2026',
    'fabrikam weather',
    'FabrikamWeather!!',
    '2026fabrikam weather',
  ])('T22: %s is refused to Ann because it holds her email or organisation', (password) => {
    expect(verdict(password)).toMatch(/little more than an email or a name/);
  });

  test.each([
    'default default default',
    'aaaaaaaaaaaaaaa',
    'abcabcabcabcabcabc',
    'passwordpassword',
    'PasswordPassword',
    '123456789012345',
    '890123456789012345',
    '321098765432109',
    'abcdefghijklmnopq',
  ])('%s is refused without being in a list', (password) => {
    expect(verdict(password)).not.toBe('');
  });

  test.each([
    'correct horse battery staple',
    'my cat walks on four legs',
    'planning a trip with my friends to fabrikam',
    '               x y z           ',
    'ПарольКоторыйЯпомню',
  ])('%s is accepted without a rule for capitals, digits or signs', (password) => {
    expect(verdict(password)).toBe('');
  });

  test('is refused with half a character, which can’t be told from another half', () => {
    expect(verdict(`${characters(20)}${String.fromCharCode(0xd83d)}`)).toMatch(/cannot be kept/);
  });

  test('is repeated in no refusal', () => {
    for (const password of ['canary-short', 'canary'.repeat(300), 'canarycanarycanary']) {
      try {
        checkPassword(password, { minLength: 15, contextWords: ['canary'] });
        expect.unreachable();
      } catch (error) {
        expect(`${error} ${JSON.stringify(error)}`).not.toContain('canary');
      }
    }
  });
});
