// The embedded Postgres dies because no space is left for it: the process goes on without, and starts it when there is some.
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWNER } from '../../src/db/embedded/cluster.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/server.ts';
import { ADMIN, GENERAL } from '../../src/playground/workspace/people.ts';
import { isRunning, readNote } from '../support/embedded-clients.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type AppProcess, startProcess } from '../support/process.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const SLOW_MS = 240_000;
const SIZE = '250m';
/** Where none may be mounted, Postgres may not enter its folder instead. */
const mounted = await mountSmallDisk(SIZE);
await mounted?.close();
const DEATH = mounted ? 'on a full file system' : 'and may not enter its folder';

let folder: string;
let dataDir: string;
let disk: Awaited<ReturnType<typeof mountSmallDisk>>;
let app: AppProcess;
let address: string;

beforeAll(async () => {
  disk = await mountSmallDisk(SIZE);
  folder = disk?.folder ?? (await mkdtemp(join(tmpdir(), 'apim-user-embedded-full-')));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
  app = startProcess({ DATA_DIR: dataDir });
  address = await app.address();
}, SLOW_MS);
afterAll(async () => {
  app?.child.kill('SIGKILL');
  await app?.ended;
  await disk?.free();
  // Joining and leaving ends a Postgres that was left behind.
  await startEmbeddedPostgres({ dataDir }).then(
    (server) => server.release(),
    () => {},
  );
  await disk?.close();
  await rm(folder, { recursive: true, force: true });
}, SLOW_MS);

const statusOf = async (path: string) =>
  (
    await fetch(address + path).catch(() => {
      throw new Error(`apim-user doesn't answer; it said:\n${app.output()}`);
    })
  ).status;
const isReady = () =>
  eventually(
    () => `it to be ready; it said:\n${app.output()}`,
    async () => (await statusOf('/readyz')) === 200,
    60_000,
  );
async function invites(email: string): Promise<void> {
  await fetch(`${address}/playground/api/type`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ as: ADMIN, channel: GENERAL, text: `/apim-user invite ${email}` }),
  });
  await eventually(`mail to ${email}`, async () =>
    (await (await fetch(`${address}/playground/api/state?as=${ADMIN}`)).text()).includes(email),
  );
}

/** Uses up the room for the log of writes, which Postgres doesn't survive. */
async function dieOfFullDisk(port: number, password: string): Promise<void> {
  await disk?.fill();
  const sql = postgres({ host: '127.0.0.1', port, user: OWNER, password, database: OWNER, max: 1 });
  await eventually('Postgres to write no more', () =>
    sql`select pg_logical_emit_message(false, 'fill', 'x'), pg_switch_wal()`.then(
      () => false,
      () => true,
    ),
  );
  await sql.end({ timeout: 0 });
}

describe.skipIf(process.platform === 'win32')('an embedded Postgres', () => {
  it(
    `T76: that died ${DEATH} is started again when it can be, and everything works as before`,
    async () => {
      await isReady();
      const { pid, port, password, data } = await readNote({ dataDir });
      if (disk) await dieOfFullDisk(port, password);
      else {
        await chmod(data, 0o000);
        process.kill(pid ?? 0, 'SIGKILL');
      }
      await eventually('Postgres to be gone', async () => !(await isRunning(pid)));
      await eventually('it to be reported', async () => (await statusOf('/readyz')) === 503);
      expect(await statusOf('/healthz')).toBe(200);
      expect(app.child.exitCode, app.output()).toBeNull();

      if (disk) await disk.free();
      else await chmod(data, 0o700);
      await isReady();
      await invites('after@example.com');
      const again = await readNote({ dataDir });
      expect(again.port).toBe(port);
      expect(await isRunning(again.pid)).toBe(true);
      expect(app.child.exitCode, app.output()).toBeNull();
      expect(app.output()).not.toMatch(/uncaught|unhandled/);
    },
    SLOW_MS,
  );

  it(
    'T76: is not left behind by a process that ends while no space is left',
    async () => {
      const { pid } = await readNote({ dataDir });
      await disk?.fill();
      app.child.kill('SIGTERM');
      expect(await app.ended).toBe(0);
      expect(await isRunning(pid)).toBe(false);
    },
    SLOW_MS,
  );

  it.skipIf(!mounted)(
    'T76: that can not start for lack of space is waited for',
    async () => {
      await disk?.fill();
      const port = await freePort();
      address = `http://127.0.0.1:${port}`;
      app = startProcess({ DATA_DIR: dataDir, PORT: String(port) });
      const reason = async () => {
        const body = await fetch(`${address}/readyz`).then(
          (answer) => answer.json(),
          () => null,
        );
        expect(app.child.exitCode, app.output()).toBeNull();
        return (body as { reasons?: { database?: string } } | null)?.reasons?.database;
      };
      await eventually('it to wait', async () => (await reason()) === 'no space left', 60_000);
      // More tries than one attempt makes to start Postgres.
      const failed = new Set<string>();
      await eventually('Postgres to fail again and again', async () => {
        const log = await readFile(join(dataDir, 'postgres.log'), 'utf8').catch(() => '');
        for (const [, one = ''] of log.matchAll(/\[(\d+)\] FATAL:.*No space left/g)) failed.add(one);
        expect(app.child.exitCode, app.output()).toBeNull();
        return failed.size > 6;
      });
      await disk?.free();
      await app.address();
      await isReady();
    },
    SLOW_MS,
  );
});
