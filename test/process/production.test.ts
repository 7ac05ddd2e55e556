// The product in production: NODE_ENV=production, every setting given, and a Postgres that is there already.
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { type AppProcess, startProcess } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

const SLOW_MS = 120_000;

const database = forAllTests(createTestDatabase);
const slack = forAllTests(createSlackDriver);
let app: AppProcess | undefined;
afterAll(async () => {
  app?.child.kill('SIGKILL');
  await app?.ended;
});

// Windows has no signal that a program can handle.
describe.skipIf(process.platform === 'win32')('in production', () => {
  it(
    'the product starts with all settings given, is ready, answers Slack, has no playground, and ends with 0',
    async () => {
      const port = await freePort();
      app = startProcess({
        NODE_ENV: 'production',
        PORT: String(port),
        PUBLIC_URL: 'https://apis.example.com',
        DATABASE_URL: database.url,
        SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
        ...slack.settings,
        SUPPORT_EMAIL: 'support@example.com',
        ORGANIZATION_NAME: 'Example',
        GATEWAY_SECRET: 'what the gateway sends'.replaceAll(' ', '-'),
      });
      await eventually(
        () => `it to be ready; it said:\n${app?.output()}`,
        () => app?.output().includes('is ready at https://apis.example.com'),
        SLOW_MS,
      );
      const local = `http://127.0.0.1:${port}`;
      await eventually('it to be ready', async () => (await fetch(`${local}/readyz`)).ok);
      expect((await fetch(`${local}/playground`)).status).toBe(404);
      slack.deliverTo(local);
      await slack.as('admin').types('/apim-user help');
      await slack.as('admin').sees(/You are an admin here/);
      app.child.kill('SIGTERM');
      expect(await app.ended).toBe(0);
    },
    SLOW_MS,
  );
});
