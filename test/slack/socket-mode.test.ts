// Socket Mode: Slack sends over a WebSocket that we opened, so that no address of ours need be reachable.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { beforeAll, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { TEAM } from '../../src/playground/workspace/people.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

const APP_TOKEN = 'xapp-1-A0SOCKET-0123456789-abcdef';
const WAIT_MS = 20_000;
/** Long enough for a second answer to show; a slow machine can only make this miss a fault, not see one. */
const SETTLE_MS = 700;

type Ack = { envelope_id: string; payload?: { text?: string } };
type Envelope = { envelope_id?: string; payload?: { response_url?: string; [field: string]: unknown } };

/** Slack with sockets, which passes every other call on to the local Slack. */
async function createSocketSlack(slackApiUrl: string) {
  const acks: Ack[] = [];
  const answers: { path: string; text: string }[] = [];
  const tokens: (string | undefined)[] = [];
  const sockets: WebSocket[] = [];
  const sent = new Map<string | undefined, Envelope>();
  const server = createServer(async (req, res) => {
    const body = Buffer.concat(await req.toArray());
    const path = req.url ?? '';
    res.setHeader('content-type', 'application/json');
    if (path.startsWith('/answer/')) {
      answers.push({ path, text: (JSON.parse(body.toString()) as { text: string }).text });
      res.end('{"ok":true}');
      return;
    }
    if (path === '/api/apps.connections.open') {
      tokens.push(req.headers.authorization);
      res.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link` }));
      return;
    }
    const { authorization, 'content-type': type } = req.headers;
    const forwarded = await fetch(new URL(path.replace(/^\/api\//, ''), slackApiUrl), {
      method: 'POST',
      headers: { 'content-type': String(type), authorization: String(authorization) },
      body,
    });
    res.end(await forwarded.text());
  });
  const wss = new WebSocketServer({ server });
  wss.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data) => {
      const ack = JSON.parse(String(data)) as Ack;
      acks.push(ack);
      // An answer in the acknowledgement counts as one to the request's `response_url`.
      const url = sent.get(ack.envelope_id)?.payload?.response_url;
      if (ack.payload?.text && url) answers.push({ path: new URL(url).pathname, text: ack.payload.text });
    });
    socket.send(
      JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0SOCKET' } }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    apiUrl: `${url}/api/`,
    acks,
    answers,
    tokens,
    sockets,
    answerUrl: (name: string) => `${url}/answer/${name}`,
    send(envelope: Envelope & { type: string; reason?: string }) {
      sent.set(envelope.envelope_id, envelope);
      sockets.at(-1)?.send(JSON.stringify(envelope));
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      wss.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

const driver = forAllTests(() => createSlackDriver({}));
const slack = forAllTests(() => createSocketSlack(driver.slackApiUrl));
const database = forAllTests(createTestDatabase);
let app: TestApp;
beforeAll(async () => {
  const settings = { SLACK_APP_TOKEN: APP_TOKEN, SLACK_SIGNING_SECRET: '', SLACK_API_URL: slack.apiUrl };
  app = await startTestApp(settings, { beside: { ...driver, databaseUrl: database.url } });
});

const command = (envelopeId: string, text: string, name: string, userId: string = driver.ids.admin) => ({
  type: 'slash_commands',
  envelope_id: envelopeId,
  accepts_response_payload: true,
  payload: {
    command: '/apim-user',
    text,
    team_id: TEAM.id,
    user_id: userId,
    channel_id: 'C0GENERAL',
    trigger_id: `trigger-${name}`,
    response_url: slack.answerUrl(name),
  },
});

it('the app connects with the app token when it starts', () => {
  expect(slack.tokens).toEqual([`Bearer ${APP_TOKEN}`]);
  expect(slack.sockets).toHaveLength(1);
});

it('the app acknowledges each delivery of a command on the socket, and answers the command once', async () => {
  slack.send(command('envelope-1', 'help', 'help'));
  await eventually('the answer', () => slack.answers.length > 0, WAIT_MS);
  slack.send(command('envelope-2', 'help', 'help'));
  await eventually('both acknowledgements', () => slack.acks.length >= 2, WAIT_MS);
  await delay(SETTLE_MS);
  expect(slack.acks.map((ack) => ack.envelope_id)).toEqual(['envelope-1', 'envelope-2']);
  expect(slack.answers.map(({ path }) => path)).toEqual(['/answer/help']);
  expect(slack.answers[0]?.text).toContain('What /apim-user can do');
});

it('the app takes no command over HTTP in Socket Mode', async () => {
  const response = await fetch(`${app.url}/slack/events`, { method: 'POST', body: 'command=%2Fapim-user' });
  expect(response.status).toBe(404);
});

it('the app connects again when Slack closes the socket, and answers there', async () => {
  slack.send({ type: 'disconnect', reason: 'refresh_requested' });
  await eventually('a second socket', () => slack.sockets.length >= 2, WAIT_MS);
  await delay(SETTLE_MS);
  slack.send(command('envelope-3', 'list', 'list'));
  await eventually('the answer', () => slack.answers.some(({ path }) => path === '/answer/list'), WAIT_MS);
});

it('T75: a report over the socket puts an operator in doubt, and in doubt they are refused there in words', async () => {
  const { approver } = driver.ids;
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const answerTo = async (text: string, name: string) => {
    slack.send(command(`envelope-${name}`, text, name, approver));
    return eventually(
      name,
      () => slack.answers.find(({ path }) => path === `/answer/${name}`)?.text,
      WAIT_MS,
    );
  };
  try {
    // The app remembers that they are a member, and from here on Slack tells it nothing more.
    expect(await answerTo('list', 'before')).toContain('Accounts');
    driver.slackFails('users.info', { kind: 'error', code: 'internal_error' }, 1_000_000);
    await sql`update operators set in_doubt_since = now() where slack_user_id = ${approver}`;
    expect(await answerTo('list', 'doubt')).toContain("Slack hasn't confirmed that you're still");
    await sql`update operators set in_doubt_since = null`;
    const event = { type: 'user_change', user: { id: approver, team_id: TEAM.id, deleted: true } };
    const payload = { type: 'event_callback', event_id: 'Ev0GONE', team_id: TEAM.id, event };
    slack.send({ type: 'events_api', envelope_id: 'envelope-gone', payload });
    const inDoubt = () => sql`select 1 from operators where in_doubt_since is not null`;
    await eventually('the doubt', async () => (await inDoubt()).length === 1, WAIT_MS);
  } finally {
    driver.nothingFails();
    await sql.end({ timeout: 5 });
  }
});

it('the app closes the socket when it stops, after it has finished the work that it took', async () => {
  slack.send(command('envelope-4', 'help', 'last'));
  await eventually(
    'it to be taken',
    () => slack.acks.some((ack) => ack.envelope_id === 'envelope-4'),
    WAIT_MS,
  );
  await app.close();
  expect(slack.answers.filter(({ path }) => path === '/answer/last')).toHaveLength(1);
  await eventually('the socket to be closed', () => slack.sockets.at(-1)?.readyState === 3, WAIT_MS);
});
