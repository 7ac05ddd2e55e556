import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { COLLECTIONS, findAbsent, REFUSED_ACTIONS } from '../../src/management/absent-collections.ts';
import { ROUTES } from '../../src/management/app.ts';
import { findRoute } from '../../src/management/route.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const OF_SERVICE =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ApiManagement/service/{serviceName}/';

/** Every operation below a service that Azure's SDK can send, as `GET tags/{tagId}`. */
function operationsOfSdk(): string[] {
  const entry = fileURLToPath(import.meta.resolve('@azure/arm-apimanagement'));
  const folder = entry.replace(/index\.js$/, 'operations/');
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  const found = files.flatMap((file) =>
    [...readFileSync(`${folder}${file}`, 'utf8').matchAll(/path:\s*"([^"]+)",\s*httpMethod: "(\w+)"/g)]
      .filter(([, path = '']) => path.startsWith(OF_SERVICE))
      .map(([, path = '', method = '']) => `${method} ${path.slice(OF_SERVICE.length)}`),
  );
  return [...new Set(found)].sort();
}

const segmentsOf = (path: string): string[] => path.split('/').map((part) => part.replace(/^\{\w+\}$/, 'x'));

describe('the table of what only Azure has', () => {
  const operations = operationsOfSdk();

  it("has an answer to every operation of Azure's SDK: a route, an empty collection or a refusal", () => {
    expect(operations.length).toBeGreaterThan(500);
    const unanswered = operations.filter((one) => {
      const [method = '', path = ''] = one.split(' ');
      const segments = segmentsOf(path);
      return !(findRoute(ROUTES, method, segments) ?? findAbsent(method, segments));
    });
    expect(unanswered).toEqual([]);
  });

  it("names nothing that Azure's SDK doesn't have", () => {
    const paths = operations.map((one) => segmentsOf(one.replace(/^\w+ /, '')).join('/').toLowerCase());
    const invented = [...Object.keys(COLLECTIONS), ...Object.keys(REFUSED_ACTIONS)].filter((row) => {
      const path = segmentsOf(row).join('/').toLowerCase();
      return !paths.some((one) => one === path || one.startsWith(`${path}/`));
    });
    expect(invented.filter((row) => row !== 'portalsettings/{settings}/listSecrets')).toEqual([]);
  });
});

const t = forAllTests(startTestManagement);
beforeAll(async () => {
  const apis = { displayName: 'Orders', path: 'orders' };
  expect((await t.ask('apis/orders', { method: 'PUT', body: { properties: apis } })).status).toBe(201);
  const product = { displayName: 'Gold' };
  expect((await t.ask('products/gold', { method: 'PUT', body: { properties: product } })).status).toBe(201);
});

const filled = (path: string): string => path.replace('{apiId}', 'orders').replace('{productId}', 'gold');

