import { describe, expect, it } from 'vitest';
import { enterAlone, enterAsServer, type Presence } from '../../../src/db/connection/presence.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { runSql } from '../../support/postgres.ts';

/** A process whose connection was cut takes its lock again within ten seconds. */
const BEATS_MS = 30_000;

const database = forAllTests(createTestDatabase);

const leaveAll = (presences: (Presence | null)[]) => Promise.all(presences.map((one) => one?.leave()));
const isFree = async () => {
  const alone = await enterAlone(database.url);
  await alone?.leave();
  return alone !== null;
};

describe('the processes that work on a database', () => {
  it('can be many servers, and a program gets the database to itself only after the last has left', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => enterAsServer(database.url)));
    expect(servers).not.toContain(null);
    expect(await isFree()).toBe(false);
    await leaveAll(servers.slice(1));
    expect(await isFree()).toBe(false);
    await leaveAll(servers);
    expect(await isFree()).toBe(true);
  });

  it('can be one program alone, and no server or program joins it', async () => {
    const alone = await enterAlone(database.url);
    expect(alone).not.toBeNull();
    expect(await enterAsServer(database.url)).toBeNull();
    expect(await enterAlone(database.url)).toBeNull();
    await alone?.leave();
    const server = await enterAsServer(database.url);
    expect(server).not.toBeNull();
    await leaveAll([server]);
  });

  it('still count after their connection was cut', { timeout: 2 * BEATS_MS }, async () => {
    const server = await enterAsServer(database.url);
    await runSql(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'apim-user presence' and datname = current_database()`,
    );
    await eventually('the server to be back', async () => !(await isFree()), BEATS_MS);
    await leaveAll([server]);
    expect(await isFree()).toBe(true);
  });
});
