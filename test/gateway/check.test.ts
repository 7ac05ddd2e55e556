// The check answers a gateway alike from memory and from the database.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { setGroupsOfAccount } from '../../src/operations/accounts/set-groups.ts';
import { editApi } from '../../src/operations/apis/edit.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { editProduct } from '../../src/operations/products/edit.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { regenerateKey } from '../../src/operations/subscriptions/regenerate-key.ts';
import { rotateKey } from '../../src/operations/subscriptions/rotate-key.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';
import { type Asked, askRaw, type From, serveGateway } from './serve.ts';

const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
beforeAll(async () => {
  await programme.api('orders/v1', 'orders');
  await programme.api('orders/v1/archive', 'archive');
  await programme.api('weather', 'weather');
  await programme.api('Drafts', 'drafts');
  await programme.product(['orders'], { id: 'starter' });
  await programme.product(['drafts'], { id: 'unpublished', isPublished: false });
  await programme.product(['weather'], { id: 'open', isSubscriptionRequired: false });
});
const admin = () => t.as(ADMIN);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(t.clock().getTime() + days * DAY_MS);

describe.each<From>(['memory', 'database'])('a check answered from %s', (from) => {
  const gateway = forAllTests(() => serveGateway(t, from));
  afterAll(async () => {
    const { index = 0, database = 0 } = gateway.gateway.readings().answersFrom;
    // On a busy machine a late heartbeat sends a check or two to the database.
    expect(from === 'memory' ? index : database).toBeGreaterThan(20);
    expect(from === 'memory' ? database : index).toBeLessThan(from === 'memory' ? 10 : 1);
  });

  /** Asks once the index knows every change so far. */
  const ask = async (asked: Asked) => {
    await gateway.catchUp();
    return gateway.ask(asked);
  };
  const idsIn = ({ headers }: { headers: Headers }) =>
    ['x-account-id', 'x-subscription-id', 'x-product-id', 'x-groups'].map((name) => headers.get(name));

  it('lets an active subscription’s keys pass, and names their owner', async () => {
    const { primaryKey, secondaryKey, accountId, subscriptionId } = await programme.subscription({
      productId: 'starter',
    });
    for (const key of [primaryKey, secondaryKey]) {
      const answer = await ask({ key });
      expect(answer.status).toBe(200);
      expect(idsIn(answer)).toEqual([accountId, subscriptionId, 'starter', 'developers']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.body).toBe('');
    }
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'answers %s alike, also at addresses below its own',
    async (method) => {
      const { primaryKey: key } = await programme.subscription({ productId: 'starter' });
      const body = ['GET', 'HEAD'].includes(method) ? {} : { body: 'x'.repeat(100_000) };
      await gateway.catchUp();
      for (const below of ['', '/', '/and/below']) {
        const response = await fetch(`${gateway.url}/gateway/check${below}`, {
          method,
          headers: { 'x-original-uri': '/orders/v1', 'ocp-apim-subscription-key': key },
          ...body,
        });
        expect(response.status).toBe(200);
      }
      expect((await fetch(`${gateway.url}/gateway/checked`, { method })).status).toBe(404);
    },
  );

  it('takes the key from the header, then from the original address, then from the check’s own address', async () => {
    const one = await programme.subscription({ productId: 'starter' });
    const two = await programme.subscription({ productId: 'starter' });
    const [inUri, inQuery] = [
      `/orders/v1?subscription-key=${one.primaryKey}`,
      `?subscription-key=${two.primaryKey}`,
    ];
    const whose = async (asked: Asked) => (await ask(asked)).headers.get('x-subscription-id');
    expect(await whose({ uri: inUri })).toBe(one.subscriptionId);
    expect(await whose({ query: inQuery })).toBe(two.subscriptionId);
    expect(await whose({ uri: inUri, query: inQuery })).toBe(one.subscriptionId);
    expect(await whose({ uri: inUri, query: inQuery, key: two.secondaryKey })).toBe(two.subscriptionId);
    expect((await ask({ uri: inUri, key: 'no key of anybody at all' })).status).toBe(401);
    expect((await ask({ uri: `${inUri}&subscription-key=${two.primaryKey}` })).code).toBe('KeyTwice');
  });

  it('reads the key of an API with its own names only there, without case in the header and with it in the query', async () => {
    const id = `films-${from}`;
    await programme.api(id, id, { keyHeader: 'X-Film-Key', keyQuery: 'Film_key' });
    const { primaryKey: key, subscriptionId } = await programme.subscription({ apiId: id });
    const uri = `/${id}/7`;
    const status = async (asked: Asked) => (await ask({ uri, ...asked })).status;
    expect(await status({ headers: { 'x-film-key': key } })).toBe(200);
    expect(await status({ uri: `${uri}?Film_key=${key}` })).toBe(200);
    expect(await status({ query: `?Film_key=${key}` })).toBe(200);
    expect(await status({ query: `?api=${id}`, headers: { 'X-FILM-KEY': key } })).toBe(200);
    const other = await programme.newKey();
    const both = await ask({
      uri: `${uri}?subscription-key=a&subscription-key=b`,
      key: other,
      headers: { 'x-film-key': key },
    });
    expect([both.status, both.headers.get('x-subscription-id')]).toEqual([200, subscriptionId]);
    for (const elsewhere of [
      { key },
      { uri: `${uri}?subscription-key=${key}` },
      { uri: `${uri}?film_key=${key}` },
      { headers: { 'x-film-key': other }, key },
      { headers: { 'x-film-key': '' }, key },
    ])
      expect(await status(elsewhere), JSON.stringify(Object.keys(elsewhere))).toBe(401);
    const { headers } = await ask({ uri, key });
    expect(headers.get('www-authenticate')).toContain('name="X-Film-Key"');
    expect((await ask({ uri: `${uri}?Film_key=${key}&Film_key=${key}` })).code).toBe('KeyTwice');
    const lines = ['GET /gateway/check HTTP/1.1', `X-Original-URI: ${uri}`, `X-Film-Key: ${key}`];
    expect(await askRaw(gateway.port, [...lines, `x-film-KEY: ${other}`])).toContain('HeaderTwice');
    // The address decides the API first: its own name is no place for another API's key.
    const general = await programme.subscription({});
    expect(await status({ uri: '/orders/v1', headers: { 'x-film-key': general.primaryKey } })).toBe(401);
    expect(await status({ uri: '/orders/v1', key: general.primaryKey })).toBe(200);
  });

  it('reads the key where an API’s names were changed to by the next call', async () => {
    const id = `turns-${from}`;
    await programme.api(id, id);
    const { primaryKey: key } = await programme.subscription({ apiId: id });
    const statuses = async () => [
      (await ask({ uri: `/${id}`, key })).status,
      (await ask({ uri: `/${id}`, headers: { 'x-turn': key } })).status,
    ];
    expect(await statuses()).toEqual([200, 401]);
    await editApi(admin(), { apiId: id, keyHeader: 'X-Turn' });
    expect(await statuses()).toEqual([401, 200]);
    await editApi(admin(), { apiId: id, keyHeader: null });
    expect(await statuses()).toEqual([200, 401]);
  });

  it('T32: answers byte for byte alike without a key and with a mistyped, unknown, replaced or deleted one', async () => {
    const replaced = await programme.subscription({ productId: 'starter' });
    await regenerateKey(admin(), { subscriptionId: replaced.subscriptionId, slot: 'primary' });
    const deleted = await programme.subscription({ productId: 'starter' });
    await deleteSubscription(admin(), { subscriptionId: deleted.subscriptionId });
    const ofDeleted = await programme.subscription({ productId: 'starter' });
    await deleteAccount(admin(), { accountId: ofDeleted.accountId, deleteSubscriptions: true });
    const keys = [
      programme.newKey(),
      programme.newKey().replace(/.$/, '*'),
      'short',
      'x'.repeat(10_000),
      '0123456789abcdef0123456789abcdef',
      replaced.primaryKey,
      deleted.primaryKey,
      ofDeleted.secondaryKey,
    ];
    await gateway.catchUp();
    const without = await askRaw(gateway.port, ['GET /gateway/check HTTP/1.1', 'X-Original-URI: /orders/v1']);
    expect(without).toMatch(/^HTTP\/1\.1 401 /);
    for (const key of keys) {
      const lines = ['GET /gateway/check HTTP/1.1', 'X-Original-URI: /orders/v1'];
      expect(await askRaw(gateway.port, [...lines, `Ocp-Apim-Subscription-Key: ${key}`])).toBe(without);
    }
    expect((await ask({ key: replaced.secondaryKey })).status).toBe(200);
  });

  it('refuses a current key with the reason and the ids, in headers and in Azure’s form of an error', async () => {
    const blocked = await programme.subscription({ productId: 'starter' });
    await blockAccount(admin(), { accountId: blocked.accountId });
    const answer = await ask({ key: blocked.primaryKey });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'AccountBlocked', message: 'The account that this key belongs to is blocked.' },
    });
    expect(answer.headers.get('x-refusal-reason')).toBe('AccountBlocked');
    expect(idsIn(answer)).toEqual([blocked.accountId, blocked.subscriptionId, 'starter', null]);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it.each([
    ['submitted', {}, 'SubscriptionSubmitted'],
    ['suspended', {}, 'SubscriptionSuspended'],
    ['rejected', {}, 'SubscriptionRejected'],
    ['cancelled', {}, 'SubscriptionCancelled'],
    ['expired', {}, 'SubscriptionExpired'],
    ['active', { startsAt: inDaysOf(1_000) }, 'SubscriptionNotStarted'],
    ['active', { endsAt: inDaysOf(-1), startsAt: inDaysOf(-2) }, 'SubscriptionExpired'],
    ['active', { productId: 'unpublished' }, 'ProductNotPublished'],
  ] as const)('refuses a subscription that is %s with %o as %s', async (state, more, reason) => {
    const wanted = { productId: 'starter', state, ...more };
    const { primaryKey: key } = await programme.subscription(wanted);
    const answer = await ask({ key });
    expect([answer.status, answer.code]).toEqual([403, reason]);
  });

  it('obeys the dates of a subscription to the millisecond, by the clock at the time of the call', async () => {
    const { primaryKey: key } = await programme.subscription({
      productId: 'starter',
      startsAt: inDays(1),
      endsAt: inDays(2),
    });
    expect((await ask({ key })).code).toBe('SubscriptionNotStarted');
    t.advance(DAY_MS);
    expect((await ask({ key })).status).toBe(200);
    t.advance(DAY_MS);
    expect((await ask({ key })).code).toBe('SubscriptionExpired');
  });

  it('T113: lets a former key pass until its end, and then says that the key has expired', async () => {
    const { primaryKey: key, subscriptionId } = await programme.subscription({ productId: 'starter' });
    const former = { subscriptionId, slot: 'primary' as const, overlapHours: 24 };
    const { formerEndsAt } = await rotateKey(admin(), former);
    t.advance((formerEndsAt?.getTime() ?? 0) - t.clock().getTime() - MINUTE_MS);
    expect((await ask({ key })).status).toBe(200);
    t.advance(MINUTE_MS);
    const answer = await ask({ key });
    expect([answer.status, answer.code]).toEqual([403, 'KeyExpired']);
    expect(answer.headers.get('x-refusal-reason')).toBe('KeyExpired');
    expect((await ask({ key, uri: '/weather/today' })).status).toBe(200);
  });

  it('T29: no longer knows a former key once its slot is replaced again', async () => {
    const { primaryKey, subscriptionId } = await programme.subscription({ productId: 'starter' });
    const of = { subscriptionId, slot: 'primary' as const };
    await rotateKey(admin(), { ...of, overlapHours: 24 });
    expect((await ask({ key: primaryKey })).status).toBe(200);
    await regenerateKey(admin(), of);
    expect((await ask({ key: primaryKey })).status).toBe(401);
  });

  it('T114: refuses a key from its end on, also the only one, and for good', async () => {
    await editProduct(admin(), { productId: 'starter', keysExpireAfterDays: 1 });
    const { primaryKey: key, secondaryKey } = await programme.subscription({ productId: 'starter' });
    await editProduct(admin(), { productId: 'starter', keysExpireAfterDays: null });
    expect((await ask({ key })).status).toBe(200);
    await editProduct(admin(), { productId: 'starter', keysExpireAfterDays: 1 });
    t.advance(DAY_MS);
    expect([(await ask({ key })).code, (await ask({ key: secondaryKey })).code]).toEqual([
      'KeyExpired',
      'KeyExpired',
    ]);
    for (const keysExpireAfterDays of [30, null]) {
      await editProduct(admin(), { productId: 'starter', keysExpireAfterDays });
      expect((await ask({ key })).code).toBe('KeyExpired');
    }
  });

  it('refuses a subscription whose quota is used up, last of all reasons and in Azure’s words, until its period ends', async () => {
    const { primaryKey: key, subscriptionId } = await programme.subscription({ productId: 'starter' });
    await t.sql`insert into quota_use (service_id, subscription_id, starts_at, ends_at, calls, is_exhausted)
      values ('ours', ${subscriptionId}, now(), ${inDays(1).toISOString()}, 9, true)`;
    const answer = await ask({ key });
    expect([answer.status, answer.code]).toEqual([403, 'QuotaExceeded']);
    expect(answer.body).toMatch(
      /"Out of call volume quota\. Quota will be replenished in (23:59:5\d|1\.00:00:00)\."/,
    );
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(86_300);
    expect(answer.headers.get('x-refusal-reason')).toBe('QuotaExceeded');
    expect(idsIn(answer)[1]).toBe(subscriptionId);
    expect((await ask({ key, uri: '/drafts' })).code).toBe('ApiNotCovered');
    expect(idsIn(await ask({ key, uri: '/weather/today' }))).toEqual(['', '', 'open', '']);
    t.advance(DAY_MS);
    expect((await ask({ key })).status).toBe(200);
  });

  it('keeps each subscription to its scope: the APIs of its product, its one API, or all', async () => {
    const ofProduct = await programme.subscription({ productId: 'starter' });
    const ofApi = await programme.subscription({ apiId: 'archive' });
    const ofAll = await programme.subscription({});
    const nobodys = await programme.subscription({ isNobodys: true });
    const outcome = async (key: string, uri: string) => {
      const { status, code } = await ask({ key, uri });
      return code ?? status;
    };
    const uris = ['/orders/v1/7', '/orders/v1/archive/7', '/drafts', '/orders', '/elsewhere'];
    const outcomes = async ({ primaryKey }: { primaryKey: string }) =>
      Promise.all(uris.map((uri) => outcome(primaryKey, uri)));
    expect(await outcomes(ofProduct)).toEqual([
      200,
      'ApiNotCovered',
      'ApiNotCovered',
      'ApiUnknown',
      'ApiUnknown',
    ]);
    expect(await outcomes(ofApi)).toEqual([
      'ApiNotCovered',
      200,
      'ApiNotCovered',
      'ApiUnknown',
      'ApiUnknown',
    ]);
    expect(await outcomes(ofAll)).toEqual([200, 200, 200, 'ApiUnknown', 'ApiUnknown']);
    expect(await outcomes(nobodys)).toEqual([200, 200, 200, 'ApiUnknown', 'ApiUnknown']);
    expect(idsIn(await ask({ key: nobodys.primaryKey }))).toEqual(['', nobodys.subscriptionId, '', '']);
  });

  it('finds the API by id when the gateway names it, and then ignores the address', async () => {
    const { primaryKey: key } = await programme.subscription({ apiId: 'archive' });
    expect((await ask({ key, query: '?api=archive', uri: '/a/../b' })).status).toBe(200);
    expect((await ask({ key, query: '?api=orders', uri: '/orders/v1/archive' })).code).toBe('ApiNotCovered');
    expect((await ask({ key, query: '?api=none' })).code).toBe('ApiUnknown');
    expect((await ask({ key, query: '?api=archive&api=orders' })).code).toBe('ApiTwice');
  });

  it('lets calls of an open API pass without a key, as the owner’s with a good one, as anonymous with another', async () => {
    const uri = '/weather/today';
    const suspended = await programme.subscription({ productId: 'open', state: 'suspended' });
    const good = await programme.subscription({ productId: 'open' });
    for (const key of [undefined, programme.newKey(), 'nonsense', suspended.primaryKey]) {
      const answer = await ask({ uri, ...(key ? { key } : {}) });
      expect([answer.status, ...idsIn(answer)]).toEqual([200, '', '', 'open', '']);
    }
    expect(idsIn(await ask({ uri, key: good.primaryKey }))[1]).toBe(good.subscriptionId);
  });

  it('refuses a blocked account’s key even where no key is needed', async () => {
    const { primaryKey: key, accountId } = await programme.subscription({ productId: 'starter' });
    expect((await ask({ uri: '/weather', key })).status).toBe(200);
    await blockAccount(admin(), { accountId });
    expect((await ask({ uri: '/weather', key })).code).toBe('AccountBlocked');
  });

  it('names groups percent-encoded, only whole ones up to 4 KB, and says when it left some out', async () => {
    const { primaryKey: key, accountId } = await programme.subscription({ productId: 'starter' });
    const { groupId } = await createGroup(admin(), { name: `Größe, ja ${from}` });
    await setGroupsOfAccount(admin(), { accountId, groupIds: [groupId] });
    const few = await ask({ key });
    expect(few.headers.get('x-groups')?.split(',').map(decodeURIComponent)).toEqual(['developers', groupId]);
    expect(few.headers.get('x-groups-cut')).toBeNull();
    await t.sql`insert into groups (service_id, id, name, type, created_at)
      select 'ours', ${from} || n || repeat('é', 100), ${from} || n, 'custom', now() from generate_series(1, 40) n`;
    await t.sql`insert into account_groups select 'ours', ${accountId}, id from groups
      where service_id = 'ours' and name like ${`${from}%`}`;
    const many = await ask({ key });
    const groups = many.headers.get('x-groups') ?? '';
    expect(groups.length).toBeLessThanOrEqual(4_096);
    expect(groups.length).toBeGreaterThan(3_000);
    expect(() => groups.split(',').map(decodeURIComponent)).not.toThrow();
    expect(many.headers.get('x-groups-cut')).toBe('true');
  });

  it('knows imported keys, whatever they look like', async () => {
    const key = `${from}/Legacy+Key==0123456789`.padEnd(20, 'x');
    await programme.subscription({ productId: 'starter', primaryKey: key });
    expect((await ask({ key })).status).toBe(200);
    expect((await ask({ uri: `/orders/v1?subscription-key=${encodeURIComponent(key)}` })).status).toBe(200);
    expect((await ask({ key: key.toLowerCase() })).status).toBe(401);
  });
});

/** For tables of cases, which are made before there is a clock. */
function inDaysOf(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}
