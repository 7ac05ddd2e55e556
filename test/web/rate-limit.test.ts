import { createSecretKey } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/db/connection/connect.ts';
import { createLimiter } from '../../src/db/rate-limits.ts';
import { createRateLimits, type Limiter, RATE_LIMITS } from '../../src/web/rate-limit.ts';
import { createTestDatabase } from '../support/database.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SECRET = createSecretKey(Buffer.alloc(32, 3));
const database = forAllTests(createTestDatabase);
let connection: ReturnType<typeof connect>;
beforeAll(async () => {
  connection = connect(database.url, { max: 10 });
});
beforeEach(() => connection.sql`truncate rate_limits`);
afterAll(async () => {
  await connection.close();
});
const stored = () => createRateLimits((options) => createLimiter(connection.db, options), SECRET);

describe('a rate limit', () => {
  test('T34: refuses the sixth reset request for one email within an hour, and not one for another email', async () => {
    const limits = stored();
    const answers = [];
    for (let at = 0; at < 6; at++)
      answers.push((await limits.take('forgotPerEmail', 'ann@example.com')).isAllowed);
    expect(answers).toEqual([true, true, true, true, true, false]);
    expect((await limits.take('forgotPerEmail', 'bob@example.com')).isAllowed).toBe(true);
    expect((await limits.take('forgotPerAddress', 'ann@example.com')).isAllowed).toBe(true);
  });

  test('lets exactly as many of 50 concurrent requests pass as it allows', async () => {
    const limits = stored();
    const all = await Promise.all(
      Array.from({ length: 50 }, () => limits.take('forgotPerEmail', 'ann@example.com')),
    );
    expect(all.filter((one) => one.isAllowed)).toHaveLength(RATE_LIMITS.forgotPerEmail.points);
  });

  test('counts on in a window that began after the transaction of the count', async () => {
    const options = { keyPrefix: 'forgotPerEmail', durationSeconds: 3_600 };
    await connection.db.transaction(async (tx) => {
      await tx.execute('select 1');
      await delay(20);
      expect(await createLimiter(connection.db, options).count('late')).toMatchObject({ points: 1 });
      expect(await createLimiter(tx as unknown as Database, options).count('late')).toMatchObject({
        points: 2,
      });
    });
  });

  test('T35: refuses a client after twenty wrong tickets in a minute; looking does not count', async () => {
    const limits = stored();
    for (let at = 0; at < 20; at++) {
      expect(await limits.look('wrongTickets', '203.0.113.5')).toMatchObject({ isAllowed: true });
      await limits.take('wrongTickets', '203.0.113.5');
    }
    const refusal = await limits.look('wrongTickets', '203.0.113.5');
    expect(refusal).toMatchObject({ isAllowed: false, isStoreDown: false });
    expect((refusal as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(50);
    expect(await limits.look('wrongTickets', '203.0.113.6')).toMatchObject({ isAllowed: true });
  });

  test('T78: of a window whose end was written by a clock 40 days ahead is begun again', async () => {
    await stored().take('wrongTickets', '203.0.113.5');
    await connection.sql`update rate_limits set points = 99, expire = expire + 40 * 86400000::bigint`;
    const limits = stored();
    expect(await limits.look('wrongTickets', '203.0.113.5')).toMatchObject({ isAllowed: true });
    expect(await limits.take('wrongTickets', '203.0.113.5')).toMatchObject({
      isAllowed: true,
      remaining: 19,
    });
  });

  test('refuses a client over the limit without its store until the window ends', async () => {
    const limits = stored();
    for (let at = 0; at < 6; at++) await limits.take('forgotPerEmail', 'ann@example.com');
    await connection.sql`truncate rate_limits`;
    expect(await limits.take('forgotPerEmail', 'ann@example.com')).toMatchObject({ isAllowed: false });
    expect(await connection.sql`select from rate_limits`).toHaveLength(0);
  });

  test('T36: refuses everything while its store is down, and says that the store is the reason', async () => {
    const broken: Limiter = {
      count: () => Promise.reject(new Error('connection refused')),
      get: () => Promise.reject(new Error('connection refused')),
    };
    const limits = createRateLimits(() => broken, SECRET);
    const refusal = { isAllowed: false, isStoreDown: true };
    expect(await limits.take('forgotPerEmail', 'ann@example.com')).toMatchObject(refusal);
    expect(await limits.look('wrongTickets', '203.0.113.5')).toMatchObject(refusal);
  });

  test('stores neither emails nor addresses of clients', async () => {
    const keys: string[] = [];
    const keeping: Limiter = {
      count: async (key) => {
        keys.push(key);
        return { points: 1, msLeft: 1 };
      },
      get: async (key) => {
        keys.push(key);
        return null;
      },
    };
    const limits = createRateLimits(() => keeping, SECRET);
    await limits.take('forgotPerEmail', 'ann@example.com');
    await limits.look('wrongTickets', '203.0.113.5');
    expect(keys.join(' ')).not.toMatch(/ann|example|203/);
    expect(keys[0]).toMatch(/^[\w-]{43}$/);
  });
});
