import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.ts';
import { checkPassword } from '../../src/domain/password-rule.ts';

const CONTEXT = ['Ann.Lee@example.com', 'Ann', 'Fabrikam Weather', 'default'];

/** What is said about a password; '' when it is accepted. */
function verdict(password: string, minLength = 15): string {
  try {
    checkPassword(password, { minLength, contextWords: CONTEXT });
    return '';
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'password_unacceptable') throw error;
    return error.detail.fields?.password ?? 'no words';
  }
}

/** So many characters in which nothing repeats that a rule could see. */
const characters = (length: number) =>
  Array.from({ length }, (_, at) => String.fromCharCode(97 + ((at * at * 7 + at * 3) % 25))).join('');

describe('a new password', () => {
  test('T21: 14 characters are refused; 15, 64 and 128 are accepted', () => {
    expect([14, 15, 64, 128].map((length) => verdict(characters(length)) === '')).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(verdict(characters(14))).toMatch(/at least 15 characters/);
  });

  test('T21: 1,024 bytes are accepted, 1,025 are refused, and so is a megabyte, in no time', () => {
    expect(verdict(characters(1_024))).toBe('');
    expect(verdict(characters(1_025))).toMatch(/at most 1,024 bytes/);
    expect(verdict(`${characters(1_021)}ab${'ü'}`)).toMatch(/at most 1,024 bytes/);
    const startedAt = performance.now();
    expect(verdict('x'.repeat(1_000_000))).toMatch(/at most 1,024 bytes/);
    expect(performance.now() - startedAt).toBeLessThan(50);
  });

  test('characters are counted as people count them, not in bytes or halves', () => {
    const emoji = ['🐢', '🌧', '🎻', '🧭', '🪁', '🧵', '🪴', '🥨', '🛶', '🧊', '🎈', '🪃', '🧲', '🪶'];
    expect(verdict(emoji.join(''))).toMatch(/at least 15/);
    expect(verdict(`${emoji.join('')}🦀`)).toBe('');
    const decomposed = `${'e\u0301'.repeat(7)}x`;
    expect(verdict(decomposed)).toMatch(/at least 15/);
  });

  test('T22: of the 3,000 most common passwords, each that is long enough is refused, in any letter case', () => {
    const top = dictionary['passwords-common'].slice(0, 3_000).filter((password) => password.length >= 8);
    expect(top.length).toBeGreaterThan(500);
    expect(top.filter((password) => verdict(password, 8) === '')).toEqual([]);
    expect(top.filter((password) => verdict(password.toUpperCase(), 8) === '')).toEqual([]);
  });

  test('T22: every common password of 15 characters and more is refused under the default rule', () => {
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
  ])('T22: %s is refused to Ann, whose address and organisation are in it', (password) => {
    expect(verdict(password)).toMatch(/little more than your address/);
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
  ])('%s is refused, although no list has to hold it', (password) => {
    expect(verdict(password)).not.toBe('');
  });

  test.each([
    'correct horse battery staple',
    'my cat walks on four legs',
    'planning a trip with my friends to fabrikam',
    '               x y z           ',
    'ПарольКоторыйЯпомню',
  ])('%s is accepted: nothing asks for capitals, digits or signs', (password) => {
    expect(verdict(password)).toBe('');
  });

  test('half a character is refused, because it could not be told from another half', () => {
    expect(verdict(`${characters(20)}${String.fromCharCode(0xd83d)}`)).toMatch(/cannot be kept/);
  });

  test('no refusal repeats the password', () => {
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
