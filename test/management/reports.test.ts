// Azure's reports of calls, read with its SDK.
import { beforeAll, expect, it } from 'vitest';
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { rollUpUsage } from '../../src/db/usage/roll-up.ts';
import type { CallOutcome, CountedCalls } from '../../src/domain/call-counts.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { failureOf, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of an hour that isn't rolled up yet. */
const NOW = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
const DAY = new Date(Math.floor(NOW.getTime() / DAY_MS) * DAY_MS - 10 * DAY_MS);
/** In a month that a long report reads as a whole. */
const LONG_AGO = new Date(DAY.getTime() - 60 * DAY_MS);

const t = forAllTests(startTestManagement);
beforeAll(async () => {
  const put = async (path: string, properties: object) =>
    expect((await t.ask(path, { method: 'PUT', body: { properties } })).status).toBe(201);
  for (const id of ['ann', 'bob'])
    await put(`users/${id}`, { email: `${id}@example.com`, firstName: id, lastName: 'Lee' });
  for (const id of ['orders', 'films']) await put(`apis/${id}`, { displayName: `The ${id}`, path: id });
  for (const id of ['gold', 'silver']) await put(`products/${id}`, { displayName: id, state: 'published' });
  for (const [id, ownerId, product] of [
    ['one', 'ann', 'gold'],
    ['two', 'bob', 'gold'],
    ['three', 'bob', 'silver'],
  ])
    await put(`subscriptions/${id}`, {
      ...{ displayName: `Number ${id}`, scope: `/products/${product}`, ownerId: `/users/${ownerId}` },
    });
  const { db } = t.contextOf({ kind: 'console', name: 'Connie' });
  const rows = await t.sql<{ id: string; createdAt: number; productId: string }[]>`
    select id, (extract(epoch from created_at) * 1000)::float8 as "createdAt", product_id as "productId"
    from subscriptions`;
  const call = (id: string | null, outcome: CallOutcome, calls: number, lastAt = NOW): CountedCalls => {
    const { productId = null, ...subscription } = rows.find((row) => row.id === id) ?? {};
    const of = id === null ? null : { id, createdAt: 0, ...subscription };
    return {
      subscription: of,
      keyMark: null,
      productId,
      apiId: 'orders',
      outcome,
      calls,
      lastAt: lastAt.getTime(),
    };
  };
  const source = createGatewaySource(db, t.slack.databaseUrl, SERVICE, () => new Date());
  const calls = [
    call('one', 'passed', 5),
    call('one', 'account_blocked', 1),
    call('two', 'rate_limited', 2),
    { ...call('two', 'passed', 1), apiId: 'films' },
    call('three', 'passed', 1, LONG_AGO),
    call('three', 'passed', 40, DAY),
    call('three', 'quota_exceeded', 2, new Date(DAY.getTime() + HOUR_MS)),
    { ...call(null, 'no_key', 3), apiId: null },
    { ...call(null, 'unreadable', 4), apiId: null },
  ];
  await source.addUsage({ source: 'test', number: 1, calls });
  await rollUpUsage(db, SERVICE, new Date());
});

const reports = () => t.client().reports;
const between = (from: Date, to: Date, more = '') =>
  `timestamp ge datetime'${from.toISOString().slice(0, 19)}' and timestamp le ${to.toISOString()}${more}`;
const today = (more = '') => between(NOW, new Date(), more);
const always = (more = '') => between(new Date('2000-01-01'), new Date('2100-01-01'), more);

async function all<Row>(list: AsyncIterable<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}
const counts = (
  rows: readonly {
    name?: string;
    callCountSuccess?: number;
    callCountBlocked?: number;
    callCountFailed?: number;
    callCountTotal?: number;
  }[],
) =>
  rows.map((row) => [
    ...[row.name, row.callCountSuccess, row.callCountBlocked, row.callCountFailed, row.callCountTotal],
  ]);

