import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { newTicket, ticketHash } from '../../src/security/ticket.ts';

const SECURITY = new URL('../../src/security/', import.meta.url);

describe('a ticket', () => {
  test('T5: has 43 characters for 32 bytes, and 10,000 of them are all different', () => {
    const secrets = Array.from({ length: 10_000 }, () => newTicket(randomBytes).secret);
    expect(new Set(secrets).size).toBe(10_000);
    for (const secret of secrets) {
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    }
  });

  test('T5: is like all secrets in src/security never made from Math.random, a UUID or the clock', () => {
    const files = readdirSync(SECURITY).filter((name) => name.endsWith('.ts'));
    expect(files).toContain('ticket.ts');
    const guilty = files.filter((name) =>
      /Math\.random|randomUUID|from 'uuid'|Date\.now|new Date\(/.test(
        readFileSync(new URL(name, SECURITY), 'utf8'),
      ),
    );
    expect(guilty).toEqual([]);
  });

  test('is stored as the SHA-256 of the secret in the link, and found by it', () => {
    const { secret, hash } = newTicket(randomBytes);
    expect(hash).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(ticketHash(secret)).toBe(hash);
  });

  test('has no hash to look up when the text can’t be a ticket', () => {
    const { secret } = newTicket(randomBytes);
    const others = [
      '',
      secret.slice(1),
      `${secret}A`,
      `${secret}=`,
      ` ${secret}`,
      `${secret}\n`,
      `+${secret.slice(1)}`,
      `/${secret.slice(1)}`,
      `${secret.slice(0, 42)}B`,
      `ä${secret.slice(1)}`,
      'a'.repeat(1_000_000),
    ];
    expect(others.map(ticketHash)).toEqual(others.map(() => null));
  });

  test('is not made from a source that gives too few bytes', () => {
    expect(() => newTicket(() => new Uint8Array(16))).toThrow();
  });
});
