// The mirror of an Azure API Management: how fast a first comparison reads, what it costs others, and how long a block takes
// to Azure. Azure is the stand-in for Resource Manager before a second product, in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ApiManagementClient } from '@azure/arm-apimanagement';
import type postgres from 'postgres';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { setAzureMode } from '../../src/operations/azure/set-mode.ts';
import { type openContext, prepareService, SECRET_KEY } from './accounts.ts';
import { SIGNING_SECRET } from './commands.ts';
import { percentile, timeEach } from './figures.ts';
import { fillAccounts, listedFrom } from './fill.ts';
import { startProcess } from './process.ts';
import { startSender } from './sender.ts';
import { ADMIN, startSlackStub } from './slack-stub.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const STAND_IN = fileURLToPath(new URL('../support/arm-stand-in-main.ts', import.meta.url));
const OURS = 1_000;
const BLOCKS = 100;
const BLOCKED_OF = 300;
const SECONDS = 10;
const IN_FLIGHT = 2;
/** The product is warm by then. */
const WARM_AFTER = 5_000;
/** Of the comparison. */
const AFTER_USERS = ['subscription', 'template', 'notification', 'missing'];
const START_MS = 1_800_000;
const POLL_MS = 250;

type Opened = ReturnType<typeof openContext>;
type StandIn = Awaited<ReturnType<typeof startStandIn>>;
type Stops = (() => unknown)[];

async function startStandIn(users: number) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', STAND_IN, '--port', '0', '--users', String(users)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const text = await saidBy(child, 'Commands:');
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const env = Object.fromEntries(
    ['AZURE_API_MANAGEMENT', 'AZURE_RESOURCE_MANAGER', 'AZURE_TOKEN_FILE', 'NODE_EXTRA_CA_CERTS'].map(
      (name) => [name, setting(name)],
    ),
  );
  return {
    env,
    command: (line: string) => void child.stdin?.write(`${line}\n`),
    client: () => openClient(env),
    async stop() {
      child.stdin?.end('quit\n');
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(null)));
    },
  };
}

function saidBy(child: ChildProcess, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the stand-in did not start')), START_MS);
    let said = '';
    child.once('exit', () => reject(new Error('the stand-in ended')));
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk;
      if (!said.includes(words)) return;
      clearTimeout(late);
      resolve(said);
    });
  });
}

/** The SDK without anything of ours. */
async function openClient(env: Record<string, string>) {
  const { ApiManagementClient } = await import('@azure/arm-apimanagement');
  const [, , subscription = '', , group = '', , , , service = ''] = (env.AZURE_API_MANAGEMENT ?? '').split(
    '/',
  );
  const token = (await readFile(env.AZURE_TOKEN_FILE ?? '', 'utf8')).trim();
  const getToken = async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 });
  const client = new ApiManagementClient({ getToken }, subscription, {
    endpoint: env.AZURE_RESOURCE_MANAGER ?? '',
    tlsOptions: { ca: await readFile(env.NODE_EXTRA_CA_CERTS ?? '', 'utf8') },
  });
  return { client, at: [group, service] as const };
}

const startProduct = (databaseUrl: string, slackApi: string, env: Record<string, string>) =>
  startProcess(MAIN, {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    SECRET_KEY,
    SLACK_BOT_TOKEN: 'xoxb-bench',
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: slackApi,
    SLACK_ADMINS: ADMIN,
    RESEND_API_KEY: 're_bench',
    RESEND_BASE_URL: 'http://127.0.0.1:9',
    MAIL_FROM: 'Example APIs <apis@example.com>',
    LOG_LEVEL: 'error',
    ...env,
  });

/**
 * Users a second of a first comparison, beside the SDK alone that reads the same lists, both within Azure's limits times
 * `limits`; and how long a command waits for its acknowledgement meanwhile.
 */
