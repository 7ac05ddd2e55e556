import pino from 'pino';
import { beforeAll, expect, it } from 'vitest';
import { createGatewayConfirmation } from '../../src/db/gateway/confirmation.ts';
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { readRefusals, readUsage } from '../../src/db/usage/read.ts';
import type { CountedCalls } from '../../src/domain/call-counts.ts';
import type { UsageOf } from '../../src/domain/usage-times.ts';
import { createCallCounter } from '../../src/gateway/counts/call-counter.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { showSubscription } from '../../src/operations/subscriptions/show.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';
import { FOLLOW_SECRET, serveGateway } from './serve.ts';

const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
beforeAll(async () => {
  await programme.api('orders/v1', 'orders');
});

async function callsOf(of: UsageOf) {
  const query = { serviceId: 'ours', of, time: '24 hours', now: t.clock() } as const;
  const points = await readUsage(t.db, query);
  const refused = (await readRefusals(t.db, query)).map(({ outcome, calls }) => [outcome, calls]);
  return {
    passed: points.reduce((sum, point) => sum + point.passed, 0),
    refused: Object.fromEntries(refused),
  };
}

async function usageOf(subscriptionId: string) {
  const { subscription } = await showSubscription(t.as(ADMIN), { subscriptionId });
  return { calls: subscription.calls, lastUsedAt: subscription.lastUsedAt };
}

it('calls that passed are counted over all processes, and the last call is remembered, apart from those of a former one with the id, once the processes stop', async () => {
  const one = await programme.subscription({ apiId: 'orders' });
  const two = await programme.subscription({ apiId: 'orders', state: 'suspended' });
  const gone = await programme.subscription({ apiId: 'orders' });
  const former = await programme.subscription({ apiId: 'orders', id: 'again' });
  const gateways = await Promise.all([serveGateway(t, 'memory'), serveGateway(t, 'database')]);
  const before = t.clock();
  for (const gateway of gateways) {
    for (let call = 0; call < 25; call++)
      await gateway.ask({ key: call % 2 ? one.primaryKey : one.secondaryKey });
    await gateway.ask({ key: one.primaryKey, uri: '/elsewhere' });
    await gateway.ask({ key: two.primaryKey });
    for (const { primaryKey: key } of [gone, former]) expect((await gateway.ask({ key })).status).toBe(200);
  }
  const after = t.clock();
  for (const { subscriptionId } of [gone, former]) await deleteSubscription(t.as(ADMIN), { subscriptionId });
  const again = await programme.subscription({ apiId: 'orders', id: 'again' });
  for (const gateway of gateways)
    await eventually(
      'a call of the new one to pass',
      async () => (await gateway.ask({ key: again.primaryKey })).status === 200,
    );
  await Promise.all(gateways.map((gateway) => gateway.close()));
  const usage = await usageOf(one.subscriptionId);
  expect(usage.calls).toBe(50);
  expect(usage.lastUsedAt?.getTime()).toBeGreaterThan(before.getTime());
  expect(usage.lastUsedAt?.getTime()).toBeLessThan(after.getTime());
  expect(await usageOf(two.subscriptionId)).toEqual({ calls: 0, lastUsedAt: null });
  // It has the id of one that was called in the same seconds.
  expect((await usageOf('again')).calls).toBe(2);
});

it('usage is written every few seconds, and what could not be written is written later', async () => {
  const { primaryKey: key, subscriptionId } = await programme.subscription({ apiId: 'orders' });
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const gateway = await serveGateway(t, 'memory', { log });
  await t.sql`alter table subscription_usage rename to away`;
  for (let call = 0; call < 10; call++) await gateway.ask({ key });
  await eventually('a write to fail', () => warnings.some((line) => line.includes('usage not written')));
  await t.sql`alter table away rename to subscription_usage`;
  await gateway.ask({ key });
  await eventually('all calls to be counted', async () => (await usageOf(subscriptionId)).calls === 11);
  await gateway.close();
});

