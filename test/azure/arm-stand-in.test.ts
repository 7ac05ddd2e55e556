// What the stand-in for Azure Resource Manager adds to a service, seen by the SDK.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiManagementClient } from '@azure/arm-apimanagement';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, failureOf, GROUP, SERVICE } from '../support/management.ts';
import { MIRROR, startMirroredPair } from '../support/mirrored-pair.ts';

const SUBSCRIPTION = BASE.split('/')[2] ?? '';
const USERS = ['ann', 'bob', 'cy', 'di', 'eve'];
const at = [GROUP, SERVICE] as const;

const pair = forAllTests(() => startMirroredPair({ seed: 7 }));
let client: ApiManagementClient;
const clientWith = (token: string, maxRetries = 0) =>
  new ApiManagementClient(
    { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    SUBSCRIPTION,
    { endpoint: pair.arm.url, retryOptions: { maxRetries } },
  );
const person = (id: string, firstName = id) => ({ email: `${id}@example.com`, firstName, lastName: 'Lee' });
const portal = () => pair.arm.asPortal('pat@example.com');
const put = (id: string, firstName?: string) => client.user.createOrUpdate(...at, id, person(id, firstName));
const isThere = async (id: string) => (await failureOf(client.user.get(...at, id))) === 'done';

beforeAll(async () => {
  client = clientWith(pair.token);
  for (const id of USERS) await portal().put(`users/${id}`, person(id));
});
afterEach(() => {
  pair.arm.behaveWell();
  pair.arm.unsubscribeFromEvents();
});

/** The pages of users, two to a page. */
async function pagesOfUsers(): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const page of client.user.listByService(...at, { top: 2 }).byPage())
    pages.push(page.map(({ name = '' }) => name));
  return pages;
}
/** One request of the SDK, with its answer's headers. */
async function headersOf(run: (options: { onResponse(raw: unknown): void }) => Promise<unknown>) {
  let headers: Record<string, string> = {};
  const onResponse = (raw: unknown) => {
    headers = (raw as { headers: { toJSON(): Record<string, string> } }).headers.toJSON();
  };
  await run({ onResponse }).catch(() => {});
  return headers;
}

describe('requests', () => {
  it('need a token that was let in, reach the product, and are counted by kind', async () => {
    pair.arm.forgetSeen();
    expect(await failureOf(clientWith('other').user.get(...at, 'ann'))).toMatchObject({ status: 401 });
    expect((await client.user.get(...at, 'ann')).firstName).toBe('ann');
    await put('ann', 'Anna');
    expect(pair.arm.seen({ kind: 'users/{}' }).map(({ method, status }) => [method, status])).toEqual([
      ['GET', 401],
      ['GET', 200],
      ['PUT', 200],
    ]);
    expect(pair.arm.seen({ isWrite: true, caller: MIRROR })).toHaveLength(1);
    expect((await pair.azure.sql`select first_name from accounts where id = 'ann'`)[0]).toEqual({
      first_name: 'Anna',
    });
  });

  it('take as long as a test wants', async () => {
    pair.arm.behave({ latencyMs: [150, 200] });
    const began = performance.now();
    await client.user.get(...at, 'ann');
    expect(performance.now() - began).toBeGreaterThanOrEqual(149);
  });
});

describe('limits', () => {
  it('are a bucket that says what is left, refuses with Retry-After, and fills again', async () => {
    pair.arm.behave({ limits: 0.02 });
    const get = () =>
      headersOf((options) => client.user.get(...at, 'ann', options as Parameters<typeof client.user.get>[3]));
    const left = 'x-ms-ratelimit-remaining-subscription-reads';
    const first = await get();
    expect([first[left], first['retry-after']]).toEqual(['4', undefined]);
    for (let time = 0; time < 4; time++) await get();
    const refused = await get();
    expect([refused[left], Number(refused['retry-after'])]).toEqual(['0', 2]);
    const failure = await failureOf(client.user.get(...at, 'ann'));
    expect(failure).toMatchObject({ status: 429, code: 'SubscriptionRequestsThrottled' });
    // Writes have a bucket of their own.
    expect(await failureOf(put('ann'))).toBe('done');
    // The SDK waits as long as it is told.
    const began = performance.now();
    expect((await clientWith(pair.token, 3).user.get(...at, 'ann')).name).toBe('ann');
    expect(performance.now() - began).toBeGreaterThan(1_500);
  });
});

