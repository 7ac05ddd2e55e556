// Gateways that judge calls themselves, beside the same gateways without any check and beside one that asks us: CPU of a
// call, how soon a block is known, and what a snapshot costs.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SubscriptionRow } from '../../src/domain/gateway-rows.ts';
import { createHaproxyCarrier } from '../../src/gateway/haproxy/carrier.ts';
import { createCallIndex } from '../../src/gateway/index/call-index.ts';
import { createNginxCarrier } from '../../src/gateway/nginx/carrier.ts';
import type { Carrier } from '../../src/gateway/pushed/carrier.ts';
import { createPushedMaps } from '../../src/gateway/pushed/maps.ts';
import { cpuMsOf } from '../support/cpu.ts';
import { findHaproxy, startHaproxy } from '../support/haproxy.ts';
import { documentedNginx, findNginxWithLua, startNginx } from '../support/nginx.ts';
import { startPushedNginx } from '../support/pushed-nginx.ts';
import { SECRET_KEY } from './accounts.ts';
import { startCheckSender } from './check-sender.ts';
import { median } from './figures.ts';
import { fillAccounts } from './fill.ts';
import { type Bench, measureBlocks, untilReady } from './gateway.ts';
import { API_PATHS, fillCatalog, fillKeys } from './gateway-fill.ts';
import { freePort, startProcess } from './process.ts';

const ROUNDS = 5;
/** As long as a gateway's counts wait, so that the work for them falls into each round. */
const SECONDS = 5;
const IN_FLIGHT = 50;
const KEYS_SENT = 10_000;
const BLOCKS = 1_000;
const SATURATED_BLOCKS = 300;
/** Of each of the 50 connections: some 8,000 calls a second, so that a core is free now and then. */
const PAUSE_MS = 5;
/** nginx closes a connection after a thousand calls; HAProxy then ends the call that was to use it. */
const KEEP_OPEN = 'keepalive_requests 1000000000;';
const SECRET = 'a-secret-of-the-gateway-and-of-its-agents';
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const AGENT = fileURLToPath(new URL('../../src/cli/gateway.ts', import.meta.url));
const URI = `/${API_PATHS[3]}/items/7?page=2`;
const RULES = / {2}# =+\n {2}# Nothing passes[\s\S]*? {2}# =+\n/;

/** A gateway's processes, and those of ours that belong to it. */
type Target = { url: string; pids: () => Promise<number[]>; ours: number[] };

const cpuOf = (pids: readonly number[]) => cpuMsOf(pids) * 1_000;
const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

const haproxyWith = async (path: string, upstream: string, change: (config: string) => string) => {
  const started = await startHaproxy(path, upstream, { change });
  return { ...started, pids: started.workerIds };
};

