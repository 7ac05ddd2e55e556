// An HAProxy that judges calls itself, by what its carrier pushes into it.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SubscriptionRow } from '../../src/domain/gateway-rows.ts';
import { FAULT_RESPONSES, UNAVAILABLE } from '../../src/gateway/check/check-response.ts';
import { createHaproxyCarrier } from '../../src/gateway/haproxy/carrier.ts';
import { openRuntimeSocket } from '../../src/gateway/haproxy/socket.ts';
import type { Carrier, DrainedCalls, Lease, PushedChange } from '../../src/gateway/pushed/carrier.ts';
import { apiTag, subscriptionTag } from '../../src/gateway/pushed/tag.ts';
import { cpuMsOf } from '../support/cpu.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { findHaproxy, HOW_TO_GET_HAPROXY, type StartedHaproxy, startHaproxy } from '../support/haproxy.ts';
import { interrupted, keysOf } from '../support/pushed-entries.ts';
import {
  accountOf,
  createCalls,
  entriesOf,
  expectOurIds,
  expectOurRefusals,
  expectPassesWhileOpening,
  indexOf,
  keyOf,
  ROWS,
  rowOf,
  sha256,
} from './pushed-world.ts';

const haproxyPath = findHaproxy();
if (!haproxyPath) process.stderr.write(`\n${HOW_TO_GET_HAPROXY}\n\n`);

const BEAT_MS = 300;

/** The change of one subscription's key. */
function changeOf(row: SubscriptionRow): PushedChange[] {
  const found = keysOf(indexOf([row]));
  return found.length > 0 ? found : [{ map: 'keys', key: sha256(keyOf(row.id)), value: null }];
}
const blocked = (id: string) => rowOf(id, { account: accountOf('blocked', id) });

