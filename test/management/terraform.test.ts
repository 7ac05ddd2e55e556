// Terraform against this server: the requests of its provider, with its headers, and its own judgement of the answers.
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { COMPUTED, type Configuration, RESOURCES, type Resource } from '../support/azurerm.ts';
import { clientTable, MANAGED } from '../support/clients.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type Answer, BASE, startTestManagement } from '../support/management.ts';

const t = forAllTests(() => startTestManagement({ MANAGEMENT_CLIENT_CREDENTIALS: 'on' }));
/** As the provider got it when it started. */
let accessToken: string | undefined;

const API_VERSION = '2022-08-01';
const table = clientTable('Terraform', {
  service: 'R',
  ...MANAGED,
  'keys of a subscription': 'R',
  'email template': 'CRUD',
  'limits of a product': 'CRUD',
});
const TENANT = '5a1b0f3e-6a0c-4b0e-9a52-0c7a4d6f2b11';
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
    ...(accessToken === undefined ? {} : { token: accessToken }),
  });
  const what = `${method} ${path}: unexpected status ${answer.status}: ${answer.text}`;
  expect(expects, what).toContain(answer.status);
  table.saw(method, path, answer.status);
  if (answer.text !== '') expect(answer.headers['content-type'], what).toContain('application/json');
  return answer;
}

/** Null when it's gone. A subscription's keys come by a second request. */
async function read({ path, isLink, readsSecrets, mustBeObject, readQuery }: Resource) {
  const method = isLink ? 'HEAD' : 'GET';
  const answer = await send({
    ...{ method, path, expects: [isLink ? 204 : 200, 404] },
    ...(readQuery ? { query: readQuery } : {}),
  });
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
  const empty = (value: unknown) => (value ?? '') as object;
  return Object.entries(resource.attributes ?? {}).flatMap(([name, { read: readOne, unset }]) => {
    const should = name in wanted ? wanted[name] : unset;
    const is = readOne(answer);
    const isSame = should === COMPUTED || isDeepStrictEqual(empty(is), empty(should));
    return isSame ? [] : [`${name}: ${JSON.stringify(is)} -> ${JSON.stringify(should)}`];
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

it('the provider starts: it finds the cloud, signs in, and has no resource provider to register', async () => {
  const open = { token: null };
  const cloud = (await t.send('/metadata/endpoints?api-version=2022-09-01', open)).body;
  expect(cloud).toMatchObject({
    name: expect.stringMatching(/^(?!AzureStackCloud$)./),
    resourceManager: t.url,
    microsoftGraphResourceId: expect.stringMatching(/./),
    authentication: {
      loginEndpoint: expect.stringMatching(/[^/]$/),
      identityProvider: expect.stringMatching(/^AAD$/i),
      tenant: expect.stringMatching(/^common$/i),
    },
    suffixes: { storage: expect.stringMatching(/./), keyVaultDns: expect.stringMatching(/./) },
  });
  const secret = await t.token('admin', { grants: ['list-secrets'] });
  const [client] = await t.sql`select id from tokens order by created_at desc, id desc limit 1`;
  const signIn = async (resource: string) => {
    const form = { client_id: String(client?.id), client_secret: secret, grant_type: 'client_credentials' };
    const url = `${cloud.authentication.loginEndpoint}/${TENANT}/oauth2/v2.0/token`;
    const answer = await t.send(url.slice(t.url.length), {
      ...open,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ ...form, scope: `${resource}/.default` }).toString(),
    });
    expect(answer.status, answer.text).toBe(200);
    return answer.body.access_token;
  };
  const [, claims = ''] = (await signIn(cloud.microsoftGraphResourceId)).split('.');
  // With an oid it asks no directory who it is, and without openid in scp it isn't taken for a person.
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    ...{ oid: expect.any(String), aud: expect.any(String) },
    ...{ iat: expect.any(Number), exp: expect.any(Number) },
  });
  expect((await t.send('//metadata/endpoints?api-version=2018-01-01', open)).status).toBeLessThan(500);
  accessToken = await signIn(cloud.resourceManager);
  const [subscription] = /^\/subscriptions\/[^/]+/.exec(BASE) ?? [];
  const { status, body } = await t.send(`${subscription}/providers?api-version=2022-09-01`, {
    headers: { ...EVERY_REQUEST, ...OF_MOST_CHANGES },
    token: accessToken ?? '',
  });
  expect([status, body.nextLink ?? '']).toEqual([200, '']);
  expect(body.value).toContainEqual(
    expect.objectContaining({ namespace: 'Microsoft.ApiManagement', registrationState: 'Registered' }),
  );
});

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
  table.covers('service', 'read');
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
  for (const resource of RESOURCES) await create(resource, last(resource));
  await destroy();
});

it('Terraform has its column in docs/azure-tools.md', () => table.expectOnPage());
