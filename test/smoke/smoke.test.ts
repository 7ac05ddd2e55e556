// The product on the Node that runs this test. CI repeats it on each supported major version.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/db/embedded/server.ts';
import { ADMIN, GENERAL } from '../../src/playground/workspace/people.ts';
import { eventually } from '../support/eventually.ts';
import { type AppProcess, startProcess } from '../support/process.ts';

const SLOW_MS = 150_000;

let folder: string;
let app: AppProcess | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apim-user-smoke-'));
  // Postgres runs as an ordinary user where the product runs as root.
  await chmod(folder, 0o755);
});
afterAll(async () => {
  app?.child.kill('SIGKILL');
  await app?.ended;
  // Joining and leaving ends a Postgres that a killed product left behind.
  await startEmbeddedPostgres({ dataDir: join(folder, 'data') }).then(
    (server) => server.release(),
    () => {},
  );
  await rm(folder, { recursive: true, force: true });
}, 60_000);

// Windows has no SIGTERM that a program can handle.
it.skipIf(process.platform === 'win32')(
  `on Node ${process.version} the product starts on an empty folder, answers a command and stops with 0`,
  async () => {
    app = startProcess({ DATA_DIR: join(folder, 'data') });
    const address = await app.address();
    await eventually('/readyz to answer 200', async () => (await fetch(`${address}/readyz`)).status === 200);
    expect((await fetch(`${address}/playground`)).status).toBe(200);

    const typed = await fetch(`${address}/playground/api/type`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address, 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ as: ADMIN, channel: GENERAL, text: '/apim-user invite ann@example.com' }),
    });
    expect(typed.status).toBe(200);
    await eventually('the reply to the command', async () => {
      const state = await fetch(`${address}/playground/api/state?as=${ADMIN}`);
      return (await state.text()).includes('on its way');
    });

    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
  },
  SLOW_MS,
);
