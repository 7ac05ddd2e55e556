// Azure keeps the limits of a product in its policy document.
import { beforeAll, describe, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { startTestManagement } from '../support/management.ts';

const t = forAllTests(startTestManagement);
beforeAll(async () => {
  for (const id of ['gold', 'free'])
    expect(
      (await t.ask(`products/${id}`, { method: 'PUT', body: { properties: { displayName: id } } })).status,
    ).toBe(201);
});

const POLICY = 'products/gold/policies/policy';
const WRITTEN = `<!-- limits -->
<policies>
  <inbound>
    <base />
    <rate-limit calls="20" renewal-period="90"></rate-limit>
    <quota renewal-period='2629800' calls="1000" />
  </inbound>
</policies>
`;
const put = (value: string, more: object = {}, headers: Record<string, string> = {}) =>
  t.ask(POLICY, { method: 'PUT', body: { properties: { format: 'rawxml', value, ...more } }, headers });
const limits = async (id = 'gold') => (await t.sql`select rate, quota from products where id = ${id}`)[0];
const NONE = { rate: null, quota: null };

describe('the policy of a product', () => {
  it('is not there without limits, and sets them; it is given back as it was written', async () => {
    expect((await t.ask(POLICY)).body.error.code).toBe('ResourceNotFound');
    expect((await t.ask(POLICY, { method: 'HEAD' })).status).toBe(404);
    expect((await t.ask('products/gold/policies')).body).toEqual({ value: [], count: 0 });
    const made = await put(WRITTEN);
    expect([made.status, made.body.properties.value]).toEqual([201, WRITTEN]);
    expect(await limits()).toEqual({
      rate: { calls: 20, seconds: 90 },
      quota: { calls: 1_000, period: 'month' },
    });
    const read = await t.ask(`${POLICY}?format=rawxml`);
    expect(read.body).toEqual({
      id: expect.stringMatching(/\/products\/gold\/policies\/policy$/),
      name: 'policy',
      type: 'Microsoft.ApiManagement/service/products/policies',
      properties: { format: 'rawxml', value: WRITTEN },
    });
    expect((await t.ask('PRODUCTS/Gold/policies')).body.count).toBe(1);
    expect((await t.ask('products/gold/policies')).body.value[0].properties.format).toBe('xml');
    const again = await put(WRITTEN);
    expect([again.status, again.headers.etag]).toEqual([200, made.headers.etag]);
    expect((await put(WRITTEN.replace('20', '21'), {}, { 'if-match': '"1"' })).status).toBe(412);
    expect(
      (await put(WRITTEN.replace('20', '21'), {}, { 'if-match': String(made.headers.etag) })).status,
    ).toBe(200);
  });

  it('stays while a program changes the product, and shows what people changed in Slack', async () => {
    await put(WRITTEN);
    const body = { properties: { displayName: 'Gold plan' } };
    expect((await t.ask('products/gold', { method: 'PUT', body })).status).toBe(200);
    expect((await t.ask(POLICY)).body.properties.value).toBe(WRITTEN);
    await t.sql`update products set quota = '{"calls": 5, "period": "week"}' where id = 'gold'`;
    const { value } = (await t.ask(POLICY)).body.properties;
    expect(value).toContain('<rate-limit calls="20" renewal-period="90" />');
    expect(value).toContain('<quota calls="5" renewal-period="604800" />');
    await put(value);
    expect(await limits()).toMatchObject({ quota: { calls: 5, period: 'week' } });
  });

  it('without limits takes them away, as a DELETE does', async () => {
    const empty = '<policies><inbound><base /></inbound><outbound><base /></outbound></policies>';
    expect((await put(empty)).status).toBe(200);
    expect(await limits()).toEqual(NONE);
    expect((await t.ask(POLICY)).body.properties.value).toBe(empty);
    await put(WRITTEN);
    expect((await t.ask(POLICY, { method: 'DELETE', headers: { 'if-match': '*' } })).status).toBe(200);
    expect(await limits()).toEqual(NONE);
    expect((await t.ask(POLICY)).status).toBe(404);
    expect((await t.ask(POLICY, { method: 'DELETE' })).status).toBe(204);
  });

  const inbound = (...elements: string[]) =>
    `<policies><inbound>\n${elements.join('\n')}</inbound></policies>`;
  const RATE = '<rate-limit calls="1" renewal-period="1" />';
  it.each([
    [inbound('<cors />'), /has <cors> in line 2\. In <inbound> a product takes <rate-limit/],
    [
      inbound('<rate-limit-by-key calls="1" renewal-period="1" counter-key="x" />'),
      /has <rate-limit-by-key>/,
    ],
    [`<policies><outbound>${RATE}</outbound></policies>`, /has <rate-limit> in line 1/],
    [inbound(RATE, RATE), /has a second <rate-limit> in line 3/],
    [inbound('<rate-limit calls="{{n}}" renewal-period="1" />'), /without a good calls.*no named value/],
    [inbound('<rate-limit calls="1" renewal-period="301" />'), /Write 1 to 300 seconds; for a day/],
    [inbound('<rate-limit calls="1" />'), /without a good renewal-period/],
    [inbound('<quota calls="1" renewal-period="3600" />'), /Write 86400 for a day, 604800 for a week/],
    [inbound('<quota calls="1" bandwidth="9" renewal-period="86400" />'), /has the attribute bandwidth/],
    [inbound('<quota calls="0" renewal-period="86400" />'), /from 1 to 1000000000/],
    [inbound('<base><rate-limit calls="1" renewal-period="1" /></base>'), /has <rate-limit>/],
    ['<policies><inbound>@(1)</inbound></policies>', /has the text “@\(1\)”/],
    ['<policies><inbound>', /is not well-formed XML/],
    ['<!DOCTYPE policies [<!ENTITY a "b">]><policies/>', /has a document type/],
    ['<fragment />', /has <fragment>/],
    ['\ud800', /cannot be kept/],
  ])('%s is refused with what would work, and nothing changes', async (value, words) => {
    await t.ask(POLICY, { method: 'DELETE' });
    const { status, body } = await put(value);
    expect([status, body.error.code, body.error.details[0].target]).toEqual([
      400,
      'ValidationError',
      'value',
    ]);
    expect(body.error.message).toMatch(words);
    expect(await limits()).toEqual(NONE);
  });

  it('is sent as a document, to a product that is there, by a program that may', async () => {
    const link = await put('https://example.com/policy.xml', { format: 'rawxml-link' });
    expect([link.status, link.body.error.message]).toEqual([400, expect.stringMatching(/not a link to it/)]);
    const body = { properties: { value: WRITTEN } };
    const unknown = await t.ask('products/none/policies/policy', { method: 'PUT', body });
    expect([unknown.status, unknown.body.error.message]).toEqual([404, 'Product not found.']);
    const other = await t.ask('products/gold/policies/second', { method: 'PUT', body });
    expect([other.status, other.body.error.details[0].target]).toEqual([400, 'policyId']);
    const reader = await t.token('reader');
    expect(
      (await t.ask('products/free/policies/policy', { method: 'PUT', body, token: reader })).status,
    ).toBe(403);
    expect(await limits('free')).toEqual(NONE);
  });
});
