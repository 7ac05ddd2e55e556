// A call through a real nginx with the configuration of the docs, before an API and two processes of the product.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setGroupsOfAccount } from '../../src/operations/accounts/set-groups.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { documentedNginx, findNginx, HOW_TO_GET_NGINX, startNginx } from '../support/nginx.ts';
import { createProgramme, type Programme } from './programme.ts';

const SECRET = 'a-secret-of-the-gateway';
const nginxPath = findNginx();
if (!nginxPath) process.stderr.write(`\n${HOW_TO_GET_NGINX}\n\n`);

describe.skipIf(!nginxPath)('behind a real nginx', () => {
  const apps: TestApp[] = [];
  const closing: (() => unknown)[] = [];
  let apiCount = 0;
  let beside: BesideApp;
  let programme: Programme;
  let url: string;
  let api: Awaited<ReturnType<typeof startGuardedApi>>;

  beforeAll(async () => {
    const settings = { GATEWAY_SECRET: SECRET, INTERNAL_PORT: '0' };
    const app = await startTestApp(settings);
    apps.push(app);
    apps.push(await startTestApp(settings, { beside: app }));
    beside = await besideApp(app);
    closing.push(beside.close);
    programme = createProgramme(beside.console);
    api = await startGuardedApi();
    closing.push(api.close);
    const port = await freePort();
    const [one = '', two = ''] = apps.map(({ internalUrl }) => internalUrl?.replace('http://', '') ?? '');
    const http = await documentedNginx('docs/gateways.md', [
      ['127.0.0.1:3001', one],
      ['127.0.0.1:3002', two],
      ['listen 8080', `listen 127.0.0.1:${port}`],
      ['127.0.0.1:9000', api.host],
      ['what-the-gateway-sends', SECRET],
      ['Ocp-Apim-Subscription-Key "";', 'Ocp-Apim-Subscription-Key ""; proxy_set_header X-Film-Key "";'],
      [
        '$http_ocp_apim_subscription_key;',
        '$http_ocp_apim_subscription_key; proxy_set_header X-Film-Key $http_x_film_key;',
      ],
    ]);
    const nginx = await startNginx(nginxPath ?? '', http, port);
    closing.push(nginx.stop);
    url = `http://127.0.0.1:${port}`;
    for (const { internalUrl } of apps)
      await eventually('the index to be loaded', async () => (await fetch(`${internalUrl}/readyz`)).ok);
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    for (const app of apps.reverse()) await app.close();
  });

  async function call(
    path: string,
    key?: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ) {
    const headers = { ...init.headers, ...(key ? { 'ocp-apim-subscription-key': key } : {}) };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }
  /** So often that nginx asks each of the two processes. */
  const callThroughBoth = async (path: string, key?: string) => {
    const answers = [];
    for (let at = 0; at < 6; at++) answers.push(await call(path, key));
    return answers.map(({ status }) => status);
  };
  const sixOf = (status: number) => Array.from({ length: 6 }, () => status);

  async function subscribed() {
    apiCount += 1;
    const apiId = await programme.api(`nginx${apiCount}/v1`);
    const path = `/nginx${apiCount}/v1/items?page=2`;
    const productId = await programme.product([apiId]);
    const subscription = await programme.subscription({ productId });
    const [account] = await beside.sql`select email from accounts where id = ${subscription.accountId}`;
    return { ...subscription, productId, path, key: subscription.primaryKey, email: String(account?.email) };
  }

  it('calls pass until the account is blocked from Slack, are refused by both processes, and pass again once it is active', async () => {
    const { path, key, email } = await subscribed();
    await eventually('both to know it', async () =>
      (await callThroughBoth(path, key)).every((one) => one === 200),
    );
    const admin = apps[0]?.as('admin');
    await admin?.types(`/apim-user block ${email} chargeback`);
    await admin?.sees(/Blocked: Ann Lee/);
    expect(await callThroughBoth(path, key)).toEqual(sixOf(403));
    await admin?.types(`/apim-user activate ${email}`);
    await admin?.sees(/Activated: Ann Lee/);
    await eventually('both to know it', async () =>
      (await callThroughBoth(path, key)).every((one) => one === 200),
    );
  });

  it('the API gets the whole call, with our ids in place of any that the client made up, and never the key', async () => {
    const { path, key, accountId, subscriptionId, productId } = await subscribed();
    const { groupId } = await createGroup(beside.console(), { name: 'Partners' });
    await setGroupsOfAccount(beside.console(), { accountId, groupIds: [groupId] });
    await eventually('both to know it', async () =>
      (await callThroughBoth(path, key)).every((one) => one === 200),
    );
    api.takeArrived();
    const lies = {
      'x-account-id': 'root',
      'x-groups': 'administrators',
      'x-subscription-id': 'all',
      'x-product-id': 'gold',
    };
    const answer = await call(path, key, { method: 'POST', body: 'an order', headers: lies });
    expect([answer.status, answer.body]).toEqual([200, 'from the API']);
    const arrived = api.takeArrived();
    expect(arrived).toHaveLength(1);
    expect(arrived[0]).toMatchObject({
      url: path,
      body: 'an order',
      headers: {
        'x-account-id': accountId,
        'x-subscription-id': subscriptionId,
        'x-product-id': productId,
        'x-groups': `developers,${groupId}`,
      },
    });
    expect(JSON.stringify(arrived)).not.toContain(key);
  });

  it('an API with its own header gets calls with the key there, and only there, and never sees it', async () => {
    const apiId = await programme.api('films', 'films', { keyHeader: 'X-Film-Key' });
    const { primaryKey: key } = await programme.subscription({ apiId });
    const withKey = { headers: { 'x-film-key': key } };
    await eventually('both to know it', async () => {
      const answers = [];
      for (let at = 0; at < 6; at++) answers.push(await call('/films', undefined, withKey));
      return answers.every(({ status }) => status === 200);
    });
    expect(JSON.stringify(api.takeArrived())).not.toContain(key);
    expect((await call('/films', key)).status).toBe(401);
  });

  it('an open API gets calls without a key, and without the ids that a client made up', async () => {
    const apiId = await programme.api('open/weather');
    await programme.product([apiId], { id: 'open', isSubscriptionRequired: false });
    await eventually('both to know it', async () =>
      (await callThroughBoth('/open/weather')).every((one) => one === 200),
    );
    api.takeArrived();
    await call('/open/weather', undefined, {
      headers: { 'x-account-id': 'root', 'x-groups': 'administrators' },
    });
    const [arrived] = api.takeArrived();
    expect(arrived?.headers['x-account-id']).toBeUndefined();
    expect(arrived?.headers['x-groups']).toBeUndefined();
    expect(arrived?.headers['x-product-id']).toBe('open');
  });

  it('a call without a key gets our challenge, and a call with a refused key the reason', async () => {
    const { path, key, subscriptionId } = await subscribed();
    const without = await call(path);
    expect(without.status).toBe(401);
    expect(without.headers.get('www-authenticate')).toMatch(/^AzureApiManagementKey /);
    await beside.sql`update subscriptions set state = 'suspended' where id = ${subscriptionId}`;
    const refused = await eventually('it to be suspended', async () => {
      const answer = await call(path, key);
      return answer.status === 403 && answer;
    });
    expect(JSON.parse(refused.body).error.code).toBe('SubscriptionSuspended');
  });

  it('T91: a call beyond the rate gets 429 with the time to wait, and one beyond the quota 403', async () => {
    const rated = await subscribed();
    await beside.sql`update subscriptions set rate = ${JSON.stringify({ calls: 4, seconds: 300 })}::text::jsonb
      where id = ${rated.subscriptionId}`;
    const limited = await eventually('a call beyond the rate', async () => {
      const answer = await call(rated.path, rated.key);
      return answer.status === 429 && answer;
    });
    expect(JSON.parse(limited.body).error.code).toBe('RateLimitExceeded');
    expect(limited.body).toMatch(/Try again in \d+ seconds/);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(limited.headers.get('ratelimit')).toMatch(/^"rate";r=0;t=\d+$/);
    expect(limited.headers.get('ratelimit-policy')).toBe('"rate";q=4;w=300');
    // On another subscription: calls that are not yet written when a quota is set count to it.
    const metered = await subscribed();
    await beside.sql`update subscriptions set quota = ${JSON.stringify({ calls: 30, period: 'month' })}::text::jsonb
      where id = ${metered.subscriptionId}`;
    const passing = await eventually('a call within the quota', async () => {
      const answer = await call(metered.path, metered.key);
      return answer.status === 200 && answer.headers.has('ratelimit') && answer;
    });
    expect(passing.headers.get('ratelimit')).toMatch(/^"quota";r=\d+;t=\d+$/);
    expect(passing.headers.get('retry-after')).toBeNull();
    const usedUp = await eventually('a call beyond the quota', async () => {
      const answer = await call(metered.path, metered.key);
      return answer.status === 403 && answer;
    });
    expect(JSON.parse(usedUp.body).error.code).toBe('QuotaExceeded');
    expect(Number(usedUp.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('headers of other gateways, an address with dots and two keys are no way in', async () => {
    const { path, key } = await subscribed();
    await eventually('both to know it', async () =>
      (await callThroughBoth(path, key)).every((one) => one === 200),
    );
    api.takeArrived();
    const lies = Object.fromEntries(
      ['x-original-uri', 'x-forwarded-uri', 'x-original-url', 'x-rewrite-url', 'x-gateway-secret'].map(
        (name) => [name, '/open/weather'],
      ),
    );
    expect((await call('/admin', undefined, { headers: lies })).status).toBe(401);
    expect((await call('/elsewhere', key, { headers: lies })).status).toBe(403);
    // nginx says 500 for our 400.
    expect((await call('/open/weather/%2e%2e%2f%2e%2e/admin')).status).toBe(500);
    expect((await call('/open/..%5cadmin', key)).status).toBe(500);
    expect((await call(`${path}&subscription-key=${key}&subscription-key=${key}`)).status).toBe(500);
    expect(api.takeArrived()).toEqual([]);
    expect((await call(`${path}&subscription-key=${key}`)).status).toBe(200);
  });

  it('the internal port has the check and the metrics, and the public port has neither', async () => {
    const [app] = apps;
    for (const path of ['/gateway/check', '/gateway/check/orders', '/metrics'])
      expect((await fetch(`${app?.url}${path}`)).status).toBe(404);
    const metrics = await (await fetch(`${app?.internalUrl}/metrics`)).text();
    expect(metrics).toMatch(/^apim_user_gateway_checks_total\{outcome="passes"\} [1-9]/m);
    expect(metrics).toMatch(/^apim_user_gateway_checks_total\{outcome="account_blocked"\} [1-9]/m);
    expect(metrics).toMatch(/^apim_user_gateway_index_trusted 1$/m);
    expect(metrics).toMatch(/^apim_user_gateway_index_keys [1-9]/m);
    expect((await fetch(`${app?.internalUrl}/gateway/check`)).status, 'without the secret').toBe(404);
    expect((await fetch(`${app?.internalUrl}/portal`)).status).toBe(404);
  });

  it('calls go on through the other process when one of the two stops', async () => {
    const { path, key } = await subscribed();
    await eventually('both to know it', async () =>
      (await callThroughBoth(path, key)).every((one) => one === 200),
    );
    await apps.pop()?.close();
    expect(await callThroughBoth(path, key)).toEqual(sixOf(200));
  });
});
