// What a process prints and its Postgres keeps in a log while people go through the main stories: nothing of theirs.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASE, ROLE } from '../../src/db/embedded/cluster.ts';
import { readNote, temporaryDataFolder } from '../support/embedded-clients.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type AppProcess, createProcesses, runProgram } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

const SLOW_MS = 120_000;
const WAIT_MS = 20_000;
const SECRET_KEY = Buffer.from('canary-of-the-root-secret-32byte').toString('base64');
const EMAIL = 'canary.address@example.com';
const FIRST_NAME = 'Canarina';
const LAST_NAME = 'Canarsie';
const PASSWORD = 'canary sings in a coal mine';
const NEW_PASSWORD = 'canary flew over the meadow';
const REASON = 'canary-reason';
const TYPED = 'canary-typed-text';
/** A trigger puts it, with the row's values, into what Postgres says: message, detail and hint. */
const IN_FAULT = 'canary-in-a-fault';

const data = forAllTests(() => temporaryDataFolder('canary'), SLOW_MS);
const slack = forAllTests(createSlackDriver, SLOW_MS);
let sql: postgres.Sql;
let app: AppProcess;
let address: string;
const processes = forAllTests(createProcesses, SLOW_MS);
const canaries = new Set([EMAIL, FIRST_NAME, LAST_NAME, PASSWORD, NEW_PASSWORD, REASON, TYPED, IN_FAULT]);

/** Signals that make a process fail as it never should by itself. */
const FAILING = `process.on('SIGUSR2',()=>setImmediate(()=>{throw new Error('${IN_FAULT}')}));
  process.on('SIGHUP',()=>void Promise.reject(Object.assign(new Error('${IN_FAULT}'),{detail:'${EMAIL}'})))`;

