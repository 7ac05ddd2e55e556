import { describe, expect, it } from 'vitest';
import { editApi } from '../../src/operations/apis/edit.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startTestManagement } from '../support/management.ts';

const t = forAllTests(() =>
  startTestManagement({ GATEWAY_URL: 'https://gateway.example.com' }, () => new Date(Date.now() + later)),
);
let later = 0;

let count = 0;
const unique = (): string => {
  count += 1;
  return `orders${count}`;
};
const put = (path: string, properties: object = {}, headers = {}) =>
  t.ask(path, { method: 'PUT', body: { properties }, headers });
const remove = (path: string) => t.ask(path, { method: 'DELETE' });
async function api(properties: object = {}): Promise<string> {
  const id = unique();
  const { status } = await put(`apis/${id}`, { displayName: id, path: id, ...properties });
  expect(status).toBe(201);
  return id;
}

describe('a revision', () => {
  it.each([';rev=1', '%3Brev%3D1', ';REV=1'])('%s of an API is the API, in each method', async (suffix) => {
    const id = unique();
    const created = await put(`apis/${id}${suffix}`, { displayName: id, path: id }, { 'if-match': '*' });
    expect([created.status, created.body.name, created.body.properties.apiRevision]).toEqual([201, id, '1']);
    const { body } = await t.ask(`apis/${id}${suffix}`);
    expect(body.id).toMatch(new RegExp(`/apis/${id}$`));
    expect((await put(`apis/${id}`, { displayName: id, path: id })).status).toBe(200);
    const product = await put(`products/${id}`, { displayName: id, state: 'published' });
    expect(product.status).toBe(201);
    expect((await put(`products/${id}/apis/${id}${suffix}`)).status).toBe(201);
    expect((await t.ask(`products/${id}/apis/${id}`, { method: 'HEAD' })).status).toBe(204);
    const subscription = await put(`subscriptions/${id}`, { displayName: id, scope: `/apis/${id};rev=1` });
    expect(subscription.body.properties.scope).toMatch(new RegExp(`/apis/${id}`));
    const found = await t.ask(`apis?$filter=name%20eq%20'${id}%3Brev%3D1'`);
    expect(found.body.value.map(({ name }: { name: string }) => name)).toEqual([id]);
    expect((await remove(`apis/${id}${suffix}?deleteSubscriptions=true`)).status).toBe(200);
    expect((await t.ask(`apis/${id}`)).status).toBe(404);
  });

  it('other than 1 is refused by its name, and its deletion has nothing to do', async () => {
    const id = await api();
    await put(`products/${id}`, { displayName: id });
    const read = await t.ask(`apis/${id};rev=2`);
    expect([read.status, read.body.error.code]).toEqual([404, 'ResourceNotFound']);
    expect(read.body.error.message).toContain(`Revision “2” of API ${id}`);
    expect((await t.ask(`apis/${id};rev=2`, { method: 'HEAD' })).status).toBe(404);
    for (const path of [
      `apis/${id};rev=2`,
      `apis/${id}%3Brev%3Done-point-oh`,
      `products/${id}/apis/${id};rev=2`,
    ]) {
      const { status, body } = await put(path, { displayName: 'Second', path: `${id}/2` });
      expect([status, body.error.details[0].target], path).toEqual([400, 'apiId']);
      expect(body.error.message).toMatch(/revision “(2|one-point-oh)”/);
    }
    const scoped = await put(`subscriptions/${id}`, { displayName: id, scope: `/apis/${id};rev=2` });
    expect([scoped.status, scoped.body.error.details[0].target]).toEqual([400, 'scope']);
    expect((await remove(`apis/${id};rev=2`)).status).toBe(204);
    expect((await t.ask(`apis/${id}`)).body.properties.displayName).toBe(id);
  });

  it('is the only one in the list of revisions', async () => {
    const id = await api();
    const { status, body } = await t.ask(`apis/${id}/revisions`);
    expect([status, body.count]).toEqual([200, 1]);
    expect(body.value[0]).toMatchObject({ apiId: `/apis/${id};rev=1`, apiRevision: '1', isCurrent: true });
    expect((await t.ask('apis/none/revisions')).status).toBe(404);
  });

  it('is never part of an id any more, and an API that was once called so can be read and deleted', async () => {
    const id = unique();
    const [service] = await t.sql`select id from services`;
    await t.sql`insert into apis (service_id, id, name, path, created_at, updated_at)
      values (${service?.id}, ${`${id};rev=1`}, ${id}, ${id}, now(), now())`;
    expect((await t.ask(`apis/${id};rev=1`)).status).toBe(404);
    const { body } = await t.ask(`apis?$filter=displayName%20eq%20'${id}'`);
    const [{ name, id: path }] = body.value;
    expect(path).toMatch(new RegExp(`/apis/${id};rev=1;rev=1$`));
    expect((await t.ask(`apis/${name}`)).body.properties.path).toBe(id);
    const subscription = await put(`subscriptions/${id}`, { displayName: id, scope: path });
    expect(subscription.body.properties.scope).toBe(path);
    expect((await remove(`apis/${name}?deleteSubscriptions=true`)).status).toBe(200);
    const again = await put(`apis/${id};rev=1;rev=1`, { displayName: id, path: id });
    expect([again.status, again.body.error.details[0].target]).toEqual([400, 'apiId']);
  });
});

