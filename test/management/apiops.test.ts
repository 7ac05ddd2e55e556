// Azure/apiops, without changes: the requests of its extractor and publisher, with what they demand of the answers.
// Read from its source: v7 at commit c248e0bac9fc3ee1e0ea6217a5d701c843c10ffe, v6.0.2 at
// 35a0fdddbf4806b25bff10234403ef7c48a79a4a.
import { beforeAll, describe, expect, it } from 'vitest';
import { clientTable } from '../support/clients.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type Answer, BASE, startTestManagement, type TestManagement } from '../support/management.ts';
import { ORDERS_TEXT } from '../support/orders-document.ts';

// biome-ignore lint/suspicious/noExplicitAny: files are JSON of any shape.
type Json = Record<string, any>;
/** The files that a run writes and the next one reads, by path. */
type Files = Map<string, Json>;
type Service = { t: TestManagement; base: string; version: string };

const CRUD = 'CRUD';
const table = clientTable('APIOps', {
  group: CRUD,
  product: CRUD,
  'API of a product': 'CRD',
  'group of a product': 'CRD',
  API: CRUD,
  'OpenAPI document of an API': 'CRU',
  'operation of an API': 'R',
  subscription: CRUD,
  'other collections': 'R',
});

const from = forAllTests(startTestManagement);
const into = forAllTests(startTestManagement);
beforeAll(async () => {
  const make = async (path: string, properties?: Json) =>
    demandDone(await send(source, 'PUT', path, properties && { properties }), path);
  const source = { t: from, base: BASE, version: '2024-05-01' };
  for (const t of [from, into])
    await t.ask('users/ann', {
      method: 'PUT',
      body: { properties: { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' } },
    });
  await make('groups/partners', { displayName: 'Partners', description: 'Our partners' });
  await make('products/gold', { displayName: 'Gold', description: 'All of it', state: 'published' });
  await make('apis/echo;rev=1', {
    displayName: 'Echo',
    path: 'echo',
    description: 'Says it again',
    serviceUrl: 'https://echo.example.com',
    protocols: ['https'],
    subscriptionKeyParameterNames: { header: 'X-Echo-Key', query: 'echo-key' },
    ...{ format: 'openapi+json', value: ORDERS_TEXT },
  });
  await make('products/gold/apis/echo');
  await make('products/gold/groups/partners');
  const scope = { scope: '/products/gold', ownerId: '/users/ann', state: 'active', displayName: 'Nightly' };
  await make('subscriptions/nightly', scope);
});

const withVersion = (path: string, version: string) =>
  `${path}${path.includes('?') ? '&' : '?'}api-version=${version}`;
/** No If-Match in any request, and no charset in a body's type. */
async function send(
  { t, base, version }: Service,
  method: string,
  path: string,
  body?: Json,
): Promise<Answer> {
  const answer = await t.send(withVersion(`${base}/${path}`, version), {
    method,
    ...(body ? { body, headers: { 'content-type': 'application/json' } } : {}),
  });
  table.saw(method, path.split('?')[0] ?? '', answer.status);
  return answer;
}

function demandDone({ status, text }: Answer, what: string): void {
  expect(status, `${what}: ${text}`).toBeLessThan(400);
}
async function get(service: Service, path: string): Promise<Json> {
  const answer = await send(service, 'GET', path);
  expect(answer.status, `${path}: ${answer.text}`).toBe(200);
  return answer.body;
}
/** Each item needs a name, and where its properties are kept an object of them. */
async function list(service: Service, path: string, keepsProperties = false): Promise<Json[]> {
  const { value, nextLink } = await get(service, path);
  expect([Array.isArray(value), nextLink || ''], path).toEqual([true, '']);
  for (const item of value) {
    expect(typeof item.name, path).toBe('string');
    if (keepsProperties) expect(typeof item.properties, path).toBe('object');
  }
  return value;
}
async function put(service: Service, path: string, body: Json): Promise<void> {
  demandDone(await send(service, 'PUT', path, body), `PUT ${path}`);
}

const KEPT: Record<string, string> = {
  groups: 'displayName description externalId type',
  products: 'displayName description approvalRequired state subscriptionRequired subscriptionsLimit terms',
  subscriptions: 'displayName scope allowTracing ownerId primaryKey secondaryKey state',
  apis: `path apiRevision apiRevisionDescription apiType apiVersion apiVersionDescription apiVersionSetId
    authenticationSettings contact description displayName isCurrent license protocols serviceUrl
    subscriptionKeyParameterNames subscriptionRequired termsOfServiceUrl type`,
};
/** The properties that aren't null, at any depth, of those that are kept. */
function kept(kind: string, properties: Json): Json {
  const names = (KEPT[kind] ?? '').trim().split(/\s+/);
  const whole = JSON.parse(JSON.stringify(properties, (_, value) => value ?? undefined));
  return Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name)));
}
/** Of an absolute id only the end is kept, but of an owner's. */
const relative = (id: string): string => `/${id.split('/service/default/').at(-1)}`;
const fileOf = (kind: string, { properties }: Json): Json => {
  const { scope, ...rest } = kept(kind, properties);
  return { properties: { ...rest, ...(scope ? { scope: relative(scope) } : {}) } };
};