it('calls are reported by product, API, user and subscription, the most called first', async () => {
  expect(counts(await all(reports().listByProduct(GROUP, SERVICE, always())))).toEqual([
    ['silver', 41, 2, 0, 43],
    ['gold', 6, 3, 0, 9],
  ]);
  const apis = await all(reports().listByApi(GROUP, SERVICE, today()));
  expect(counts(apis)).toEqual([
    ['The orders', 5, 3, 0, 8],
    ['The films', 1, 0, 0, 1],
  ]);
  expect(apis[0]).toMatchObject({ apiId: '/apis/orders', bandwidth: 0, cacheHitCount: 0, callCountOther: 0 });
  const users = await all(reports().listByUser(GROUP, SERVICE, always()));
  expect(counts(users)).toEqual([
    ['bob Lee', 42, 4, 0, 46],
    ['ann Lee', 5, 1, 0, 6],
  ]);
  expect(users[1]).toMatchObject({ userId: '/users/ann' });
  const [first, ...others] = await all(reports().listBySubscription(GROUP, SERVICE, today()));
  expect(others).toHaveLength(1);
  expect(first).toMatchObject({
    ...{ name: 'Number one', subscriptionId: '/subscriptions/one', callCountTotal: 6 },
    ...{ userId: '/users/ann', productId: '/products/gold' },
  });
});

it('a report has only the calls that its filter names, with ids in any case', async () => {
  const by = async (filter: string) => counts(await all(reports().listByApi(GROUP, SERVICE, filter)));
  expect(await by(today(" and userId eq '/users/BOB'"))).toEqual([
    ['The orders', 0, 2, 0, 2],
    ['The films', 1, 0, 0, 1],
  ]);
  expect(await by(always(" and productId eq 'silver'"))).toEqual([['The orders', 41, 2, 0, 43]]);
  expect(await by(today(" and subscriptionId eq 'one' and apiId eq 'films'"))).toEqual([]);
  expect(await by(today(" and userId eq 'nobody'"))).toEqual([]);
  expect(await by(between(DAY, new Date(DAY.getTime() + 1)))).toEqual([['The orders', 40, 2, 0, 42]]);
  expect(await by(between(new Date(DAY.getTime() + DAY_MS), new Date(NOW.getTime() - 1)))).toEqual([]);
  expect(await by(between(new Date('2000-01-01'), new Date('2001-01-01')))).toEqual([]);
});

it('a report of times has hours, and days where hours are gone, each with its length', async () => {
  const times = async (interval: string, filter = always()) =>
    (await all(reports().listByTime(GROUP, SERVICE, filter, interval))).map((row) => [
      ...[row.timestamp?.toISOString(), row.interval],
      ...[row.callCountSuccess, row.callCountBlocked, row.callCountFailed],
    ]);
  const [first, day, hour] = [LONG_AGO, DAY, NOW].map((at) => at.toISOString());
  const today = new Date(Math.floor(NOW.getTime() / DAY_MS) * DAY_MS).toISOString();
  expect(await times('PT15M')).toEqual([
    [first, 'P1D', 1, 0, 0],
    [day, 'P1D', 40, 2, 0],
    [hour, 'PT1H', 6, 6, 4],
  ]);
  expect(await times('P1D')).toEqual([
    [first, 'P1D', 1, 0, 0],
    [day, 'P1D', 40, 2, 0],
    [today, 'P1D', 6, 6, 4],
  ]);
  expect(await times('PT24H', always(" and apiId eq 'films'"))).toEqual([[today, 'P1D', 1, 0, 0]]);
});

it('a long report comes in pages, in the order that was asked for', async () => {
  const page = async (query: string) => {
    const { status, body } = await t.ask(
      `reports/bySubscription?$filter=${encodeURIComponent(always())}&${query}`,
    );
    expect(status).toBe(200);
    return body as { value: { name: string }[]; count: number; nextLink: string };
  };
  const first = await page('$top=2&$orderby=displayName%20desc');
  expect([first.value.map(({ name }) => name), first.count]).toEqual([['Number two', 'Number three'], 3]);
  const next = await t.send(new URL(first.nextLink).pathname + new URL(first.nextLink).search);
  expect([counts(next.body.value), next.body.count, next.body.nextLink]).toEqual([
    [['Number one', 5, 1, 0, 6]],
    3,
    '',
  ]);
  expect((await page('$orderby=callCountBlocked&$skip=1&$top=1')).value).toMatchObject([
    { callCountBlocked: 2 },
  ]);
});

