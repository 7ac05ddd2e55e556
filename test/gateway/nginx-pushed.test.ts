// An nginx that judges calls itself, by what its carrier pushes into it.
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FAULT_RESPONSES, UNAVAILABLE } from '../../src/gateway/check/check-response.ts';
import { createNginxCarrier } from '../../src/gateway/nginx/carrier.ts';
import type { Carrier, DrainedCalls, Lease, PushedEntry } from '../../src/gateway/pushed/carrier.ts';
import { apiTag, subscriptionTag } from '../../src/gateway/pushed/tag.ts';
import { cpuMsOf } from '../support/cpu.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { findNginxWithLua, HOW_TO_GET_LUA } from '../support/nginx.ts';
import { keysOf } from '../support/pushed-entries.ts';
import { type PushedNginx, startPushedNginx } from '../support/pushed-nginx.ts';
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
} from './pushed-world.ts';

const nginxPath = findNginxWithLua();
if (!nginxPath) process.stderr.write(`\n${HOW_TO_GET_LUA}\n\n`);

describe.skipIf(!nginxPath)('an nginx with the rule pushed into it', () => {
  const api = forAllTests(startGuardedApi);
  let nginx: PushedNginx;
  let carrier: Carrier;
  const warnings: string[] = [];
  const started: PushedNginx[] = [];

  afterEach(async () => {
    await calls.stopAll();
    for (const one of started.splice(0)) await one.stop();
    api.takeArrived();
    warnings.length = 0;
  });

  async function start(options: Parameters<typeof startPushedNginx>[2] = {}, entries = entriesOf()) {
    nginx = await startPushedNginx(nginxPath ?? '', api.host, options);
    started.push(nginx);
    carrier = carrierOf();
    await carrier.load(entries);
    await carrier.keepAlive(lease());
  }
  const carrierOf = (socketPath = nginx.socketPath) =>
    createNginxCarrier({ socketPath, warn: (message) => warnings.push(message) });
  /** So long that no test outlives it. */
  const lease = (more: Partial<Lease> = {}): Lease => ({
    endsAt: performance.now() + 60_000,
    staleSeconds: null,
    share: { of: 1, rank: 0 },
    ...more,
  });

  /** So short that a load into an empty nginx need not wait long for the former one's time to be over. */
  const brief = () => lease({ endsAt: performance.now() + 500 });

  const calls = createCalls(() => nginx);
  const { call, statusOf, statusesOf, callOnAndOn } = calls;

  it('passes a call with our ids in place of any that the client made up, and never with the key', async () => {
    await start();
    // nginx leaves a header without a value out.
    await expectOurIds(calls, api, undefined);
  });

  it('refuses with the status, headers and body that a gateway gets which asks us', async () => {
    await start();
    const ofDots = '/orders/v1/%E2%80%A5';
    await expectOurRefusals(calls, [[ofDots, { key: keyOf('good') }, FAULT_RESPONSES.address_unreadable]]);
    expect(api.takeArrived()).toEqual([]);
  });

  it('refuses a key that is sent twice, and reads the next call after the body of a refused one', async () => {
    await start();
    const twice = ['Ocp-Apim-Subscription-Key', 'ocp-apim-subscription-key'].map(
      (name) => `${name}: ${keyOf('good')}\r\n`,
    );
    const raw = await calls.sendRaw([
      `GET /orders/v1 HTTP/1.1\r\nHost: x\r\n${twice.join('')}\r\n`,
      `POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n${'A'.repeat(40)}`,
      `GET /orders/v1 HTTP/1.1\r\nHost: x\r\n${twice[0]}Connection: close\r\n\r\n`,
    ]);
    expect(raw.match(/HTTP\/1.1 \d+|HeaderTwice|from the API/g)).toEqual([
      'HTTP/1.1 400',
      'HeaderTwice',
      'HTTP/1.1 401',
      'HTTP/1.1 200',
      'from the API',
    ]);
  });

  it('judges a call once: an error page of nginx does not ask for the key again, and a client can not pretend it has one', async () => {
    const location = 'location / {\n      # Your API';
    const other =
      'location = /open { access_by_lua_block { } error_page 404 = /orders/v1; return 404; }\n    ';
    await start({
      changes: [
        [
          location,
          `${other}location @spare { proxy_pass http://my_api; }\n    location / {\n      error_page 404 = @spare; proxy_intercept_errors on;\n      # Your API`,
        ],
      ],
    });
    api.answerNext(404);
    expect(await statusOf('good')).toBe(200);
    expect(api.takeArrived().map(({ headers }) => headers['x-subscription-id'])).toEqual(['good', 'good']);
    expect((await call('/open', { headers: { 'x-subscription-id': 'good' } })).status).toBe(401);
    expect(api.takeArrived()).toEqual([]);
    const drained: DrainedCalls[] = [];
    await eventually('both calls', async () => drained.push(...(await carrier.drain())) >= 2);
    expect(drained.map(({ outcome, calls }) => `${outcome} ${calls}`).sort()).toEqual([
      'no_key 1',
      'passed 1',
    ]);
  });

  it('T38: judges an address that was made to be slow as fast as others', async () => {
    await start();
    const dots = '.'.repeat(8_000);
    const before = cpuMsOf(await nginx.workerIds());
    const statuses = [
      (await call(`/${dots}x/%2525252541`, { key: keyOf('good') })).status,
      (await call(`/x${'/'.repeat(8_000)}x`, { key: keyOf('good') })).status,
    ];
    expect(cpuMsOf(await nginx.workerIds()) - before).toBeLessThan(200);
    expect(statuses).toEqual([400, 403]);
  });

  it('hears of a change before it is confirmed, in each of four workers', async () => {
    await start({ workers: 4 });
    for (const [index, status] of [403, 200, 403, 200].entries()) {
      const account = accountOf(status === 200 ? 'active' : 'blocked');
      const row = rowOf('good', { account });
      const [entry] = keysOf(indexOf([row])) as [PushedEntry];
      await carrier.apply([entry]);
      const statuses = await Promise.all(Array.from({ length: 24 }, () => statusOf('good')));
      expect(new Set(statuses), `change ${index}`).toEqual(new Set([status]));
    }
  });

  it('lets a call pass at each step while its API opens and closes', async () => {
    await start();
    await expectPassesWhileOpening(calls, carrier);
  });

  it('answers as before while it is reloaded', async () => {
    await start({ workers: 2 });
    const passing = callOnAndOn('good');
    const refused = callOnAndOn('blocked');
    for (let turn = 0; turn < 3; turn++) {
      await nginx.reload();
      await carrier.keepAlive(lease());
    }
    expect(new Set(await passing.stop())).toEqual(new Set([200]));
    expect(new Set(await refused.stop())).toEqual(new Set([403]));
  });

  it('refuses all calls after a restart or with emptied memory, says so to the agent, and passes again once it is loaded', async () => {
    await start();
    const calls = callOnAndOn('good');
    await carrier.keepAlive(brief());
    await nginx.end('SIGKILL');
    await nginx.start();
    await expect(carrier.keepAlive(brief())).rejects.toThrow(/restarted/);
    await expect(carrier.apply([])).resolves.toBeUndefined();
    await carrier.load(entriesOf());
    expect(await statusOf('good')).toBe(503);
    await carrier.keepAlive(lease());
    expect(await statusOf('good')).toBe(200);
    const statuses = await calls.stop();
    expect(statuses.slice(statuses.indexOf(503), statuses.lastIndexOf(503)).includes(200)).toBe(false);

    await nginx.change([['lua_shared_dict apim_user_keys 7m', 'lua_shared_dict apim_user_keys 8m']]);
    await carrier.keepAlive(brief());
    await nginx.reload();
    expect(await statusOf('good')).toBe(503);
    expect(await statusOf('unknown')).toBe(503);
    await expect(carrier.keepAlive(brief())).rejects.toThrow(/restarted/);
    await carrier.load(entriesOf());
    await carrier.keepAlive(lease());
    expect(await statusOf('good')).toBe(200);
  });

  it('T79 passes no call after its time: a worker that was stopped meanwhile refuses too', async () => {
    await start();
    const endsAt = performance.now() + 300;
    await carrier.keepAlive(lease({ endsAt }));
    const [worker = 0] = await nginx.workerIds();
    process.kill(worker, 'SIGSTOP');
    const late = statusOf('good');
    await eventually('its time to be over', () => performance.now() > endsAt);
    process.kill(worker, 'SIGCONT');
    expect(await late).toBe(503);
    expect(await call('/weather')).toMatchObject({ status: 503, body: UNAVAILABLE.body });
    await carrier.keepAlive(lease({ staleSeconds: 12 }));
    expect(await statusOf('good')).toBe(200);
    expect(api.takeArrived().at(-1)?.headers['x-gateway-stale']).toBe('12');
    expect((await call('/nowhere')).headers.get('x-gateway-stale')).toBe('12');
    await carrier.keepAlive(lease({ endsAt: performance.now() - 1 }));
    expect(await statusOf('good')).toBe(503);
  });

  it('T79 refuses what it is told to while a former nginx still answers beside it, and counts no call twice', async () => {
    await start({ isDaemon: true });
    const { former, newer } = await nginx.upgrade();
    /** Works while these don't. */
    async function stopped<T>(ids: number[], work: () => Promise<T>): Promise<T> {
      for (const id of ids) process.kill(id, 'SIGSTOP');
      try {
        return await work();
      } finally {
        for (const id of ids) process.kill(id, 'SIGCONT');
      }
    }
    let drained = 0;
    const drain = async () => {
      for (const { outcome, calls } of await carrier.drain()) if (outcome === 'passed') drained += calls;
    };
    const ROUNDS = 6;
    for (let round = 1; round <= ROUNDS; round++) {
      expect(await stopped(newer, () => statusOf('good'))).toBe(200);
      await eventually('the call to be counted', async () => {
        await drain();
        return drained >= round;
      });
    }
    for (let turn = 0; turn < 20; turn++) await drain();
    expect(drained).toBe(ROUNDS);

    const short = lease({ endsAt: performance.now() + 3_000 });
    await stopped(newer, () => carrier.keepAlive(short));
    await stopped(former, async () => {
      await expect(carrier.keepAlive(short)).rejects.toThrow(/restarted/);
      await carrier.load(entriesOf());
      await carrier.keepAlive(lease());
      await carrier.apply(keysOf(indexOf([rowOf('good', { account: accountOf('blocked') })])));
    });
    expect(await stopped(newer, () => statusOf('good'))).toBe(503);
    expect(await stopped(former, () => statusOf('good'))).toBe(403);
  });

  it('takes over from another agent without a pause while nothing differs, and without what that one has', async () => {
    await start();
    const gone = rowOf('gone');
    await carrier.load(entriesOf([...ROWS, gone]));
    await carrier.keepAlive(lease());
    expect(await statusOf('gone')).toBe(200);
    const calls = callOnAndOn('good');
    const next = carrierOf();
    await next.load(entriesOf([...ROWS, gone]));
    await expect(carrier.keepAlive(lease())).rejects.toThrow(/another agent/);
    await expect(carrier.apply(entriesOf([]).catalog.slice(0, 1))).rejects.toThrow(/another agent/);
    await next.keepAlive(lease());
    expect(new Set(await calls.stop())).toEqual(new Set([200]));
    await next.load(entriesOf());
    await next.keepAlive(lease());
    expect(await statusOf('gone')).toBe(401);
    await next.load(entriesOf([rowOf('good', { state: 'suspended' }), ...ROWS.slice(1)]));
    expect(await statusOf('other'), 'something differed').toBe(503);
    await next.keepAlive(lease());
    expect(await statusesOf('other', 'good')).toEqual([200, 403]);
  });

  it('says which memory is full and how much it needs, and passes nothing on half of the facts', async () => {
    const many = Array.from({ length: 4_500 }, (_, at) => rowOf(`one-of-many-${at}`, { account: null }));
    await start({ changes: [['lua_shared_dict apim_user_keys 7m', 'lua_shared_dict apim_user_keys 1m']] });
    const problem = await carrier.load(entriesOf(many)).catch(({ message }) => String(message));
    const [, size] = /apim_user_keys from 1m to (\d+)m/.exec(problem ?? '') ?? [];
    await expect(carrier.keepAlive(lease())).rejects.toThrow(/needs all facts/);
    expect(await statusOf('good')).toBe(503);
    await nginx.change([['lua_shared_dict apim_user_keys 1m', `lua_shared_dict apim_user_keys ${size}m`]]);
    await nginx.reload();
    await carrier.load(entriesOf(many));
    await carrier.keepAlive(lease());
    expect(await statusesOf('one-of-many-0', 'one-of-many-4499')).toEqual([200, 200]);
    expect(Number(size)).toBeLessThan(8);
  });

  it('takes all of a batch or nothing', async () => {
    await start();
    const cut = connect(nginx.socketPath);
    cut.write('POST /entries?load=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nk\x00');
    await new Promise((resolve) => cut.once('connect', resolve));
    cut.destroy();
    expect(await statusOf('good')).toBe(200);
    await carrier.keepAlive(lease());
    expect(await statusesOf('good', 'unknown')).toEqual([200, 401]);
  });

  it('gives each counted call once: over reloads, after an answer that was lost, and to the next agent', async () => {
    await start({ workers: 2 });
    const counted = new Map<string, number>();
    async function drain(from = carrier): Promise<void> {
      for (const { subscriptionTag: tag, apiToken, outcome, calls } of await from.drain()) {
        const name = [tag, apiToken, outcome].join(' ');
        counted.set(name, (counted.get(name) ?? 0) + calls);
      }
    }
    const tag = (id: string) => subscriptionTag({ id, createdAt: 1 });
    const all = (calls: number) => ({
      [`${tag('good')} ${apiTag('orders')} passed`]: calls,
      [`${tag('blocked')} ${apiTag('orders')} account_blocked`]: calls,
      [` ${apiTag('orders')} no_key`]: calls,
    });
    const callAll = (times: number) =>
      Promise.all(
        ['good', 'blocked', 'unknown'].map(async (id) => {
          for (let turn = 0; turn < times; turn++) await statusOf(id);
        }),
      );
    const calls = callAll(40);
    await drain();
    await nginx.reload();
    await drain();
    await calls;
    await callAll(1);
    await ask('count');
    await eventually('nginx to have written them', async () => (await ask('drain')).includes('passed'));
    await drain();
    await callAll(1);
    const next = carrierOf();
    await eventually('all of them', async () => {
      await drain(next);
      return [...counted.values()].every((calls) => calls >= 42);
    });
    await drain(next);
    expect(Object.fromEntries(counted)).toEqual(all(42));
  });

  function ask(verb: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(nginx.socketPath, () =>
        socket.end(`POST /${verb} HTTP/1.0\r\nContent-Length: 0\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (data) => (text += String(data)));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  }

  it('keeps a rate exactly over four workers, with its share of it', async () => {
    const ids = ['a', 'b', 'c', 'own', 'free'];
    const own = { rate: { calls: 3, seconds: 300 }, quota: null };
    const rows = ids.map((id) => rowOf(id, { productId: 'rated' }));
    rows[3] = rowOf('own', { productId: 'rated', ownLimits: own });
    rows[4] = rowOf('free', { productId: 'rated', ownLimits: { rate: 'unlimited', quota: null } });
    await start({ workers: 4 }, entriesOf(rows));
    // A window that ends while calls are made would give two of them.
    const windowOf = () => Math.floor(Date.now() / 300_000);
    const leftMs = () => 300_000 - (Date.now() % 300_000);
    await eventually('a window with time enough', () => leftMs() > 15_000);
    const passes = async (id: string) => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => call('/orders/v1', { key: keyOf(id) })),
      );
      const [limited] = answers.filter(({ status }) => status === 429);
      const passed = answers.filter(({ status }) => status === 200);
      if (limited) {
        const wait = limited.headers.get('retry-after');
        expect(Number(wait)).toBeGreaterThan(0);
        expect(Number(wait)).toBeLessThanOrEqual(300);
        expect(limited.headers.get('ratelimit')).toBe(`"rate";r=0;t=${wait}`);
        expect(JSON.parse(limited.body).error.code).toBe(limited.headers.get('x-refusal-reason'));
      }
      for (const { headers } of passed)
        left.push(Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]));
      return passed.length;
    };
    const left: number[] = [];
    const first = windowOf();
    const passed = [await passes('a'), await passes('own'), await passes('free')];
    const beats = [
      await carrier.keepAlive(lease({ share: { of: 3, rank: 2 } })),
      await carrier.keepAlive(lease({ share: { of: 3, rank: 2 } })),
    ];
    expect(beats, 'windows have begun').toEqual([true, false]);
    passed.push(await passes('b'));
    await nginx.reload();
    await carrier.keepAlive(lease({ share: { of: 3, rank: 0 } }));
    passed.push(await passes('c'), await passes('b'));
    if (windowOf() !== first) return;
    expect(passed).toEqual([20, 3, 40, 7, 6, 0]);
    // 20 of the first, each told how many are left.
    expect(left.slice(0, 20).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });
});
