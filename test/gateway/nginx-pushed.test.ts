// An nginx that judges calls itself, by what its carrier pushes into it.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SubscriptionRow } from '../../src/domain/gateway-rows.ts';
import { mayCall } from '../../src/domain/may-call.ts';
import { FAULT_RESPONSES, responseTo, UNAVAILABLE } from '../../src/gateway/check/check-response.ts';
import { createCallIndex } from '../../src/gateway/index/call-index.ts';
import { createNginxCarrier } from '../../src/gateway/nginx/carrier.ts';
import type { Carrier, DrainedCalls, Lease, PushedEntry } from '../../src/gateway/pushed/carrier.ts';
import { createPushedMaps } from '../../src/gateway/pushed/maps.ts';
import { apiTag, subscriptionTag } from '../../src/gateway/pushed/tag.ts';
import { cpuMsOf } from '../support/cpu.ts';
import { eventually } from '../support/eventually.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { findNginxWithLua, HOW_TO_GET_LUA } from '../support/nginx.ts';
import { type PushedNginx, startPushedNginx } from '../support/pushed-nginx.ts';

const nginxPath = findNginxWithLua();
if (!nginxPath) process.stderr.write(`\n${HOW_TO_GET_LUA}\n\n`);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const keyOf = (id: string) => `the-key-of-subscription-${id}`;
const NO_LIMITS = { rate: null, quota: null };
const HOUR = 3_600_000;

function rowOf(id: string, row: Partial<SubscriptionRow> = {}): SubscriptionRow {
  const account = {
    id: `row-${id}`,
    resourceId: `ann|${id}`,
    state: 'active' as const,
    groupIds: ['developers'],
  };
  return {
    id,
    createdAt: 1,
    state: 'active',
    startsAt: null,
    endsAt: null,
    productId: 'starter',
    apiId: null,
    ownLimits: NO_LIMITS,
    quotaEndsAt: null,
    account,
    primaryHash: sha256(keyOf(id)),
    secondaryHash: null,
    ...row,
  };
}
const accountOf = (state: 'active' | 'blocked' | 'pending' | 'deleted', groupIds = ['developers']) => ({
  id: `row-${state}${groupIds.length}`,
  resourceId: `the ${state}`,
  state,
  groupIds,
});

/** Fixed, because the words of a used-up quota hold the time. */
const now = Date.now();
const ROWS = [
  rowOf('good'),
  rowOf('other'),
  rowOf('no-account', { account: null }),
  rowOf('many-groups', {
    account: accountOf(
      'active',
      Array.from({ length: 300 }, (_, at) => `a group with a long name ${at}`),
    ),
  }),
  rowOf('blocked', { account: accountOf('blocked') }),
  rowOf('pending', { account: accountOf('pending') }),
  rowOf('deleted', { account: accountOf('deleted') }),
  rowOf('suspended', { state: 'suspended' }),
  rowOf('ended', { endsAt: now - HOUR }),
  rowOf('early', { startsAt: now + HOUR }),
  rowOf('used-up', { quotaEndsAt: now + 30 * HOUR }),
  rowOf('hidden', { productId: 'draft' }),
  rowOf('one-api', { productId: null, apiId: 'films' }),
  rowOf('all-apis', { productId: null }),
];
const RATED = { rate: { calls: 20, seconds: 300 }, quota: null };

function indexOf(rows: readonly SubscriptionRow[] = ROWS) {
  const index = createCallIndex();
  index.putProducts([
    {
      id: 'starter',
      isPublished: true,
      isSubscriptionRequired: true,
      limits: NO_LIMITS,
      apiIds: ['orders', 'shops', 'deep'],
    },
    { id: 'draft', isPublished: false, isSubscriptionRequired: true, limits: NO_LIMITS, apiIds: ['orders'] },
    { id: 'free', isPublished: true, isSubscriptionRequired: false, limits: NO_LIMITS, apiIds: ['weather'] },
    { id: 'rated', isPublished: true, isSubscriptionRequired: true, limits: RATED, apiIds: ['orders'] },
  ]);
  index.putApis([
    { id: 'orders', path: 'orders/v1', keyNames: null },
    { id: 'shops', path: 'shops', keyNames: null },
    { id: 'deep', path: 'shops/Deep/er', keyNames: null },
    { id: 'weather', path: 'weather', keyNames: null },
    { id: 'films', path: 'films', keyNames: { header: 'X-Film-Key', query: 'film-key' } },
  ]);
  for (const row of rows) index.putSubscription(row);
  return index;
}

