import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsKey } from '../../src/domain/api-key-form.ts';
import { apiKeyHash, newApiKey } from '../../src/security/api-key.ts';
import { newToken } from '../../src/security/token.ts';

const random = (size: number) => new Uint8Array(randomBytes(size));
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('a key of ours', () => {
  it('is apim_ and 49 characters, and different each time', () => {
    const keys = Array.from({ length: 10_000 }, () => newApiKey(random).key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^apim_[0-9A-Za-z]{49}$/);
  });

  it('and a token are what scanners are told to look for', async () => {
    const document = await readFile(new URL('../../docs/leaked-keys.md', import.meta.url), 'utf8');
    const [ofKey = '', ofToken = ''] =
      /regular expression \| `(.+)` \| `(.+)` \|/.exec(document)?.slice(1) ?? [];
    const [keyLength, tokenLength] = (/length \| (\d+) \| (\d+) \|/.exec(document)?.slice(1) ?? []).map(
      Number,
    );
    const [{ key }, { token }] = [newApiKey(random), newToken(random)];
    expect([key.length, token.length]).toEqual([keyLength, tokenLength]);
    const text = `KEY="${key}" curl -H "Authorization: Bearer ${token}"`;
    expect(text.match(new RegExp(ofKey, 'g'))).toEqual([key]);
    expect(text.match(new RegExp(ofToken, 'g'))).toEqual([token]);
  });

  it('keeps all 256 bits', () => {
    const of = (bytes: Uint8Array) => newApiKey(() => bytes).key;
    const ends = [new Uint8Array(32), new Uint8Array(32).fill(255)];
    const one = new Uint8Array(32);
    one[31] = 1;
    const top = new Uint8Array(32);
    top[0] = 128;
    expect(new Set([...ends, one, top].map(of)).size).toBe(4);
    for (const bytes of [...ends, one, top]) expect(of(bytes)).toHaveLength(54);
  });

  it('is looked up by the hash that was stored when it was made', () => {
    const { key, hash } = newApiKey(random);
    expect(apiKeyHash(key)).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('T27: is refused without a query when any one character is changed', () => {
    const { key } = newApiKey(random);
    for (let at = 0; at < key.length; at++) {
      for (const digit of [...DIGITS, '-', ' ', 'é']) {
        const mistyped = key.slice(0, at) + digit + key.slice(at + 1);
        if (mistyped === key) continue;
        // Without our prefix it could be a key from elsewhere, so it is looked up and not found.
        if (mistyped.startsWith('apim_')) expect(apiKeyHash(mistyped)).toBeNull();
        else expect(apiKeyHash(mistyped)).not.toBe(apiKeyHash(key));
      }
    }
  });

  it('T27: is refused without a query in at least 999 of 1,000 random typos', () => {
    const digit = fc.constantFrom(...DIGITS);
    let passed = 0;
    fc.assert(
      fc.property(fc.array(digit, { minLength: 49, maxLength: 49 }), (digits) => {
        if (apiKeyHash(`apim_${digits.join('')}`) !== null) passed += 1;
      }),
      { numRuns: 10_000 },
    );
    expect(passed).toBeLessThanOrEqual(10);
  });
});

describe('a key from elsewhere', () => {
  it('is looked up when it has 20 to 256 characters of any kind', () => {
    expect(apiKeyHash('x'.repeat(19))).toBeNull();
    expect(apiKeyHash('x'.repeat(20))).not.toBeNull();
    expect(apiKeyHash('0123456789abcdef0123456789abcdef')).not.toBeNull();
    expect(apiKeyHash('ö'.repeat(256))).not.toBeNull();
    expect(apiKeyHash('x'.repeat(257))).toBeNull();
    expect(apiKeyHash('')).toBeNull();
  });
});

describe('finding keys in a typed text', () => {
  it('finds a key of ours anywhere, also when its end is missing', () => {
    const { key } = newApiKey(random);
    for (const text of [key, `leaked: ${key}.`, `"${key}"`, key.slice(0, 30)])
      expect(holdsKey(text)).toBe(true);
  });

  it('finds a key of the form that Azure makes', () => {
    expect(holdsKey('key 0123456789abcdef0123456789ABCDEF leaked')).toBe(true);
  });

  it.each([
    'a long reason about apim_user and what it did',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    'ann@example.com',
    'apim_short',
  ])('finds none in %s', (text) => {
    expect(holdsKey(text)).toBe(false);
  });
});
