// Microsoft's JavaScript SDK in five versions: each runs the samples of its own package against this server, unchanged, and
// its mappers judge every answer.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientTable, MANAGED } from '../support/clients.ts';
import { startTestManagement, type TestManagement } from '../support/management.ts';
import { type Exchange, judge } from '../support/sdk-judge.ts';
import { type Sample, samplesOf } from '../support/sdk-samples.ts';
import { type Failure, faultsIn, judgedClient, SUBSCRIPTION, VERSIONS } from '../support/sdk-versions.ts';

const require = createRequire(import.meta.url);

/** What each group of operations is about. The groups that aren't here are collections that only Azure has. */
const RESOURCES = {
  apiManagementService: 'service',
  user: 'user',
  userConfirmationPassword: 'user',
  userIdentities: 'user',
  userGroup: 'member of a group',
  userSubscription: 'subscription',
  group: 'group',
  groupUser: 'member of a group',
  product: 'product',
  productApi: 'API of a product',
  productGroup: 'group of a product',
  productSubscriptions: 'subscription',
  api: 'API',
  apiRevision: 'API',
  apiProduct: 'API of a product',
  subscription: 'subscription',
  emailTemplate: 'email template',
  notification: 'notification',
  notificationRecipientUser: 'recipient of a notification',
  notificationRecipientEmail: 'recipient of a notification',
  signInSettings: 'portal setting',
  signUpSettings: 'portal setting',
  delegationSettings: 'portal setting',
  portalSettings: 'portal setting',
  reports: 'report',
} as const;
type Group = keyof typeof RESOURCES;
type Resource = (typeof RESOURCES)[Group] | 'other collections';
/** What a program can read here, and only the server's settings can change. */
const FIXED: readonly Resource[] = ['service', 'portal setting', 'other collections'];
const ACTIONS: readonly [RegExp, 'create' | 'read' | 'update' | 'delete'][] = [
  [/^(get|getEntityTag|checkEntityExists|list.*)$/, 'read'],
  [/^(create|createOrUpdate|beginCreateOrUpdateAndWait|assign\w+)$/, 'create'],
  [/^(update|beginUpdateAndWait)$/, 'update'],
  [/^(delete|beginDeleteAndWait|detach\w+)$/, 'delete'],
];

/** Samples that are refused, and a part of the sentence that the program reads. */
const REFUSED: readonly [name: RegExp, status: number, words: string][] = [
  [/^apiManagementUserToken$/, 405, "Shared access tokens aren't supported"],
  [/^apiManagementCreateGroupExternal$/, 400, 'external groups are not supported'],
  [/^apiManagementCreateApi(Clone|NewVersion)/, 400, "sourceApiId can't be copied"],
  [/^apiManagementCreateApiRevision/, 400, 'each API has one revision here'],
  // Their documents are on the internet, which a test doesn't reach.
  [/^apiManagementCreateApiUsing(Import|Oai|Swagger)\w+/, 400, "the link can't be reached"],
  [/^apiManagementCreateApiUsingWadlImport/, 400, "format can't be imported"],
  [/^apiManagementCreateSoap\w+Using\w+/, 400, 'Import OpenAPI 3.0 or 3.1 instead'],
  [/^apiManagementCreateProductPolicy$/, 400, 'no named value and no expression'],
  [/^apiManagementGetApiRevisionContract$/, 404, 'Each API has one revision here'],
  [/^apiManagementListSecretsTenantAccess$/, 403, 'Tenant access is off'],
  // The built-in administrator has no subscriptions.
  [/^apiManagementGetUserSubscription$/, 404, 'not found.'],
  // Azure's mail about an issue that a developer reported; there are none here.
  [/^apiManagement(Create|Update|Delete|Get)Template$/, 404, 'Template not found.'],
  [/^apiManagementHeadEmailTemplate$/, 404, ''],
];

const table = clientTable('JavaScript', {
  service: 'CRUD',
  ...MANAGED,
  notification: 'CR',
  'recipient of a notification': 'CRD',
  'portal setting': 'RU',
  report: 'R',
  'other collections': 'CRUD',
});

let t: TestManagement;
beforeAll(async () => {
  // As the samples call it.
  t = await startTestManagement({ SERVICE_NAME: 'apimService1' });
});
afterAll(() => t?.close());

