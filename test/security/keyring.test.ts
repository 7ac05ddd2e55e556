import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  createKeyring,
  isSecretKey,
  matchSecretKey,
  secretKeyCheckValue,
} from '../../src/security/keyring.ts';
import { isSameSecret } from '../../src/security/same-secret.ts';

const SECRET = Buffer.alloc(32, 0xfb).toString('base64');
const OTHER = Buffer.alloc(32, 7).toString('base64');

describe('the keyring', () => {
  test('gives the same keys for the same secret in every process, and others for another secret', () => {
    const bytes = (secret: string) => {
      const { pepper, sealing, cookie, rateLimit, id, checkValue } = createKeyring(secret).current;
      return [
        ...[pepper, sealing, cookie, rateLimit].map((key) => key.export().toString('hex')),
        id,
        checkValue,
      ];
    };
    expect(bytes(SECRET)).toEqual(bytes(SECRET));
    const all = [...bytes(SECRET), ...bytes(OTHER)];
    expect(new Set(all).size).toBe(all.length);
  });

  test('shows no key when it is printed, logged or put into JSON', () => {
    const keyring = createKeyring(SECRET);
    const shown = `${inspect(keyring, { depth: 9, showHidden: true })} ${JSON.stringify(keyring)}`;
    for (const key of [keyring.current.pepper, keyring.current.sealing, keyring.current.cookie]) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(shown).not.toContain(key.export().toString(encoding));
      }
    }
    expect(shown).not.toContain(SECRET);
  });

  test('finds by the check value that a start has another secret, and accepts one in rotation', () => {
    const kept = secretKeyCheckValue(createKeyring(SECRET));
    expect(matchSecretKey(createKeyring(SECRET), kept)).toBe('current');
    expect(matchSecretKey(createKeyring(OTHER, SECRET), kept)).toBe('previous');
    expect(matchSecretKey(createKeyring(OTHER), kept)).toBeNull();
  });

  test('refuses a secret that is not 32 bytes of base64, and does not repeat it in the error', () => {
    const bad = [
      '',
      'short',
      Buffer.alloc(31).toString('base64'),
      Buffer.alloc(33).toString('base64'),
      `${SECRET}!`,
    ];
    for (const text of bad) {
      expect(isSecretKey(text)).toBe(false);
      expect(() => createKeyring(text)).toThrow('a secret key is 32 bytes in base64');
    }
    expect(isSecretKey(SECRET)).toBe(true);
    expect(isSecretKey(Buffer.from(SECRET, 'base64').toString('base64url'))).toBe(true);
  });
});

describe('comparing secrets', () => {
  test('finds only identical secrets equal, at any length', () => {
    expect(isSameSecret('abc', 'abc')).toBe(true);
    expect(isSameSecret('abc', Buffer.from('abc'))).toBe(true);
    for (const other of ['', 'ab', 'abd', 'abcd', 'ABC']) expect(isSameSecret(other, 'abc')).toBe(false);
  });
});