const ROOTS = [
  ...['policies', 'products', 'namedValues', 'tags', 'apis', 'backends', 'gateways', 'loggers'],
  ...['apiVersionSets', 'diagnostics', 'groups', 'subscriptions', 'policyFragments', 'workspaces'],
];
const SYSTEM_GROUPS = ['administrators', 'developers', 'guests'];

/** The specification of an API: a link that is followed without a token. */
async function specificationOf(service: Service, name: string, query: string): Promise<string> {
  const { value } = await get(service, `apis/${name}?${query}`);
  const answer = await service.t.send(value.link.slice(service.t.url.length), { token: null });
  expect([new URL(value.link).origin, answer.status]).toEqual([service.t.url, 200]);
  table.covers('OpenAPI document of an API', 'read');
  return answer.text;
}

const V7 = {
  version: '2024-05-01',
  async extract(service: Service): Promise<Files> {
    const files: Files = new Map();
    const found = new Map<string, Json[]>();
    for (const root of ROOTS) {
      await list(service, root);
      found.set(root, await list(service, root, root in KEPT));
    }
    const none = ['policies', 'namedValues', 'tags', 'backends', 'gateways', 'loggers', 'workspaces'];
    for (const root of none) expect(found.get(root), root).toEqual([]);
    for (const kind of Object.keys(KEPT))
      for (const item of found.get(kind) ?? [])
        if (!SYSTEM_GROUPS.includes(item.name)) files.set(`${kind}/${item.name}`, fileOf(kind, item));
    for (const { name } of found.get('products') ?? []) {
      expect(await list(service, `products/${name}/policies`)).toEqual([]);
      for (const api of await list(service, `products/${name}/apis`))
        files.set(`products/${name}/apis/${api.name}`, {});
      for (const link of await list(service, `products/${name}/groupLinks`, true))
        files.set(`products/${name}/groupLinks/${link.name}`, {
          properties: { groupId: relative(link.properties.groupId) },
          name: link.name,
        });
    }
    for (const { name, properties } of found.get('apis') ?? []) {
      for (const below of ['releases', 'policies', 'diagnostics'])
        expect(await list(service, `apis/${name}/${below}`)).toEqual([]);
      for (const operation of await list(service, `apis/${name}/operations`))
        expect(await list(service, `apis/${name}/operations/${operation.name}/policies`)).toEqual([]);
      expect(properties.type).toBe('http');
      const value = await specificationOf(service, name, 'format=openapi-link&export=True');
      files.set(`apis/${name}/specification`, { properties: { format: 'openapi', value } });
    }
    return files;
  },

  async publish(service: Service, files: Files): Promise<void> {
    await putAll(service, files, 'groups');
    for (const [path, file] of filesOf(files, 'products')) {
      const { status } = await send(service, 'HEAD', path);
      expect([200, 404]).toContain(status);
      await put(service, path, file);
      if (status === 404) await this.clean(service, path);
    }
    for (const [path, file] of filesOf(files, 'apis')) {
      const { status } = await send(service, 'HEAD', path);
      expect([200, 404]).toContain(status);
      if (status === 200) expect((await get(service, path)).properties.apiRevision).toBe('1');
      await put(service, path, file);
      const { properties } = files.get(`${path}/specification`) ?? {};
      await put(service, path, { properties: { ...file.properties, ...properties } });
    }
    await putAll(service, files, 'products/gold/apis');
    await putAll(service, files, 'products/gold/groupLinks');
    await putAll(service, files, 'subscriptions');
  },

  /** Azure gives a new product a subscription and groups. */
  async clean(service: Service, path: string): Promise<void> {
    const id = path.split('/').at(-1);
    await list(service, 'subscriptions');
    const all = await list(service, `subscriptions?$filter=endswith(Scope,%20'${id}')`, true);
    for (const { name, properties } of all)
      if (properties.scope.split('/').at(-1) === id)
        demandDone(await send(service, 'DELETE', `subscriptions/${name}`), name);
    for (const root of ['products', 'groups']) await list(service, root);
    for (const { name } of await list(service, `${path}/groupLinks`, true))
      demandDone(await send(service, 'DELETE', `${path}/groupLinks/${name}`), name);
  },

  async remove(service: Service, files: Files): Promise<void> {
    for (const path of [
      'subscriptions',
      'products/gold/groupLinks',
      'products/gold/apis',
      'apis',
      'products',
      'groups',
    ])
      for (const [one] of filesOf(files, path)) {
        const answer = await send(service, 'DELETE', one);
        if (answer.status !== 404) demandDone(answer, `DELETE ${one}`);
      }
  },
};

