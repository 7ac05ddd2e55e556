// The gateway check: how many a second, beside an empty route and beside a query each; what the index takes; how soon a
// block is known elsewhere; how soon a million keys are ready.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type postgres from 'postgres';
import { SECRET_KEY } from './accounts.ts';
import { startCheckSender } from './check-sender.ts';
import { median, percentile } from './figures.ts';
import { fillAccounts } from './fill.ts';
import { API_PATHS, fillCatalog, fillForeignKeys, fillKeys, giveKeysEnds } from './gateway-fill.ts';
import { freePort, startProcess } from './process.ts';

const ROUNDS = 5;
const SECONDS = 3;
const IN_FLIGHT = 50;
const BLOCKS = 200;
const KEYS_SENT = 10_000;
const READY_MS = 180_000;
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const TARGET = fileURLToPath(new URL('./gateway-target.ts', import.meta.url));
const run = promisify(execFile);

export type Bench = { databaseUrl: string; sql: postgres.Sql; serviceId: string };

const product = ({ databaseUrl }: Bench) =>
  startProcess(MAIN, { PORT: '0', DATABASE_URL: databaseUrl, SECRET_KEY, LOG_LEVEL: 'error' });
const localUrl = (url: string) => `http://127.0.0.1:${new URL(url).port}`;

