import { afterAll, beforeAll, expect, it } from 'vitest';
import { followDatabaseClock } from '../../../src/db/connection/clock.ts';
import { connect } from '../../../src/db/connection/connect.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const HOUR_MS = 3_600_000;
const NEAR_MS = 60_000;

const database = forAllTests(createTestDatabase);
let connection: ReturnType<typeof connect>;
beforeAll(async () => {
  connection = connect(database.url, { max: 1 });
  // Ours is found before Postgres' own, so a test can set the database's clock.
  await connection.sql.unsafe(`
    create table distance (seconds float8); insert into distance values (0);
    create function public.clock_timestamp() returns timestamptz language sql as $$
      select pg_catalog.clock_timestamp() + (select seconds from public.distance) * interval '1 second' $$;
    alter database ${new URL(database.url).pathname.slice(1)} set search_path = public, pg_catalog`);
  await connection.close();
  connection = connect(database.url, { max: 1 });
});
afterAll(async () => {
  await connection.close();
});

const set = (seconds: number) => connection.sql`update distance set seconds = ${seconds}`;
/** How far a clock is from the true time. */
const distanceOf = (clock: { now(): Date }) => clock.now().getTime() - Date.now();

it('goes by the time of the database and follows a jump of it, and is in doubt for five minutes', async () => {
  await set(-2 * 3_600);
  let elapsedMs = 0;
  const jumps: number[] = [];
  const clock = await followDatabaseClock(connection.sql, {
    askedEveryMs: 20,
    elapsed: () => performance.now() + elapsedMs,
    onJump: (jumpMs) => jumps.push(jumpMs),
  });
  expect(Math.abs(distanceOf(clock) + 2 * HOUR_MS)).toBeLessThan(NEAR_MS);
  expect(clock.isSure()).toBe(true);
  await set(40 * 86_400);
  await eventually('the jump', () => jumps.length === 1);
  expect(Math.abs(distanceOf(clock) - 40 * 24 * HOUR_MS)).toBeLessThan(NEAR_MS);
  expect(clock.isSure()).toBe(false);
  await set(0);
  await eventually('the jump back', () => jumps.length === 2);
  expect(Math.abs(distanceOf(clock))).toBeLessThan(NEAR_MS);
  clock.stop();
  elapsedMs = 5 * 60_000;
  expect(clock.isSure()).toBe(true);
});

it('stands still rather than go back a little', async () => {
  await set(2);
  const clock = await followDatabaseClock(connection.sql, { askedEveryMs: 20 });
  let latest = clock.now();
  expect(latest.getTime() - Date.now()).toBeGreaterThan(1_000);
  await set(0);
  await eventually('the correction', () => {
    const now = clock.now();
    expect(now.getTime()).toBeGreaterThanOrEqual(latest.getTime());
    latest = now;
    return now.getTime() - Date.now() < 1_000;
  });
  clock.stop();
});

it('counts elapsed time while the database is away', async () => {
  await set(0);
  const lost = connect(database.url, { max: 1 });
  let elapsedMs = 0;
  const clock = await followDatabaseClock(lost.sql, {
    askedEveryMs: 20,
    elapsed: () => performance.now() + elapsedMs,
  });
  await lost.close();
  elapsedMs = HOUR_MS;
  expect(Math.abs(distanceOf(clock) - HOUR_MS)).toBeLessThan(NEAR_MS);
  expect(clock.isSure()).toBe(true);
  clock.stop();
});
