// The reference of an API: who sees it, what a page weighs, and that a document can do nothing on it.
import { describe, expect, it } from 'vitest';
import { createApi } from '../../src/operations/apis/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { ORDERS, ORDERS_TEXT } from '../support/orders-document.ts';
import { createPortalDriver } from '../support/portal.ts';
import { newClientAddress } from '../support/visitor.ts';

const GATEWAY = 'https://gateway.example.com';
const MAX_PAGE_BYTES = 60_000;
const EVIL = '<img src=x onerror=alert(1)>\'"; rm -rf / #`reboot`$(reboot)\n[x](javascript:alert(2))';

const hostile = {
  paths: {
    "/a'b/{x}": {
      post: {
        operationId: 'evil',
        summary: EVIL,
        tags: [EVIL],
        parameters: [
          {
            name: 'x',
            in: 'path',
            required: true,
            schema: { type: 'string' },
            example: EVIL,
            description: EVIL,
          },
          { name: `$(q)'`, in: 'query', required: true, schema: { type: 'string', default: EVIL } },
          {
            name: 'X-H',
            in: 'header',
            required: true,
            schema: { type: 'string' },
            example: `a\r\nHost: evil${EVIL}`,
          },
        ],
        requestBody: { content: { 'application/json': { example: { evil: EVIL } } } },
        responses: { 200: { description: EVIL } },
      },
    },
  },
};

/** As large as a document may be where it matters: long texts in signs that HTML writes as entities. */
function largeAndHostile(): string {
  const text = '<&"\'é'.repeat(200);
  const properties = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`field${i}`, { type: 'string', description: text }]),
  );
  const schema = { type: 'object', properties };
  const content = { 'application/json': { schema } };
  const operation = {
    summary: 'An endpoint with a summary of the usual length',
    description: text,
    tags: ['Things'],
    parameters: Array.from({ length: 60 }, (_, i) => ({
      name: `parameter${i}`,
      in: 'query',
      description: text,
      schema: { type: 'string' },
    })),
    requestBody: { content },
    responses: Object.fromEntries(
      [200, 400, 404, 500].map((status) => [status, { description: text, content }]),
    ),
  };
  const few = { summary: operation.summary, tags: ['Things'], responses: { 200: { description: 'ok' } } };
  const paths = Object.fromEntries(
    Array.from({ length: 150 }, (_, i) => [`/things/{id}/parts/${i}`, { get: i === 0 ? operation : few }]),
  );
  const all = { ...paths, ...hostile.paths };
  return JSON.stringify({
    openapi: '3.0.1',
    info: { title: EVIL, version: '1', description: text },
    paths: all,
  });
}

const app = forAllTests(async () => {
  const started = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1', GATEWAY_URL: GATEWAY });
  const beside = await besideApp(started);
  const console = beside.console();
  const document = { text: ORDERS_TEXT };
  await createApi(console, { id: 'tea', name: 'tea', path: 'tea', document });
  await createApi(console, {
    id: 'large',
    name: 'large',
    path: 'large',
    document: { text: largeAndHostile() },
  });
  for (const id of ['rice', 'hidden']) {
    await createApi(console, { id, name: id, path: id });
    // A copy, because reading the document again would only take longer.
    await beside.sql`insert into api_documents
      select service_id, ${id}, document, openapi_version, description, endpoint_count, created_at
      from api_documents where api_id = 'tea'`;
    await beside.sql`insert into api_endpoints
      select service_id, ${id}, id, position, method, path, tag, summary, is_deprecated, detail
      from api_endpoints where api_id = 'tea'`;
  }
  for (const [id, groupId, isPublished] of [
    ['tea', 'guests', true],
    ['rice', 'developers', true],
    ['large', 'guests', true],
    ['hidden', 'guests', false],
  ] as const) {
    const product = { id: `of-${id}`, name: `Of ${id}`, isPublished };
    await createProduct(console, { ...product, apiIds: [id], groupIds: [groupId] });
  }
  return {
    portal: createPortalDriver(started),
    beside,
    async close() {
      await beside.close();
      await started.close();
    },
  };
});

const htmlOf = async (who: { get(path: string): Promise<Response> }, path: string): Promise<string> =>
  (await who.get(path)).text();