async function start(port = '0'): Promise<void> {
  app = processes.start({
    PORT: port,
    DATA_DIR: data.dataDir,
    SECRET_KEY,
    // It says the most that it ever does.
    LOG_LEVEL: 'debug',
    ...slack.settings,
    SUPPORT_EMAIL: 'support@example.com',
    MANAGEMENT_CLIENT_CREDENTIALS: 'on',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(FAILING)}`,
  });
  address = await app.address();
  slack.deliverTo(address);
}

beforeAll(async () => {
  const { botToken, signingSecret } = slack.slack;
  const { apiKey, webhookSecret } = slack.resend;
  for (const secret of [SECRET_KEY, botToken, signingSecret, apiKey, webhookSecret]) canaries.add(secret);
  await start();
  const { port, password } = await readNote(data);
  canaries.add(String(password));
  sql = postgres(`postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`, {
    max: 2,
    onnotice: () => {},
  });
}, SLOW_MS);
afterAll(async () => {
  await sql?.end({ timeout: 5 });
}, SLOW_MS);

const post = (path: string, fields: Record<string, string>) =>
  fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });

async function ticketTo(email: string, subject: RegExp): Promise<string> {
  const mail = await eventually(
    () => `a mail ${subject} to ${email}; it said:\n${app.output()}`,
    () => slack.inbox.to(email).findLast((one) => subject.test(one.subject)),
    WAIT_MS,
  );
  const ticket = /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';
  expect(ticket).not.toBe('');
  canaries.add(ticket);
  return ticket;
}

/** Whatever was printed by any of the processes, and the log of their Postgres. */
async function everythingLogged(): Promise<string> {
  const note = await readNote(data);
  const log = await readFile(join(dirname(note.data), 'postgres.log'), 'utf8');
  expect(log).toContain('LOG:');
  return [...processes.started.map((one) => one.output()), log].join('\n');
}

async function expectNoCanary(): Promise<void> {
  const text = await everythingLogged();
  const lower = text.toLowerCase();
  const found = [...canaries].filter((canary) => lower.includes(canary.toLowerCase()));
  expect(found).toEqual([]);
  expect(text).not.toMatch(/ticket=|canary|hooks\.slack|response_url|trigger_id/i);
}

const linesWith = (words: string): Record<string, unknown>[] =>
  app
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes(words))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.skipIf(process.platform === 'win32')('a process that logs all it can', () => {
  it(
    'T67: prints no personal data, password, ticket, key or typed text',
    async () => {
      const admin = slack.as('admin');
      await admin.types(`/apim-user invite ${EMAIL}`);
      await admin.sees(/on its way/, WAIT_MS);
      const ticket = await ticketTo(EMAIL, /invited/);
      expect((await fetch(`${address}/invitations/accept?ticket=${ticket}`)).status).toBe(200);
      const person = { ticket, firstName: FIRST_NAME, lastName: LAST_NAME };
      await post('/invitations/accept', { ...person, password: 'canary' });
      expect((await post('/invitations/accept', { ...person, password: PASSWORD })).status).toBe(303);
      expect((await post('/invitations/accept', { ...person, password: PASSWORD })).status).toBe(410);
      await admin.types(`/apim-user add ${EMAIL} ${FIRST_NAME} ${LAST_NAME}`);
      await admin.sees(/already exists/, WAIT_MS);
      await admin.types(`/apim-user block ${EMAIL} ${REASON}`);
      await admin.sees(/Blocked: Canarina/, WAIT_MS);
      await admin.types(`/apim-user activate ${EMAIL}`);
      await admin.sees(/Activated: Canarina/, WAIT_MS);
      await admin.types(`/apim-user ${TYPED}`);
      await admin.sees(/There is no/, WAIT_MS);
      await slack.as('nobody').types(`/apim-user block ${EMAIL} ${REASON}`);
      await slack.as('nobody').sees(/You don't have permission to do this/, WAIT_MS);
      await post('/password/forgot', { email: EMAIL });
      const reset = await ticketTo(EMAIL, /password/i);
      await post('/password/reset', { ticket: reset, password: NEW_PASSWORD });
      expect((await post('/portal/sign-in', { email: EMAIL, password: PASSWORD })).status).toBe(422);
      const signedIn = await post('/portal/sign-in', { email: EMAIL, password: NEW_PASSWORD });
      expect(signedIn.status).toBe(303);
      const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      canaries.add(cookie.split('=')[1] ?? '');
      expect(await (await fetch(`${address}/portal`, { headers: { cookie } })).text()).toContain(EMAIL);
      await fetch(`${address}/${TYPED}?email=${EMAIL}`, { headers: { cookie: TYPED, referer: TYPED } });
      await slack.send(slack.forged((body) => `${body}&text=${TYPED}`, 'command'));
      await slack.send(slack.signed(`{"${TYPED}": `, { contentType: 'application/json' }));
      await expectNoCanary();
    },
    SLOW_MS,
  );

  it(
    'T67: prints none of them either when Slack and the mail service answer with errors',
    async () => {
      const admin = slack.as('admin');
      slack.slackFails('*', { kind: 'error', code: TYPED }, 2);
      await admin.types(`/apim-user show ${EMAIL}`);
      slack.nothingFails();
      slack.mailFails({ kind: 'error', code: `no mailbox ${EMAIL}`, status: 422 });
      await admin.types('/apim-user invite canary.two@example.com');
      await eventually('the mail to fail', async () => {
        const [mail] = await sql`select 1 from mails where state = 'failed'`;
        return mail;
      });
      await expectNoCanary();
    },
    SLOW_MS,
  );

  it(
    'T67: prints no client secret and no access token, right or wrong',
    async () => {
      const words = ['create', '--name', 'ci', '--role', 'reader', '--owner', slack.ids.admin];
      const made = await runProgram('token', words, { DATA_DIR: data.dataDir, SECRET_KEY });
      const [secret, id = ''] = [made.out.trim(), /client id ([\w-]+)/.exec(made.err)?.[1]];
      canaries.add(secret);
      const ask = (client_secret: string) =>
        post('/adfs/oauth2/token', { grant_type: 'client_credentials', client_id: id, client_secret });
      const { access_token: token } = (await (await ask(secret)).json()) as { access_token: string };
      canaries.add(token);
      const headers = { authorization: `Bearer ${token}` };
      const list = `${address}/subscriptions?api-version=2022-12-01`;
      expect((await fetch(list, { headers })).status).toBe(200);
      expect((await ask(TYPED)).status).toBe(401);
      expect((await post('/adfs/oauth2/token', { grant_type: TYPED, client_secret: secret })).status).toBe(
        400,
      );
      await expectNoCanary();
    },
    SLOW_MS,
  );

  it(
    'T68: gives a person and the log the same reference for a database fault, and keeps the row’s values out of both',
    async () => {
      await sql.unsafe(`
        create function fault() returns trigger language plpgsql as $$
          begin raise exception '${IN_FAULT} %', new using detail = new::text, hint = '${IN_FAULT}'; end $$;
        create trigger fault before insert on accounts for each row execute function fault()`);
      const admin = slack.as('admin');
      await admin.types(`/apim-user add canary.three@example.com ${FIRST_NAME} ${LAST_NAME}`);
      const told = await admin.sees(/Something went wrong/, WAIT_MS);
      const [, inSlack = 'none'] = /reference:? `(\w{8})`/i.exec(told) ?? [];
      await eventually('its line in the log', () => linesWith(inSlack).length === 1);
      await admin.types('/apim-user invite canary.four@example.com');
      const ticket = await ticketTo('canary.four@example.com', /invited/);
      const person = { firstName: FIRST_NAME, lastName: LAST_NAME, password: PASSWORD };
      const page = await post('/invitations/accept', { ticket, ...person });
      expect(page.status).toBe(500);
      const words = await page.text();
      const reference = page.headers.get('x-request-id') ?? 'none';
      expect(words).toContain(reference);
      expect(words).not.toMatch(/canary/i);
      await eventually('its line in the log', () => linesWith(reference).length === 1);
      await sql.unsafe('drop trigger fault on accounts');
      await expectNoCanary();
      // The fault left nothing behind: the same link works.
      expect((await post('/invitations/accept', { ticket, ...person })).status).toBe(303);
    },
    SLOW_MS,
  );

  it.each([
    ['SIGUSR2', 'an uncaught exception'],
    ['SIGHUP', 'an unhandled rejection'],
  ] as const)(
    'T70: on %s, %s is logged once and ends the process, and the next process does what that one had begun',
    async (signal, _what) => {
      const email = `canary.${signal.toLowerCase()}@example.com`;
      slack.mailFails({ kind: 'hang' }, Number.POSITIVE_INFINITY);
      await slack.as('admin').types(`/apim-user invite ${email}`);
      await eventually('the mail to be on its way', async () => {
        const [mail] = await sql`
          select 1 from mails join invitations i on i.id = mails.invitation_id
          where i.email = ${email} and mails.state = 'queued' and leased_until > now()`;
        return mail;
      });
      const { port } = new URL(address);
      app.child.kill(signal);
      expect(await app.ended).toBe(1);
      expect(linesWith('"level":60')).toHaveLength(1);
      slack.nothingFails();
      // The test ends the lease instead of waiting up to two minutes for it.
      await sql`update mails set leased_until = now() - interval '1 second' where leased_until is not null`;
      await start(port);
      await eventually('the mail', () => slack.inbox.to(email).length === 1, WAIT_MS);
      await expectNoCanary();
    },
    SLOW_MS,
  );
});