describe('a collection that only Azure has', () => {
  it.each(Object.keys(COLLECTIONS).map(filled))('%s is empty, and nothing is in it', async (path) => {
    const list = await t.ask(path);
    expect([list.status, list.text]).toEqual([200, '{"value":[],"count":0}']);
    const one = await t.ask(`${path}/any`);
    expect([one.status, one.body.error.code]).toEqual([404, 'ResourceNotFound']);
    const head = await t.ask(`${path}/any`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([404, '']);
    expect((await t.ask(`${path}/any`, { method: 'DELETE' })).status).toBe(204);
    for (const method of ['PUT', 'PATCH']) {
      const refused = await t.ask(`${path}/any`, { method, body: { properties: {} } });
      expect([refused.status, refused.body.error.code]).toEqual([405, 'MethodNotAllowed']);
      expect(refused.body.error.message).toMatch(/^This server has no [a-zA-Z ]+\. \S.+\.$/);
      expect(refused.headers.allow).toBe('DELETE, GET, HEAD');
    }
  });

  it('is read through the SDK like any other', async () => {
    const client = t.client();
    for await (const one of client.namedValue.listByService(GROUP, SERVICE)) expect(one).toBe('nothing');
    for await (const one of client.apiOperation.listByApi(GROUP, SERVICE, 'orders;rev=1'))
      expect(one).toBe('nothing');
    expect((await t.ask('TAGS')).status).toBe(200);
    expect((await t.ask('tags/blue/apiLinks')).status).toBe(404);
    expect((await t.ask('identityProviders/aad/listSecrets', { method: 'POST' })).status).toBe(404);
    expect((await t.ask('tags/x', { method: 'DELETE', headers: { 'if-match': 'nonsense' } })).status).toBe(
      412,
    );
  });

  it('has the parents that there are: an unknown API or product is 404', async () => {
    for (const path of ['apis/unknown/operations', 'apis/orders;rev=2/operations', 'products/unknown/tags']) {
      const { status, body } = await t.ask(path);
      expect([status, body.error.code], path).toEqual([404, 'ResourceNotFound']);
    }
  });

  it('refuses a list of what has no tag, which would not be empty', async () => {
    expect((await t.ask('apisByTags?includeNotTaggedApis=false')).status).toBe(200);
    const { status, body } = await t.ask('apisByTags?includeNotTaggedApis=true');
    expect([status, body.error.details[0].target]).toEqual([400, 'includeNotTaggedApis']);
  });

  it('is shown to a token only while its owner has a role, and a refusal is recorded', async () => {
    const reader = await t.token('reader', { userId: t.slack.ids.approver });
    const ask = (path: string) => t.ask(path, { token: reader });
    expect((await ask('policies')).status).toBe(200);
    // The job of each minute asks Slack again, and would end the doubt.
    t.slack.slackFails('users.info', { kind: 'server-error' }, 1_000_000);
    onTestFinished(() => t.slack.nothingFails());
    await t.sql`update operators set in_doubt_since = now() where slack_user_id = ${t.slack.ids.approver}`;
    for (const path of ['policies', 'apis/orders/policies', 'regions', 'portalsettings/signup'])
      expect((await ask(path)).status, path).toBe(503);
    const refused =
      await t.sql`select operation from audit where outcome = 'refused' and actor_kind = 'token'`;
    expect(refused.length).toBe(4);
  });
});

describe('what says how the server is set up', () => {
  it.each([
    ['regions', 'isMasterRegion'],
    ['networkstatus', 'connectivityStatus'],
    ['settings', '"name":"public"'],
    ['settings/public', '"settings":{}'],
    ['tenant', '"name":"gitAccess"'],
    ['tenant/access', '"enabled":false'],
    ['portalsettings', '"name":"delegation"'],
    ['portalsettings/signin', '"enabled":true'],
    ['portalsettings/delegation', '"subscriptions":{"enabled":false}'],
  ])('GET %s has %s', async (path, words) => {
    const { status, text } = await t.ask(path);
    expect([status, text.includes(words)], text).toEqual([200, true]);
  });

  it('is not there under another name', async () => {
    for (const path of ['tenant/other', 'settings/private', 'locations/mars/networkstatus'])
      expect((await t.ask(path)).status, path).toBe(404);
    expect((await t.ask('locations/local/networkstatus')).status).toBe(200);
  });

  it.each([
    ['PUT', 'portalsettings/signup', 'SIGN_UP'],
    ['PATCH', 'portalsettings/signin', 'sign in'],
    ['PUT', 'portalsettings/delegation', 'delegated'],
    ['POST', 'portalsettings/delegation/listSecrets', 'delegated'],
    ['PUT', 'tenant/access', 'npm run token'],
    ['POST', 'tenant/access/git/regeneratePrimaryKey', 'Git'],
    ['POST', 'validatePolicies', 'gateway'],
  ])('%s %s is refused, and says what changes it', async (method, path, words) => {
    const { status, body, headers } = await t.ask(path, { method, body: { properties: {} } });
    expect([status, body.error.code, 'allow' in headers]).toEqual([405, 'MethodNotAllowed', true]);
    expect(body.error.message).toContain(words);
  });

  it('has an ETag where Azure has one', async () => {
    const { headers } = await t.ask('portalsettings/signup', { method: 'HEAD' });
    expect(headers.etag).toBe('"1"');
    expect((await t.client().signUpSettings.get(GROUP, SERVICE)).enabled).toBe(false);
  });
});

describe('the products of an API', () => {
  it('are listed below it, in pages, and only those', async () => {
    for (const name of ['silver', 'tin'])
      await t.ask(`products/${name}`, { method: 'PUT', body: { properties: { displayName: name } } });
    for (const name of ['gold', 'silver'])
      expect((await t.ask(`products/${name}/apis/orders`, { method: 'PUT' })).status).toBe(201);
    const found: [string, string][] = [];
    for await (const { id = '', name = '' } of t
      .client()
      .apiProduct.listByApis(GROUP, SERVICE, 'orders', { top: 1 }))
      found.push([id.replace(BASE, ''), name]);
    expect(found).toEqual([
      ['/apis/orders/products/gold', 'gold'],
      ['/apis/orders/products/silver', 'silver'],
    ]);
    expect((await t.ask("apis/orders;rev=1/products?$filter=name%20eq%20'gold'")).body.count).toBe(1);
    expect((await t.ask('apis/unknown/products')).status).toBe(404);
  });
});
