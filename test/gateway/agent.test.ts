// An agent beside a gateway: a process of its own, which follows a process of the product over HTTP.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rate } from '../../src/domain/call-limits.ts';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { apiKeyHash } from '../../src/security/api-key.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { findHaproxy, HOW_TO_GET_HAPROXY, startHaproxy } from '../support/haproxy.ts';
import { type MemoryGateway, startMemoryGateway } from '../support/memory-gateway.ts';
import { findNginx, HOW_TO_GET_NGINX } from '../support/nginx.ts';
import { type AppProcess, startProcess, startProgram } from '../support/process.ts';
import { COMPILED_PROGRAMS } from '../support/programs.ts';
import { startPushedNginx } from '../support/pushed-nginx.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';
import { createProgramme, type Programme } from './programme.ts';
import { FOLLOW_SECRET } from './serve.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Every fault with every gateway, also long ones. */
const ALL = Boolean(process.env.AGENT_FAULTS);
const MEMORY_AGENT = COMPILED_PROGRAMS
  ? [`${COMPILED_PROGRAMS}/test/gateway/memory-agent.js`]
  : ['--import', 'tsx', 'test/gateway/memory-agent.ts'];
/** A process starts in it, maybe on a busy machine. */
const START_MS = 180_000;
const STOPS = ALL ? [3_000, 10_000] : [3_000];

let database: TestDatabase;
let dataDir: string;
let port: number;
let server: AppProcess;
let beside: BesideApp;
let programme: Programme;
beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'apim-user-agent-'));
  port = await freePort();
  await startServer();
  beside = await besideApp({ databaseUrl: database.url, publicUrl: `http://127.0.0.1:${port}` });
  programme = createProgramme(beside.console);
});
afterAll(async () => {
  await beside.close();
  await kill(server.child);
  await database.close();
  await rm(dataDir, { recursive: true });
});

