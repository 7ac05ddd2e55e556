// Documents as people write them, and as an attacker would.
import { describe, expect, it } from 'vitest';
import { checkDocument } from '../../src/openapi/check-document.ts';
import { ORDERS, ORDERS_TEXT } from '../support/orders-document.ts';

const info = { title: 'x', version: '1' };
const OK = { description: 'ok' };
const withPaths = (paths: object, more: object = {}) =>
  JSON.stringify({ openapi: '3.0.1', info, paths, ...more });
const responding = (content: object) => ({ responses: { 200: { ...OK, content } } });
const json = (schema: object) => ({ 'application/json': { schema } });

async function accepted(text: string) {
  const checked = await checkDocument(text);
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  return checked;
}
async function faults(text: string): Promise<string> {
  const checked = await checkDocument(text);
  return 'faults' in checked
    ? Object.entries(checked.faults)
        .map(([place, fault]) => `${place} ${fault}`)
        .join('; ')
    : 'accepted';
}

describe('the endpoints of a document', () => {
  it('have what a call needs and gets, in short', async () => {
    const { endpoints, description, openapiVersion, title } = await accepted(ORDERS_TEXT);
    expect([title, description, openapiVersion]).toEqual([
      'Orders',
      'Orders of tea and their lines.',
      '3.0.3',
    ]);
    const [list, place, read, remove] = endpoints;
    expect(list?.detail.parameters).toEqual([
      expect.objectContaining({ name: 'state', type: '"open" | "paid"', isRequired: true, sample: 'open' }),
      expect.objectContaining({ name: 'limit', type: 'integer', isRequired: false }),
    ]);
    const body = place?.detail.body;
    expect(body?.contents[0]?.fields.map(({ name, type, isRequired }) => [name, type, isRequired])).toEqual([
      ['state', '"open" | "paid"', false],
      ['lines', 'Line[]', true],
      ['lines[].sku', 'string', true],
      ['lines[].count', 'integer 1…99', true],
      ['replaces', 'Order', false],
    ]);
    expect(JSON.parse(body?.sample ?? '')).toEqual({
      state: 'open',
      lines: [{ sku: 'tea-250', count: 1 }],
    });
    expect(
      read?.detail.responses.map(({ status, contents }) => [status, contents[0]?.fields[0]?.name]),
    ).toEqual([
      ['200', 'id'],
      ['404', undefined],
    ]);
    expect(read?.detail.parameters[0]?.sample).toBe('42');
    expect(remove).toMatchObject({ isDeprecated: true, id: 'delete-orders-id' });
  });

  it('each have an id of their own, whatever the document calls them', async () => {
    const one = (operationId: string) => ({ operationId, responses: { 200: OK } });
    const { endpoints } = await accepted(
      withPaths({
        '/a': { get: one('same') },
        '/b': { get: one('SAME') },
        '/c': { get: one('../../portal') },
        '/C': { get: one('') },
      }),
    );
    expect(endpoints.map(({ id }) => id)).toEqual(['same', 'get-b-2', 'get-c', 'get-c-2']);
  });

  it('of one that combines schemas have the fields of all parts', async () => {
    const schema = {
      allOf: [
        { type: 'object', properties: { a: { type: 'string', nullable: true } } },
        { oneOf: [{ properties: { b: { type: 'integer' } } }, { properties: { c: { type: 'boolean' } } }] },
      ],
    };
    const { endpoints } = await accepted(withPaths({ '/a': { get: responding(json(schema)) } }));
    expect(
      endpoints[0]?.detail.responses[0]?.contents[0]?.fields.map(({ name, type }) => [name, type]),
    ).toEqual([
      ['a', 'string | null'],
      ['b', 'integer'],
      ['c', 'boolean'],
    ]);
  });
});

describe('a fault', () => {
  it.each([
    ['no document', '', /must be an object/],
    ['YAML that breaks off', 'openapi: 3.0.1\ninfo: [', /can't be read: .*line 2/],
    ['JSON that breaks off', '{"openapi": "3.0.1", ', /can't be read: .*line 1/],
    ['a key twice', 'openapi: 3.0.1\nopenapi: 3.0.1', /can't be read: Map keys must be unique.*line 2/],
    ['no version', '{"paths":{}}', /openapi is missing/],
    ['a version to come', '{"openapi":"4.0.0"}', /openapi must be 3\.0\.x or 3\.1\.x/],
    ['Swagger', '{"swagger":"2.0"}', /swagger is an older form/],
    ['an endpoint without responses', withPaths({ '/a': { get: {} } }), /paths\.\/a\.get has no responses/],
    ['an unknown word', withPaths({ '/a': { fetch: {} } }), /paths\.\/a has the property fetch/],
    [
      'a reference to nothing',
      withPaths({ '/a': { get: { responses: { 200: { $ref: '#/components/responses/no' } } } } }),
      /paths\.\/a\.get\.responses\.200 refers to #\/components\/responses\/no/,
    ],
    [
      'a reference to a file of this server',
      withPaths({ '/a': { get: { responses: { 200: { $ref: 'file:///etc/passwd' } } } } }),
      /refers to another file/,
    ],
  ])('such as %s is named with its place', async (_, text, words) => {
    expect(await faults(text)).toMatch(words);
  });

  it('quotes little of the document', async () => {
    const paths = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`/${'x'.repeat(300)}${i}`, { get: {} }]),
    );
    const words = await faults(withPaths(paths));
    expect(words.length).toBeLessThan(300);
  });
});

