// A change has taken effect in every process once it is answered.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { deleteApi } from '../../src/operations/apis/delete.ts';
import { editApi } from '../../src/operations/apis/edit.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { deleteProduct } from '../../src/operations/products/delete.ts';
import { editProduct } from '../../src/operations/products/edit.ts';
import { cancelSubscription } from '../../src/operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { limitSubscription } from '../../src/operations/subscriptions/limit.ts';
import { regenerateKey } from '../../src/operations/subscriptions/regenerate-key.ts';
import { resumeSubscription } from '../../src/operations/subscriptions/resume.ts';
import { suspendSubscription } from '../../src/operations/subscriptions/suspend.ts';
import { ADMIN, createTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { startTcpProxy, throughProxy } from '../support/tcp-proxy.ts';
import { createProgramme, goToMidMonth, makeCalls, type Programme } from './programme.ts';
import { type ServedGateway, serveGateway } from './serve.ts';

let t: TestContext;
let programme: Programme;
let own: ServedGateway;
let other: ServedGateway;
beforeAll(async () => {
  t = await createTestContext();
  goToMidMonth(t);
  own = await serveGateway(t, 'memory');
  other = await serveGateway(t, 'memory');
  programme = createProgramme(admin);
});
afterAll(async () => {
  await own.close();
  await other.close();
  await t.close();
});

/** Acts as in the process of `own`, which is told of each commit. */
const admin = (): Context => ({ ...t.as(ADMIN), untilGatewaysKnow: own.untilGatewaysKnow });
let count = 0;
async function callable() {
  count += 1;
  const apiId = await programme.api(`live${count}/v1`);
  const productId = await programme.product([apiId]);
  const subscription = await programme.subscription({ productId });
  return { ...subscription, apiId, productId, uri: `/live${count}/v1/7`, key: subscription.primaryKey };
}
async function useTen({ productId, subscriptionId }: Callable): Promise<void> {
  await editProduct(admin(), { productId, quota: '1,000 per month' });
  await makeCalls(t, subscriptionId, 10);
}
type Callable = Awaited<ReturnType<typeof callable>>;

describe('T28: the very next check', () => {
  const CUTS: [string, number, (its: Callable) => Promise<unknown>][] = [
    ['the account is blocked', 403, ({ accountId }) => blockAccount(admin(), { accountId })],
    [
      'the account is deleted',
      401,
      ({ accountId }) => deleteAccount(admin(), { accountId, deleteSubscriptions: true }),
    ],
    [
      'the subscription is suspended',
      403,
      ({ subscriptionId }) => suspendSubscription(admin(), { subscriptionId }),
    ],
    [
      'the subscription is cancelled',
      403,
      ({ subscriptionId }) => cancelSubscription(admin(), { subscriptionId }),
    ],
    [
      'the subscription is deleted',
      401,
      ({ subscriptionId }) => deleteSubscription(admin(), { subscriptionId }),
    ],
    [
      'the key is replaced',
      401,
      ({ subscriptionId }) => regenerateKey(admin(), { subscriptionId, slot: 'primary' }),
    ],
    [
      'the product is unpublished',
      403,
      ({ productId }) => editProduct(admin(), { productId, isPublished: false }),
    ],
    ['the API leaves the product', 403, ({ productId }) => editProduct(admin(), { productId, apiIds: [] })],
    [
      'the product is deleted',
      401,
      ({ productId }) => deleteProduct(admin(), { productId, deleteSubscriptions: true }),
    ],
    ['the API is deleted', 403, ({ apiId }) => deleteApi(admin(), { apiId })],
    [
      'its quota becomes what it used',
      403,
      async (its) => {
        await useTen(its);
        await limitSubscription(admin(), { subscriptionId: its.subscriptionId, quota: '10 per month' });
      },
    ],
    [
      'the quota of its product becomes what it used',
      403,
      async (its) => {
        await useTen(its);
        await editProduct(admin(), { productId: its.productId, quota: '10 per month' });
      },
    ],
    ['the API moves', 403, ({ apiId }) => editApi(admin(), { apiId, path: `moved${count}` })],
  ];
  it.each(CUTS)(
    'is refused after %s (%i), in this process and, as T79 promises, in another',
    async (_what, status, cut) => {
      const its = await callable();
      expect((await own.ask(its)).status).toBe(200);
      expect((await other.ask(its)).status).toBe(200);
      await cut(its);
      const answers = await Promise.all([own, other, own].map((gateway) => gateway.ask(its)));
      expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
    },
  );

  it('passes again after activate, resume and restore, for the keys that were alive before', async () => {
    const its = await callable();
    await suspendSubscription(admin(), { subscriptionId: its.subscriptionId });
    const second = await programme.subscription({ productId: its.productId, accountId: its.accountId });
    await blockAccount(admin(), { accountId: its.accountId });
    expect((await own.ask({ ...its, key: second.primaryKey })).code).toBe('AccountBlocked');
    await activateAccount(admin(), { accountId: its.accountId });
    expect((await own.ask({ ...its, key: second.primaryKey })).status).toBe(200);
    expect((await own.ask(its)).code).toBe('SubscriptionSuspended');
    await resumeSubscription(admin(), { subscriptionId: its.subscriptionId });
    expect((await own.ask(its)).status).toBe(200);
    await deleteAccount(admin(), { accountId: its.accountId, deleteSubscriptions: true });
    expect((await own.ask(its)).status).toBe(401);
    await restoreAccount(admin(), { accountId: its.accountId });
    expect((await own.ask(its)).code).toBe('AccountBlocked');
    await activateAccount(admin(), { accountId: its.accountId });
    expect((await own.ask(its)).status).toBe(200);
  });

  it('is refused after each of 50 blocks, with other checks under way', async () => {
    const its = await callable();
    for (let round = 0; round < 50; round++) {
      const before = Array.from({ length: 4 }, () => own.ask(its));
      await blockAccount(admin(), { accountId: its.accountId });
      const after = await Promise.all(Array.from({ length: 4 }, () => own.ask(its)));
      expect(after.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
      await Promise.all(before);
      await activateAccount(admin(), { accountId: its.accountId });
      expect((await own.ask(its)).status).toBe(200);
    }
  });
});

describe('the index of the gateway', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const address = () => {
    const { hostname, port } = new URL(t.databaseUrl);
    return { host: hostname, port: Number(port || 5432) };
  };
  async function behindProxy(options: { staleSeconds?: number } = {}) {
    const proxy = await startTcpProxy(address());
    closing.push(proxy.close);
    const gateway = await serveGateway(t, 'memory', {
      databaseUrl: throughProxy(t.databaseUrl, proxy),
      ...options,
    });
    closing.push(gateway.close);
    return { proxy, gateway };
  }
  const isTrusted = ({ gateway }: ServedGateway) => gateway.readings().isTrusted;

  it('refuses a call once its block is answered, even when the line to Postgres silently drops every packet', async () => {
    const its = await callable();
    const { proxy, gateway } = await behindProxy();
    expect((await gateway.ask(its)).status).toBe(200);
    // Open connections die silently; new ones still reach the database.
    proxy.silenceOpen();
    await blockAccount(admin(), { accountId: its.accountId });
    expect([403, 503]).toContain((await gateway.ask(its)).status);
    await eventually('the call to be refused', async () => (await gateway.ask(its)).status === 403);
    await activateAccount(admin(), { accountId: its.accountId });
    await eventually('the index to be trusted again', () => isTrusted(gateway));
    expect((await gateway.ask(its)).status).toBe(200);
  });

  it('refuses a call with 503 within 3 s when the database is gone, and lets it pass when the database is back', async () => {
    const its = await callable();
    const { proxy, gateway } = await behindProxy();
    expect((await gateway.ask(its)).status).toBe(200);
    proxy.silenceAll();
    const goneAt = performance.now();
    await eventually('the call to be refused', async () => (await gateway.ask(its)).status === 503, 5_000);
    expect(performance.now() - goneAt).toBeLessThan(4_500);
    proxy.carryNew();
    await eventually('the call to pass', async () => (await gateway.ask(its)).status === 200);
    await eventually('the index to be trusted again', () => isTrusted(gateway));
  });

  it('notices a cut connection at once, and no check relies on what it held before', async () => {
    const its = await callable();
    const { proxy, gateway } = await behindProxy();
    for (let round = 0; round < 5; round++) {
      proxy.cut();
      await blockAccount(admin(), { accountId: its.accountId });
      expect([403, 503]).toContain((await gateway.ask(its)).status);
      await eventually('the call to be refused', async () => (await gateway.ask(its)).status === 403);
      await activateAccount(admin(), { accountId: its.accountId });
      await eventually('the index to be trusted again', () => isTrusted(gateway));
      expect((await gateway.ask(its)).status).toBe(200);
    }
  });

  it('serves for GATEWAY_STALE_SECONDS without the database, and every answer says so', async () => {
    const its = await callable();
    const { proxy, gateway } = await behindProxy({ staleSeconds: 6 });
    proxy.silenceAll();
    const stale = await eventually('an answer of an old index', async () => {
      const answer = await gateway.ask(its);
      return answer.headers.has('x-gateway-stale') && answer;
    });
    expect(stale.status).toBe(200);
    expect(Number(stale.headers.get('x-gateway-stale'))).toBeGreaterThanOrEqual(2);
    expect(gateway.gateway.canAnswerAlone()).toBe(true);
    const startedAt = performance.now();
    await gateway.ask(its);
    expect(performance.now() - startedAt, 'no waiting for a database that just failed').toBeLessThan(1_800);
    expect((await gateway.ask({ ...its, key: programme.newKey() })).status).toBe(401);
    expect(gateway.gateway.readings().answersFrom.stale).toBeGreaterThan(2);
    await eventually('the old index to be too old', async () => (await gateway.ask(its)).status === 503);
    expect(gateway.gateway.canAnswerAlone()).toBe(false);
  });

  it('is complete although rows change while it loads', async () => {
    // The others need not hear of rows that only make this load long.
    await t.sql.begin(async (tx) => {
      await tx`alter table accounts disable trigger user`;
      await tx`alter table subscriptions disable trigger user`;
      await tx`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state,
          state_changed_at, state_changed_by, registered_at, updated_at)
        select 'ours', 'load' || n, 'load' || n || '@example.com', 'load' || n || '@example.com', 'L', 'O', 'active',
          now(), 'test', now(), now() from generate_series(1, 6000) n`;
      await tx`insert into subscriptions (service_id, id, account_id, name, state, state_changed_at,
          state_changed_by, created_at, updated_at)
        select 'ours', 'load' || n, 'load' || n, 'load', 'active', now(), 'test', now(), now()
        from generate_series(1, 6000) n`;
      await tx`alter table accounts enable trigger user`;
      await tx`alter table subscriptions enable trigger user`;
    });
    const its = await callable();
    const accounts = Array.from({ length: 6 }, () => its.accountId);
    const kept = await Promise.all(accounts.map(() => programme.subscription({ apiId: its.apiId })));
    const slowly = serveGateway(t, 'memory');
    for (const [at, { accountId, subscriptionId }] of kept.entries()) {
      if (at % 2) await blockAccount(admin(), { accountId });
      else await deleteSubscription(admin(), { subscriptionId });
    }
    const late = await programme.subscription({ apiId: its.apiId });
    const gateway = await slowly;
    closing.push(gateway.close);
    await gateway.catchUp();
    for (const [at, { primaryKey: key }] of kept.entries())
      expect((await gateway.ask({ uri: its.uri, key })).status).toBe(at % 2 ? 403 : 401);
    expect((await gateway.ask({ uri: its.uri, key: late.primaryKey })).status).toBe(200);
    expect(gateway.gateway.readings().answersFrom.index).toBeGreaterThanOrEqual(6);
  });

  it('forgets deleted keys: it holds as many as before after many came and went', async () => {
    const its = await callable();
    await other.catchUp();
    const before = other.gateway.readings().keys;
    const made = [];
    for (let at = 0; at < 20; at++) made.push(await programme.subscription({ apiId: its.apiId }));
    await other.catchUp();
    expect(other.gateway.readings().keys).toBe(before + 40);
    for (const { subscriptionId } of made) await deleteSubscription(admin(), { subscriptionId });
    await other.catchUp();
    expect(other.gateway.readings().keys).toBe(before);
  });
});
