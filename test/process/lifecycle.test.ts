// The process as its operator sees it: it says where it is, ends when it is told to, and says what is wrong.
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isRunning, readNote, temporaryDataFolder } from '../support/embedded-clients.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';

const SLOW_MS = 150_000;
const data = forAllTests(() => temporaryDataFolder('process'), 120_000);
const processes = forAllTests(createProcesses);

function start(env: Record<string, string> = {}): AppProcess {
  return processes.start({ DATA_DIR: data.dataDir, ...env });
}

/** Sends half of a form, so that the request stays open until the rest is sent. */
async function openRequest(address: string) {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  const body = 'email=ann%40example.com';
  socket.write(
    `POST /password/forgot HTTP/1.1\r\nHost: ${hostname}:${port}\r\nSec-Fetch-Site: same-origin\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  // A later request that is answered shows that the half has arrived.
  await fetch(`${address}/healthz`).then((response) => response.arrayBuffer());
  return { finish: () => socket.write(body.slice(5)), answer: () => answer, end: () => socket.destroy() };
}

// Windows has no signal that a program can handle.
describe.skipIf(process.platform === 'win32')('the process', () => {
  it(
    'prints its address, answers the open request after SIGTERM, and ends with 0 and without its Postgres',
    async () => {
      const app = start();
      const address = await app.address();
      expect((await fetch(`${address}/playground`)).status).toBe(200);
      const { pid } = await readNote(data);
      expect(await isRunning(pid)).toBe(true);
      const half = await openRequest(address);
      app.child.kill('SIGTERM');
      await eventually(
        'it to take no new request',
        () =>
          fetch(address).then(
            (response) => response.status === 503,
            () => true,
          ),
        SLOW_MS,
      );
      half.finish();
      expect(await app.ended).toBe(0);
      expect(half.answer()).toMatch(/^HTTP\/1\.1 200/);
      half.end();
      expect(await isRunning(pid)).toBe(false);
    },
    SLOW_MS,
  );

  it(
    'ends with 0 on SIGINT, even when it comes twice and a request stays open',
    async () => {
      const app = start();
      const half = await openRequest(await app.address());
      const { pid } = await readNote(data);
      app.child.kill('SIGINT');
      app.child.kill('SIGINT');
      expect(await app.ended).toBe(0);
      half.end();
      expect(await isRunning(pid)).toBe(false);
    },
    SLOW_MS,
  );

  it(
    'ends with 78 when SECRET_KEY is not the one that the database was written with, and leaves no Postgres',
    async () => {
      const app = start({ SECRET_KEY: Buffer.alloc(32, 9).toString('base64') });
      expect(await app.ended).toBe(78);
      expect(app.output()).toContain('SECRET_KEY: is not the key that this database was written with');
      expect((await readNote(data)).pid).toBeNull();
    },
    SLOW_MS,
  );

  it(
    'starts again on the same folder after SIGKILL',
    async () => {
      const killed = start();
      await killed.address();
      killed.child.kill('SIGKILL');
      expect(await killed.ended).toBe('SIGKILL');
      const app = start();
      const address = await app.address();
      await eventually('it to be ready', async () => (await fetch(`${address}/readyz`)).ok);
      app.child.kill('SIGTERM');
      expect(await app.ended).toBe(0);
    },
    SLOW_MS,
  );
});

// Linux has a file that is always full.
it.skipIf(process.platform !== 'linux')(
  'T76: a log that has no space left ends no process',
  async () => {
    const full = await open('/dev/full', 'w');
    const port = await freePort();
    const app = processes.start(
      { DATA_DIR: data.dataDir, PORT: String(port), LOG_LEVEL: 'debug' },
      undefined,
      full.fd,
    );
    await full.close();
    const isReady = () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => app.child.exitCode !== null,
      );
    await eventually('it to be ready', isReady, SLOW_MS);
    expect(app.child.exitCode).toBeNull();
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
  },
  SLOW_MS,
);

describe('settings', () => {
  it(
    'that are bad end the process with 78, and it names all of them',
    async () => {
      const app = start({ PORT: 'many', SECRET_KEY: 'c2hvcnQ=', SUPPORT_EMAIL: 'nobody', LOG_LEVEL: 'loud' });
      expect(await app.ended).toBe(78);
      for (const name of ['PORT', 'SECRET_KEY', 'SUPPORT_EMAIL', 'LOG_LEVEL'])
        expect(app.output()).toMatch(new RegExp(`^ {2}- ${name}: expected `, 'm'));
    },
    SLOW_MS,
  );

  it.each(['', ' ', 'short'])(
    'T39: a signing secret of "%s" ends the process with 78, because anyone could sign without one',
    async (secret) => {
      const app = start({ SLACK_BOT_TOKEN: 'xoxb-a-token', SLACK_SIGNING_SECRET: secret });
      expect(await app.ended).toBe(78);
      expect(app.output()).toMatch(/^ {2}- SLACK_SIGNING_SECRET: /m);
    },
    SLOW_MS,
  );

  it(
    'that production needs and that are missing end the process with 78, and it names all of them',
    async () => {
      const app = start({ NODE_ENV: 'production' });
      expect(await app.ended).toBe(78);
      for (const name of [
        'DATABASE_URL',
        'SECRET_KEY',
        'SLACK_BOT_TOKEN',
        'RESEND_API_KEY',
        'PUBLIC_URL',
        'SUPPORT_EMAIL',
        'GATEWAY_SECRET',
      ])
        expect(app.output()).toMatch(new RegExp(`^ {2}- ${name}: needed`, 'm'));
    },
    SLOW_MS,
  );
});