it('the last calls are written at the stop also when its first try fails', async () => {
  const { primaryKey: key, subscriptionId } = await programme.subscription({ apiId: 'orders' });
  const failed: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void failed.push(line) });
  const gateway = await serveGateway(t, 'memory', { log });
  await gateway.ask({ key });
  await t.sql`alter table subscription_usage rename to away`;
  const closed = gateway.close();
  await eventually('a write to fail', () => failed.some((line) => line.includes('usage not written')));
  await t.sql`alter table away rename to subscription_usage`;
  await closed;
  expect((await usageOf(subscriptionId)).calls).toBe(1);
});

it('the counts of a process that has long been silent are missing, and no one waits for them', async () => {
  const { close } = await serveGateway(t, 'memory');
  await t.sql`insert into gateway_followers (service_id, id, beats, last_beat_at)
    values ('ours', 'gateway_beat_dead', 1, now() - interval '5 seconds')`;
  const asking = createGatewayConfirmation(t.databaseUrl, 'ours');
  await eventually('an answer sooner than a silent process is waited for', async () => {
    const askedAt = performance.now();
    expect(await asking.writeUsage()).toBe(false);
    return performance.now() - askedAt < 300;
  });
  await t.sql`delete from gateway_followers where id = 'gateway_beat_dead'`;
  expect(await eventually('every process to have written', asking.writeUsage)).toBe(true);
  await asking.close();
  await close();
});

it('each call is counted by its API and by how it ended, also without a subscription', async () => {
  await programme.api('films', 'films');
  await programme.product(['films'], { id: 'cinema' });
  const open = await programme.api('open', 'open');
  await programme.product([open], { id: 'free', isSubscriptionRequired: false });
  const of = { productId: 'cinema' };
  const { primaryKey: key, subscriptionId: id } = await programme.subscription(of);
  const { primaryKey: suspended } = await programme.subscription({ ...of, state: 'suspended' });
  const gateways = await Promise.all([serveGateway(t, 'memory'), serveGateway(t, 'database')]);
  for (const { ask, close } of gateways) {
    for (const asked of [
      ...[{ key }, { key, query: '?api=films' }, { key: suspended }, { key: programme.newKey() }, {}],
      ...[
        { key, uri: '/films/%2e%2e/orders' },
        { key: suspended, uri: '/open/1' },
        { key, uri: '/orders/v1' },
      ],
    ])
      await ask({ uri: '/films/1', ...asked });
    await close();
  }
  expect(await callsOf({ of: 'subscription', id })).toEqual({ passed: 4, refused: { api_not_covered: 2 } });
  expect(await callsOf({ of: 'product', id: 'cinema' })).toEqual({
    passed: 4,
    refused: { api_not_covered: 2, subscription_suspended: 2 },
  });
  expect(await callsOf({ of: 'api', id: 'films' })).toEqual({
    passed: 4,
    refused: { subscription_suspended: 2, no_key: 4 },
  });
  expect(await callsOf({ of: 'product', id: 'free' })).toEqual({ passed: 2, refused: {} });
  expect(await callsOf({ of: 'service' })).toMatchObject({ refused: { unreadable: 2 } });
});

it('a write whose answer is lost is sent again, and its calls count once', async () => {
  const { primaryKey: key, subscriptionId: id } = await programme.subscription({ apiId: 'orders' });
  let writes = 0;
  const source = createGatewaySource(t.db, t.databaseUrl, 'ours', t.clock);
  const flaky = {
    ...source,
    async addUsage(batch: Parameters<typeof source.addUsage>[0]) {
      writes += 1;
      if (writes % 3 === 1) throw new Error('not sent');
      const uses = await source.addUsage(batch);
      if (writes % 3 === 2) throw new Error('the answer is lost');
      return uses;
    },
  };
  const gateways = await Promise.all([1, 2].map(() => serveGateway(t, 'memory', { source: flaky })));
  const asking = createGatewayConfirmation(t.databaseUrl, 'ours');
  for (let round = 0; round < 3; round++) {
    for (const gateway of gateways) await gateway.ask({ key });
    await asking.writeUsage();
  }
  for (const gateway of gateways) await gateway.ask({ key });
  await eventually('every process to have written', asking.writeUsage);
  expect(writes).toBeGreaterThan(6);
  for (const gateway of gateways) await gateway.close();
  await asking.close();
  expect(await callsOf({ of: 'subscription', id })).toEqual({ passed: 8, refused: {} });
  expect((await usageOf(id)).calls).toBe(8);
});