async function startServer(): Promise<void> {
  server = startProcess({
    DATABASE_URL: database.url,
    SECRET_KEY: TEST_SECRET_KEY,
    DATA_DIR: dataDir,
    GATEWAY_FOLLOW_SECRET: FOLLOW_SECRET,
    PORT: String(port),
  });
  await server.address();
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

const nginxPath = findNginx();
if (!nginxPath) process.stderr.write(`\n${HOW_TO_GET_NGINX}\n\n`);
const haproxyPath = findHaproxy();
if (!haproxyPath) process.stderr.write(`\n${HOW_TO_GET_HAPROXY}\n\n`);

type Callable = Awaited<ReturnType<typeof callable>>;
/** A gateway that an agent feeds. */
type Fed = {
  ask(its: Callable): Promise<number> | number;
  /** Ends it without a word, and starts it again. */
  restart(): Promise<void>;
  startAgent(env: Record<string, string>): ChildProcess;
  close(): Promise<unknown>;
};
type Kind = 'memory' | 'nginx' | 'haproxy';
const OPEN: Record<Kind, () => Promise<Fed>> = {
  memory: openMemory,
  nginx: openNginx,
  haproxy: openHaproxy,
};

let fed: Fed;
let memory: MemoryGateway;
let proxy: TcpProxy;
let agent: ChildProcess | undefined;
let said = '';
/** Connections to the server. */
let tries = 0;

async function openMemory(): Promise<Fed> {
  memory = await startMemoryGateway();
  return {
    ask: ({ hash }) => memory.ask(hash),
    restart: async () => memory.restart(),
    startAgent: (env) =>
      spawn(process.execPath, MEMORY_AGENT, {
        cwd: ROOT,
        env: { PATH: process.env.PATH, MEMORY_GATEWAY: memory.url, ...env },
      }),
    close: async () => memory.close(),
  };
}

async function openNginx(): Promise<Fed> {
  const api = await startGuardedApi();
  const nginx = await startPushedNginx(nginxPath ?? '', api.host);
  return {
    ...overHttp(nginx.url),
    async restart() {
      await nginx.end('SIGKILL');
      await nginx.start();
    },
    startAgent: (env) =>
      startProgram('gateway', ['nginx'], { ...env, GATEWAY_SOCKET: nginx.socketPath, LOG_LEVEL: 'info' })
        .child,
    async close() {
      await nginx.stop();
      api.close();
    },
  };
}

async function openHaproxy(): Promise<Fed> {
  const api = await startGuardedApi();
  const haproxy = await startHaproxy(haproxyPath ?? '', api.host);
  return {
    ...overHttp(haproxy.url),
    async restart() {
      await haproxy.end();
      await haproxy.start();
    },
    startAgent: (env) =>
      startProgram('gateway', ['haproxy', '--folder', haproxy.folder], { ...env, LOG_LEVEL: 'info' }).child,
    async close() {
      await haproxy.stop();
      api.close();
    },
  };
}

const overHttp = (url: string): Pick<Fed, 'ask'> => ({
  async ask({ path, primaryKey }) {
    const headers = { 'Ocp-Apim-Subscription-Key': primaryKey };
    const response = await fetch(`${url}${path}`, { headers }).catch(() => null);
    await response?.arrayBuffer();
    // Nothing listens while it starts.
    return response?.status ?? 503;
  },
});

async function openGateway(kind: Kind): Promise<void> {
  fed = await OPEN[kind]();
  proxy = await startTcpProxy({ host: '127.0.0.1', port }, () => {
    tries += 1;
    return () => {};
  });
}
async function closeGateway(): Promise<void> {
  await kill(agent);
  await proxy.close();
  await fed.close();
}

function startAgent(env: Record<string, string> = {}): void {
  said = '';
  agent = fed.startAgent({
    GATEWAY_SOURCE_URL: `http://127.0.0.1:${proxy.port}`,
    GATEWAY_FOLLOW_SECRET: FOLLOW_SECRET,
    ...env,
  });
  for (const stream of [agent.stdout, agent.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
}

async function callable(limits: { rate?: Rate } = {}) {
  const place = `agent${Math.random().toString(36).slice(2)}`;
  const productId = await programme.product([await programme.api(`${place}/v1`)], limits);
  const its = await programme.subscription({ productId });
  return { ...its, path: `/${place}/v1/items`, hash: apiKeyHash(its.primaryKey) ?? '' };
}
const passes = (its: Callable) =>
  eventually(
    () => `the call to pass; the agent said:\n${said}`,
    async () => (await fed.ask(its)) === 200,
  );

/** Calls without a pause, until the end. Gives the answers to calls that began since `mark`. */
function callAlways(its: Callable) {
  let answers: number[] = [];
  let isOver = false;
  const calling = (async () => {
    while (!isOver) {
      const into = answers;
      into.push(await fed.ask(its));
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  })();
  return {
    mark(): void {
      answers = [];
    },
    since: () => [...new Set(answers)].toSorted(),
    async end(): Promise<void> {
      isOver = true;
      await calling;
    },
  };
}

const KINDS: Kind[] = [
  'memory',
  ...(nginxPath ? (['nginx'] as const) : []),
  ...(haproxyPath ? (['haproxy'] as const) : []),
];
describe.each(KINDS)('T79: once a block is answered, a connected gateway (%s) refuses', (kind) => {
  beforeAll(async () => {
    await openGateway(kind);
    startAgent();
  });
  afterAll(closeGateway);

  it('each of ten times, with other calls under way', { timeout: START_MS }, async () => {
    const its = await callable();
    const { accountId } = its;
    await passes(its);
    const calls = callAlways(its);
    for (let round = 0; round < 10; round++) {
      await blockAccount(beside.console(), { accountId });
      calls.mark();
      // On a slow machine its time may be over.
      expect([403, 503]).toContain(await fed.ask(its));
      await eventually('the refusal', async () => (await fed.ask(its)) === 403);
      expect(calls.since()).not.toContain(200);
      await activateAccount(beside.console(), { accountId });
      await passes(its);
    }
    await calls.end();
  });

  const stopped = (ms: number) => async () => {
    agent?.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
  };
  const goesOn = async () => void agent?.kill('SIGCONT');
  /** What happens before the block, and what happens once it is answered. */
  const FAULTS: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['while the agent is stopped', stopped(0), goesOn],
    ...STOPS.map((ms): (typeof FAULTS)[number] => [`after ${ms} ms without the agent`, stopped(ms), goesOn]),
    ['after the agent was killed', () => kill(agent), async () => startAgent()],
    ['after the agent was told to end', async () => agent?.kill('SIGTERM'), async () => startAgent()],
    ['after the server was killed', () => kill(server.child), startServer],
    [
      'while the line carries nothing',
      async () => proxy.silenceAll(),
      async () => {
        proxy.carryNew();
      },
    ],
    ['after the line was cut', async () => proxy.cut(), async () => {}],
    ['after the gateway was started again', () => fed.restart(), async () => {}],
  ];
  // Each is played once, unless all is asked for: with real gateways where there are any and their clocks and memory count.
  const isPlayed = ([what]: (typeof FAULTS)[number]) => {
    const isTheGateways = /without the agent|agent was killed|started again/.test(what);
    return ALL || (kind === 'memory' ? KINDS.length === 1 || !isTheGateways : isTheGateways);
  };
  it.each(FAULTS.filter(isPlayed))(
    '%s, and lets calls pass again once all are back',
    async (_what, fault, heal) => {
      const its = await callable();
      const other = await callable();
      await passes(its);
      await fault();
      await blockAccount(beside.console(), { accountId: its.accountId });
      const calls = callAlways(its);
      expect([403, 503]).toContain(await fed.ask(its));
      await heal();
      // It has caught up with what was committed before it came back.
      await passes(other);
      await eventually('the call to be refused', async () => (await fed.ask(its)) === 403);
      expect(calls.since().filter((status) => ![403, 503].includes(status))).toEqual([]);
      await calls.end();
      await activateAccount(beside.console(), { accountId: its.accountId });
      await passes(its);
    },
    START_MS,
  );
});

describe('an agent', () => {
  beforeEach(() => openGateway('memory'));
  afterEach(closeGateway);

  it('that was away tells the gateway only what changed meanwhile, and no key is missing there on the way', async () => {
    const its = await callable();
    const { hash, accountId } = its;
    startAgent();
    await passes(its);
    const calls = callAlways(its);
    const { changes } = memory.told;
    proxy.cut();
    const other = await callable();
    await passes(other);
    expect(calls.since().filter((status) => ![200, 503].includes(status))).toEqual([]);
    await calls.end();
    expect(memory.told.loads).toBe(1);
    // An API's five entries, a product's two, and two keys.
    expect(memory.told.changes - changes).toBeLessThanOrEqual(12);
    await blockAccount(beside.console(), { accountId });
    expect([403, 503]).toContain(memory.ask(hash));
  });

  it('tells a gateway that lost everything all of it again, without a word from us', async () => {
    const its = await callable();
    const { hash } = its;
    startAgent();
    await passes(its);
    memory.restart();
    expect(memory.ask(hash)).toBe(503);
    await passes(its);
    expect(memory.told.loads).toBeGreaterThanOrEqual(2);
    expect(said).toContain('This gateway was started again.');
  });

  it('lets the gateway go on for GATEWAY_STALE_SECONDS without us, and says how old its facts are', async () => {
    const its = await callable();
    const { hash } = its;
    startAgent({ GATEWAY_STALE_SECONDS: '4' });
    await passes(its);
    await eventually('fresh facts', () => memory.staleSeconds() === null);
    proxy.silenceAll();
    await eventually('old facts', () => memory.staleSeconds() !== null && memory.ask(hash) === 200);
    await eventually(
      'an age of more than a lease',
      () => (memory.staleSeconds() ?? 0) > 2 && memory.ask(hash) === 200,
    );
    await eventually('the end of the four seconds', () => memory.ask(hash) === 503);
    expect(memory.staleSeconds()).toBeLessThanOrEqual(4);
    proxy.carryNew();
    await passes(its);
    await eventually('fresh facts', () => memory.staleSeconds() === null);
    expect(said).toContain('answers calls by old facts');
  });

  it('without the right secret feeds nothing, says so once, and goes on trying', async () => {
    const its = await callable();
    const { hash } = its;
    startAgent({ GATEWAY_FOLLOW_SECRET: `${FOLLOW_SECRET}x` });
    await eventually('the refusal', () => said.includes("GATEWAY_FOLLOW_SECRET is not the server's"));
    const before = tries;
    await eventually('further tries', () => tries >= before + 3);
    expect(agent?.exitCode).toBeNull();
    expect(memory.ask(hash)).toBe(503);
    expect(memory.told.loads).toBe(0);
    expect(said.match(/status_404/g)?.length).toBeLessThan(tries);
    expect(said).not.toContain(FOLLOW_SECRET);
  });

  it('takes a share of each rate only once it answers calls of subscriptions that have one', async () => {
    const [unlimited, limited] = [await callable(), await callable({ rate: { calls: 1_000, seconds: 60 } })];
    startAgent();
    await passes(unlimited);
    const written = async ({ subscriptionId }: Callable) => {
      const rows =
        await beside.sql`select 1 from subscription_calls where subscription_id = ${subscriptionId}`;
      return rows.length > 0;
    };
    const answering = async () => {
      const rows = await beside.sql`select distinct is_answering from gateway_followers where kind = 'nginx'
        and last_beat_at > now() - interval '4 seconds'`;
      return rows.map((row) => row.is_answering).toSorted();
    };
    await eventually('the call to be counted', () => written(unlimited));
    expect(await answering()).not.toContain(true);
    await passes(limited);
    await eventually('its share', async () => (await answering()).includes(true));
  });

  it('hands on each call that the gateway counted, once, also those before its end', async () => {
    const its = await callable();
    const { subscriptionId } = its;
    startAgent();
    await passes(its);
    const counted = async () => {
      const [row] = await beside.sql`select sum(calls)::int as calls from subscription_calls
        where subscription_id = ${subscriptionId} and outcome = 'passed' and span = 'hour'`;
      return Number(row?.calls ?? 0);
    };
    await eventually('the first call', async () => (await counted()) === 1);
    for (let round = 0; round < 3; round++) {
      await passes(its);
      // Whether the answer of a batch is lost is left to chance; that it counts once isn't.
      proxy.cut();
      await passes(its);
    }
    const ended = agent && once(agent, 'close');
    agent?.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await eventually('all calls', async () => (await counted()) === 7);
  });
});
