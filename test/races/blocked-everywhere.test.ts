// Two server processes answer gateway checks from memory while keys lose their access, one by one, under load.
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { ADMIN } from '../../src/playground/workspace/people.ts';
import { createProgramme, type Programme } from '../gateway/programme.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE } from '../support/management.ts';
import { type AppProcess, startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';

/** `BLOCK_ROUNDS=1000` for the full number. */
const ROUNDS = Number(process.env.BLOCK_ROUNDS ?? 42);
const SLOW_MS = 60_000 + ROUNDS * 1_000;
/** A token may write 1,200 times a minute. */
const ROUNDS_A_TOKEN = 400;
const LOOPS = 4;
/** Of a check that gets no answer. */
const MAX_TRIES = 10;
const AFTER = 3;

const folder = forAllTests(() => temporaryFolder('blocked'), SLOW_MS);
const database = forAllTests(createTestDatabase, SLOW_MS);
let beside: BesideApp;
let programme: Programme;
const processes: AppProcess[] = [];
const urls: string[] = [];
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  for (const name of ['one', 'two']) {
    const app = startProcess({
      DATA_DIR: join(folder.path, name),
      DATABASE_URL: database.url,
      SECRET_KEY: TEST_SECRET_KEY,
      SECOND_OPERATOR_FOR: 'none',
    });
    processes.push(app);
    urls.push(await app.address());
  }
  beside = await besideApp({ databaseUrl: database.url, publicUrl: urls[0] ?? '' });
  programme = createProgramme(beside.console);
  await programme.api('orders');
  await untilTrusted();
}, SLOW_MS);
afterAll(async () => {
  agent.destroy();
  await beside?.close();
  for (const { child, ended } of processes) {
    child.kill('SIGKILL');
    await ended;
  }
}, SLOW_MS);

async function send(url: string, headers: Record<string, string>, method = 'GET', body?: object) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const json = body ? { 'content-type': 'application/json' } : {};
    const sent = request(url, { method, agent, headers: { ...headers, ...json } }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}
/** Asks again while a busy machine answers neither from memory nor from the database in time. */
const check = async (url: string, key: string) => {
  const headers = { 'ocp-apim-subscription-key': key, 'x-original-uri': '/orders' };
  for (let tries = 1; ; tries++) {
    const { status } = await send(`${url}/gateway/check`, headers);
    if (status !== 503 || tries === MAX_TRIES) return status;
  }
};
const checkAll = (key: string) => Promise.all(urls.map((url) => check(url, key)));
/** Until both answer from memory, or with 0 until none does. Their metrics tell. */
const untilTrusted = (isTrusted: 0 | 1 = 1) =>
  eventually(`the trust in both indexes to be ${isTrusted}`, async () => {
    const metrics = await Promise.all(urls.map((url) => send(`${url}/metrics`, {})));
    return metrics.every(({ text }) => text.includes(`gateway_index_trusted ${isTrusted}`));
  });

async function manage(token: string, method: string, path: string, body?: object): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'if-match': '*' };
  const answer = await send(`${urls[0]}${BASE}/${path}api-version=2024-05-01`, headers, method, body);
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
}
type Its = { accountId: string; subscriptionId: string; primaryKey: string };
type Cut = (token: string, its: Its) => Promise<unknown>;
const CUTS: Record<string, Cut> = {
  block: (token, { accountId }) =>
    manage(token, 'PATCH', `users/${accountId}?`, { properties: { state: 'blocked' } }),
  suspend: (token, { subscriptionId }) =>
    manage(token, 'PATCH', `subscriptions/${subscriptionId}?`, { properties: { state: 'suspended' } }),
  cancel: (token, { subscriptionId }) =>
    manage(token, 'PATCH', `subscriptions/${subscriptionId}?`, { properties: { state: 'cancelled' } }),
  'regenerate key': (token, { subscriptionId }) =>
    manage(token, 'POST', `subscriptions/${subscriptionId}/regeneratePrimaryKey?`),
  'delete subscription': (token, { subscriptionId }) =>
    manage(token, 'DELETE', `subscriptions/${subscriptionId}?`),
  'delete account': (token, { accountId }) =>
    manage(token, 'DELETE', `users/${accountId}?deleteSubscriptions=true&`),
  'block by a program beside the servers': (_token, { accountId }) =>
    blockAccount(beside.console(), { accountId }),
};