export async function measurePushed(bench: Bench, keys: number) {
  const [haproxyPath, nginxPath] = [findHaproxy(), findNginxWithLua()];
  if (!haproxyPath || !nginxPath) throw new Error('this needs an HAProxy and an nginx with Lua');
  const { databaseUrl, sql, serviceId } = bench;
  await fillAccounts(sql, serviceId, keys);
  await fillCatalog(sql, serviceId);
  const made = await fillKeys(sql, serviceId, keys, randomBytes);
  const stops: (() => unknown)[] = [];
  const keep = <Started extends { stop(): unknown }>(started: Started): Started => {
    stops.push(started.stop);
    return started;
  };
  try {
    const port = await freePort();
    const api = `127.0.0.1:${await freePort()}`;
    keep(
      await startNginx(
        nginxPath,
        `${KEEP_OPEN} server { listen ${api}; location / { return 200 ok; } }`,
        Number(api.split(':')[1]),
      ),
    );
    const env = { PORT: port, DATABASE_URL: databaseUrl, SECRET_KEY, LOG_LEVEL: 'error' };
    const ours = keep(
      await startProcess(MAIN, { ...env, GATEWAY_SECRET: SECRET, GATEWAY_FOLLOW_SECRET: SECRET }),
    );
    const url = `http://127.0.0.1:${port}`;
    await untilReady(url);
    const agentOf = (kind: string, folder: string) => {
      const child = spawn(process.execPath, ['--import', 'tsx', AGENT, kind, '--folder', folder], {
        env: { ...process.env, GATEWAY_SOURCE_URL: url, GATEWAY_FOLLOW_SECRET: SECRET, LOG_LEVEL: 'warn' },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      return keep({ pid: child.pid ?? 0, stop: () => end(child) });
    };
    const withoutCounting = (config: string) =>
      config.replace(/.*(track-sc1|sc-inc-gpc0\(1\)|apim_side_1|apim_moment\)).*\n/g, '');
    const bare = keep(await haproxyWith(haproxyPath, api, (config) => config.replace(RULES, '')));
    const haproxy = keep(await haproxyWith(haproxyPath, api, (config) => config));
    const uncounted = keep(await haproxyWith(haproxyPath, api, withoutCounting));
    const changes: [string, string][] = [['  access_log off;\n', `  access_log off;\n  ${KEEP_OPEN}\n`]];
    const nginx = keep(await startPushedNginx(nginxPath, api, { keys, changes }));
    const bareNginx = keep(
      await startPushedNginx(nginxPath, api, {
        changes: [...changes, ['access_by_lua_block { apim_user.check() }', '']],
      }),
    );
    const askingPort = Number(await freePort());
    const http = await documentedNginx('docs/gateways.md', [
      ['127.0.0.1:3001', `127.0.0.1:${port}`],
      ['  server 127.0.0.1:3002 fail_timeout=1s;\n', ''],
      ['listen 8080', `listen 127.0.0.1:${askingPort}`],
      ['127.0.0.1:9000', api],
      ['what-the-gateway-sends', SECRET],
    ]);
    const asking = keep(await startNginx(nginxPath, `${KEEP_OPEN} ${http}`, askingPort));
    const agents = {
      haproxy: agentOf('haproxy', haproxy.folder).pid,
      uncounted: agentOf('haproxy', uncounted.folder).pid,
      nginx: agentOf('nginx', nginx.folder).pid,
    };
    const targets: Record<string, Target> = {
      'HAProxy without a check': { url: bare.url, pids: bare.pids, ours: [] },
      'HAProxy, pushed': { url: haproxy.url, pids: haproxy.pids, ours: [ours.pid, agents.haproxy] },
      'HAProxy, pushed, not counted': {
        url: uncounted.url,
        pids: uncounted.pids,
        ours: [ours.pid, agents.uncounted],
      },
      'nginx without a check': { url: bareNginx.url, pids: bareNginx.workerIds, ours: [] },
      'nginx, pushed': { url: nginx.url, pids: nginx.workerIds, ours: [ours.pid, agents.nginx] },
      'nginx, asking': {
        url: `http://127.0.0.1:${askingPort}`,
        pids: async () => childrenOf(asking.pid),
        ours: [ours.pid],
      },
    };
    const calls = await measureCalls(targets, made);
    const gateways = { haproxy: haproxy.url, nginx: nginx.url };
    const blocks: Record<string, Awaited<ReturnType<typeof measureBlocks>>> = {};
    for (const [at, [name, gateway]] of Object.entries(gateways).entries()) {
      const some = made.filter((_, place) => Math.floor(place / 2) % 2 === at);
      const others = some.splice(some.length / 2);
      const order = { url: gateway, path: URI, count: BLOCKS };
      blocks[name] = await measureBlocks(bench, { ...order, pauseMs: PAUSE_MS }, some);
      const saturated = { ...order, count: SATURATED_BLOCKS };
      blocks[`${name}, with no core free`] = await measureBlocks(bench, saturated, others);
    }
    return { keys: made.length, calls, blocks };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function measureCalls(targets: Record<string, Target>, made: readonly string[]) {
  const sender = await startCheckSender();
  try {
    const sent = made.filter((_, at) => at % Math.ceil(made.length / KEYS_SENT) === 0);
    const send = async ({ url, pids, ours }: Target, seconds: number) => {
      const [before, oursBefore] = [cpuOf(await pids()), cpuOf(ours)];
      const order = { url, path: URI, uri: URI, keys: sent, inFlight: IN_FLIGHT, seconds, status: 200 };
      const { perSecond, answers } = await sender.send(order);
      const [gateway, own] = [cpuOf(await pids()) - before, cpuOf(ours) - oursBefore];
      return { perSecond, cpuUs: (gateway + own) / answers, ownUs: own / answers };
    };
    for (const target of Object.values(targets)) await untilPasses(target, sent[0] ?? '');
    for (const target of Object.values(targets)) await send(target, SECONDS);
    const found = new Map<string, Awaited<ReturnType<typeof send>>[]>(
      Object.keys(targets).map((name) => [name, []]),
    );
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, target] of Object.entries(targets))
        found.get(name)?.push(await send(target, SECONDS));
    return Object.fromEntries(
      [...found].map(([name, rounds]) => {
        const bare = found.get(`${name.split(/ |,/)[0]} without a check`) ?? [];
        return [
          name,
          {
            perSecond: median(rounds.map(({ perSecond }) => perSecond)),
            cpuUs: median(rounds.map(({ cpuUs }) => cpuUs)),
            ownUs: median(rounds.map(({ ownUs }) => ownUs)),
            checkUs: median(rounds.map(({ cpuUs }, at) => cpuUs - (bare[at]?.cpuUs ?? Number.NaN))),
            ratio: median(rounds.map(({ cpuUs }, at) => cpuUs / (bare[at]?.cpuUs ?? Number.NaN))),
          },
        ];
      }),
    );
  } finally {
    sender.stop();
  }
}

async function untilPasses({ url }: Target, key: string): Promise<void> {
  const late = performance.now() + 60_000;
  for (;;) {
    const response = await fetch(`${url}${URI}`, { headers: { 'ocp-apim-subscription-key': key } });
    await response.arrayBuffer();
    if (response.status === 200) return;
    if (performance.now() > late) throw new Error(`${url} answers ${response.status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Seconds from an index to the gateway's first lease, and what that adds to the gateway's memory. */
export async function measureSnapshots(keys: number) {
  const [haproxyPath, nginxPath] = [findHaproxy() ?? '', findNginxWithLua() ?? ''];
  const haproxy = await startHaproxy(haproxyPath, '127.0.0.1:9');
  const nginx = await startPushedNginx(nginxPath, '127.0.0.1:9', { keys });
  const warn = () => {};
  try {
    return {
      keys,
      haproxy: await measureSnapshot(
        createHaproxyCarrier({ ...haproxy, warn }),
        await haproxy.workerIds(),
        keys,
      ),
      nginx: await measureSnapshot(createNginxCarrier({ ...nginx, warn }), await nginx.workerIds(), keys),
    };
  } finally {
    await haproxy.stop();
    await nginx.stop();
  }
}

async function measureSnapshot(carrier: Carrier, pids: readonly number[], keys: number) {
  const index = createCallIndex();
  for (let at = 0; at < keys / 2; at++) index.putSubscription(rowOf(at));
  const resident = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pids[0]}/status`, 'utf8'))?.[1]) / 1_024;
  const [megabytes, startedAt, cpu] = [resident(), performance.now(), cpuOf(pids)];
  const own = process.cpuUsage();
  await carrier.load(createPushedMaps().entries(index));
  await carrier.keepAlive({
    endsAt: performance.now() + 2_000,
    staleSeconds: null,
    share: { of: 1, rank: 0 },
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(own);
  await carrier.close();
  return {
    seconds,
    gatewayCpuSeconds: (cpuOf(pids) - cpu) / 1e6,
    agentCpuSeconds: (user + system) / 1e6,
    megabytes: resident() - megabytes,
  };
}

/** Hashes that spread as those of keys do. */
const hashOf = (number: number) =>
  [1, 2, 3, 4, 5, 6, 7, 8]
    .map((place) => (Math.imul(number + 1, 0x9e3779b1 * place) ^ Math.imul(number + place, 0x85ebca6b)) >>> 0)
    .map((part) => part.toString(16).padStart(8, '0'))
    .join('');

function rowOf(at: number): SubscriptionRow {
  return {
    id: `sub-${at}`,
    createdAt: at,
    state: 'active',
    startsAt: null,
    endsAt: null,
    productId: 'gold',
    apiId: null,
    ownLimits: { rate: null, quota: null },
    quotaEndsAt: null,
    account: { id: `row-${at}`, resourceId: `user-${at}`, state: 'active', groupIds: ['developers'] },
    keys: [
      { slot: 'primary', hash: hashOf(at * 2), endsAt: null },
      { slot: 'secondary', hash: hashOf(at * 2 + 1), endsAt: null },
    ],
  };
}
