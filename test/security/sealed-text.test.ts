import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyring } from '../../src/security/keyring.ts';
import { openSealedText, SealedTextError, sealText } from '../../src/security/sealed-text.ts';

const OLD_SECRET = Buffer.alloc(32, 1).toString('base64');
const NEW_SECRET = Buffer.alloc(32, 2).toString('base64');
const keyring = createKeyring(NEW_SECRET);

function codeOf(open: () => string): string {
  try {
    return `opened: ${open()}`;
  } catch (error) {
    return error instanceof SealedTextError ? error.code : 'a fault';
  }
}

describe('a sealed text', () => {
  test('opens to the text that was sealed, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.string(), (text, purpose) => {
        expect(openSealedText(keyring, purpose, sealText(keyring, purpose, text, randomBytes))).toBe(text);
      }),
    );
  });

  test('is different each time for the same text', () => {
    const sealed = Array.from({ length: 100 }, () => sealText(keyring, 'mail', 'secret words', randomBytes));
    expect(new Set(sealed).size).toBe(100);
    expect(sealed.join()).not.toContain('secret');
  });

  test('opens for its own purpose only', () => {
    const sealed = sealText(keyring, 'mail', 'secret words', randomBytes);
    expect(codeOf(() => openSealedText(keyring, 'request', sealed))).toBe('altered');
  });

  test('does not open when any one character is changed', () => {
    const sealed = sealText(keyring, 'mail', 'secret words', randomBytes);
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'Q' : 'A';
      const changed = `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`;
      // The last character carries bits that base64 ignores, so a change of those may open.
      if (
        Buffer.from(changed.split('.')[2] ?? '', 'base64url').equals(
          Buffer.from(sealed.split('.')[2] ?? '', 'base64url'),
        ) &&
        at > 11
      )
        continue;
      expect(codeOf(() => openSealedText(keyring, 'mail', changed))).toMatch(
        /^(altered|malformed|unknown_key)$/,
      );
    }
  });

  test.each(['', 's1', 's1..', 's2.aaaaaaaa.bbbb', 'not sealed at all', 's1.a.b.c'])(
    'is refused as malformed: %j',
    (text) => {
      expect(codeOf(() => openSealedText(keyring, 'mail', text))).toMatch(/^(malformed|unknown_key)$/);
    },
  );

  test('opens after a rotation as long as the previous root secret is given, and not after that', () => {
    const sealed = sealText(createKeyring(OLD_SECRET), 'mail', 'from before', randomBytes);
    expect(openSealedText(createKeyring(NEW_SECRET, OLD_SECRET), 'mail', sealed)).toBe('from before');
    expect(codeOf(() => openSealedText(createKeyring(NEW_SECRET), 'mail', sealed))).toBe('unknown_key');
  });

  test('causes errors that hold neither the text nor the key', () => {
    const sealed = sealText(keyring, 'mail', 'canary', randomBytes);
    try {
      openSealedText(keyring, 'other', sealed);
      expect.unreachable();
    } catch (error) {
      expect(`${error} ${(error as Error).stack}`).not.toMatch(new RegExp(`canary|${sealed.slice(12, 40)}`));
    }
  });
});