const BASE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/apimService1`;

/** What the ids in a sample name is there before it runs. */
const FIXTURES: Record<string, (id: string) => object> = {
  users: (id) => ({ email: `${id}@example.com`, firstName: 'foo', lastName: 'bar', note: 'A note' }),
  groups: (id) => ({ displayName: `Group ${Buffer.from(id).toString('hex')}`, description: 'A group' }),
  products: (id) => ({ displayName: `Product ${id}`, state: 'published' }),
  apis: (id) => ({ displayName: `API ${id}`, path: `path-${id}` }),
  subscriptions: (id) => ({ displayName: id, scope: '/products/fixture', ownerId: '/users/fixture' }),
};
const ID_OF: Record<string, string> = {
  users: 'userId',
  groups: 'groupId',
  products: 'productId',
  apis: 'apiId',
  subscriptions: 'sid',
};
/** The path of what a sample makes, changes or reads. */
const PATHS: Partial<Record<string, string>> = {
  'groupUser.list': 'groups/{groupId}/users/fixture',
  user: 'users/{userId}',
  group: 'groups/{groupId}',
  groupUser: 'groups/{groupId}/users/{userId}',
  product: 'products/{productId}',
  productApi: 'products/{productId}/apis/{apiId}',
  productGroup: 'products/{productId}/groups/{groupId}',
  api: 'apis/{apiId}',
  subscription: 'subscriptions/{sid}',
};

async function send(method: string, path: string, token: string, properties?: object): Promise<void> {
  const query = 'api-version=2024-05-01&deleteSubscriptions=true';
  const body = properties ? { body: { properties } } : {};
  const headers = { 'if-match': '*' };
  const { status, text } = await t.send(`${BASE}/${path}?${query}`, {
    method,
    token,
    ...body,
    ...(method === 'DELETE' ? { headers } : {}),
  });
  expect(status, `${method} ${path}: ${text}`).toBeLessThan(300);
}

const methodOf = ({ operation }: { operation: string }) => operation.replace(/^.*\./, '');
const constantOf = (source: string, name: string) =>
  new RegExp(`const ${name} = "([^";]+)`).exec(source)?.[1];

/** Makes what the sample finds in Azure, and takes away what it is going to make. */
async function prepare(sample: Sample, token: string, ready: Set<string>): Promise<void> {
  const { source } = sample;
  const named = [...source.matchAll(/\/(users|groups|products|apis)\/([^"/;]+)/g)].map(
    ([, kind = '', id = '']) => [kind, id],
  );
  const constants = Object.entries(ID_OF).map(([kind, name]) => [kind, constantOf(source, name)]);
  const isRead = actionOf(sample) === 'read';
  for (const [kind = '', id] of [...named, ...constants]) {
    const path = `${kind}/${id}`;
    if (!id || id === '1' || (isRead && ready.has(path))) continue;
    await send('PUT', path, token, FIXTURES[kind]?.(id));
    if (isRead) ready.add(path);
    else ready.delete(path);
  }
  const path = pathOf(sample);
  if (path && actionOf(sample) === 'create') await send('DELETE', path, token);
  else if (path.split('/').length > 2) await send('PUT', path, token);
}

/** Of what the sample makes, changes or reads, or an empty text. */
function pathOf({ source, operation }: Sample): string {
  const pattern = PATHS[operation] ?? PATHS[operation.replace(/\..*/, '')] ?? '';
  const path = pattern.replace(/\{(\w+)\}/g, (_, name) => constantOf(source, name) ?? '');
  return /\/(\/|$)/.test(path) ? '' : path;
}

const resourceOf = ({ operation }: Sample): Resource =>
  RESOURCES[operation.replace(/\..*/, '') as Group] ?? 'other collections';
const actionOf = (sample: Sample) => ACTIONS.find(([methods]) => methods.test(methodOf(sample)))?.[1];

/** Null for an answer that the program should not have got. */
function verdict(sample: Sample, error: Failure | null, exchanges: Exchange[]): 'yes' | 'refused' | null {
  const [, status, words = ''] = REFUSED.find(([name]) => name.test(sample.name)) ?? [];
  if (status) return error?.statusCode === status && error.message.includes(words) ? 'refused' : null;
  if (!error) return 'yes';
  if (!FIXED.includes(resourceOf(sample))) return null;
  const isHead = exchanges[0]?.method === 'HEAD';
  const isClear =
    /^(404 ResourceNotFound|405 MethodNotAllowed)$/.test(`${error.statusCode} ${error.code}`) &&
    error.message.endsWith('.');
  return isClear || (isHead && error.statusCode === 404) ? 'refused' : null;
}

/** `a.b[]: string` for each leaf. For a list: the leaves that all its items have. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    const shapes = value.map((item) => shapeOf(item, `${path}[]`));
    const [first = [], ...rest] = shapes;
    return first.filter((line) => rest.every((shape) => shape.includes(line)));
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => shapeOf(one, path ? `${path}.${key}` : key));
  return [`${path}: ${value === null ? 'null' : typeof value}`];
}

/**
 * What the answer lacks that Azure's own has, as it is published beside the sample for api-version 2024-05-01
 * (github.com/Azure/azure-rest-api-specs, specification/apimanagement, MIT). An absent description isn't given, nor is
 * `externalId`, of a group of a directory.
 */
function lackedBy(sample: Sample, exchanges: Exchange[]): string[] {
  const file = new URL(`./azure-examples/A${sample.name.slice(1)}.json`, import.meta.url);
  const answer = exchanges.at(-1);
  if (!answer || !existsSync(file)) return [];
  const published = JSON.parse(readFileSync(file, 'utf8')).responses[answer.status];
  if (!published) return [`status ${answer.status}`];
  const ours = shapeOf(answer.body);
  return shapeOf(published.body).filter(
    (line) => !ours.includes(line) && !/properties\.(description|externalId)\b/.test(line),
  );
}

describe.each(VERSIONS)('@azure/arm-apimanagement %s', (version, load, samplesIn) => {
  it('runs its samples, and its mappers know every answer', async () => {
    const token = await t.token('admin', { grants: ['list-secrets', 'sso'] });
    const { client, exchanges } = judgedClient(load, t, token);
    // One version asks for everything that only Azure has.
    const samples = samplesOf(samplesIn).filter(
      (sample) => version === '10.0.0' || resourceOf(sample) !== 'other collections',
    );
    for (const kind of ['users', 'products'])
      await send('PUT', `${kind}/fixture`, token, FIXTURES[kind]?.('fixture'));
    const wrong: unknown[] = [];
    const ready = new Set<string>();
    for (const sample of samples) {
      const attempt = async () => {
        await prepare(sample, token, ready);
        exchanges.length = 0;
        await sample.run(client);
      };
      const error: Failure | null = await attempt().then(
        () => null,
        (failure) => failure,
      );
      // Its email and names are free again for the next.
      const made = actionOf(sample) === 'create' && pathOf(sample);
      if (made) await send('DELETE', made, token);
      // Version 10 pages lists that the samples of 9.2 await, which sends nothing.
      if (version === '10.0.0' && exchanges.length === 0 && !error) continue;
      const result = exchanges.length > 0 && verdict(sample, error, exchanges);
      const faults = faultsIn(exchanges);
      if (result === 'yes') faults.push(...lackedBy(sample, exchanges).map((lack) => `Azure's has ${lack}`));
      if (!result || faults.length > 0)
        wrong.push([sample.name, exchanges.map((one) => one.status), error?.message, faults]);
      else cover(sample, result);
    }
    expect(wrong).toEqual([]);
    expect(samples.length).toBeGreaterThan(version === '10.0.0' ? 350 : 100);
  }, 240_000);
});

