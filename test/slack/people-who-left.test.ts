// Operators whom Slack reports as gone while Slack itself can't be asked.
import { beforeEach, expect, it } from 'vitest';
import { createToken } from '../../src/operations/tokens/create.ts';
import type { Fault } from '../../src/playground/faults.ts';
import { TEAM } from '../../src/playground/workspace/people.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE } from '../support/management.ts';

const ALWAYS = 1_000_000;
const WAIT_MS = 60_000;
const UNCONFIRMED = /Slack hasn't confirmed that you're still a full member. Nothing changed/;
const FAULTS: [string, Fault][] = [
  ['fails', { kind: 'server-error' }],
  ['does not answer', { kind: 'hang' }],
  ['is rate-limited', { kind: 'rate-limited', retryAfterSeconds: 1 }],
];

const app = forAllTests(startTestApp);
/** A second process, which Slack tells nothing. Its jobs may ask Slack too, so the test of its memory comes first. */
const other = forAllTests(() => startTestApp({}, { beside: app }));
const beside = forAllTests(() => besideApp(app));
let token: string;
beforeEach(async () => {
  app.deliverTo(app.url);
  app.nothingFails();
  await app.changePerson(app.ids.approver, { isDeactivated: false });
  await beside.sql`update operators set role = 'approver', in_doubt_since = null
    where slack_user_id = ${app.ids.approver}`;
  const owner = { teamId: TEAM.id, userId: app.ids.approver };
  token = (await createToken(beside.console(), { name: 'nightly', role: 'reader', ...owner })).token;
});

const operator = async () =>
  (await beside.sql`select role, in_doubt_since from operators where slack_user_id = ${app.ids.approver}`)[0];
const program = () =>
  fetch(`${app.url}${BASE}/users?api-version=2024-05-01`, { headers: { authorization: `Bearer ${token}` } });
const minute = () => beside.sql`select graphile_worker.add_job('every-minute')`;
async function leavesWhileSlackFails(fault: Fault): Promise<void> {
  app.slackFails('users.info', fault, ALWAYS);
  await app.changePerson(app.ids.approver, { isDeactivated: true });
  await eventually('the doubt', async () => (await operator())?.in_doubt_since !== null);
}

it('T75: in doubt, a command, a click and the Home are refused in words, also by a process that still takes them for a member', async () => {
  const approver = app.as('approver');
  app.deliverTo(other.url);
  await app.as('admin').types('/apim-user add ann@example.com Ann Lee');
  await approver.types('/apim-user show ann@example.com');
  const account = await approver.message(/ann@example.com/);
  app.deliverTo(app.url);
  await leavesWhileSlackFails({ kind: 'server-error' });
  await approver.types('/apim-user list');
  await approver.sees(/Slack couldn't confirm who you are. Nothing changed/);
  app.deliverTo(other.url);
  await approver.types('/apim-user list');
  await approver.sees(UNCONFIRMED);
  await account.clicks(/Block/);
  await approver.sees(UNCONFIRMED);
  const home = await approver.home();
  await eventually('the Home to say so', () => UNCONFIRMED.test(home.text()));
});

it.each(FAULTS)(
  'T75: while users.info %s, a deactivated operator and their token are refused, and lose both afterwards',
  async (_, fault) => {
    expect((await program()).status).toBe(200);
    await leavesWhileSlackFails(fault);
    const refused = await program();
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain("Slack hasn't confirmed that");
    expect((await operator())?.role).toBe('approver');
    app.nothingFails();
    await minute();
    await eventually('the role to be gone', async () => (await operator())?.role === null, WAIT_MS);
    expect((await program()).status).toBe(401);
  },
);

it.each([
  ['an hour ago', '-61 minutes'],
  ['by a wrong clock, in the future', '40 days'],
])(
  'T75: a report that never came is found by asking Slack again, when it was last asked %s',
  async (_, ago) => {
    const person = app.workspace.conversations.people.get(app.ids.approver);
    if (person) person.isDeactivated = true;
    await beside.sql`update operators set confirmed_at = now() + ${ago}::interval`;
    await minute();
    await eventually('the role to be gone', async () => (await operator())?.role === null, WAIT_MS);
  },
);

it('T75: a report that Slack contradicts takes nothing away', async () => {
  await leavesWhileSlackFails({ kind: 'server-error' });
  await app.changePerson(app.ids.approver, { isDeactivated: false });
  app.nothingFails();
  await minute();
  await eventually('the doubt to end', async () => (await operator())?.in_doubt_since === null, WAIT_MS);
  expect((await operator())?.role).toBe('approver');
  expect((await program()).status).toBe(200);
});
