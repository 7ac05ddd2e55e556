import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../../src/operations/tokens/create.ts';
import { createProgramme } from '../gateway/programme.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { FILLED_BY, openFullDatabase } from '../support/full-database.ts';
import { BASE } from '../support/management.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';

const SLOW_MS = 180_000;

const folder = forAllTests(() => temporaryFolder('full'), SLOW_MS);
const database = forAllTests(openFullDatabase, SLOW_MS);
const driver = forAllTests(createSlackDriver, SLOW_MS);
const processes = forAllTests(createProcesses, SLOW_MS);
let app: AppProcess;
let address: string;
let beside: BesideApp;
let key: string;
let token: string;

beforeAll(async () => {
  app = processes.start({
    DATA_DIR: folder.path,
    DATABASE_URL: database.url,
    SECRET_KEY: TEST_SECRET_KEY,
    ...driver.settings,
    SECOND_OPERATOR_FOR: 'none',
  });
  address = await app.address();
  driver.deliverTo(address);
  beside = await besideApp({ databaseUrl: database.url, publicUrl: address });
  const programme = createProgramme(beside.console);
  await programme.api('orders');
  ({ primaryKey: key } = await programme.subscription({}));
  const owner = { teamId: driver.slack.teamId, userId: driver.ids.admin };
  await driver.as('admin').types('/apim-user invite before@example.com');
  await driver.as('admin').sees(/1 invitation is on its way/);
  ({ token } = await createToken(beside.console(), { name: 'program', role: 'admin', ...owner }));
}, SLOW_MS);
afterAll(async () => {
  await beside?.close();
}, SLOW_MS);

let count = 0;
const nextEmail = () => `full-${++count}@example.com`;

async function readiness() {
  const response = await fetch(`${address}/readyz`);
  const { reasons } = (await response.json()) as { reasons?: Record<string, string> };
  return { status: response.status, database: reasons?.database };
}
const isReady = () =>
  eventually(
    () => `it to be ready; it said:\n${app.output()}`,
    async () => (await readiness()).status === 200,
  );

/** Gateway checks, one after the other, until it is stopped. Returns their answers. */
function keepChecking() {
  const headers = { 'ocp-apim-subscription-key': key, 'x-original-uri': '/orders' };
  const statuses = new Set<number>();
  const stopping = new AbortController();
  const checking = (async () => {
    while (!stopping.signal.aborted) {
      const response = await fetch(`${address}/gateway/check`, { headers }).catch(() => null);
      await response?.arrayBuffer();
      statuses.add(response?.status ?? 0);
    }
  })();
  return async () => {
    stopping.abort();
    await checking;
    return [...statuses];
  };
}

const putUser = (id: string) =>
  fetch(`${address}${BASE}/users/${id}?api-version=2024-05-01`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ properties: { email: nextEmail(), firstName: 'Ann', lastName: 'Lee' } }),
  });
const askForLink = () =>
  fetch(`${address}/password/forgot`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ email: nextEmail() }),
  });

describe.skipIf(process.platform === 'win32')(`a database without space, by ${FILLED_BY}`, () => {
  it(
    'T76: is reported, refuses writes in words of each surface, stops no gateway check, and heals by itself',
    async () => {
      const admin = driver.as('admin');
      await isReady();
      await admin.types('/apim-user add');
      const modal = await admin.modal();
      await modal.fill({ Email: 'typed@example.com', 'First name': 'Ann', 'Last name': 'Lee' });
      await database.fill();
      const stopChecking = keepChecking();
      await eventually('the reason to be given', async () => {
        const { status, database: reason } = await readiness();
        return status === 503 && reason === 'no space left';
      });
      expect((await fetch(`${address}/healthz`)).status).toBe(200);

      await eventually('a command to be refused', async () => {
        await admin.types(`/apim-user invite ${nextEmail()}`);
        return admin.canRead(/The database has no space left, and nothing changed/);
      });
      await modal.submit();
      expect(await modal.sees(/no space left/)).toContain('Last name');

      const program = await eventually('a program to be refused', async () => {
        const response = await putUser(`user-${++count}`);
        return response.status !== 201 && response;
      });
      expect(program.status).toBe(503);
      expect(Number(program.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await program.json()).toMatchObject({ error: { code: 'ServiceUnavailable' } });

      const page = await askForLink();
      expect(page.status).toBe(503);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);

      await database.free();
      await isReady();
      await modal.submit();
      await modal.sees(/Added/);
      await admin.types('/apim-user invite after@example.com');
      await eventually('mail', () =>
        driver.inbox.mails().some(({ to }) => to.join() === 'after@example.com'),
      );
      expect((await putUser('after')).status).toBe(201);
      expect((await askForLink()).status).toBe(200);
      expect(await stopChecking()).toEqual([200]);
      expect(app.child.exitCode, app.output()).toBeNull();
      expect(app.output()).not.toMatch(/uncaught|unhandled/);
    },
    SLOW_MS,
  );
});