describe('faults', () => {
  it.each([
    ['500 before', 500, false],
    ['500 after', 500, true],
    ['503 before', 503, false],
    ['503 after', 503, true],
    ['reset before', undefined, false],
    ['reset after', undefined, true],
    ['hang after', undefined, true],
    ['409', 409, false],
    ['429', 429, false],
  ] as const)('%s: the client is told %s, and it took effect: %s', async (fault, status, isDone) => {
    const id = `new-${fault.replace(' ', '-')}`;
    pair.arm.next(fault, { method: 'PUT', kind: 'users/{}' });
    const abortSignal = AbortSignal.timeout(fault.startsWith('hang') ? 800 : 10_000);
    const made = client.user.createOrUpdate(...at, id, person(id), { abortSignal });
    expect(await failureOf(made)).toMatchObject({ status });
    expect(await isThere(id)).toBe(isDone);
  });

  it('come by a seeded share of requests, and a test can give its own answer', async () => {
    pair.arm.behave({ faults: { '503 before': 0.5 } });
    const answers: unknown[] = [];
    for (let time = 0; time < 20; time++) answers.push(await failureOf(client.user.get(...at, 'ann')));
    const failed = answers.filter((one) => one !== 'done').length;
    expect(failed).toBeGreaterThan(3);
    expect(failed).toBeLessThan(17);
    pair.arm.behaveWell();
    pair.arm.next({ status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } });
    expect(await failureOf(client.user.get(...at, 'ann'))).toMatchObject({
      status: 403,
      code: 'AuthorizationFailed',
    });
    expect(await failureOf(client.user.get(...at, 'ann'))).toBe('done');
  });

  it('of a race: who was slower is told 412, and the other’s value stays', async () => {
    const { eTag = '' } = await client.user.getEntityTag(...at, 'bob');
    pair.arm.meanwhile({ method: 'PATCH' }, () => portal().patch('users/bob', { firstName: 'Robert' }));
    const changed = client.user.update(...at, 'bob', eTag, { firstName: 'Bobby' });
    expect(await failureOf(changed)).toMatchObject({ status: 412 });
    expect((await client.user.get(...at, 'bob')).firstName).toBe('Robert');
  });
});

describe('long-running operations', () => {
  it('answer 202, show what was there until they end, and refuse another change meanwhile', async () => {
    await put('leaving');
    pair.arm.behave({ longRunningMs: 700 });
    const poller = await client.user.beginDelete(...at, 'leaving', '*');
    expect(await isThere('leaving')).toBe(true);
    const again = client.user.update(...at, 'leaving', '*', { firstName: 'Stay' });
    expect(await failureOf(again)).toMatchObject({ status: 409 });
    await poller.pollUntilDone();
    expect(pair.arm.seen({ method: 'DELETE', below: 'users/leaving', status: 202 })).toHaveLength(1);
    expect(await isThere('leaving')).toBe(false);
  });
});

describe('reads that lag', () => {
  const idsIn = async (list: AsyncIterable<{ name?: string }>) => {
    const ids: string[] = [];
    for await (const { name = '' } of list) ids.push(name);
    return ids;
  };

  it('answer a resource and its lists as before the change, and then as after it', async () => {
    await put('old');
    pair.arm.behave({ lagMs: 60_000 });
    await put('fresh');
    const changed = await put('cy', 'Cyrus');
    await client.user.beginDeleteAndWait(...at, 'old', '*');
    const users = async () => {
      const byId = new Map<string, string>();
      for await (const { name = '', firstName = '' } of client.user.listByService(...at))
        byId.set(name, firstName);
      return byId;
    };
    expect(await isThere('fresh')).toBe(false);
    const former = await client.user.get(...at, 'cy');
    expect([former.firstName, former.eTag === changed.eTag]).toEqual(['cy', false]);
    const before = await users();
    expect([before.has('fresh'), before.get('cy'), before.get('old')]).toEqual([false, 'cy', 'old']);
    pair.arm.behaveWell();
    expect((await client.user.get(...at, 'cy')).eTag).toBe(changed.eTag);
    const after = await users();
    expect([after.has('fresh'), after.get('cy'), after.has('old')]).toEqual([true, 'Cyrus', false]);
  });

  it('include who is in which group, and end by themselves', async () => {
    await portal().put('groups/partners', { displayName: 'Partners' });
    await portal().put('groups/partners/users/ann');
    pair.arm.behave({ lagMs: 2_000 });
    await client.groupUser.delete(...at, 'partners', 'ann');
    await client.groupUser.create(...at, 'partners', 'bob');
    const members = async () => ({
      ofGroup: (await idsIn(client.groupUser.list(...at, 'partners'))).sort(),
      ann: (await idsIn(client.userGroup.list(...at, 'ann'))).includes('partners'),
      bob: (await idsIn(client.userGroup.list(...at, 'bob'))).includes('partners'),
    });
    expect(await members()).toEqual({ ofGroup: ['ann'], ann: true, bob: false });
    const after = await eventually('the lag to end', async () => {
      const now = await members();
      return now.bob && now.ofGroup.includes('bob') && now;
    });
    expect(after).toEqual({ ofGroup: ['bob'], ann: false, bob: true });
  });
});