const V6 = {
  version: '2023-09-01-preview',
  async extract(service: Service): Promise<Files> {
    const files: Files = new Map();
    const below: Record<string, string[]> = {
      products: ['policies', 'groups', 'tags', 'apis'],
      apis: ['policies', 'tags', 'diagnostics', 'operations'],
    };
    for (const root of ROOTS.filter((one) => one !== 'workspaces'))
      for (const { name } of await list(service, root)) {
        files.set(`${root}/${name}`, fileOf(root, await get(service, `${root}/${name}`)));
        for (const folder of below[root] ?? [])
          for (const { name: one } of await list(service, `${root}/${name}/${folder}`))
            files.set(`${root}/${name}/${folder}/${one}`, {});
      }
    const older = { ...service, version: '2022-09-01-preview' };
    for (const [path] of filesOf(files, 'apis')) {
      const value = await specificationOf(
        older,
        path.slice('apis/'.length),
        'format=openapi-link&export=true',
      );
      files.set(`${path}/specification`, { properties: { format: 'openapi', value } });
    }
    return files;
  },

  async publish(service: Service, files: Files): Promise<void> {
    await putAll(service, files, 'groups');
    for (const [path, file] of filesOf(files, 'products')) {
      const { status } = await send(service, 'GET', path);
      expect([200, 404]).toContain(status);
      await put(service, path, file);
      if (status === 404) await this.clean(service, path);
    }
    for (const [path, file] of filesOf(files, 'apis')) {
      const { isCurrent, ...properties } = file.properties;
      const revision = `${path};rev=${properties.apiRevision}`;
      const { serviceUrl, ...first } = properties;
      await put(service, revision, { properties: first });
      const specification = files.get(`${path}/specification`)?.properties;
      await put(service, revision, { properties: { ...properties, ...specification } });
      await get(service, revision);
    }
    await putAll(service, files, 'products/gold/groups');
    await putAll(service, files, 'products/gold/apis');
    await putAll(service, files, 'subscriptions');
  },

  async clean(service: Service, path: string): Promise<void> {
    for (const { name } of await list(service, `${path}/groups`))
      demandDone(await send(service, 'DELETE', `${path}/groups/${name}`), name);
    for (const { name } of await list(service, `${path}/subscriptions`))
      await get(service, `subscriptions/${name}`);
  },

  /** Takes 404 as a fault, and passes over 405 of built-in groups by its words. */
  async remove(service: Service, files: Files): Promise<void> {
    for (const path of [
      'subscriptions',
      'products/gold/groups',
      'products/gold/apis',
      'apis',
      'products',
      'groups',
    ])
      for (const [one] of filesOf(files, path)) {
        const answer = await send(service, 'DELETE', path === 'apis' ? `${one}?deleteRevisions=true` : one);
        if (answer.status === 405) expect(answer.text).toContain('System entity cannot be deleted');
        else demandDone(answer, `DELETE ${one}`);
      }
  },
};

