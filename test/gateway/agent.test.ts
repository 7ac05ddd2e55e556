// An agent beside a gateway: a process of its own, which follows a process of the product over HTTP.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { apiKeyHash } from '../../src/security/api-key.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type MemoryGateway, startMemoryGateway } from '../support/memory-gateway.ts';
import { type AppProcess, startProcess } from '../support/process.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';
import { createProgramme, type Programme } from './programme.ts';
import { FOLLOW_SECRET } from './serve.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A long stop takes its time, so CI does without. */
const STOPS = process.env.LONG_STOPS ? [3_000, 10_000] : [3_000];

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

let gateway: MemoryGateway;
let proxy: TcpProxy;
let agent: ChildProcess | undefined;
let said = '';
/** Connections to the server. */
let tries = 0;
async function openGateway(): Promise<void> {
  gateway = await startMemoryGateway();
  proxy = await startTcpProxy({ host: '127.0.0.1', port }, () => {
    tries += 1;
    return () => {};
  });
}
async function closeGateway(): Promise<void> {
  await kill(agent);
  await proxy.close();
  gateway.close();
}

function startAgent(env: Record<string, string> = {}): void {
  said = '';
  agent = spawn(process.execPath, ['--import', 'tsx', 'test/gateway/memory-agent.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      GATEWAY_SOURCE_URL: `http://127.0.0.1:${proxy.port}`,
      GATEWAY_FOLLOW_SECRET: FOLLOW_SECRET,
      MEMORY_GATEWAY: gateway.url,
      ...env,
    },
  });
  for (const stream of [agent.stdout, agent.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
}

async function callable() {
  const apiId = await programme.api(`agent${Math.random().toString(36).slice(2)}/v1`);
  const productId = await programme.product([apiId]);
  const its = await programme.subscription({ productId });
  return { ...its, hash: apiKeyHash(its.primaryKey) ?? '' };
}
const passes = (hash: string) =>
  eventually(
    () => `the call to pass; the agent said:\n${said}`,
    () => gateway.ask(hash) === 200,
  );

/** Calls without a pause, until the end. Gives the answers to calls that began since `mark`. */
function callAlways(hash: string) {
  let answers: number[] = [];
  let isOver = false;
  const calling = (async () => {
    while (!isOver) {
      answers.push(gateway.ask(hash));
      await new Promise((resolve) => setImmediate(resolve));
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

describe('T79: once a block is answered, a connected gateway refuses', () => {
  beforeAll(async () => {
    await openGateway();
    startAgent();
  });
  afterAll(closeGateway);

  it('each of 20 times, with other calls under way', async () => {
    const { hash, accountId } = await callable();
    await passes(hash);
    const calls = callAlways(hash);
    for (let round = 0; round < 20; round++) {
      await blockAccount(beside.console(), { accountId });
      calls.mark();
      // On a slow machine its time may be over.
      expect([403, 503]).toContain(gateway.ask(hash));
      await eventually('the refusal', () => gateway.ask(hash) === 403);
      expect(calls.since()).not.toContain(200);
      await activateAccount(beside.console(), { accountId });
      await passes(hash);
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
    ['after the gateway was started again', async () => gateway.restart(), async () => {}],
  ];
  it.each(FAULTS)('%s, and lets calls pass again once all are back', async (_what, fault, heal) => {
    const { hash, accountId } = await callable();
    const other = await callable();
    await passes(hash);
    await fault();
    await blockAccount(beside.console(), { accountId });
    const calls = callAlways(hash);
    expect([403, 503, 401]).toContain(gateway.ask(hash));
    await heal();
    // It has caught up with what was committed before it came back.
    await passes(other.hash);
    await eventually('the call to be refused', () => gateway.ask(hash) === 403);
    expect(calls.since()).not.toContain(200);
    await calls.end();
    await activateAccount(beside.console(), { accountId });
    await passes(hash);
  });
});

describe('an agent', () => {
  beforeEach(openGateway);
  afterEach(closeGateway);

  it('that was away tells the gateway only what changed meanwhile, and no key is missing there on the way', async () => {
    const { hash, accountId } = await callable();
    startAgent();
    await passes(hash);
    const calls = callAlways(hash);
    const { changes } = gateway.told;
    proxy.cut();
    const other = await callable();
    await passes(other.hash);
    expect(calls.since().filter((status) => ![200, 503].includes(status))).toEqual([]);
    await calls.end();
    expect(gateway.told.loads).toBe(1);
    // An API's five entries, a product's two, and two keys.
    expect(gateway.told.changes - changes).toBeLessThanOrEqual(12);
    await blockAccount(beside.console(), { accountId });
    expect([403, 503]).toContain(gateway.ask(hash));
  });

  it('tells a gateway that lost everything all of it again, without a word from us', async () => {
    const { hash } = await callable();
    startAgent();
    await passes(hash);
    gateway.restart();
    expect(gateway.ask(hash)).toBe(503);
    await passes(hash);
    expect(gateway.told.loads).toBeGreaterThanOrEqual(2);
    expect(said).toContain('This gateway was started again.');
  });

  it('lets the gateway go on for GATEWAY_STALE_SECONDS without us, and says how old its facts are', async () => {
    const { hash } = await callable();
    startAgent({ GATEWAY_STALE_SECONDS: '4' });
    await passes(hash);
    expect(gateway.staleSeconds()).toBeNull();
    proxy.silenceAll();
    await eventually('old facts', () => gateway.staleSeconds() !== null && gateway.ask(hash) === 200);
    await eventually(
      'an age of more than a lease',
      () => (gateway.staleSeconds() ?? 0) > 2 && gateway.ask(hash) === 200,
    );
    await eventually('the end of the four seconds', () => gateway.ask(hash) === 503);
    expect(gateway.staleSeconds()).toBeLessThanOrEqual(4);
    proxy.carryNew();
    await passes(hash);
    expect(gateway.staleSeconds()).toBeNull();
    expect(said).toContain('answers calls by old facts');
  });

  it('without the right secret feeds nothing, says so once, and goes on trying', async () => {
    const { hash } = await callable();
    startAgent({ GATEWAY_FOLLOW_SECRET: `${FOLLOW_SECRET}x` });
    await eventually('the refusal', () => said.includes("GATEWAY_FOLLOW_SECRET is not the server's"));
    const before = tries;
    await eventually('further tries', () => tries >= before + 3);
    expect(agent?.exitCode).toBeNull();
    expect(gateway.ask(hash)).toBe(503);
    expect(gateway.told.loads).toBe(0);
    expect(said.match(/status_404/g)?.length).toBeLessThan(tries);
    expect(said).not.toContain(FOLLOW_SECRET);
  });

  it('hands on each call that the gateway counted, once, also those before its end', async () => {
    const { hash, subscriptionId } = await callable();
    startAgent();
    await passes(hash);
    const counted = async () => {
      const [row] = await beside.sql`select sum(calls)::int as calls from subscription_calls
        where subscription_id = ${subscriptionId} and outcome = 'passed' and span = 'hour'`;
      return Number(row?.calls ?? 0);
    };
    await eventually('the first call', async () => (await counted()) === 1);
    for (let round = 0; round < 3; round++) {
      await passes(hash);
      // Whether the answer of a batch is lost is left to chance; that it counts once isn't.
      proxy.cut();
      await passes(hash);
    }
    const ended = agent && once(agent, 'close');
    agent?.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await eventually('all calls', async () => (await counted()) === 7);
  });
});