describe('pages', () => {
  it('follow one another at the stand-in', async () => {
    pair.arm.forgetSeen();
    const pages = await pagesOfUsers();
    expect(new Set(pages.flat())).toEqual(
      new Set(
        (
          await pair.azure.sql`
      select id from accounts where state <> 'deleted'`
        )
          .map(({ id }) => id)
          .concat('1'),
      ),
    );
    expect(pair.arm.seen({ kind: 'users' })).toHaveLength(pages.length);
  });

  it('lose a user when one goes, and repeat one when one comes, between two of them', async () => {
    const [first = []] = await pagesOfUsers();
    const third = (await pagesOfUsers())[1]?.[0] ?? '';
    pair.arm.meanwhile({ kind: 'users' }, () => portal().delete(`users/${first[0]}`));
    expect((await pagesOfUsers()).flat()).not.toContain(third);
    const [, last = ''] = (await pagesOfUsers())[0] ?? [];
    pair.arm.meanwhile({ kind: 'users' }, () => portal().put('users/newest', person('newest')));
    expect((await pagesOfUsers()).flat().filter((id) => id === last)).toHaveLength(2);
  });

  it('change by chance too', async () => {
    pair.arm.behave({ churn: 1 });
    await pagesOfUsers();
    const [{ n } = { n: 0 }] = await pair.azure
      .sql`select count(*)::int as n from accounts where id like 'churn-%'`;
    expect(n).toBeGreaterThan(0);
  });
});

describe('an outage', () => {
  it.each(['cut', '503'] as const)('(%s) lasts as long as it is told, or until it is over', async (how) => {
    pair.arm.down(undefined, how);
    const failure = await failureOf(client.user.get(...at, 'ann'));
    expect(failure).toMatchObject({ status: how === '503' ? 503 : undefined });
    pair.arm.up();
    expect(await isThere('ann')).toBe(true);
    pair.arm.down(300, how);
    expect(await isThere('ann')).toBe(false);
    await eventually('it to be back', () => isThere('ann'), 5_000);
  });
});

describe('the activity log', () => {
  // biome-ignore lint/suspicious/noExplicitAny: Azure Monitor's form.
  const changesOf = async (below: string): Promise<any[]> => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const filter = `eventTimestamp ge '${since}' and resourceUri eq '${BASE}/${below}'`;
    const path = `/subscriptions/${SUBSCRIPTION}/providers/microsoft.insights/eventtypes/management/values`;
    const query = new URLSearchParams({ 'api-version': '2015-04-01', $filter: filter });
    const headers = { authorization: `Bearer ${pair.token}` };
    const { value } = JSON.parse(await (await fetch(`${pair.arm.url}${path}?${query}`, { headers })).text());
    return value;
  };

  it('tells who changed what, when Azure gets to it', async () => {
    await put('logged');
    await portal().patch('users/logged', { firstName: 'Lo' });
    const told = (await changesOf('users/logged')).filter(({ status }) => status.value !== 'Started');
    expect(
      told.map(({ caller, operationName, status }) => [caller, operationName.value, status.value]),
    ).toEqual([
      ['pat@example.com', 'Microsoft.ApiManagement/service/users/write', 'Succeeded'],
      [MIRROR, 'Microsoft.ApiManagement/service/users/write', 'Succeeded'],
    ]);
    pair.arm.behave({ logDelayMs: 60_000 });
    expect(await changesOf('users/logged')).toEqual([]);
  });
});

describe('events', () => {
  it('are sent to a webhook that agreed, and again until they are taken', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: Event Grid's form.
    const got: any[] = [];
    let refusals = 2;
    let agrees = false;
    const webhook = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const [event] = JSON.parse(text);
      if (request.headers['aeg-event-type'] === 'SubscriptionValidation') {
        const validationResponse = agrees ? event.data.validationCode : 'no';
        return void response.end(JSON.stringify({ validationResponse }));
      }
      refusals -= 1;
      if (refusals < 0) got.push(event);
      response.writeHead(refusals < 0 ? 200 : 503).end();
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
    await expect(pair.arm.subscribeToEvents(url)).rejects.toThrow('did not validate');
    agrees = true;
    await pair.arm.subscribeToEvents(url);
    await put('watched');
    await eventually('the first event', () => got.length === 1);
    await portal().patch('users/watched', { firstName: 'Wa' });
    await portal().delete('users/watched');
    await portal().delete('users/never-there');
    await eventually('three events', () => got.length === 3);
    expect(got[0]).toMatchObject({
      topic: BASE,
      subject: '/users/watched',
      data: { resourceUri: `${BASE}/users/watched` },
    });
    expect(got.map(({ eventType }) => eventType).sort()).toEqual([
      'Microsoft.ApiManagement.UserCreated',
      'Microsoft.ApiManagement.UserDeleted',
      'Microsoft.ApiManagement.UserUpdated',
    ]);
    webhook.closeAllConnections();
    webhook.close();
  });
});