describe('T121: a hostile document', () => {
  it('that refers to itself in circles is read', async () => {
    const schemas = {
      A: { $ref: '#/components/schemas/B' },
      B: { $ref: '#/components/schemas/A' },
      Tree: { type: 'object', properties: { left: { $ref: '#/components/schemas/Tree' } } },
      Wide: { allOf: Array.from({ length: 50 }, () => ({ $ref: '#/components/schemas/Wider' })) },
      Wider: {
        allOf: Array.from({ length: 50 }, (_, i) => ({
          oneOf: [{ $ref: '#/components/schemas/Wide' }, { type: 'object', description: `${i}` }],
        })),
      },
    };
    const paths = Object.fromEntries(
      Object.keys(schemas).map((name) => [
        `/${name}`,
        {
          post: {
            requestBody: { content: json({ $ref: `#/components/schemas/${name}` }) },
            ...responding(json({ $ref: `#/components/schemas/${name}` })),
          },
        },
      ]),
    );
    const { endpoints } = await accepted(withPaths(paths, { components: { schemas } }));
    expect(endpoints.length).toBe(5);
  });

  it('is refused when it is deep, when a few aliases stand for millions of values, or when it has too many endpoints', async () => {
    const deep = (depth: number) => `${'{"items":'.repeat(depth)}{}${'}'.repeat(depth)}`;
    const nested = (depth: number) =>
      `{"openapi":"3.0.1","info":{"title":"x","version":"1"},"paths":{},"components":{"schemas":{"A":${deep(depth)}}}}`;
    expect(await faults(nested(90))).toBe('accepted');
    expect(await faults(nested(120))).toMatch(/more than 100 objects within each other/);
    expect(await faults(nested(100_000))).toMatch(/within each other|can't be read/);
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'].map((pair) => [...pair]))
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`);
    expect(await faults(`openapi: 3.0.1\n${bomb.join('\n')}`)).toMatch(/alias|values/i);
    const long = `t: &t "${'x'.repeat(1_000_000)}"\nx: [${Array(20).fill('*t').join(', ')}]`;
    expect(await faults(`openapi: 3.0.1\n${long}`)).toBe('document has more than 16 MB of text');
    const names = `a: &a {${'n'.repeat(1_000)}: 1}\nb: &b [${Array(150).fill('*a').join(', ')}]`;
    expect(await faults(`openapi: 3.0.1\n${names}\nc: [${Array(120).fill('*b').join(', ')}]`)).toMatch(
      /has more than 16 MB of text|alias/,
    );
    const many = Array.from(
      { length: 100_000 },
      (_, i) => `"/${i}":{"get":{"responses":{"200":{"$ref":"#/r"}}}}`,
    );
    const text = `{"openapi":"3.0.1","info":{"title":"x","version":"1"},"x-r":1,"paths":{${many.slice(0, 2_001).join(',')}}}`;
    expect(await faults(text.replaceAll('{"$ref":"#/r"}', '{"description":""}'))).toMatch(
      /more than 2,000 endpoints/,
    );
  });

  it('has no markup left in its words', async () => {
    const text =
      'Read <a href="javascript:alert(1)">this</a><script>alert(2)</script>, [that](javascript:alert(3)), ![](https://evil.example/x.png) or [our site](https://example.com).\n\n## More\n\n* **One** &lt;b&gt;\n';
    const { description } = await accepted(
      JSON.stringify({ ...ORDERS, info: { ...ORDERS.info, description: text } }),
    );
    expect(description).not.toMatch(/javascript:(?!alert\(3)|<script|<a |\*\*|##/);
    expect(description).toContain('our site (https://example.com)');
    expect(description).toContain('More\n\n- One <b>');
  });

  it('with names that every object has gives none of them a new meaning', async () => {
    const text = withPaths({ '/a': { get: responding(json({ type: 'object' })) } }).replace(
      '"type":"object"',
      '"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"}}',
    );
    const { endpoints } = await accepted(text);
    const fields = endpoints[0]?.detail.responses[0]?.contents[0]?.fields;
    expect(fields?.map(({ name, type }) => [name, type])).toEqual([
      ['__proto__', 'string'],
      ['constructor', 'integer'],
    ]);
    expect(({} as { type?: string }).type).toBeUndefined();
  });
});