it('calls are in the metrics by product, API and outcome, at once, and those of another gateway once', async () => {
  await programme.product(['orders'], { id: 'metered' });
  const { primaryKey: key, subscriptionId } = await programme.subscription({ productId: 'metered' });
  const { url, gateway, ask, close } = await serveGateway(t, 'memory', { followSecret: FOLLOW_SECRET });
  const metrics = createMetrics(async () => Promise.reject(new Error('none')), gateway.readings);
  const calls = async () =>
    (await metrics.render()).split('\n').filter((line) => line.startsWith('apim_user_calls_total'));
  for (let call = 0; call < 3; call++) await ask({ key });
  await ask();
  const own = 'apim_user_calls_total{product="metered",api="orders",outcome="passed"}';
  const noKey = 'apim_user_calls_total{product="",api="orders",outcome="no_key"} 1';
  expect(await calls()).toEqual([`${own} 3`, noKey]);
  const counted = {
    subscription: null,
    keyMark: null,
    productId: 'metered',
    apiId: 'orders',
    outcome: 'passed',
  } as const;
  const batch = { source: 'an agent', number: 1, calls: [{ ...counted, calls: 7, lastAt: 0 }] };
  for (let time = 0; time < 2; time++) {
    const sent = await fetch(`${url}/gateway/follow/usage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${FOLLOW_SECRET}` },
      body: JSON.stringify({ ...batch, sentAt: 0 }),
    });
    expect(sent.status).toBe(200);
  }
  expect(await calls()).toEqual([`${own} 10`, noKey]);
  await close();
  expect(await calls()).toEqual([`${own} 10`, noKey]);
  expect((await metrics.render()).includes(subscriptionId)).toBe(false);
});

it('outcomes, APIs, hours and former subscriptions are counted apart, and a later call of a kind moves its time', () => {
  const counter = createCallCounter();
  const call = {
    keyMark: null,
    productId: null,
    apiId: 'films',
    outcome: 'passed',
    calls: 1,
    lastAt: 1,
  } as const;
  const one = { ...call, subscription: { id: 'one', createdAt: 1 } };
  const kinds: CountedCalls[] = [
    one,
    { ...one, outcome: 'account_blocked' },
    { ...one, apiId: 'orders' },
    { ...one, lastAt: 3_600_000 },
    { ...one, subscription: { id: 'one', createdAt: 2 } },
    { ...one, subscription: null },
    { ...one, subscription: null, apiId: null },
  ];
  for (const kind of kinds) counter.add(kind);
  expect(counter.takeAll()).toEqual(expect.arrayContaining(kinds));
  for (const lastAt of [5, 9, 7]) counter.add({ ...one, lastAt });
  expect(counter.takeAll()).toEqual([{ ...one, calls: 3, lastAt: 9 }]);
});

it('with too many subscriptions to count, the rest of the calls count for their product and API', () => {
  const counter = createCallCounter(100);
  const call = {
    keyMark: null,
    productId: 'cinema',
    apiId: 'films',
    outcome: 'passed',
    calls: 1,
    lastAt: 0,
  } as const;
  for (let at = 0; at < 110; at++)
    counter.add({ ...call, subscription: { id: `subscription ${at}`, createdAt: at } });
  expect(counter.totals()).toEqual([{ productId: 'cinema', apiId: 'films', outcome: 'passed', calls: 110 }]);
  const taken = counter.takeAll();
  expect(taken).toHaveLength(101);
  expect(taken.find(({ subscription }) => !subscription)).toMatchObject({ ...call, calls: 10 });
  counter.putBack(taken);
  expect(counter.totals()).toMatchObject([{ calls: 110 }]);
});
