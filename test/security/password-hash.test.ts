import { randomBytes } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.ts';
import { createConcurrencyLimit } from '../../src/security/concurrency-limit.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import { createPasswordHasher } from '../../src/security/password-hash.ts';

const OLD_SECRET = Buffer.alloc(32, 1).toString('base64');
const NEW_SECRET = Buffer.alloc(32, 2).toString('base64');
const keyring = createKeyring(NEW_SECRET);
/** bcrypt's lowest cost: these tests are about what is hashed, not about how long it takes. */
const quick = createPasswordHasher({ keyring, cost: 4 });
const PASSWORD = 'correct horse battery staple';

async function isTakenFor(other: string, password: string): Promise<boolean> {
  return (await quick.verify(other, await quick.hash(password))).isCorrect;
}

describe('a password hash', () => {
  test.each([
    ['the last of 200 bytes', `${'a'.repeat(199)}x`, `${'a'.repeat(199)}y`],
    ['byte 72', `${'a'.repeat(71)}x`, `${'a'.repeat(71)}y`],
    ['byte 73', `${'a'.repeat(72)}x`, `${'a'.repeat(72)}y`],
    ['the last of twenty 4-byte characters', `${'🐢'.repeat(19)}🐢`, `${'🐢'.repeat(19)}🐣`],
    ['what follows a NUL', 'a good password\0x', 'a good password\0y'],
    ['a NUL at the end', 'a good password', 'a good password\0'],
    ['the case of a letter', 'A good password', 'a good password'],
    ['a space at the end', 'a good password', 'a good password '],
  ])('T20: does not match a password that differs in %s', async (_what, password, other) => {
    expect(await isTakenFor(password, password)).toBe(true);
    expect(await isTakenFor(other, password)).toBe(false);
    expect(await isTakenFor(password, other)).toBe(false);
  });

  test('matches an é in either Unicode form, when it is set and when it is checked', async () => {
    expect(await isTakenFor('caf\u0065\u0301 au lait', 'caf\u00e9 au lait')).toBe(true);
    expect(await isTakenFor('caf\u00e9 au lait', 'caf\u0065\u0301 au lait')).toBe(true);
    expect(await isTakenFor('cafe au lait', 'caf\u00e9 au lait')).toBe(false);
  });

  test('T21: is made of 1,024 bytes, and refused before hashing for 1,025 and for a megabyte', async () => {
    const longest = 'a'.repeat(1_024);
    expect(await isTakenFor(longest, longest)).toBe(true);
    const slow = createPasswordHasher({ keyring, cost: 12 });
    const startedAt = performance.now();
    await expect(slow.hash('a'.repeat(1_025))).rejects.toMatchObject({ code: 'password_unacceptable' });
    await expect(slow.hash('a'.repeat(1_000_000))).rejects.toBeInstanceOf(DomainError);
    expect(await slow.verify('a'.repeat(1_000_000), null)).toEqual({ isCorrect: false, shouldRehash: false });
    expect(performance.now() - startedAt).toBeLessThan(50);
  });

  test('T24: names its scheme, key and parameters, and equal passwords have different hashes', async () => {
    const [one, other] = await Promise.all([quick.hash(PASSWORD), quick.hash(PASSWORD)]);
    expect(one).toMatch(/^p1:[0-9a-f]{8}:\$2b\$04\$[./A-Za-z0-9]{53}$/);
    expect(one).not.toBe(other);
    expect(one.split(':')[1]).toBe(keyring.current.id);
  });

  test('T24: has the cost 12 by default', async () => {
    expect(await createPasswordHasher({ keyring }).hash(PASSWORD)).toContain('$2b$12$');
  });

  test('T24: of a lower cost matches and is marked for a new hash, which is not marked', async () => {
    const stronger = createPasswordHasher({ keyring, cost: 5 });
    const verdict = await stronger.verify(PASSWORD, await quick.hash(PASSWORD));
    expect(verdict).toEqual({ isCorrect: true, shouldRehash: true });
    const again = await stronger.verify(PASSWORD, await stronger.hash(PASSWORD));
    expect(again).toEqual({ isCorrect: true, shouldRehash: false });
    const wrong = await stronger.verify('something else entirely', await quick.hash(PASSWORD));
    expect(wrong).toEqual({ isCorrect: false, shouldRehash: false });
  });

  test('T24: with the previous root secret matches and is marked for a new hash until the rotation ends, and then matches nothing', async () => {
    const before = createPasswordHasher({ keyring: createKeyring(OLD_SECRET), cost: 4 });
    const stored = await before.hash(PASSWORD);
    const during = createPasswordHasher({ keyring: createKeyring(NEW_SECRET, OLD_SECRET), cost: 4 });
    expect(await during.verify(PASSWORD, stored)).toEqual({ isCorrect: true, shouldRehash: true });
    expect(await quick.verify(PASSWORD, stored)).toEqual({ isCorrect: false, shouldRehash: false });
  });

  test('matches no password when it is missing or malformed', async () => {
    const stored = await quick.hash(PASSWORD);
    const noHashes = [
      null,
      '',
      'p1',
      PASSWORD,
      stored.slice(0, -1),
      stored.replace('p1', 'p2'),
      stored.split(':')[2],
    ];
    for (const none of noHashes) {
      expect(await quick.verify(PASSWORD, none ?? null)).toEqual({ isCorrect: false, shouldRehash: false });
    }
  });

  test('T13: costs as much work to check for a missing account as for one that exists', async () => {
    const hasher = createPasswordHasher({ keyring, cost: 10, maxConcurrent: 1 });
    const stored = await hasher.hash(PASSWORD);
    await hasher.verify('the first check makes what the others compare with', null);
    // Processor time and not the clock, because a busy machine makes everything slow. The least of eight, because the
    // process may do other work meanwhile.
    const workOf = async (against: string | null) => {
      let least = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 8; round++) {
        const before = process.cpuUsage();
        await hasher.verify('not the password at all', against);
        const { user, system } = process.cpuUsage(before);
        least = Math.min(least, user + system);
      }
      return least;
    };
    const [known, unknown] = [await workOf(stored), await workOf(null)];
    expect(unknown).toBeGreaterThan(known / 2);
    expect(unknown).toBeLessThan(known * 2);
  });

  test('T23: can be checked a hundred times at once with a responsive event loop and bounded memory', async () => {
    const hasher = createPasswordHasher({ keyring, cost: 10 });
    const stored = await hasher.hash(PASSWORD);
    const before = process.memoryUsage().rss;
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss - before);
    }, 20);
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => hasher.verify(PASSWORD, stored)));
    clearInterval(watch);
    delay.disable();
    expect(verdicts.every((verdict) => verdict.isCorrect)).toBe(true);
    // Hashing on the event loop would block it for seconds; a busy machine blocks it for moments.
    expect(delay.percentile(99) / 1e6).toBeLessThan(500);
    expect(peak).toBeLessThan(96 * 1024 * 1024);
  });
});

describe('the limit on concurrent hashing', () => {
  test('runs so many at once, and the others in their order', async () => {
    const limited = createConcurrencyLimit(2, 100);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        limited(async () => {
          most = Math.max(most, ++inside);
          order.push(at);
          await new Promise((resolve) => setTimeout(resolve, 1));
          inside--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('refuses only what arrives when the queue is full', async () => {
    const limited = createConcurrencyLimit(1, 2);
    const work = () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), 5));
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => limited(work)));
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect((results[4] as PromiseRejectedResult).reason).toMatchObject({ code: 'try_again' });
  });

  test('gives the place of a failed piece of work to the next', async () => {
    const limited = createConcurrencyLimit(1, 10);
    const failing = limited(async () => {
      throw new Error('broken');
    });
    const next = limited(async () => randomBytes(1).length);
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe(1);
  });
});