it('operations, places and single requests are not counted: their reports are empty', async () => {
  const { listByOperation, listByGeo, listByRequest } = reports();
  for (const list of [listByOperation, listByGeo, listByRequest])
    expect(await all(list.call(reports(), GROUP, SERVICE, today()))).toEqual([]);
});

it.each([
  ['byApi', '', '$filter'],
  ['byUser', '$filter=nonsense', '$filter'],
  ['byUser', "$filter=userId eq 'ann'", '$filter'],
  ['byProduct', '$filter=timestamp ge 2026-01-01', '$filter'],
  ['byProduct', '$filter=timestamp ge 2026-01-01 or timestamp le 2026-02-01', '$filter'],
  ['byGeo', '', '$filter'],
  ['byApi', '$filter=TODAY&$orderby=colour', '$orderby'],
  ['byApi', '$filter=TODAY&$skip=-1', '$skip'],
  ['byApi', '$filter=TODAY&$top=0', '$top'],
  ['byTime', '$filter=TODAY', 'interval'],
  ['byTime', '$filter=TODAY&interval=PT10M', 'interval'],
  ['byTime', '$filter=TODAY&interval=P0D', 'interval'],
])('%s refuses %s and names %s', async (name, query, target) => {
  const path = `reports/${name}?${query.replace('TODAY', today()).replaceAll(' ', '%20')}`;
  const { status, body } = await t.ask(path);
  expect([status, body.error?.code, body.error?.details?.[0]?.target]).toEqual([
    400,
    'ValidationError',
    target,
  ]);
});

it('times at the ends of the calendar are answered, and others name the filter', async () => {
  const statusOf = async (query: string) => {
    const { status, body } = await t.ask(`reports/byProduct?$filter=${encodeURIComponent(query)}`);
    return status === 200 ? 200 : body.error.details[0].target;
  };
  for (const time of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) {
    expect(await statusOf(`timestamp ge ${time} and timestamp le ${time}`)).toBe(200);
    expect(await statusOf(`timestamp ge 2000-01-01 and timestamp le ${time}`)).toBe(200);
  }
  expect(await statusOf('timestamp ge 0000-01-01 and timestamp le 2026-01-01')).toBe('$filter');
});

it('a report needs a token', async () => {
  const stranger = t.client('apim_nobody').reports.listByApi(GROUP, SERVICE, today());
  expect(await failureOf(all(stranger))).toMatchObject({ status: 401 });
});

it('byActivity has every user with the days of the last sign-in and call, narrowed and ordered as the list in Slack', async () => {
  type User = {
    userId: string;
    lastSignInDate: string | null;
    lastCallDate: string | null;
    idleSince: string;
  };
  const read = async (query: string) => {
    const { status, body } = await t.ask(`reports/byActivity?api-version=2024-05-01${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body as { value: User[]; count: number; nextLink: string };
  };
  const day = (at: Date) => at.toISOString().slice(0, 10);
  await t.sql`update accounts set registered_at = now() - interval '200 days' where id = 'ann'`;
  await t.sql`update account_activity set last_call_on = ${day(LONG_AGO)} where account_id = 'ann'`;
  const { value, count } = await read('&sort=last-call');
  expect(
    value.map(({ userId, lastSignInDate, lastCallDate }) => [userId, lastSignInDate, lastCallDate]),
  ).toEqual([
    ['/users/bob', null, day(NOW)],
    ['/users/ann', null, day(LONG_AGO)],
  ]);
  expect(count).toBe(2);
  const idle = await read('&idle=60d&neverSignedIn=true&$top=1');
  expect(idle.value.map(({ userId, idleSince }) => [userId, idleSince])).toEqual([
    ['/users/ann', day(LONG_AGO)],
  ]);
  const first = await read('&sort=idle&$top=1');
  expect(first.value[0]?.userId).toBe('/users/ann');
  const next = await t.ask(`reports/byActivity${new URL(first.nextLink).search}`);
  expect((next.body as { value: User[] }).value.map(({ userId }) => userId)).toEqual(['/users/bob']);
  const { status, body } = await t.ask('reports/byActivity?api-version=2024-05-01&idle=long');
  expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('such as idle:90d')]);
});