describe.skipIf(!haproxyPath)('an HAProxy with the rule pushed into it', () => {
  const api = forAllTests(startGuardedApi);
  let haproxy: StartedHaproxy;
  let carrier: Carrier;
  let stopBeating = async () => {};
  const carriers: Carrier[] = [];
  const started: StartedHaproxy[] = [];
  const warnings: string[] = [];
  let beats: boolean[] = [];

  afterEach(async () => {
    await calls.stopAll();
    await stopBeating();
    for (const one of carriers.splice(0)) await one.close();
    for (const one of started.splice(0)) await one.stop();
    api.takeArrived();
    warnings.length = 0;
  });

  async function start(options: Parameters<typeof startHaproxy>[2] = {}, entries = entriesOf()) {
    haproxy = await startHaproxy(haproxyPath ?? '', api.host, options);
    started.push(haproxy);
    carrier = carrierOf();
    await carrier.load(entries);
    await beat();
  }
  function carrierOf() {
    const { socketPath, folder } = haproxy;
    const made = createHaproxyCarrier({ socketPath, folder, warn: (message) => warnings.push(message) });
    carriers.push(made);
    return made;
  }
  const lease = (more: Partial<Lease> = {}): Lease => ({
    endsAt: performance.now() + 2_000,
    staleSeconds: null,
    share: { of: 1, rank: 0 },
    ...more,
  });
  /** As the agent does: after a failure it loads all facts again. */
  async function beat(more: Partial<Lease> = {}) {
    await stopBeating();
    await carrier.keepAlive(lease(more));
    let isStopped = false;
    const ended = (async () => {
      while (!isStopped) {
        await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
        if (!isStopped)
          await carrier.keepAlive(lease(more)).then(
            (hasNewWindows) => beats.push(hasNewWindows),
            () => carrier.load(entriesOf()).catch(() => {}),
          );
      }
    })();
    stopBeating = async () => {
      isStopped = true;
      await ended;
    };
  }

  async function workerId(): Promise<number> {
    const [id] = await haproxy.workerIds();
    if (!id) throw new Error('HAProxy has no worker');
    return id;
  }

  const calls = createCalls(() => haproxy);
  const { call, statusOf, statusesOf, callOnAndOn } = calls;
  async function statusesInTurn(count: number, id: string): Promise<number[]> {
    const statuses: number[] = [];
    for (let at = 0; at < count; at++) statuses.push(await statusOf(id));
    return statuses;
  }

  it('passes a call with our ids in place of any that the client made up, and never with the key', async () => {
    await start();
    await expectOurIds(calls, api, '');
  });

  it('refuses with the status, headers and body that a gateway gets which asks us', async () => {
    await start();
    const tooLong = `/orders/v1?${'x'.repeat(8_200)}`;
    await expectOurRefusals(calls, [[tooLong, { key: keyOf('good') }, FAULT_RESPONSES.too_much]]);
    expect(api.takeArrived()).toEqual([]);
  });

  it('refuses a key that is sent twice, reads it in the query, and judges the next call of a connection by its own key', async () => {
    await start();
    const [once = '', again = ''] = ['Ocp-Apim-Subscription-Key', 'ocp-apim-subscription-key'].map(
      (name) => `${name}: ${keyOf('good')}\r\n`,
    );
    const request = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
    const raw = await calls.sendRaw([
      request('/orders/v1', once + again),
      request('/orders/v1', once),
      request('/orders/v1'),
      request(`/orders/v1?a=1&subscription%2dkey=${keyOf('good')}`, 'Connection: close\r\n'),
    ]);
    expect(raw.match(/HTTP\/1.1 \d+|HeaderTwice/g)).toEqual([
      'HTTP/1.1 400',
      'HeaderTwice',
      'HTTP/1.1 200',
      'HTTP/1.1 401',
      'HTTP/1.1 200',
    ]);
  });

  it('T94: hands on no second name of a header, no other protocol, and the address that was judged', async () => {
    await start();
    const request = (target: string, headers: string) =>
      `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`;
    const lies = [
      'X_Account_Id',
      'x-account_id',
      'X_Groups',
      'X-Groups_Cut',
      'Ocp_Apim_Subscription-Key',
      'X_User',
    ];
    const raw = await calls.sendRaw([
      request('/weather/1', lies.map((name) => `${name}: a lie`).join('\r\n')),
      request(
        '/weather/2',
        'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk',
      ),
      request('/weather/3', 'Connection: X-Account-Id, X-Groups'),
      request('http:///weather/orders/v1/4', 'X-Test: a'),
      request('HTTP://x/weather/5?a=/b', 'X-Test: a'),
      request(
        '/weather/6',
        'Connection: keep-alive, Upgrade\r\nUpgrade: h2c\r\nUpgrade: TLS/1.0, WebSocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ),
      request('/weather/7', 'Connection: close'),
    ]);
    expect(raw.match(/HTTP\/1.1 \d+/g)).toEqual(Array.from({ length: 7 }, () => 'HTTP/1.1 200'));
    const arrived = api.takeArrived();
    expect(arrived.map(({ url }) => url)).toEqual([
      ...['/weather/1', '/weather/2', '/weather/3', '/weather/orders/v1/4', '/weather/5?a=/b', '/weather/6'],
      '/weather/7',
    ]);
    expect(JSON.stringify(arrived[0]?.headers).match(/a lie/g)).toHaveLength(1);
    expect(arrived[0]?.headers.x_user).toBe('a lie');
    const connections = arrived.map(({ headers: { connection = '', upgrade } }) => [
      /account|upgrade/i.exec(connection)?.[0].toLowerCase(),
      upgrade,
    ]);
    const plain = [undefined, undefined];
    expect(connections).toEqual([plain, plain, plain, plain, plain, ['upgrade', 'websocket'], plain]);
  });

  it('T94: teaches what it counted to nobody who only knows its address', async () => {
    await start();
    const { peer } = haproxy;
    const answer = async (name: string) => {
      const socket = connect(peer, '127.0.0.1', () => socket.write(`HAProxyS 2.1\n${name}\n${name} 1 1\n`));
      const [answered] = await once(socket, 'data');
      socket.destroy();
      return String(answered).trim();
    };
    expect(await answer('apim_user')).not.toBe('200');
    const config = readFileSync(`${haproxy.folder}/haproxy.cfg`, 'utf8');
    const name = /^ {2}localpeer (\S+)/m.exec(config)?.[1] ?? '';
    expect(await answer(name)).toBe('200');
  });

  it('T38: judges an address that was made to be slow as fast as others', async () => {
    await start();
    const dots = '.'.repeat(8_000);
    const before = cpuMsOf(await haproxy.workerIds());
    const statuses = [
      (await call(`/${dots}x/%2525252541`, { key: keyOf('good') })).status,
      (await call(`/x${'/'.repeat(8_000)}x`, { key: keyOf('good') })).status,
    ];
    expect(cpuMsOf(await haproxy.workerIds()) - before).toBeLessThan(200);
    expect(statuses).toEqual([400, 403]);
  });

  it('answers by a change once that is confirmed, also for keys and APIs that are new or go, and after changes were folded', async () => {
    await start();
    await carrier.apply([...changeOf(blocked('good')), ...changeOf(rowOf('new'))]);
    expect(await statusesOf('good', 'new', 'other')).toEqual([403, 200, 200]);
    await carrier.apply([
      ...changeOf(rowOf('good')),
      ...changeOf(rowOf('other', { account: accountOf('deleted') })),
    ]);
    expect(await statusesOf('good', 'new', 'other')).toEqual([200, 200, 401]);
    const socket = await openRuntimeSocket(haproxy.socketPath, 2_000);
    const changes = () => socket.ask(`show map ${haproxy.folder}/changes.map`);
    await eventually('the changes to be folded', async () => (await changes()).split('\n').length === 16);
    socket.close();
    expect(await statusesOf('good', 'new', 'other')).toEqual([200, 200, 401]);
    await carrier.apply([...changeOf(blocked('new')), ...changeOf(rowOf('other'))]);
    expect(await statusesOf('good', 'new', 'other')).toEqual([200, 403, 200]);
    const token = apiTag('orders');
    await carrier.apply(
      ['exact', 'lower'].map((map) => ({ map, key: '/orders/v1/', value: null }) as PushedChange),
    );
    expect(await statusOf('good')).toBe(403);
    await carrier.apply(['exact', 'lower'].map((map) => ({ map, key: '/', value: token }) as PushedChange));
    expect(await statusOf('good', '/anywhere')).toBe(200);
  });

  it('lets a call pass at each step while its API opens and closes', async () => {
    await start();
    await expectPassesWhileOpening(calls, carrier);
  });

  it('T79 passes no call after its time: one that was stopped meanwhile refuses too, and passes old facts only with their age', async () => {
    await start();
    await stopBeating();
    const endsAt = performance.now() + 1_000;
    await carrier.keepAlive(lease({ endsAt }));
    const worker = await workerId();
    process.kill(worker, 'SIGSTOP');
    const late = statusOf('good');
    await eventually('its time to be over', () => performance.now() > endsAt);
    process.kill(worker, 'SIGCONT');
    expect(await late).toBe(503);
    expect(await call('/weather')).toMatchObject({ status: 503, body: UNAVAILABLE.body });
    await beat({ staleSeconds: 12 });
    expect(await statusOf('good')).toBe(200);
    expect(api.takeArrived().at(-1)?.headers['x-gateway-stale']).toBe('12');
    expect((await call('/nowhere')).headers.get('x-gateway-stale')).toBe('12');
    await stopBeating();
    await carrier.keepAlive(lease({ endsAt: performance.now() - 1 }));
    expect(await statusOf('good')).toBe(503);
  });

  /** As Debian's own configuration has it: HAProxy gives up its rights, and sees no other files. */
  const isDebian = process.getuid?.() === 0 && existsSync('/var/lib/haproxy');
  const asDebian = (config: string) =>
    isDebian
      ? config.replace('global\n', 'global\n  chroot /var/lib/haproxy\n  user haproxy\n  group haproxy\n')
      : config;

  it('passes nothing that it should not while it is reloaded under calls, and passes again once the agent has seen that', async () => {
    await start({ change: asDebian });
    const passing = callOnAndOn('good');
    const refused = callOnAndOn('blocked');
    for (let turn = 0; turn < 2; turn++) {
      await haproxy.reload();
      await eventually('calls to be refused', () => passing.statuses.includes(503));
      await eventually('calls to pass again', () => passing.statuses.at(-1) === 200);
      passing.statuses.length = 0;
    }
    await passing.stop();
    expect(new Set(await refused.stop())).toEqual(new Set([403, 503]));
    await eventually('the former workers to end', async () => (await haproxy.workerIds()).length === 1);
  });

  it('T79 lets no call pass in a worker that a reload has replaced and that it lost without a word', async () => {
    await start();
    await stopBeating();
    const call = connect(haproxy.port, '127.0.0.1', () =>
      call.write('GET /orders/v1 HTTP/1.1\r\nHost: x\r\n'),
    );
    await once(call, 'connect');
    await carrier.keepAlive(lease());
    await haproxy.reload();
    await carrier.close();
    await eventually('the new worker to be loaded', () =>
      carrier.load(entriesOf([blocked('good')])).then(
        () => true,
        () => false,
      ),
    );
    call.write(`Ocp-Apim-Subscription-Key: ${keyOf('good')}\r\n\r\n`);
    const [answer] = await once(call, 'data');
    call.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1.1 503/);
  });

  it('refuses everything after a restart or half a load, and tells the agent', async () => {
    await start();
    await stopBeating();
    await haproxy.end();
    await haproxy.start();
    expect(await statusOf('good')).toBe(503);
    await expect(carrier.keepAlive(lease())).rejects.toThrow(/needs all facts/);
    await expect(carrier.apply(changeOf(rowOf('good')))).rejects.toThrow(/needs all facts/);
    const half = interrupted(entriesOf(), () => {
      throw new Error('half of it');
    });
    await expect(carrier.load(half)).rejects.toThrow('half of it');
    await expect(carrier.keepAlive(lease())).rejects.toThrow(/needs all facts/);
    expect(await statusesOf('good', 'unknown')).toEqual([503, 503]);
    await carrier.load(entriesOf());
    await beat();
    expect(await statusesOf('good', 'unknown')).toEqual([200, 401]);
  });

  it('takes over from another agent, which then can neither change nor prolong anything', async () => {
    await start();
    await stopBeating();
    const former = carrier;
    carrier = carrierOf();
    await carrier.load(entriesOf([blocked('good')]));
    await expect(former.keepAlive(lease())).rejects.toThrow(/Another agent/);
    await expect(former.apply(changeOf(rowOf('good')))).rejects.toThrow(/needs all facts/);
    expect(await statusOf('good')).toBe(503);
    await beat();
    expect(await statusOf('good')).toBe(403);
  });

  /** HAProxy looks for a former process of itself first, and teaches no other one until it gives that up. */
  const willTeach = async () => {
    const socket = await openRuntimeSocket(haproxy.socketPath, 2_000);
    await eventually('HAProxy to teach the next one', async () =>
      /resync_timeout=<PAST>|resync_timeout=<NEVER>/.test(await socket.ask('show peers')),
    );
    socket.close();
  };
  const reloadAndFollow = async () => {
    await stopBeating();
    await haproxy.reload();
    await eventually('the agent to see that', () =>
      carrier.keepAlive(lease()).then(
        () => false,
        () => true,
      ),
    );
    await eventually('the new worker to be loaded', () =>
      carrier.load(entriesOf()).then(
        () => true,
        () => false,
      ),
    );
  };
  const untilTaught = async (table: string, rows: number) => {
    const socket = await openRuntimeSocket(haproxy.socketPath, 2_000);
    await eventually('the new worker to be taught', async () =>
      (await socket.ask(`show table ${table}`)).includes(`used:${rows}\n`),
    );
    socket.close();
  };

  it('lets exactly its share of a rate pass in each window, with words about when to come again, also after a reload', async () => {
    await start();
    await beginOfWindow(300);
    const calls = await Promise.all(Array.from({ length: 30 }, () => statusOf('rated')));
    expect(calls.filter((status) => status === 200)).toHaveLength(20);
    await eventually('no further windows', () => beats.at(-1) === false);
    beats = [];
    expect(await statusesInTurn(5, 'own-rate')).toEqual([200, 200, 200, 429, 429]);
    await eventually('the agent to hear of the window', () => beats.includes(true));
    expect(new Set(await statusesInTurn(25, 'unlimited'))).toEqual(new Set([200]));
    await willTeach();
    await reloadAndFollow();
    await untilTaught('apim_user_rates', 2);
    await beat();
    const limited = await call('/orders/v1', { key: keyOf('rated') });
    const wait = limited.headers.get('retry-after') ?? '';
    expect([limited.status, limited.headers.get('x-refusal-reason')]).toEqual([429, 'RateLimitExceeded']);
    expect(JSON.parse(limited.body).error.message).toBe(
      `Rate limit is exceeded. Try again in ${wait} seconds.`,
    );
    expect(limited.headers.get('ratelimit')).toBe(`"rate";r=0;t=${wait}`);
    expect(limited.headers.get('ratelimit-policy')).toBe('"rate";q=20;w=300');
    expect(Math.abs((Math.floor(Date.now() / 1_000) + Number(wait)) % 300)).toBeLessThan(5);
    await beat({ share: { of: 3, rank: 2 } });
    const rank = rowOf('third', { productId: 'rated' });
    await carrier.apply(changeOf(rank));
    expect((await statusesInTurn(8, 'third')).filter((status) => status === 200)).toHaveLength(7);
  });

  /** Waits when the window ends within the next 20 seconds. */
  const beginOfWindow = (seconds: number) =>
    eventually('the next window', () => (Date.now() / 1_000) % seconds < seconds - 20, 30_000);

  const sumOf = (drained: DrainedCalls[]) => {
    const sums: Record<string, number> = {};
    for (const { subscriptionTag: tag, apiToken, outcome, calls } of drained) {
      const name = `${tag}/${apiToken}/${outcome}`;
      sums[name] = (sums[name] ?? 0) + calls;
    }
    return sums;
  };

  it('gives each counted call away once, over a reload and a restart of the agent', async () => {
    await start();
    const drained: DrainedCalls[] = [];
    // Calls are counted on one side while the other one is taken.
    const drain = async () => drained.push(...(await carrier.drain()), ...(await carrier.drain()));
    const answered: number[] = [];
    const callAll = async () => {
      for (const id of ['good', 'good', 'blocked', 'unknown']) answered.push(await statusOf(id));
      answered.push((await call('/orders/v1/..;/a', { key: keyOf('good') })).status);
    };
    await callAll();
    await drain();
    expect(await carrier.drain()).toEqual([]);
    await callAll();
    carrier = carrierOf();
    await carrier.load(entriesOf());
    await beat();
    await drain();
    await callAll();
    await willTeach();
    await reloadAndFollow();
    await untilTaught('apim_user_calls_0', 4);
    await beat();
    await callAll();
    await drain();
    const count = (status: number) => answered.filter((one) => one === status).length;
    const good = subscriptionTag({ id: 'good', createdAt: 1 });
    const token = apiTag('orders');
    expect(sumOf(drained)).toMatchObject({
      [`${good}/${token}/passed`]: count(200),
      [`${subscriptionTag({ id: 'blocked', createdAt: 1 })}/${token}/account_blocked`]: count(403),
      [`/${token}/no_key`]: count(401),
      '//unreadable': count(400),
    });
    expect([count(200), count(503)]).toEqual([8, 0]);
  });

  it('gives a call away once that lasts for longer than its counter is left alone', async () => {
    await start();
    const drained: DrainedCalls[] = [];
    const calls = async () => {
      drained.push(...(await carrier.drain()), ...(await carrier.drain()));
      return drained.reduce((sum, one) => sum + one.calls, 0);
    };
    const socket = connect(haproxy.port, '127.0.0.1');
    const headers = `Host: x\r\nOcp-Apim-Subscription-Key: ${keyOf('good')}\r\nConnection: close\r\nContent-Length: 2`;
    socket.write(`POST /orders/v1 HTTP/1.1\r\n${headers}\r\n\r\n1`);
    await eventually('the call to be counted', async () => (await calls()) === 1);
    expect(await calls()).toBe(1);
    expect(await statusOf('good')).toBe(200);
    expect(await calls()).toBe(2);
    carrier = carrierOf();
    await carrier.load(entriesOf());
    await beat();
    expect(await calls()).toBe(2);
    const ended = once(socket, 'close');
    socket.write('2');
    socket.resume();
    await ended;
    expect(await calls()).toBe(2);
    const shown = await openRuntimeSocket(haproxy.socketPath, 2_000);
    for (const side of [0, 1])
      expect(await shown.ask(`show table apim_user_calls_${side}`)).toMatch(/used:0/);
    shown.close();
  });

  it('warns before a table is full, and goes on answering when it is', async () => {
    const rows = Array.from({ length: 12 }, (_, at) => rowOf(`one-of-many-${at}`, { productId: 'rated' }));
    await start({ counters: 10 }, entriesOf([...rows, rowOf('good')]));
    // One after the other: a counter that is in use makes no room.
    for (const { id } of rows) expect(await statusOf(id)).toBe(200);
    expect(await statusesOf('good', 'unknown')).toEqual([200, 401]);
    const means = {
      calls_0: 'calls will be missing in the usage',
      rates: 'more calls will pass than a rate allows',
    };
    for (const [table, words] of Object.entries(means)) {
      const warning = `apim_user_${table} is nearly full, and ${words}: make its size larger than 10, and reload HAProxy.`;
      await eventually('a warning', () => warnings.includes(warning));
    }
  });

  it('closes a connection that is cut in the middle of a load, and one that gives no answer', async () => {
    await start();
    await stopBeating();
    const worker = await workerId();
    const stop = () => {
      process.kill(worker, 'SIGSTOP');
      while (!/ T /.test(readFileSync(`/proc/${worker}/stat`, 'utf8')));
    };
    await expect(carrier.load(interrupted(entriesOf(), stop))).rejects.toThrow(/did not answer/);
    process.kill(worker, 'SIGCONT');
    await expect(carrier.keepAlive(lease())).rejects.toThrow(/needs all facts/);
    const kill = () => void process.kill(worker, 'SIGKILL');
    await expect(carrier.load(interrupted(entriesOf(), kill))).rejects.toThrow(/HAProxy/);
  });

  it('treats any answer to a change as a fault, and reads many answers that come in pieces', async () => {
    await start();
    const socket = await openRuntimeSocket(haproxy.socketPath, 2_000);
    const map = `${haproxy.folder}/keys.map`;
    await expect(socket.tell([`set map ${map} NO-KEY 1`])).rejects.toThrow(/entry not found/);
    const long = 'x'.repeat(100);
    const commands = Array.from({ length: 5_000 }, (_, at) => `add map ${map} <<\n${at} ${long}\n`);
    await socket.tell(commands);
    const all = await socket.ask(`show map ${map}`);
    expect(all.split('\n')).toHaveLength(5_000 + ROWS.length - 1);
    await expect(socket.ask(`add map ${map} <<\na ${'x'.repeat(20_000)}\n`)).rejects.toThrow(/closed/);
    expect(socket.isOpen()).toBe(false);
    await expect(openRuntimeSocket(`${haproxy.folder}/nothing.sock`, 100)).rejects.toThrow(
      /Is HAProxy running/,
    );
  });
});
