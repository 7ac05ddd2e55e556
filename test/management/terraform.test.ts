// Terraform against this server: the requests of its provider, with its headers, and its own judgement of the answers.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RESOURCES as ALL, COMPUTED, type Configuration, type Resource } from '../support/azurerm.ts';
import { type Answer, BASE, startTestManagement, type TestManagement } from '../support/management.ts';

const RESOURCES = ALL.filter(({ path }) => !/apis\/|of-api/.test(path));
let t: TestManagement;
beforeAll(async () => {
  t = await startTestManagement();
});
afterAll(() => t?.close());

const API_VERSION = '2022-08-01';
const EVERY_REQUEST = {
  'content-type': 'application/json; charset=utf-8',
  'user-agent':
    'HashiCorp/go-azure-sdk (Go-http-Client/1.1) HashiCorp Terraform/1.9.0 (+https://www.terraform.io) terraform-provider-azurerm/4.81.0',
  'x-ms-correlation-request-id': '7f1f4be1-1a8d-4b7c-9f3e-3a4d5c6b7a89',
};
const OF_MOST_CHANGES = {
  accept: 'application/json; charset=utf-8; IEEE754Compatible=false',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
};

type Request = {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  expects: number[];
  properties?: object;
  query?: Record<string, string>;
  ifMatch?: string;
};