function never(): never {
  throw new Error('there is none');
}

async function newToken(): Promise<string> {
  const [workspace] = await beside.sql`select team_id from workspaces limit 1`;
  const program = { name: 'ci', role: 'admin' as const, grants: [], teamId: String(workspace?.team_id) };
  return (await createToken(beside.console(), { ...program, userId: ADMIN })).token;
}

it(
  `T79 after a block, suspension, cancellation, deletion or new key is answered, no process lets a later check pass: ${ROUNDS} rounds under load`,
  async () => {
    const load = await programme.subscription({});
    let isOver = false;
    const loops = Array.from({ length: LOOPS }, async (_, at) => {
      while (!isOver) expect(await check(urls[at % urls.length] ?? '', load.primaryKey)).toBe(200);
    });
    const passed: string[] = [];
    const cuts = await Promise.all(
      Object.entries(CUTS).map(async ([name, cut]) => ({ name, cut, accountId: await programme.account() })),
    );
    let token = '';
    for (let round = 0; round < ROUNDS; round++) {
      if (round % ROUNDS_A_TOKEN === 0) token = await newToken();
      const { name, cut, accountId } = cuts[round % cuts.length] ?? never();
      const its = await programme.subscription({ accountId });
      // What gives access is known everywhere as well, once it is answered.
      expect(await checkAll(its.primaryKey)).toEqual([200, 200]);
      await cut(token, its);
      for (let after = 0; after < AFTER; after++)
        if ((await checkAll(its.primaryKey)).includes(200)) passed.push(`${name} (round ${round})`);
      if (name === 'delete account') await restoreAccount(beside.console(), { accountId });
      if (name.includes('account') || name.startsWith('block'))
        await activateAccount(beside.console(), { accountId });
    }
    isOver = true;
    await Promise.all(loops);
    expect(passed).toEqual([]);
  },
  SLOW_MS,
);

it('T79 a process that cannot be reached no longer trusts what it holds, once the block is answered', async () => {
  const its = await programme.subscription({});
  const token = await newToken();
  await untilTrusted();
  expect(await checkAll(its.primaryKey)).toEqual([200, 200]);
  processes[1]?.child.kill('SIGSTOP');
  try {
    await CUTS.block?.(token, its);
  } finally {
    processes[1]?.child.kill('SIGCONT');
  }
  expect(await checkAll(its.primaryKey)).toEqual([403, 403]);
});

it('T79 processes whose heartbeats a full database refuses judge by the rows, and a block counts once it is answered', async () => {
  const [first, second] = [await programme.subscription({}), await programme.subscription({})];
  const token = await newToken();
  await untilTrusted();
  await beside.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'no space' using errcode = '53100'; end $$;
    create trigger refuse before insert or update or delete on gateway_followers execute function refuse()`);
  try {
    // The leases of before may still last.
    await CUTS.block?.(token, first);
    expect(await checkAll(first.primaryKey)).toEqual([403, 403]);
    await untilTrusted(0);
    expect(await checkAll(second.primaryKey)).toEqual([200, 200]);
    await CUTS.block?.(token, second);
    expect(await checkAll(second.primaryKey)).toEqual([403, 403]);
  } finally {
    await beside.sql.unsafe('drop function refuse cascade');
  }
  await untilTrusted();
  for (const { primaryKey } of [first, second]) expect(await checkAll(primaryKey)).toEqual([403, 403]);
});

it('T87 a stalled LISTEN connection lets no check pass once the block is answered', async () => {
  const its = await programme.subscription({});
  const token = await newToken();
  await untilTrusted();
  const listeners = await beside.sql<{ pid: number }[]>`select pid from pg_stat_activity
    where datname = current_database() and application_name = 'apim-user gateway changes'`;
  expect(listeners).toHaveLength(2);
  expect(await checkAll(its.primaryKey)).toEqual([200, 200]);
  for (const { pid } of listeners) process.kill(pid, 'SIGSTOP');
  try {
    await CUTS.block?.(token, its);
    expect(await checkAll(its.primaryKey)).toEqual([403, 403]);
  } finally {
    for (const { pid } of listeners) process.kill(pid, 'SIGCONT');
  }
  await untilTrusted();
  expect(await checkAll(its.primaryKey)).toEqual([403, 403]);
});