/** As azurerm, az and APIOps send them. */
const EVERYTHING = {
  description: 'Of <b>books</b>',
  serviceUrl: 'https://orders.internal.example.com/v1?code=abc',
  type: 'http',
  protocols: ['http', 'https'],
  subscriptionRequired: false,
  apiVersion: 'v1',
  apiVersionDescription: '',
  apiVersionSetId: '/apiVersionSets/orders',
  apiRevisionDescription: 'the first',
  termsOfServiceUrl: 'https://example.com/terms',
  contact: { name: 'Ann', url: '', email: 'ann@example.com' },
  license: { name: 'MIT', url: 'https://example.com/license' },
  authenticationSettings: {
    oAuth2: { authorizationServerId: 'entra', scope: 'orders' },
    openid: { openidProviderId: 'entra', bearerTokenSendingMethods: ['authorizationHeader'] },
  },
  subscriptionKeyParameterNames: { header: 'X-Orders-Key', query: 'orders-key' },
};

describe('the properties of an API', () => {
  it('are all returned, and a PUT or PATCH of what GET gave changes nothing else', async () => {
    const id = await api(EVERYTHING);
    const { body, headers } = await t.ask(`apis/${id}`);
    expect(body.properties).toMatchObject({
      ...EVERYTHING,
      apiRevision: '1',
      isCurrent: true,
      isOnline: true,
    });
    const again = await put(`apis/${id}`, body.properties);
    expect([again.status, again.headers.etag]).toEqual([200, headers.etag]);
    expect(again.body).toEqual(body);
    const turned = { ...EVERYTHING, displayName: id, path: id, protocols: ['HTTPS', 'http'], type: 'Http' };
    expect((await put(`apis/${id}`, turned)).headers.etag).toBe(headers.etag);
    const patched = await t.ask(`apis/${id}`, { method: 'PATCH', body });
    expect(patched.body).toEqual(body);
    expect((await t.ask('apis')).body.value).toContainEqual(body);
  });

  it('that were not given are Azure’s, with an object of authentication settings', async () => {
    const id = await api({ authenticationSettings: {}, contact: null });
    expect((await t.ask(`apis/${id}`)).body.properties).toEqual({
      displayName: id,
      path: id,
      apiRevision: '1',
      isCurrent: true,
      isOnline: true,
      type: 'http',
      protocols: ['https'],
      subscriptionRequired: true,
      subscriptionKeyParameterNames: { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' },
      authenticationSettings: { oAuth2: null, openid: null },
    });
  });

  it('are replaced by a PUT, merged by a PATCH, kept by an edit in Slack, and named in the audit', async () => {
    const id = await api(EVERYTHING);
    const change = { description: 'Of films', subscriptionKeyParameterNames: { header: 'X-Film-Key' } };
    const patched = await t.ask(`apis/${id}`, { method: 'PATCH', body: { properties: change } });
    expect(patched.body.properties).toMatchObject({
      ...EVERYTHING,
      ...change,
      subscriptionKeyParameterNames: { header: 'X-Film-Key', query: 'subscription-key' },
    });
    const [audited] =
      await t.sql`select d.before, d.after from audit a join audit_details d on d.audit_id = a.id
      where a.operation = 'apis/edit' and a.target_id = ${id}`;
    const called = { name: id, path: id };
    expect(audited).toEqual({
      before: {
        ...called,
        description: EVERYTHING.description,
        keyHeader: 'X-Orders-Key',
        keyQuery: 'orders-key',
      },
      after: { ...called, description: 'Of films', keyHeader: 'X-Film-Key', keyQuery: null },
    });
    const context = t.contextOf({ kind: 'console', name: 'Connie' });
    await editApi(context, { apiId: id, name: 'Films' });
    expect((await t.ask(`apis/${id}`)).body.properties).toMatchObject({ displayName: 'Films', ...change });
    const replaced = await put(`apis/${id}`, { displayName: id, path: id, apiType: 'soap' });
    expect(replaced.headers.etag).not.toBe(patched.headers.etag);
    expect(replaced.body.properties).toMatchObject({ type: 'soap', protocols: ['https'] });
    expect(replaced.body.properties).not.toHaveProperty('description');
    expect(replaced.body.properties.subscriptionKeyParameterNames.query).toBe('subscription-key');
  });

  it.each<[string, object, string]>([
    ['a document that is none', { format: 'openapi+json', value: '[]' }, 'value'],
    ['a format that isn’t read', { format: 'wadl-xml', value: '<application/>' }, 'format'],
    ['a format alone', { format: 'openapi' }, 'value'],
    ['a copy', { sourceApiId: '/apis/other' }, 'sourceApiId'],
    ['a version set', { apiVersionSet: { name: 'Orders' } }, 'apiVersionSet'],
    ['another revision', { apiRevision: '2' }, 'apiRevision'],
    ['another revision', { isCurrent: false }, 'isCurrent'],
    ['a long URL', { serviceUrl: `https://${'x'.repeat(2_000)}` }, 'serviceUrl'],
    ['an unknown property', { contact: { phone: '1' } }, 'contact.phone'],
    ['NUL', { description: 'a\0b' }, 'properties.description'],
    [
      'Cookie',
      { subscriptionKeyParameterNames: { header: 'Cookie' } },
      'subscriptionKeyParameterNames.header',
    ],
    [
      'a forwarded header',
      { subscriptionKeyParameterNames: { header: 'X-Original-URI' } },
      'subscriptionKeyParameterNames.header',
    ],
    [
      'what a shell would run',
      { subscriptionKeyParameterNames: { header: '`reboot`' } },
      'subscriptionKeyParameterNames.header',
    ],
    ['a name that every object has', { constructor: 'x' }, 'constructor'],
    [
      'no header',
      { subscriptionKeyParameterNames: { header: 'a b' } },
      'subscriptionKeyParameterNames.header',
    ],
    [
      'our parameter',
      { subscriptionKeyParameterNames: { query: 'api' } },
      'subscriptionKeyParameterNames.query',
    ],
    [
      'no parameter',
      { subscriptionKeyParameterNames: { query: 'a=b&c' } },
      'subscriptionKeyParameterNames.query',
    ],
  ])('refuse %s in %j, and name %s', async (_, properties, target) => {
    const id = unique();
    const { status, body } = await put(`apis/${id}`, { displayName: id, path: id, ...properties });
    expect([status, body.error.details[0].target]).toEqual([400, target]);
    expect((await t.ask(`apis/${id}`)).status).toBe(404);
  });

  it('may come with a definition that has nothing to import', async () => {
    for (const [format, value] of Object.entries({
      openapi: '{"openapi":"3.0.1","info":{"title":"x","version":"1"},"paths":{}}',
      'swagger-json': '{"swagger":"2.0","paths":null}',
    })) {
      const id = await api({ format, value });
      expect((await t.ask(`apis/${id}`)).text).not.toMatch(/format|swagger|openapi/);
    }
  });
});

describe('an export', () => {
  const link = async (id: string, format = 'openapi-link') =>
    (await t.ask(`apis/${id}?format=${format}&export=True`)).body.value.link as string;
  const follow = (url: string) => t.send(url.slice(t.url.length), { token: null });

  it.each([
    ['openapi-link', '3.0.1'],
    ['openapi%2Bjson-link', '3.0.1'],
    ['swagger-link', '2.0'],
  ])(
    'as %s is a link that needs no token, and its document can be imported again',
    async (format, version) => {
      const id = await api({
        description: 'Of books',
        subscriptionKeyParameterNames: { header: 'X-Book-Key' },
      });
      const url = await link(id, format);
      expect(url).toMatch(new RegExp(`^${t.url}/api-definitions/`));
      const { status, body, text, headers } = await follow(url);
      expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
      expect(body).toMatchObject({
        info: { title: id, description: 'Of books' },
        paths: {},
        security: [{}, {}],
      });
      expect([body.openapi ?? body.swagger, text]).toEqual([version, expect.stringContaining('X-Book-Key')]);
      expect(text).toContain('gateway.example.com');
      const before = (await t.ask(`apis/${id}`)).body;
      const kind = format === 'swagger-link' ? 'swagger-json' : 'openapi';
      const again = await put(`apis/${id}`, { ...before.properties, format: kind, value: text });
      expect([again.status, again.body]).toEqual([200, before]);
      expect((await t.ask(`apis/${id}?format=openapi&export=true`)).body.value.info.title).toBe(id);
    },
  );

  it('has a link that no one can make up, change, or use after five minutes', async () => {
    const id = await api();
    const url = await link(id);
    for (const at of [url.length - 1, url.length - 30, url.length - 60]) {
      const other = url[at] === 'A' ? 'B' : 'A';
      expect((await follow(`${url.slice(0, at)}${other}${url.slice(at + 1)}`)).status).toBe(404);
    }
    expect((await follow(`${t.url}/api-definitions/s1.none.AAAA`)).status).toBe(404);
    expect((await follow(url)).status).toBe(200);
    later = 5 * 60_000;
    expect((await follow(url)).status).toBe(404);
    later = 0;
    await remove(`apis/${id}`);
    expect((await follow(url)).status).toBe(404);
  });

  it('in a format that can’t be made is refused, and one of no API not found', async () => {
    for (const format of ['wadl-link', 'wsdl-link', '', 'constructor']) {
      const { status, body } = await t.ask(`apis/${await api()}?format=${format}&export=true`);
      expect([status, body.error.details[0].target], format).toEqual([400, 'format']);
    }
    expect((await t.ask('apis/none?format=openapi-link&export=true')).status).toBe(404);
  });
});