/** Ends the run, as the provider does, unless the status is one that it expects. */
async function send({ method, path, expects, properties, query = {}, ifMatch }: Request): Promise<Answer> {
  const names = new URLSearchParams({ 'api-version': API_VERSION, ...query });
  names.sort();
  const isChange = method === 'PUT' ? properties !== undefined : method === 'DELETE';
  const answer = await t.send(`${BASE}/${path}?${names}`, {
    method,
    headers: {
      ...EVERY_REQUEST,
      ...(isChange ? OF_MOST_CHANGES : {}),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(properties === undefined ? {} : { body: { properties } }),
  });
  const what = `${method} ${path}: unexpected status ${answer.status}: ${answer.text}`;
  expect(expects, what).toContain(answer.status);
  if (answer.text !== '') expect(answer.headers['content-type'], what).toContain('application/json');
  return answer;
}

/** Null when it's gone. A subscription's keys come by a second request. */
async function read({ path, isLink, readsSecrets, mustBeObject }: Resource) {
  const method = isLink ? 'HEAD' : 'GET';
  const answer = await send({ method, path, expects: [isLink ? 204 : 200, 404] });
  if (answer.status === 404) return null;
  if (mustBeObject) expect(typeof (answer.body.properties[mustBeObject] ?? undefined)).toBe('object');
  if (!readsSecrets) return answer.body ?? {};
  const { body } = await send({ method: 'POST', path: `${path}/listSecrets`, expects: [200] });
  return { ...answer.body, secrets: body };
}

/** The attributes of the last answer, as they are in Terraform's state. */
const attributesIn = ({ attributes = {} }: Resource, answer: unknown): Configuration =>
  Object.fromEntries(Object.entries(attributes).map(([name, one]) => [name, one.read(answer)]));

/** What a plan would change. A value that is absent counts as the empty one. */
function differences(resource: Resource, wanted: Configuration, answer: unknown): string[] {
  const empty = (value: unknown) => value ?? '';
  return Object.entries(resource.attributes ?? {}).flatMap(([name, { read: readOne, unset }]) => {
    const should = name in wanted ? wanted[name] : unset;
    const [is, planned] = [readOne(answer), should].map((value) => JSON.stringify(empty(value)));
    return should === COMPUTED || is === planned ? [] : [`${name}: ${is} -> ${planned}`];
  });
}

async function plan(resource: Resource, wanted: Configuration): Promise<string[]> {
  const answer = await read(resource);
  return answer ? differences(resource, wanted, answer) : ['to be created'];
}

async function put(resource: Resource, wanted: Configuration, former: Configuration): Promise<void> {
  const { path, isLink, updateReadsFirst } = resource;
  const isUpdate = Object.keys(former).length > 0;
  const first = isUpdate && updateReadsFirst ? await send({ method: 'GET', path, expects: [200] }) : null;
  const properties = resource.properties?.(wanted, former, first?.body ?? null);
  const answer = await send({
    ...resource.put,
    ...{ method: 'PUT', path, expects: isUpdate ? [200] : [201] },
    ...(isLink || !properties ? {} : { properties }),
  });
  // An address to ask again must be absolute, or the provider can't make its poller.
  for (const name of ['location', 'azure-asyncoperation'])
    if (answer.headers[name]) expect(answer.headers[name], `${path}: ${name}`).toMatch(/^https:\/\//);
}

async function create(resource: Resource, wanted: Configuration): Promise<void> {
  const found = await read(resource);
  const isFree = found === null || resource.isFoundUnless?.(found);
  expect(isFree, `${resource.path} already exists`).toBe(true);
  await put(resource, wanted, {});
  expect(await plan(resource, wanted), resource.path).toEqual([]);
}

async function destroy(): Promise<void> {
  for (const resource of RESOURCES) expect(await read(resource), resource.path).not.toBeNull();
  for (const { path, deleteQuery = {} } of RESOURCES.toReversed())
    await send({ method: 'DELETE', path, expects: [200, 204], query: deleteQuery });
}

const first = ({ configurations }: Resource) => configurations[0] ?? {};
const last = ({ configurations }: Resource) => configurations.at(-1) ?? {};

it('an apply creates everything, and the next plan has nothing to change', async () => {
  for (const resource of RESOURCES) await create(resource, first(resource));
  for (const resource of RESOURCES) expect(await plan(resource, first(resource)), resource.path).toEqual([]);
});

it('an apply of a changed configuration updates it, and the next plan has nothing to change', async () => {
  for (const resource of RESOURCES)
    for (const wanted of resource.configurations.slice(1)) {
      expect(await plan(resource, wanted), resource.path).not.toEqual([]);
      await put(resource, wanted, attributesIn(resource, await read(resource)));
      expect(await plan(resource, wanted), resource.path).toEqual([]);
    }
  for (const resource of RESOURCES) expect(await plan(resource, last(resource)), resource.path).toEqual([]);
});

it('the data sources of a user, a group, a product, an API and a subscription read the same', async () => {
  for (const type of ['user', 'group', 'product', 'api', 'subscription'])
    for (const resource of RESOURCES.filter((one) => one.type === type)) {
      const answer = await read(resource);
      expect(differences(resource, last(resource), answer), resource.path).toEqual([]);
    }
});

it('the data source of the service reads its addresses, and is refused tenant keys in the way that it goes on after', async () => {
  const service = await t.send(`${BASE}?api-version=2024-05-01`, { headers: EVERY_REQUEST });
  expect(service.body).toMatchObject({
    location: expect.any(String),
    sku: { name: expect.any(String), capacity: 1 },
  });
  expect(service.body.properties).toMatchObject({
    publisherName: expect.any(String),
    publisherEmail: expect.any(String),
    managementApiUrl: t.url,
  });
  await send({ method: 'POST', path: 'tenant/access/listSecrets', expects: [200, 403] });
});

it('the provider’s start finds its resource provider registered, so it registers nothing', async () => {
  const [subscription] = /^\/subscriptions\/[^/]+/.exec(BASE) ?? [];
  const { status, body } = await t.send(`${subscription}/providers?api-version=2022-09-01`, {
    headers: { ...EVERY_REQUEST, ...OF_MOST_CHANGES },
  });
  expect([status, body.nextLink ?? '']).toEqual([200, '']);
  expect(body.value).toContainEqual(
    expect.objectContaining({ namespace: 'Microsoft.ApiManagement', registrationState: 'Registered' }),
  );
});

it('a resource that Terraform doesn’t know yet is found before it is created, so that it is imported instead', async () => {
  for (const resource of RESOURCES) {
    const found = await read(resource);
    expect(found !== null && !resource.isFoundUnless?.(found), resource.path).toBe(true);
  }
});

it('a destroy removes everything, and an apply creates it again under the same ids', async () => {
  await destroy();
  for (const resource of RESOURCES) {
    const found = await read(resource);
    expect(found === null || resource.isFoundUnless?.(found), resource.path).toBe(true);
  }
  for (const resource of RESOURCES.filter(({ path }) => !/ann|of-product/.test(path)))
    await create(resource, last(resource));
});