function cover(sample: Sample, result: 'yes' | 'refused') {
  const resource = resourceOf(sample);
  const action = actionOf(sample);
  if (!action || resource === 'email template') return;
  // A setting is always there.
  const isChange = resource === 'portal setting' && action === 'create';
  table.covers(resource, isChange ? 'update' : action, result);
}

it('the judge sees a missing property, a wrong type, an unknown word and an unknown property', async () => {
  const answer = { properties: { builtIn: 'yes', type: 'Custom', members: 3 }, value: [{}] };
  const { ApiManagementClient } = require('arm-9-2');
  const credential = { getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const client = new ApiManagementClient(credential, SUBSCRIPTION, {
    endpoint: 'https://localhost',
    httpClient: {
      sendRequest: async (request: { headers: object }) => ({
        request,
        status: 200,
        headers: request.headers,
        bodyAsText: JSON.stringify(answer),
      }),
    },
  });
  const exchanges = judge(client);
  await client.group.get('rg1', 'any', 'id');
  await client.apiManagementService.get('rg1', 'any');
  expect(exchanges[0]?.faults).toEqual([
    '$.properties.builtIn should be true or false: "yes"',
    '$.properties.type should be one of custom,system,external: "Custom"',
    '$.properties.members is unknown to the SDK: 3',
    '$.value is unknown to the SDK: [{}]',
    'no ETag',
  ]);
  expect(exchanges[1]?.faults).toContain('$.location should be there: undefined');
});

it('docs/azure-tools.md has the column of JavaScript', () => table.expectOnPage());