const codeIn = (page: string): string =>
  (/<pre[^>]*>([^<]*)<\/pre>/.exec(page)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

describe('T122: the reference of an API', () => {
  const PAGES = ['', '/readOrder', '/openapi.json'];

  it('is seen by whom its product is for: by visitors, by developers, or by no one yet', async () => {
    const visitor = app.portal.visitor();
    const developer = await app.portal.signedIn(await app.portal.developer());
    for (const page of PAGES) {
      const statuses = async (who: typeof visitor) =>
        Promise.all(
          ['tea', 'rice', 'hidden'].map(async (id) => (await who.get(`/portal/apis/${id}${page}`)).status),
        );
      expect(await statuses(visitor), page).toEqual([200, 404, 404]);
      expect(await statuses(developer), page).toEqual([200, 200, 404]);
    }
    expect((await visitor.get('/portal/apis/rice')).headers.get('location')).toBeNull();
    expect((await visitor.get('/portal/apis/rice?sign-in')).headers.get('location')).toBe('/portal/sign-in');
  });

  it('gives one client a whole document at most 60 times a minute, and its pages without reading it', async () => {
    const client = app.portal.visitor(newClientAddress());
    const statuses = new Set<number>();
    const get = async (who: typeof client) => (await who.get('/portal/apis/tea/openapi.json')).status;
    for (let count = 0; count < 60; count++) statuses.add(await get(client));
    expect([...statuses, await get(client)]).toEqual([200, 429]);
    expect(await get(app.portal.visitor(newClientAddress()))).toBe(200);
    await app.beside.sql`alter table api_documents rename column document to unread`;
    try {
      expect(await htmlOf(client, '/portal/apis/tea')).toContain('readOrder');
    } finally {
      await app.beside.sql`alter table api_documents rename column unread to document`;
    }
  });

  it('names the gateway and nothing behind it, and holds no key', async () => {
    const email = await app.portal.developer();
    const who = await app.portal.signedIn(email);
    expect((await who.post('/portal/products/of-tea', { name: 'Mine' })).status).toBe(303);
    for (const page of PAGES) {
      const text = await htmlOf(who, `/portal/apis/tea${page}`);
      expect(text).toContain(`${GATEWAY}/tea`);
      expect(text).not.toMatch(/backend\.example\.net|apim_[a-z0-9]/i);
    }
    expect(codeIn(await htmlOf(who, '/portal/apis/tea/readOrder'))).toBe(
      `curl -H "Ocp-Apim-Subscription-Key: $API_KEY" \\\n  '${GATEWAY}/tea/orders/42'`,
    );
    const document = JSON.parse(await htmlOf(who, '/portal/apis/tea/openapi.json'));
    expect(document.servers).toEqual([{ url: `${GATEWAY}/tea` }]);
    expect(document.paths).toEqual(JSON.parse(JSON.stringify(ORDERS.paths)));
  });

  it('finds endpoints by their words, and has the rest on further pages', async () => {
    const visitor = app.portal.visitor();
    const first = await htmlOf(visitor, '/portal/apis/large');
    expect(first.match(/class="method"/g)?.length).toBe(60);
    const next = /rel="next" href="([^"]+)"|href="([^"]+)" rel="next"/.exec(first)?.slice(1).find(Boolean);
    const second = await htmlOf(visitor, String(next).replaceAll('&amp;', '&'));
    expect(second).toContain('/things/{id}/parts/60<');
    expect(second).not.toContain('/things/{id}/parts/59<');
    const found = await htmlOf(visitor, '/portal/apis/large?find=get+%2Fthings%2F%7Bid%7D%2Fparts%2F149');
    expect(found.match(/class="method"/g)?.length).toBe(1);
    expect(await htmlOf(visitor, '/portal/apis/large?find=%25')).toContain('No endpoint has these words.');
    for (const query of ['after=x', 'after=-1', 'after=1e99', `find=${'x'.repeat(500)}`])
      expect((await visitor.get(`/portal/apis/large?${query}`)).status, query).toBe(404);
  });

  it('weighs less than 60 KB a page, as every page of the portal does', async () => {
    const who = await app.portal.signedIn(await app.portal.developer());
    const pages = [
      ...['', '/products', '/products/of-large', '/subscriptions', '/account'],
      ...[
        '/apis/tea',
        '/apis/tea/placeOrder',
        '/apis/large',
        '/apis/large/get-things-id-parts-0',
        '/apis/large/evil',
      ],
    ];
    for (const page of pages) {
      const bytes = Buffer.byteLength(await htmlOf(who, `/portal${page}`));
      expect(bytes, page).toBeLessThan(MAX_PAGE_BYTES);
    }
  });

  it('lets a document put neither an element, a script nor a command into a page', async () => {
    const visitor = app.portal.visitor();
    for (const page of ['/portal/apis/large?find=reboot', '/portal/apis/large/evil']) {
      const text = await htmlOf(visitor, page);
      expect(text).not.toMatch(/<img|onerror=alert\(1\)>|href="javascript:/);
    }
    const line = codeIn(await htmlOf(visitor, '/portal/apis/large/evil'));
    // What is left of the line without its quoted parts is what a shell reads.
    const read = line.replace(/'(?:[^']|'\\'')*'/g, '').replace(/"[^"`]*"/g, '');
    expect(read.replaceAll('\\\n', '').replace(/\s+/g, ' ').trim()).toBe('curl -X POST -H -H -H -d');
    expect(
      line
        .split('\n')
        .slice(0, -1)
        .every((one) => one.endsWith(' \\')),
    ).toBe(true);
  });
});

describe('the start page of a developer', () => {
  it('leads from the subscription to the first call, and then shows the calls', async () => {
    const email = await app.portal.developer();
    const who = await app.portal.signedIn(email);
    const current = async () => /aria-current="step"><b>([^<]+)/.exec(await htmlOf(who, '/portal'))?.[1];
    expect(await current()).toBe('Subscribe to a product');
    const { headers } = await who.post('/portal/products/of-rice', { name: 'My rice' });
    expect(await current()).toBe('Get your key and make your first call');
    const page = await htmlOf(who, '/portal');
    expect(page).toContain('href="/portal/apis/rice"');
    expect(page).toMatch(/My rice<\/a>.*Active\..*Never/s);
    const id = /subscriptions\/([^?]+)/.exec(headers.get('location') ?? '')?.[1];
    await app.beside.sql`insert into subscription_usage (service_id, subscription_id, last_used_at, calls)
      values ('default', ${String(id)}, now(), 7) on conflict do nothing`;
    expect(await current()).toBeUndefined();
    expect(await htmlOf(who, '/portal')).toContain('7 calls so far');
  });
});
