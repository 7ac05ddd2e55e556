import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { showSubscription } from '../../src/operations/subscriptions/show.ts';
import { ADMIN, createTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { createProgramme, type Programme } from './programme.ts';
import { serveGateway } from './serve.ts';

let t: TestContext;
let programme: Programme;
beforeAll(async () => {
  t = await createTestContext();
  programme = createProgramme(() => t.as(ADMIN));
  await programme.api('orders/v1', 'orders');
});
afterAll(() => t.close());

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