/** Those directly in a folder. */
const filesOf = (files: Files, folder: string): [string, Json][] =>
  [...files].filter(
    ([path]) => path.slice(0, path.lastIndexOf('/')) === folder && !path.endsWith('/specification'),
  );
async function putAll(service: Service, files: Files, folder: string): Promise<void> {
  for (const [path, file] of filesOf(files, folder)) await put(service, path, file);
}

describe.each([
  ['v7', V7],
  ['v6.0.2', V6],
] as const)('APIOps %s', (_, apiops) => {
  it('publishes what it extracted, changes nothing by publishing it again, and removes it twice', async () => {
    const source = { t: from, base: BASE, version: apiops.version };
    // Another resource group: owners are named by the service that they were extracted from.
    const target = { t: into, base: BASE.replace('/rg1/', '/production/'), version: apiops.version };
    const files = await apiops.extract(source);
    expect(filesOf(files, 'apis').map(([path]) => path)).toEqual(['apis/echo']);
    expect(files.get('subscriptions/nightly')?.properties.ownerId).toContain('/resourceGroups/rg1/');
    await apiops.publish(target, files);
    expect((await list(target, 'apis/echo/operations')).length).toBe(5);
    table.covers('OpenAPI document of an API', 'create');
    const published = await apiops.extract({ ...target, base: BASE });
    const withoutValue = (all: Files) => [...all].filter(([path]) => !path.endsWith('/specification'));
    expect(new Map(withoutValue(published))).toEqual(new Map(withoutValue(files)));
    const versions = await versionsOf(target, files);
    await apiops.publish(target, files);
    const again = await versionsOf(target, files);
    // v6 puts an API without its service URL first.
    const changed = Object.keys(again).filter((path) => again[path] !== versions[path]);
    expect(changed).toEqual(apiops === V6 ? ['apis/echo'] : []);
    expect(await apiops.extract({ ...target, base: BASE })).toEqual(published);
    const renamed = new Map([...files].map(([path, file]) => [path, withOtherName(file)]));
    await apiops.publish(target, renamed);
    const found = await apiops.extract({ ...target, base: BASE });
    expect(new Map(withoutValue(found))).toEqual(new Map(withoutValue(renamed)));
    expect(found.get('apis/echo/specification')?.properties?.value).toContain('List all orders');
    table.covers('OpenAPI document of an API', 'update');
    await apiops.remove(target, files);
    await apiops.remove(target, files);
    const left = await apiops.extract(target);
    expect([...left.keys()].filter((path) => !path.startsWith('groups/'))).toEqual([]);
  });
});

function withOtherName(file: Json): Json {
  const { displayName, type, value } = file.properties ?? {};
  if (value)
    return { properties: { ...file.properties, value: value.replace('List orders', 'List all orders') } };
  const properties = { ...file.properties, displayName: `New ${displayName}` };
  return displayName && type !== 'system' ? { ...file, properties } : file;
}

async function versionsOf(service: Service, files: Files): Promise<Json> {
  const resources = ['groups', 'products', 'apis', 'subscriptions'].flatMap((folder) =>
    filesOf(files, folder),
  );
  const versions: Json = {};
  for (const [path] of resources) versions[path] = (await send(service, 'HEAD', path)).headers.etag;
  return versions;
}

it('APIOps has its column in docs/azure-tools.md', () => table.expectOnPage());