export async function measurePull(
  { sql, context }: Opened,
  databaseUrl: string,
  users: number,
  limits: number,
) {
  const stops: Stops = [];
  try {
    await prepareService(context);
    await fillAccounts(sql, context.service.id, OURS);
    const standIn = await startStandIn(users);
    stops.push(standIn.stop);
    standIn.command(`limits ${limits}`);
    const bare = await readBare(standIn);
    const stub = await startSlackStub();
    const sender = await startSender();
    stops.push(stub.close, sender.stop);
    const [account] = await listedFrom(sql, OURS / 2, 1);
    const email = account?.email ?? '';
    const p95 = async (url: string) => {
      const show = { url, text: `show ${email}`, answer: email, inFlight: IN_FLIGHT };
      await sender.send({ ...show, seconds: 1 });
      return percentile((await sender.send({ ...show, seconds: SECONDS })).acks, 0.95);
    };
    const alone = await startProduct(databaseUrl, stub.apiUrl, {});
    const quietMs = await p95(alone.url);
    await alone.stop();
    standIn.command(`limits ${limits}`);
    const product = await startProduct(databaseUrl, stub.apiUrl, standIn.env);
    stops.push(product.stop);
    await until(async () => (await comparedUsers(sql)) >= WARM_AFTER || (await isPast(sql)));
    const memory = followMemory(product.pid);
    const [busyMs, perSecond] = await Promise.all([p95(product.url), measureRate(sql)]);
    return {
      users,
      limits,
      perSecond,
      barePerSecond: bare,
      ratio: perSecond / bare,
      memory: memory.end(),
      ackP95Ms: { quiet: quietMs, whilePulling: busyMs },
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function readBare({ client }: StandIn): Promise<number> {
  const { client: sdk, at } = await client();
  const begunAt = performance.now();
  let read = 0;
  for await (const _ of sdk.user.listByService(...at, { expandGroups: true })) read += 1;
  return read / ((performance.now() - begunAt) / 1_000);
}

/** Users a second, until all are read. */
async function measureRate(sql: postgres.Sql): Promise<number> {
  const [from, begunAt] = [await comparedUsers(sql), performance.now()];
  await until(() => isPast(sql));
  return ((await comparedUsers(sql)) - from) / ((performance.now() - begunAt) / 1_000);
}

async function comparedUsers(sql: postgres.Sql): Promise<number> {
  const [row] = await sql`select (counts ->> 'account')::int as n from azure_instances`;
  return row?.n ?? 0;
}

/** Whether all users were read. */
async function isPast(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql`select phase, first_pass_ended_at is not null as ended from azure_instances`;
  return row !== undefined && (row.ended || AFTER_USERS.includes(row.phase));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + START_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('the comparison takes too long');
    await delay(POLL_MS);
  }
}

/** Resident megabytes of a process. */
function followMemory(pid: number) {
  const samples: number[] = [];
  const sample = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    if (kb) samples.push(kb / 1_024);
  };
  void sample();
  const timer = setInterval(sample, POLL_MS);
  return {
    end() {
      clearInterval(timer);
      const [first = Number.NaN] = samples;
      return { firstMb: first, mostMb: Math.max(...samples), lastMb: samples.at(-1) ?? Number.NaN };
    },
  };
}

/** From the commit of a block to Azure's answer, beside one PATCH of the stand-in by the SDK alone. */
export async function measureWriteThrough({ sql, context }: Opened, databaseUrl: string, latencyMs: number) {
  const stops: Stops = [];
  try {
    await prepareService(context);
    const standIn = await startStandIn(BLOCKED_OF);
    const stub = await startSlackStub();
    stops.push(standIn.stop, stub.close);
    const product = await startProduct(databaseUrl, stub.apiUrl, standIn.env);
    stops.push(product.stop);
    await until(
      async () => (await sql`select from azure_instances where first_pass_ended_at is not null`).length > 0,
    );
    await setAzureMode(context, { from: 'watch', mode: 'add', writesAtMost: 1_000 });
    await until(async () => (await sql`select from azure_orders where state = 'waiting'`).length === 0);
    standIn.command(`latency ${latencyMs}`);
    const rows = await sql<{ id: string }[]>`
      select a.id from accounts a join azure_things t on t.kind = 'account' and t.our_id = a.id
      where a.state = 'active' order by a.id limit ${2 * BLOCKS}`;
    const { client, at } = await standIn.client();
    const bare = await timeEach(rows.slice(BLOCKS), ({ id }) => patchUser(client, at, id));
    for (const { id } of rows.slice(0, BLOCKS)) {
      await blockAccount(context, { accountId: id });
      await until(
        async () => (await sql`select from azure_orders where our_id = ${id} and state = 'done'`).length > 0,
      );
    }
    const done = await sql<{ ms: number }[]>`
      select extract(epoch from settled_at - created_at)::float8 * 1000 as ms from azure_orders
      where state = 'done' and our_id in ${sql(rows.slice(0, BLOCKS).map(({ id }) => id))}`;
    const times = done.map(({ ms }) => ms);
    const of = (share: number) => ({ block: percentile(times, share), bare: percentile(bare, share) });
    return { latencyMs, blocks: times.length, p50: of(0.5), p95: of(0.95) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const patchUser = (client: ApiManagementClient, at: readonly [string, string], id: string) =>
  client.user.update(...at, id, '*', { note: 'bench' });
