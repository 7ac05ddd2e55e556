// OpenAPI documents of APIs, imported and exported by programs.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { startTestManagement } from '../support/management.ts';
import { ORDERS, ORDERS_TEXT } from '../support/orders-document.ts';

const GATEWAY = 'https://gateway.example.com';
/** Serves documents at a private address, which the settings allow for this port alone. */
const t = forAllTests(async () => {
  const port = await freePort();
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    if (req.url === '/orders.json') return res.end(ORDERS_TEXT);
    if (req.url === '/large') return res.end('#'.repeat(4 * 1_024 * 1_024 + 1));
    if (req.url?.startsWith('/to/'))
      return res.writeHead(302, { location: decodeURIComponent(req.url.slice(4)) }).end();
    return res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const other = createServer((req, res) => {
    asked.push(`other ${req.url}`);
    res.end(ORDERS_TEXT);
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const management = await startTestManagement({
    GATEWAY_URL: GATEWAY,
    OPENAPI_HOSTS: `127.0.0.1:${port}`,
  });
  return {
    ...management,
    asked,
    allowed: `http://127.0.0.1:${port}`,
    otherPort: (other.address() as AddressInfo).port,
    async close() {
      server.close();
      other.close();
      await management.close();
    },
  };
});

let count = 0;
const unique = (): string => {
  count += 1;
  return `orders${count}`;
};
const put = (id: string, properties: object, query = '') =>
  t.ask(`apis/${id}${query}`, { method: 'PUT', body: { properties } });
const json = { format: 'openapi+json', value: ORDERS_TEXT };
const reason = (answer: { body: { error: { message: string } } }) => answer.body.error.message;

describe('an import', () => {
  it('names the API by its title, lists its operations, and comes back with the gateway as its server', async () => {
    const id = unique();
    const created = await put(id, { path: id, ...json }, '?import=true');
    expect([created.status, created.body.properties.displayName]).toEqual([201, 'Orders']);
    expect(created.text).not.toMatch(/backend\.example\.net|tea-250/);

    const { body } = await t.ask(`apis/${id}/operations`);
    expect(
      body.value.map(({ name, properties }: { name: string; properties: Record<string, unknown> }) => [
        name,
        properties.method,
        properties.urlTemplate,
      ]),
    ).toEqual([
      ['listOrders', 'GET', '/orders'],
      ['placeOrder', 'POST', '/orders'],
      ['readOrder', 'GET', '/orders/{id}'],
      ['delete-orders-id', 'DELETE', '/orders/{id}'],
      ['get-reports-daily', 'GET', '/reports/daily'],
    ]);
    const first = await t.ask(`apis/${id}/operations?$top=2`);
    expect([first.body.count, first.body.value.length]).toEqual([5, 2]);
    const next = await t.send(first.body.nextLink.slice(t.url.length));
    expect(next.body.value[0].name).toBe('readOrder');
    const one = await t.ask(`apis/${id}/operations/readOrder`);
    expect(one.body.properties).toMatchObject({
      displayName: 'Read an order',
      templateParameters: [{ name: 'id', type: 'string', required: true }],
      responses: [{ statusCode: 200 }, { statusCode: 404, description: 'There is no such order.' }],
    });
    expect((await t.ask(`apis/${id}/operations/none`)).status).toBe(404);
    const changed = await t.ask(`apis/${id}/operations/readOrder`, { method: 'PUT', body: {} });
    expect([changed.status, reason(changed)]).toEqual([405, expect.stringContaining('Import a new one')]);

    const { value } = (await t.ask(`apis/${id}?export=true&format=openapi`)).body;
    expect(value).toMatchObject({ ...ORDERS, servers: [{ url: `${GATEWAY}/${id}` }] });
    expect(value.components.securitySchemes.apiKeyHeader.name).toBe('Ocp-Apim-Subscription-Key');
    const linked = (await t.ask(`apis/${id}?export=true&format=openapi-link`)).body.value.link;
    expect((await t.send(linked.slice(t.url.length), { token: null })).body).toEqual(value);
    const swagger = await t.ask(`apis/${id}?export=true&format=swagger-link`);
    expect([swagger.status, reason(swagger)]).toEqual([400, expect.stringContaining('OpenAPI 3')]);
  });

  it('repeated changes nothing, an update without one keeps it, and an empty one takes it away', async () => {
    const id = unique();
    const given = { displayName: 'Tea', path: id, ...json };
    const { headers } = await put(id, given);
    expect((await put(id, given)).headers.etag).toBe(headers.etag);
    await put(id, { displayName: 'Tea', path: id, description: 'kept' });
    expect((await t.ask(`apis/${id}/operations`)).body.count).toBe(5);
    const [audited] =
      await t.sql`select d.before, d.after from audit a join audit_details d on d.audit_id = a.id
      where a.operation = 'apis/create' and a.target_id = ${id}`;
    expect(audited?.after.documentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(audited)).not.toContain('listOrders');
    await put(id, { ...given, value: '{"openapi":"3.0.1","paths":{}}' });
    expect((await t.ask(`apis/${id}/operations`)).body.count).toBe(0);
  });

  it('in YAML is read too, and by a PATCH', async () => {
    const id = unique();
    await put(id, { displayName: 'Tea', path: id });
    const value =
      'openapi: 3.1.0\ninfo: {title: Tea, version: "1"}\npaths:\n  /tea:\n    get: {summary: Drink}\n';
    const { status } = await t.ask(`apis/${id}`, {
      method: 'PATCH',
      body: { properties: { format: 'openapi', value } },
    });
    expect(status).toBe(200);
    const { body } = await t.ask(`apis/${id}/operations`);
    expect(body.value).toMatchObject([{ name: 'get-tea', properties: { displayName: 'Drink' } }]);
  });

  it.each([
    ['a missing part', { ...ORDERS, info: { title: 'x' } }, /value can't be used: info has no version/],
    ['Swagger 2.0', { swagger: '2.0', paths: { '/a': {} } }, /Convert the document to OpenAPI 3/],
    [
      'a reference to nothing',
      broken('#/components/schemas/Tea'),
      /paths\.\/a\.get\.responses\.200 refers to/,
    ],
    ['another file', broken('tea.yaml#/Tea'), /refers to another file, tea\.yaml#\/Tea/],
    ['an address', broken('http://127.0.0.1/tea.yaml'), /refers to another file/],
  ])('of a document with %s says where and what', async (_, document, words) => {
    const id = unique();
    const answer = await put(id, { path: id, format: 'openapi+json', value: JSON.stringify(document) });
    expect([answer.status, reason(answer)]).toEqual([400, expect.stringMatching(words)]);
    expect((await t.ask(`apis/${id}`)).status).toBe(404);
  });
});

function broken(reference: string) {
  const paths = { '/a': { get: { responses: { 200: { $ref: reference } } } } };
  return { openapi: '3.0.1', info: { title: 'x', version: '1' }, paths };
}

describe('T120: an import by a link', () => {
  const link = (value: string) => {
    const id = unique();
    return put(id, { displayName: id, path: id, format: 'openapi-link', value });
  };

  it('reads what is there', async () => {
    const id = unique();
    const value = `${t.allowed}/orders.json`;
    expect((await put(id, { path: id, format: 'openapi+json-link', value })).status).toBe(201);
    expect((await t.ask(`apis/${id}/operations`)).body.count).toBe(5);
  });

  it('reaches no address that is not public, neither by a name nor by a redirect', async () => {
    const { otherPort: port, allowed } = t;
    t.asked.length = 0;
    for (const value of [
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://[::1]:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
      `http://2130706433:${port}/`,
      `http://0x7f.1:${port}/`,
      `http://0.0.0.0:${port}/`,
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.1/',
      'http://[fd00::1]/',
      'http://[64:ff9b::7f00:1]/',
      `${allowed}/to/${encodeURIComponent(`http://localhost:${port}/`)}`,
      `${allowed}/to/${encodeURIComponent(`http://127.0.0.1:${port}/`)}`,
    ]) {
      const answer = await link(value);
      expect([answer.status, reason(answer)], value).toEqual([400, expect.stringContaining('not public')]);
    }
    expect(t.asked.filter((one) => one.startsWith('other'))).toEqual([]);
  });

  it('of another kind, to nothing, too large or without end is refused', async () => {
    for (const [value, words] of [
      ['file:///etc/passwd', 'begins with https://'],
      ['orders.json', 'begins with https://'],
      ['https://user:secret@example.com/', 'user or password'],
      [`${t.allowed}/none`, 'the status 404'],
      [`${t.allowed}/large`, 'larger than 4 MB'],
      [`${t.allowed}/to/%2Fto%2F%252Fto%252F%25252Fto%25252F%2525252Forders.json`, 'redirects too often'],
    ] as const) {
      const answer = await link(value);
      expect([answer.status, reason(answer)], value).toEqual([400, expect.stringContaining(words)]);
    }
  });
});
