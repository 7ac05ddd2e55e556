import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/db/embedded/server.ts';
import {
  ask,
  type Client,
  type Clone,
  isRunning,
  makeClone,
  readNote,
  startClient,
} from '../../support/embedded-clients.ts';
import { eventually } from '../../support/eventually.ts';

const ARRIVALS = 12;

// Real processes and real disks: slow on a busy machine.
describe('the embedded Postgres', { timeout: 120_000 }, () => {
  let clone: Clone;
  let clients: Client[] = [];

  const start = async (options?: Parameters<typeof startClient>[1]): Promise<Client> => {
    const client = await startClient(clone, options);
    clients.push(client);
    expect(client.failure).toBeUndefined();
    return client;
  };

  beforeAll(async () => {
    clone = await makeClone();
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.kill()));
    clients = [];
    // A process that joins and leaves ends a server that a test left running.
    await (await startEmbeddedPostgres({ dataDir: clone.dataDir })).release();
  });

  afterAll(() => clone.remove());

  test('is shared by two processes that start at the same moment on an empty folder', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await ask(first, 'create table shared (word text)');
    await ask(first, "insert into shared values ('here')");
    expect(await ask(second, 'select word from shared')).toEqual([{ word: 'here' }]);
    expect(second.url).toBe(first.url);
  });

  test('is stopped by the last process that leaves, and no process is left behind', async () => {
    const first = await start();
    const second = await start();
    const { pid } = await readNote(clone);
    expect(await first.leave()).toBe(true);
    expect(await ask(second, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await second.leave()).toBe(true);
    expect(await isRunning(pid)).toBe(false);
    expect((await readNote(clone)).pid).toBeNull();
  });

  test('is adopted after its process was killed, and stopped by the process that adopted it', async () => {
    const first = await start();
    const { pid } = await readNote(clone);
    await ask(first, 'create table kept (word text)');
    await first.kill();
    expect(await isRunning(pid)).toBe(true);
    const second = await start();
    expect(second.url).toBe(first.url);
    expect((await readNote(clone)).pid).toBe(pid);
    expect(await ask(second, 'select word from kept')).toEqual([]);
    await second.leave();
    expect(await isRunning(pid)).toBe(false);
  });

  test(`is there for a process that arrives while the last one leaves, ${ARRIVALS} times`, async () => {
    let present = await start();
    for (let arrival = 0; arrival < ARRIVALS; arrival++) {
      const arriving = start();
      // The last process leaves at a different moment of the other's start each time.
      await new Promise((next) => setTimeout(next, arrival * 25));
      const [next, hasLeft] = await Promise.all([arriving, present.leave()]);
      expect(hasLeft).toBe(true);
      expect(await ask(next, 'select 1 as one')).toEqual([{ one: 1 }]);
      present = next;
    }
  });

  test('does not get the Ctrl-C of the terminal', async () => {
    const client = await start({ detached: true });
    process.kill(-(client.process.pid as number), 'SIGINT');
    await new Promise((next) => setTimeout(next, 300));
    expect(await ask(client, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await client.leave()).toBe(true);
  });

  test('comes back after it was killed, at the same address and with what was committed', async () => {
    const client = await start();
    await ask(client, 'create table durable (word text)');
    await ask(client, "insert into durable values ('kept')");
    const { pid } = await readNote(clone);
    process.kill(pid as number, 'SIGKILL');
    const rows = await eventually(
      'the server to come back',
      () => ask(client, 'select word from durable').catch(() => null),
      20_000,
    );
    expect(rows).toEqual([{ word: 'kept' }]);
    await eventually('the new process in the note', async () => {
      const now = (await readNote(clone)).pid;
      return now !== null && now !== pid;
    });
    await client.leave();
    expect(await isRunning((await readNote(clone)).pid)).toBe(false);
  });

  test('starts although the process id in its lock file belongs to another program now', async () => {
    await (await start()).leave();
    const data = (await readNote(clone)).data;
    const { uid, gid } = await stat(data);
    const stranger = spawn('sleep', ['60'], {
      cwd: '/',
      stdio: 'ignore',
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    });
    await once(stranger, 'spawn');
    const lock = join(data, 'postmaster.pid');
    const text = [stranger.pid, data, 1_700_000_000, 65_000, '', '127.0.0.1', '  1 1', 'ready   ', ''];
    await writeFile(lock, text.join('\n'));
    await chown(lock, uid, gid);
    try {
      const client = await start();
      expect(await ask(client, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(await client.leave()).toBe(true);
      expect(await isRunning(stranger.pid as number)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  test('finds its data and its password again without postgres.json', async () => {
    await rm(join(clone.dataDir, 'postgres.json'), { force: true });
    const client = await start();
    expect(await ask(client, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test.each([
    ['unset', {}],
    ['one that is not installed', { LANG: 'xx_XX.KOI8-R', LC_ALL: 'xx_XX.KOI8-R' }],
  ])('holds UTF-8 and knows its letters with a locale %s', async (_which, env) => {
    const client = await start({ env });
    const [row] = await ask(
      client,
      "select current_setting('server_encoding') as encoding, lower('ÄÉ') as low, length('日本') as long",
    );
    expect(row).toEqual({ encoding: 'UTF8', low: 'äé', long: 2 });
  });

  test('listens on this machine only, and refuses a wrong password', async () => {
    const client = await start();
    const [row] = await ask(
      client,
      `select current_setting('listen_addresses') as addresses, usesuper as "isSuper" from pg_user
        where usename = current_user`,
    );
    expect(row).toEqual({ addresses: '127.0.0.1', isSuper: false });
    const wrong = client.url.replace(/:[^:@]+@/, ':guessed@');
    await expect(ask({ url: wrong }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('writes files that only its owner can read, and a log without values of rows', async () => {
    const client = await start();
    await ask(client, 'create table people (email text primary key)');
    await ask(client, "insert into people values ('canary@example.com')");
    const again = ask(client, "insert into people values ('canary@example.com')");
    await expect(again).rejects.toMatchObject({ code: '23505' });
    await expect(ask(client, "select 'canary@example.com'::int")).rejects.toMatchObject({ code: '22P02' });
    const { password } = await readNote(clone);
    const log = await readFile(join(clone.dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('canary');
    expect(log).not.toContain(password);
    for (const name of ['postgres.json', 'postgres.log'])
      expect((await stat(join(clone.dataDir, name))).mode & 0o077).toBe(0);
  });
});
