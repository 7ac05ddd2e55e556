// A server that is started while its database can't be used: it waits, says so, and goes on by itself.
import postgres from 'postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { startMortalPostgres } from '../support/mortal-postgres.ts';
import { type AppProcess, startProcess } from '../support/process.ts';
import { startTcpProxy, throughProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SLOW_MS = 120_000;

const folder = forAllTests(() => temporaryFolder('not-ready'), SLOW_MS);
const database = forAllTests(startMortalPostgres, SLOW_MS);
let app: AppProcess;
let address: string;

afterEach(async () => {
  app.child.kill('SIGKILL');
  await app.ended;
});

async function start(url: string, env: Record<string, string> = {}): Promise<void> {
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  const secrets = { SECRET_KEY: Buffer.alloc(32, 7).toString('base64') };
  const settings = { DATA_DIR: folder.path, DATABASE_URL: url, PORT: String(port), LOG_LEVEL: 'info' };
  app = startProcess({ ...settings, ...secrets, ...env });
}
const get = (path: string) => fetch(address + path).catch(() => null);
const waits = (reason: string) =>
  eventually(
    () => `it to wait; it said:\n${app.output()}`,
    async () => {
      expect(app.child.exitCode, app.output()).toBeNull();
      const answer = await get('/readyz');
      if (answer?.status !== 503) return false;
      const { reasons } = (await answer.json()) as { reasons?: { database?: string } };
      return reasons?.database === reason;
    },
  );
const sentences = () => app.output().match(/the server waits/g)?.length ?? 0;
const goesOn = async () => {
  await app.address();
  await eventually('it to be ready', async () => (await get('/readyz'))?.status === 200);
  expect(sentences()).toBe(1);
  expect(app.output()).not.toMatch(/uncaught|unhandled/);
};

// Windows has no signal that a program can handle.
describe.skipIf(process.platform === 'win32')('a server whose database can not be used yet', () => {
  it(
    'T77: waits while it is read-only, answers health meanwhile, and starts when it can be written',
    async () => {
      const sql = postgres(database.url, { max: 1, onnotice: () => {} });
      await sql`alter database apim_user set default_transaction_read_only = on`;
      await start(database.url);
      await waits('read only');
      expect((await get('/healthz'))?.status).toBe(200);
      const refused = await get('/portal');
      expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([503, '10']);
      expect((await get('/gateway/check'))?.status).toBe(503);
      await sql.begin('read write', (tx) => tx`alter database apim_user reset default_transaction_read_only`);
      await sql.end();
      await goesOn();
    },
    SLOW_MS,
  );

  it(
    'waits while it is away, and starts when it is there',
    async () => {
      await database.kill('SIGINT');
      await start(database.url);
      await waits('not reachable');
      await database.start();
      await goesOn();
    },
    SLOW_MS,
  );

  it(
    'T77: waits while its address leads to a hot standby, and starts when it leads to the primary',
    async () => {
      await database.kill('SIGINT');
      const standby = await database.startStandby();
      await database.start();
      const target = { host: '127.0.0.1', port: standby.port };
      const proxy = await startTcpProxy(target);
      await start(throughProxy(database.url, proxy));
      await waits('read only');
      target.port = Number(new URL(database.url).port);
      await goesOn();
      app.child.kill('SIGKILL');
      await app.ended;
      await proxy.close();
      await standby.close();
    },
    SLOW_MS,
  );

  it(
    'waits while its name leads nowhere, and ends with 0 when it is told to',
    async () => {
      await start('postgres://apim_user:secret@no-such-host.invalid/apim_user');
      await waits('not reachable');
      app.child.kill('SIGTERM');
      expect(await app.ended).toBe(0);
    },
    SLOW_MS,
  );

  it.each([
    ['a wrong password', { password: 'wrong' }, 'refuses this user and password'],
    ['an unknown database', { pathname: '/nowhere' }, 'has no database of this name'],
  ])(
    'ends with 78 for %s, and says so',
    async (_, part, words) => {
      await start(Object.assign(new URL(database.url), part).href);
      expect(await app.ended).toBe(78);
      expect(app.output()).toContain('DATABASE_URL: the');
      expect(app.output()).toContain(words);
    },
    SLOW_MS,
  );
});
