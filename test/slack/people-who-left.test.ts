// Operators whom Slack reports as gone while Slack itself can't be asked.
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Fault } from '../../src/playground/faults.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { runProgram } from '../support/process.ts';

const ALWAYS = 1_000_000;
const WAIT_MS = 60_000;
const FAULTS: [string, Fault][] = [
  ['fails', { kind: 'server-error' }],
  ['does not answer', { kind: 'hang' }],
  ['is rate-limited', { kind: 'rate-limited', retryAfterSeconds: 1 }],
];

let app: TestApp;
let sql: postgres.Sql;
let token: string;
beforeAll(async () => {
  app = await startTestApp();
  sql = postgres(app.databaseUrl, { max: 2, onnotice: () => {} });
  const words = ['create', '--name', 'nightly', '--role', 'reader', '--owner', app.ids.approver];
  const made = await runProgram('token', [...words, '--as', 'Connie'], {
    DATABASE_URL: app.databaseUrl,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    PUBLIC_URL: app.publicUrl,
  });
  token = /apim_\S+/.exec(made.out)?.[0] ?? made.out.trim().split(/\s+/)[0] ?? '';
});
beforeEach(async () => {
  app.nothingFails();
  await app.changePerson(app.ids.approver, { isDeactivated: false });
  await sql`update operators set role = 'approver', in_doubt_since = null where slack_user_id = ${app.ids.approver}`;
});
afterAll(async () => {
  await sql?.end({ timeout: 5 });
  await app?.close();
});

const operator = async () =>
  (await sql`select role, in_doubt_since from operators where slack_user_id = ${app.ids.approver}`)[0];
const program = () =>
  fetch(
    `${app.url}/subscriptions/0/resourceGroups/x/providers/Microsoft.ApiManagement/service/default/users?api-version=2024-05-01`,
    { headers: { authorization: `Bearer ${token}` } },
  );
const minute = () => sql`select graphile_worker.add_job('every-minute')`;

it.each(FAULTS)(
  'T75: while users.info %s, a deactivated operator and their token are refused, and lose both afterwards',
  async (_, fault) => {
    expect((await program()).status).toBe(200);
    app.slackFails('users.info', fault, ALWAYS);
    await app.changePerson(app.ids.approver, { isDeactivated: true });
    await eventually('the doubt', async () => (await operator())?.in_doubt_since !== null);
    const refused = await program();
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain("Slack hasn't confirmed yet");
    expect((await operator())?.role).toBe('approver');
    app.nothingFails();
    await minute();
    await eventually('the role to be gone', async () => (await operator())?.role === null, WAIT_MS);
    expect((await program()).status).toBe(403);
  },
);

it('T75: a report that never came is found by asking Slack again', async () => {
  const person = app.workspace.conversations.people.get(app.ids.approver);
  if (person) person.isDeactivated = true;
  await sql`update operators set confirmed_at = now() - interval '61 minutes'`;
  await minute();
  await eventually('the role to be gone', async () => (await operator())?.role === null, WAIT_MS);
});

it('T75: a report that Slack contradicts takes nothing away', async () => {
  app.slackFails('users.info', { kind: 'server-error' }, ALWAYS);
  await app.changePerson(app.ids.approver, { isDeactivated: true });
  await eventually('the doubt', async () => (await operator())?.in_doubt_since !== null);
  await app.changePerson(app.ids.approver, { isDeactivated: false });
  app.nothingFails();
  await minute();
  await eventually('the doubt to end', async () => (await operator())?.in_doubt_since === null, WAIT_MS);
  expect((await operator())?.role).toBe('approver');
  expect((await program()).status).toBe(200);
});