export async function untilReady(url: string): Promise<void> {
  const late = performance.now() + READY_MS;
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > late) throw new Error('it did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** With `keys` of ours, fills first. Rates are medians of rounds that are run in turn. */
export async function measureChecks(bench: Bench, keys: number) {
  const { databaseUrl, sql, serviceId } = bench;
  // Two keys to an account; not all that are filled in are active.
  await fillAccounts(sql, serviceId, keys);
  await fillCatalog(sql, serviceId);
  const made = await fillKeys(sql, serviceId, keys, randomBytes);
  const stops: (() => unknown)[] = [];
  try {
    const target = async (what: string) => {
      const env = { PORT: await freePort(), DATABASE_URL: databaseUrl, SERVICE: serviceId };
      const started = await startProcess(TARGET, env, [what]);
      stops.push(started.stop);
      return started.url;
    };
    const ours = await product(bench);
    stops.push(ours.stop);
    await untilReady(localUrl(ours.url));
    const targets = {
      hono: { url: await target('hono'), path: '/empty' },
      route: { url: await target('route'), path: '/empty' },
      query: { url: await target('query'), path: '/gateway/check' },
      check: { url: localUrl(ours.url), path: '/gateway/check' },
    };
    const sender = await startCheckSender();
    stops.push(sender.stop);
    const sent = made.filter((_, at) => at % Math.ceil(made.length / KEYS_SENT) === 0);
    const names = Object.keys(targets) as (keyof typeof targets)[];
    const send = async (name: keyof typeof targets, seconds: number) => {
      const uri = `/${API_PATHS[3]}/items/7?page=2`;
      const order = { ...targets[name], uri, keys: sent, inFlight: IN_FLIGHT, seconds, status: 200 };
      return (await sender.send(order)).perSecond;
    };
    for (const name of names) await send(name, 2);
    const rates: Record<keyof typeof targets, number[]> = { hono: [], route: [], query: [], check: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) rates[name].push(await send(name, SECONDS));
    }
    const perSecond = Object.fromEntries(names.map((name) => [name, median(rates[name])])) as Record<
      keyof typeof targets,
      number
    >;
    // The rounds of one turn see the same machine.
    const ratioTo = (name: keyof typeof targets) =>
      median(rates.check.map((rate, at) => rate / (rates[name][at] ?? Number.NaN)));
    const ratios = { hono: ratioTo('hono'), route: ratioTo('route'), query: ratioTo('query') };
    const blocks = await measureBlocks(bench, { ...targets.check, count: BLOCKS }, made);
    const memory = await measureMemory(bench);
    // Some of the others are blocked by now.
    const ends = await measureEnds(bench, target, sent.slice(-KEYS_SENT / 2));
    return { keys: made.length, perSecond, ratios, blocks, memory, ends };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/**
 * The same check by two processes, of which the second reads the keys once each has an end: a ratio of rates, the median of
 * rounds in turn, and the memory of the index with ends. Then no key has an end again.
 */
async function measureEnds(bench: Bench, start: (what: string) => Promise<string>, sent: string[]) {
  const path = '/gateway/check';
  const uri = `/${API_PATHS[3]}/items/7`;
  const order = { path, uri, keys: sent, inFlight: IN_FLIGHT, seconds: SECONDS, status: 200 };
  const without = await start('check');
  await giveKeysEnds(bench.sql, new Date(Date.now() + 86_400_000));
  const sender = await startCheckSender();
  try {
    const ends = await start('check');
    const ratios: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const plain = await sender.send({ ...order, url: without });
      const ended = await sender.send({ ...order, url: ends });
      // The first round warms both up.
      if (round > 0) ratios.push(ended.perSecond / plain.perSecond);
    }
    return { ratio: median(ratios), ratios, memory: await measureMemory(bench) };
  } finally {
    sender.stop();
    await giveKeysEnds(bench.sql, null);
  }
}

/** What the index adds to a process, in bytes: medians. */
async function measureMemory({ databaseUrl, serviceId }: Bench) {
  const env = { ...process.env, DATABASE_URL: databaseUrl, SERVICE: serviceId };
  const words = ['--expose-gc', '--import', 'tsx', TARGET, 'memory'];
  const found: { keys: number; inUse: number; rss: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    found.push(JSON.parse((await run(process.execPath, words, { env })).stdout));
  const medianOf = (name: 'keys' | 'inUse' | 'rss') => median(found.map((one) => one[name]));
  return { keys: medianOf('keys'), inUse: medianOf('inUse'), rss: medianOf('rss') };
}

/** From right before the commit is sent until the first refusal, asked for without a pause, while others ask too. */
export async function measureBlocks(
  { sql, serviceId }: Bench,
  { url, path, count, pauseMs = 0 }: { url: string; path: string; count: number; pauseMs?: number },
  keys: string[],
) {
  const sender = await startCheckSender();
  try {
    const uri = `/${API_PATHS[3]}/items/7`;
    const blocked = keys.slice(0, count * 2).filter((_, at) => at % 2 === 0);
    const load = sender.send({
      ...{ url, path, uri, keys: keys.slice(count * 2), inFlight: IN_FLIGHT, pauseMs },
      ...{ seconds: (count * 120) / 1_000, status: 200 },
    });
    const asking = await openAsking(url, path, uri);
    const times: number[] = [];
    for (const key of blocked) {
      const hash = createHash('sha256').update(key).digest('hex');
      if ((await asking.ask(key)) !== 200) throw new Error('it should have passed');
      let committedAt = 0;
      await sql.begin(async (tx) => {
        await tx`update accounts set state = 'blocked' where service_id = ${serviceId} and id = (
          select account_id from subscriptions s join subscription_keys k
            on k.service_id = s.service_id and k.subscription_id = s.id
          where s.service_id = ${serviceId} and k.hash = ${hash})`;
        committedAt = performance.now();
      });
      while ((await asking.ask(key)) !== 403);
      times.push(performance.now() - committedAt);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    asking.end();
    const { perSecond } = await load;
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: Math.max(...times), perSecond };
  } finally {
    sender.stop();
  }
}

async function openAsking(url: string, path: string, uri: string) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    ask: (key: string) =>
      new Promise<number>((resolve) => {
        socket.once('data', (chunk: Buffer) => resolve(Number(chunk.toString('latin1', 9, 12))));
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: bench\r\nX-Original-URI: ${uri}\r\nOcp-Apim-Subscription-Key: ${key}\r\n\r\n`,
        );
      }),
    end: () => socket.destroy(),
  };
}

/** Seconds from the start of a process to its first green `/readyz`, and of those until it listened at all: medians. */
export async function measureStart(bench: Bench, keys: number) {
  await fillAccounts(bench.sql, bench.serviceId, keys);
  await fillForeignKeys(bench.sql, bench.serviceId, keys);
  const [present] = await bench.sql<[{ n: number }]>`select count(*)::int as n from subscription_keys`;
  const listening: number[] = [];
  const ready: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    const ours = await product(bench);
    try {
      listening.push((performance.now() - startedAt) / 1_000);
      await untilReady(localUrl(ours.url));
      ready.push((performance.now() - startedAt) / 1_000);
    } finally {
      await ours.stop();
    }
  }
  return { keys: present.n, listening: median(listening), ready: median(ready) };
}