describe.skipIf(!nginxPath)('an nginx with the rule pushed into it', () => {
  let api: Awaited<ReturnType<typeof startGuardedApi>>;
  let nginx: PushedNginx;
  let carrier: Carrier;
  const warnings: string[] = [];
  const started: PushedNginx[] = [];
  const going: { stop(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    api = await startGuardedApi();
  });
  afterEach(async () => {
    for (const calls of going.splice(0)) await calls.stop();
    for (const one of started.splice(0)) await one.stop();
    api.takeArrived();
    warnings.length = 0;
  });
  afterAll(() => api.close());

  async function start(options: Parameters<typeof startPushedNginx>[2] = {}, entries = entriesOf()) {
    nginx = await startPushedNginx(nginxPath ?? '', api.host, options);
    started.push(nginx);
    carrier = carrierOf();
    await carrier.load(entries);
    await carrier.keepAlive(lease());
  }
  const carrierOf = (socketPath = nginx.socketPath) =>
    createNginxCarrier({ socketPath, warn: (message) => warnings.push(message) });
  const entriesOf = (rows?: readonly SubscriptionRow[]) => createPushedMaps().entries(indexOf(rows));
  /** So long that no test outlives it. */
  const lease = (more: Partial<Lease> = {}): Lease => ({
    endsAt: performance.now() + 60_000,
    staleSeconds: null,
    share: { of: 1, rank: 0 },
    ...more,
  });

  /** So short that a load into an empty nginx need not wait long for the former one's time to be over. */
  const brief = () => lease({ endsAt: performance.now() + 500 });

  type Call = { key?: string; headers?: Record<string, string>; method?: string; body?: string };
  async function call(path: string, { key, headers, ...init }: Call = {}) {
    const response = await fetch(`${nginx.url}${path}`, {
      ...init,
      headers: { connection: 'close', ...(key && { 'ocp-apim-subscription-key': key }), ...headers },
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }
  const statusOf = async (id: string, path = '/orders/v1/7') => (await call(path, { key: keyOf(id) })).status;

  /** Calls without a pause until `stop`, which gives the statuses. */
  function callOnAndOn(id: string) {
    const statuses: (number | string)[] = [];
    let isStopped = false;
    const done = (async () => {
      while (!isStopped) statuses.push(await statusOf(id).catch(() => 'refused connection'));
    })();
    const calls = {
      async stop() {
        isStopped = true;
        await done;
        return statuses;
      },
    };
    going.push(calls);
    return calls;
  }

  it('passes a call with our ids in place of any that the client made up, and never with the key', async () => {
    await start();
    const lies = {
      'x-account-id': 'root',
      'x-groups': 'administrators',
      'x-groups-cut': 'true',
      'x-subscription-id': 'all',
      'x-product-id': 'gold',
      'x-gateway-stale': '1',
    };
    const answer = await call('/orders/v1/7?page=2', {
      key: keyOf('good'),
      headers: lies,
      method: 'POST',
      body: 'an order',
    });
    expect([answer.status, answer.body]).toEqual([200, 'from the API']);
    await call('/films', {
      headers: { ...lies, 'x-film-key': keyOf('one-api'), 'ocp-apim-subscription-key': keyOf('good') },
    });
    await call('/weather', { headers: lies });
    await call('/orders/v1', { key: keyOf('many-groups') });
    const [order, film, weather, cut] = api.takeArrived();
    expect(order).toMatchObject({ url: '/orders/v1/7?page=2', body: 'an order' });
    const idsOf = (arrived: typeof order) =>
      [
        'x-account-id',
        'x-subscription-id',
        'x-product-id',
        'x-groups',
        'x-groups-cut',
        'x-gateway-stale',
      ].map((name) => arrived?.headers[name]);
    expect(idsOf(order)).toEqual(['ann%7Cgood', 'good', 'starter', 'developers', undefined, undefined]);
    // nginx leaves a header without a value out.
    expect(idsOf(film)).toEqual(['ann%7Cone-api', 'one-api', undefined, 'developers', undefined, undefined]);
    expect(idsOf(weather)).toEqual([undefined, undefined, 'free', undefined, undefined, undefined]);
    expect(cut?.headers['x-groups-cut']).toBe('true');
    expect(JSON.stringify([order, film])).not.toMatch(/the-key-of/);
  });

  it('refuses with the status, headers and body that a gateway gets which asks us', async () => {
    await start();
    const index = indexOf();
    const refusal = (id: string, path = 'orders/v1') => {
      const found = index.places.at(path) ?? null;
      return responseTo(mayCall(index.factsOf(found, sha256(keyOf(id))), now), found, now);
    };
    const known = [
      'blocked',
      'pending',
      'deleted',
      'suspended',
      'ended',
      'early',
      'used-up',
      'hidden',
      'one-api',
      'unknown',
    ];
    const cases: [string, Call, { status: number; headers: readonly string[]; body: string }][] = [
      ...known.map((id): (typeof cases)[number] => ['/orders/v1/7', { key: keyOf(id) }, refusal(id)]),
      ['/nowhere', { key: keyOf('good') }, refusal('good', 'nowhere')],
      ['/films', { key: keyOf('one-api') }, refusal('unknown', 'films')],
      ['/weather/today', { key: keyOf('blocked') }, refusal('blocked', 'weather')],
      ['/orders/%76%31', { key: keyOf('good') }, FAULT_RESPONSES.address_ambiguous],
      ['/shops/deep/er', { key: keyOf('good') }, FAULT_RESPONSES.address_ambiguous],
      ['/orders/v1/%252e%252e', { key: keyOf('good') }, FAULT_RESPONSES.address_unreadable],
      ['/orders/v1/%E2%80%A5', { key: keyOf('good') }, FAULT_RESPONSES.address_unreadable],
      ['/orders/v1?subscription-key=a&subscription%2Dkey=b', {}, FAULT_RESPONSES.key_twice],
    ];
    for (const [path, init, expected] of cases) {
      const answer = await call(path, init);
      const label = `${path} ${init.key}`;
      const words = (text: string) => text.replace(/\d+\.?\d\d:\d\d:\d\d/, 'a time');
      expect([answer.status, words(answer.body)], label).toEqual([expected.status, words(expected.body)]);
      for (let at = 0; at < expected.headers.length; at += 2) {
        const [name = '', value = ''] = expected.headers.slice(at, at + 2);
        if (/^X-(Account|Subscription|Product)-Id$|^Content-Length$/.test(name)) continue;
        if (name === 'Retry-After')
          expect(Number(value) - Number(answer.headers.get(name))).toBeLessThan(300);
        else expect(answer.headers.get(name), `${label} ${name}`).toBe(value);
      }
    }
    expect(api.takeArrived()).toEqual([]);
  });

  it('refuses a key that is sent twice, and reads the next call after the body of a refused one', async () => {
    await start();
    const twice = ['Ocp-Apim-Subscription-Key', 'ocp-apim-subscription-key'].map(
      (name) => `${name}: ${keyOf('good')}\r\n`,
    );
    const raw = await sendRaw([
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

  function sendRaw(requests: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(nginx.port, '127.0.0.1', () => socket.write(requests.join('')));
      let text = '';
      socket.on('data', (data) => (text += String(data)));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  }

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
      const [entry] = [...entriesOf([row])].filter(({ map }) => map === 'keys') as [PushedEntry];
      await carrier.apply([entry]);
      const statuses = await Promise.all(Array.from({ length: 24 }, () => statusOf('good')));
      expect(new Set(statuses), `change ${index}`).toEqual(new Set([status]));
    }
  });

  it('lets a call pass at each step while its API opens and closes', async () => {
    await start();
    const [index, maps] = [indexOf(), createPushedMaps()];
    for (const _ of maps.entries(index));
    for (const apiIds of [['orders'], []]) {
      maps.remember({ account: [], subscription: [], product: ['free'], api: [] });
      const open = { isPublished: true, isSubscriptionRequired: false, limits: NO_LIMITS };
      index.putProducts([{ id: 'free', ...open, apiIds: ['weather', ...apiIds] }]);
      const changes = maps.changes();
      expect(changes.length).toBeGreaterThan(5);
      for (const change of changes) {
        await carrier.apply([change]);
        expect(await statusOf('good'), JSON.stringify(change)).toBe(200);
      }
    }
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
      await carrier.apply(
        [...entriesOf([rowOf('good', { account: accountOf('blocked') })])].filter(
          ({ map }) => map === 'keys',
        ),
      );
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
    await expect(carrier.apply([...entriesOf([])].slice(0, 1))).rejects.toThrow(/another agent/);
    await next.keepAlive(lease());
    expect(new Set(await calls.stop())).toEqual(new Set([200]));
    await next.load(entriesOf());
    await next.keepAlive(lease());
    expect(await statusOf('gone')).toBe(401);
    await next.load(entriesOf([rowOf('good', { state: 'suspended' }), ...ROWS.slice(1)]));
    expect(await statusOf('other'), 'something differed').toBe(503);
    await next.keepAlive(lease());
    expect([await statusOf('other'), await statusOf('good')]).toEqual([200, 403]);
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
    expect([await statusOf('one-of-many-0'), await statusOf('one-of-many-4499')]).toEqual([200, 200]);
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
    expect([await statusOf('good'), await statusOf('unknown')]).toEqual([200, 401]);
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
