import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { newTicket, ticketHash } from '../../src/security/ticket.ts';

const SECURITY = new URL('../../src/security/', import.meta.url);

describe('a ticket', () => {
  test('T5: of 10,000 tickets all differ, each has 43 characters and is 32 bytes', () => {
    const secrets = Array.from({ length: 10_000 }, () => newTicket(randomBytes).secret);
    expect(new Set(secrets).size).toBe(10_000);
    for (const secret of secrets) {
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    }
  });

  test('T5: nothing in security/ takes its secrets from Math.random, a UUID or the clock', () => {
    const files = readdirSync(SECURITY).filter((name) => name.endsWith('.ts'));
    expect(files).toContain('ticket.ts');
    const guilty = files.filter((name) =>
      /Math\.random|randomUUID|from 'uuid'|Date\.now|new Date\(/.test(
        readFileSync(new URL(name, SECURITY), 'utf8'),
      ),
    );
    expect(guilty).toEqual([]);
  });

  test('is kept as the SHA-256 of what stands in the link, and found by it again', () => {
    const { secret, hash } = newTicket(randomBytes);
    expect(hash).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(ticketHash(secret)).toBe(hash);
  });

  test('a text that no ticket can be has no hash to look up', () => {
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

  test('a source that gives too few bytes makes no ticket', () => {
    expect(() => newTicket(() => new Uint8Array(16))).toThrow();
  });
});
