// What the samples of Microsoft's JavaScript SDK don't show: values that come back, keys, mail templates, pages, versions and
// refusals. One table of calls for five versions of the SDK, whose mappers judge every answer.
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientTable } from '../support/clients.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { GROUP, SERVICE, startTestManagement } from '../support/management.ts';
import { ORDERS, ORDERS_TEXT } from '../support/orders-document.ts';
import { type Failure, faultsIn, judgedClient, VERSIONS } from '../support/sdk-versions.ts';
import { startTextServer } from '../support/text-server.ts';

const table = clientTable('JavaScript', {
  'keys of a subscription': 'RU',
  'email template': 'CRUD',
  'limits of a product': 'CRUD',
  'OpenAPI document of an API': 'CRUD',
  'operation of an API': 'CRUD',
});
type Covered = Parameters<typeof table.covers>;

type Case = {
  /** `user.createOrUpdate` */
  call: string;
  /** After the resource group and the service. */
  args: unknown[];
  /** The statuses of all requests that the call makes. */
  status: number | number[];
  /** What the SDK returns or, from `status` 400 on, throws. */
  answer?: object;
  covers?: Covered;
};

const TEMPLATE = 'inviteUserNotificationMessage';
const POLICY = '<policies><inbound><base /><rate-limit calls="5" renewal-period="60" /></inbound></policies>';
const LETTER = '<p>Hello $DevFirstName, <a href="$ConfirmUrl">come in</a>.</p>';
/** What the next case sends as its ETag. */
const LAST_ETAG = Symbol('the last ETag');

const OPERATIONS = ['listOrders', 'placeOrder', 'readOrder', 'delete-orders-id', 'get-reports-daily'];
const CHANGED_BY_IMPORT = { code: 'MethodNotAllowed', message: expect.stringContaining('Import a new one') };

/** An OpenAPI document in each form that an import takes, its export, and its operations. */
function importsFor(id: string): Case[] {
  const given = (format: string, value: string): Partial<Case> => ({
    call: 'api.beginCreateOrUpdateAndWait',
    args: [`${id}-doc`, { path: `${id}-doc`, format, value }],
  });
  const shown = { displayName: 'Orders', path: `${id}-doc` };
  const listed = OPERATIONS.map((name) => expect.objectContaining({ name }));
  const documentCase = (one: Partial<Case>, covered: Covered[1]) =>
    ({ answer: shown, ...one, covers: ['OpenAPI document of an API', covered] }) as Case;
  const operationCase = (method: string, args: unknown[], one: Partial<Case>): Case =>
    ({ call: `apiOperation.${method}`, args: [`${id}-doc`, ...args], status: 200, ...one }) as Case;
  const refused = (method: string, args: unknown[], action: Covered[1]) =>
    operationCase(method, ['readOrder', ...args], {
      ...{ status: 405, answer: CHANGED_BY_IMPORT, covers: ['operation of an API', action, 'refused'] },
    });
  const wrong = JSON.stringify({ ...ORDERS, info: {} });
  return [
    documentCase({ ...given('openapi+json', ORDERS_TEXT), status: 201 }, 'create'),
    operationCase('listByApi', [], { answer: listed, covers: ['operation of an API', 'read'] }),
    operationCase('get', ['readOrder'], { answer: { method: 'GET', urlTemplate: '/orders/{id}' } }),
    refused('createOrUpdate', [{ displayName: 'x', method: 'GET', urlTemplate: '/x' }], 'create'),
    refused('update', ['*', { displayName: 'x' }], 'update'),
    refused('delete', ['*'], 'delete'),
    ...['openapi-link', 'openapi+json-link'].map((format) =>
      documentCase(
        {
          call: 'apiExport.get',
          args: [`${id}-doc`, format, 'true'],
          status: 200,
          answer: {
            exportResultFormat: format,
            value: { link: expect.stringContaining('/api-definitions/') },
          },
        },
        'read',
      ),
    ),
    {
      call: 'apiExport.get',
      args: [`${id}-doc`, 'wadl-link', 'true'],
      status: 400,
      answer: { code: 'ValidationError', message: expect.stringContaining('must be one of openapi') },
    },
    ...[
      ['openapi', stringify(ORDERS)],
      ['openapi-link', `http://${documents.host}/orders.yaml`],
      ['openapi+json-link', `http://${documents.host}/orders.json`],
    ].map(([format = '', value = '']) => documentCase({ ...given(format, value), status: 200 }, 'update')),
    operationCase('listByApi', [], { answer: listed }),
    {
      ...(given('openapi+json', wrong) as Case),
      status: 400,
      answer: { code: 'ValidationError', message: expect.stringContaining('info has no title') },
    },
    documentCase({ ...given('openapi+json', '{"openapi":"3.0.1","paths":{}}'), status: 200 }, 'delete'),
    operationCase('listByApi', [], { answer: { length: 0 } }),
    { call: 'api.delete', args: [`${id}-doc`, '*'], status: 200 },
  ];
}

/** `id` is another one for each version. */
const casesFor = (id: string): Case[] => {
  const person = { email: `${id}@example.com`, firstName: 'Ann', lastName: 'Lee' };
  const scope = { scope: `/products/${id}`, ownerId: `/users/${id}` };
  const more = [1, 2, 3].map((n): Case => {
    const values = { ...person, email: `${id}-${n}@example.com` };
    return { call: 'user.createOrUpdate', args: [`${id}-${n}`, values], status: 201 };
  });
  const filter = `startswith(name, '${id}-')`;
  return [
    {
      call: 'user.createOrUpdate',
      args: [id, { ...person, note: 'Made\n' }, { notify: false }],
      status: 201,
      answer: {
        ...{ ...person, name: id, note: 'Made\n', state: 'active' },
        ...{ type: 'Microsoft.ApiManagement/service/users', registrationDate: expect.any(Date) },
        identities: [{ provider: 'Basic', id: person.email }],
        eTag: expect.stringMatching(/^"/),
      },
    },
    { call: 'user.createOrUpdate', args: [id, person], status: 200, answer: { note: 'Made\n' } },
    {
      call: 'user.createOrUpdate',
      args: [`${id}-no`, { ...person, email: 'none' }],
      status: 400,
      answer: { code: 'ValidationError', message: expect.stringContaining('email') },
    },
    {
      call: 'user.get',
      args: ['nobody'],
      status: 404,
      answer: { name: 'RestError', code: 'ResourceNotFound', message: 'User not found.' },
    },
    {
      call: 'user.update',
      args: [id, '"0"', { note: 'old' }],
      status: 412,
      answer: { code: 'PreconditionFailed' },
    },
    { call: 'user.getEntityTag', args: [id], status: 200, answer: { eTag: expect.stringMatching(/^"/) } },
    {
      call: 'user.update',
      args: [id, LAST_ETAG, { note: 'new' }],
      status: 200,
      answer: { note: 'new', state: 'active' },
    },
    ...more,
    {
      call: 'user.listByService',
      args: [{ filter, top: 1 }],
      status: [200, 200, 200],
      answer: { length: 3 },
    },
    {
      call: 'user.listByService',
      args: [{ filter: 'nonsense' }],
      status: 400,
      answer: { code: 'ValidationError' },
    },
    {
      call: 'groupUser.checkEntityExists',
      args: ['developers', 'nobody'],
      status: 404,
      answer: { body: false },
    },
    { call: 'groupUser.checkEntityExists', args: ['developers', id], status: 204, answer: { body: true } },
    {
      call: 'api.beginCreateOrUpdateAndWait',
      args: [id, { displayName: id, path: id, protocols: ['https'], serviceUrl: 'https://example.com/v1' }],
      status: 201,
      answer: { path: id, protocols: ['https'], serviceUrl: 'https://example.com/v1', isCurrent: true },
    },
    {
      call: 'product.createOrUpdate',
      args: [id, { displayName: id, state: 'published', approvalRequired: false, subscriptionsLimit: 3 }],
      status: 201,
      answer: {
        state: 'published',
        subscriptionRequired: true,
        approvalRequired: false,
        subscriptionsLimit: 3,
      },
    },
    ...[POLICY, POLICY.replace('5', '6')].map(
      (value, at): Case => ({
        call: 'productPolicy.createOrUpdate',
        args: [id, 'policy', { format: 'rawxml', value }],
        status: at === 0 ? 201 : 200,
        answer: { value, name: 'policy' },
        covers: ['limits of a product', at === 0 ? 'create' : 'update'],
      }),
    ),
    {
      call: 'productPolicy.get',
      args: [id, 'policy', { format: 'rawxml' }],
      status: 200,
      answer: { format: 'rawxml', value: POLICY.replace('5', '6') },
      covers: ['limits of a product', 'read'],
    },
    {
      call: 'productPolicy.delete',
      args: [id, 'policy', '*'],
      status: 200,
      covers: ['limits of a product', 'delete'],
    },
    { call: 'productApi.createOrUpdate', args: [id, id], status: 201, answer: { path: id } },
    {
      call: 'subscription.createOrUpdate',
      args: [
        id,
        { displayName: id, state: 'active', primaryKey: `${id}-primary-key-of-this-test`, ...scope },
      ],
      status: 201,
      answer: { state: 'active', createdDate: expect.any(Date) },
    },
    { call: 'product.delete', args: [id, '*'], status: 400, answer: { code: 'ValidationError' } },
    {
      call: 'subscription.listSecrets',
      args: [id],
      status: 200,
      answer: { primaryKey: `${id}-primary-key-of-this-test` },
      covers: ['keys of a subscription', 'read'],
    },
    { call: 'subscription.regeneratePrimaryKey', args: [id], status: 204 },
    {
      call: 'subscription.listSecrets',
      args: [id],
      status: 200,
      answer: { primaryKey: expect.not.stringContaining(id) },
      covers: ['keys of a subscription', 'update'],
    },
    {
      call: 'emailTemplate.createOrUpdate',
      args: [TEMPLATE, { subject: `Welcome ${id}`, body: LETTER }],
      status: 201,
      answer: { subject: `Welcome ${id}`, body: LETTER, isDefault: false },
      covers: ['email template', 'create'],
    },
    {
      call: 'emailTemplate.update',
      args: [TEMPLATE, '*', { subject: 'Hello' }],
      status: 200,
      answer: { subject: 'Hello', body: LETTER },
      covers: ['email template', 'update'],
    },
    {
      call: 'emailTemplate.update',
      args: [TEMPLATE, '*', { body: '<p>#if ($a)</p>' }],
      status: 400,
      answer: { code: 'ValidationError' },
    },
    {
      call: 'emailTemplate.delete',
      args: [TEMPLATE, '*'],
      status: 200,
      covers: ['email template', 'delete'],
    },
    {
      call: 'emailTemplate.get',
      args: [TEMPLATE],
      status: 200,
      answer: { isDefault: true, title: expect.any(String), parameters: expect.any(Array) },
      covers: ['email template', 'read'],
    },
    ...importsFor(id),
    { call: 'product.delete', args: [id, '*', { deleteSubscriptions: true }], status: 200 },
    { call: 'api.delete', args: [id, '*'], status: 200 },
    { call: 'user.delete', args: [id, '*', { deleteSubscriptions: true }], status: 204 },
    { call: 'user.delete', args: [id, '*'], status: 204 },
  ];
};

const documents = forAllTests(() =>
  startTextServer({ '/orders.json': ORDERS_TEXT, '/orders.yaml': stringify(ORDERS) }),
);
const t = forAllTests(() => startTestManagement({ OPENAPI_HOSTS: documents.host }));

async function resultOf(answer: unknown): Promise<unknown> {
  const one = (await answer) as object | undefined;
  if (!one || !(Symbol.asyncIterator in one)) return one;
  const all: unknown[] = [];
  for await (const item of one as AsyncIterable<unknown>) all.push(item);
  return all;
}

describe.each(VERSIONS)('@azure/arm-apimanagement %s', (version, load) => {
  it('reads back what it wrote, pages, and understands every refusal', async () => {
    const token = await t.token('admin', { grants: ['list-secrets'] });
    const { client, exchanges } = judgedClient(load, t, token);
    let etag: string | undefined;
    for (const { call, args, status, answer, covers } of casesFor(`v${version.replaceAll('.', '-')}`)) {
      const [group = '', method = ''] = call.split('.');
      const given = args.map((one) => (one === LAST_ETAG ? etag : one));
      exchanges.length = 0;
      const isRefusal =
        typeof status === 'number' && status >= 400 && !JSON.stringify(answer).includes('"body"');
      const start = async () => resultOf(client[group][method](GROUP, SERVICE, ...given));
      const result = await (isRefusal ? start().catch((failure: Failure) => failure) : start());
      const what = `${call} ${JSON.stringify(args)}`;
      expect(
        exchanges.map((one) => one.status),
        what,
      ).toEqual([status].flat());
      expect(faultsIn(exchanges), what).toEqual([]);
      if (answer) expect(result, what).toMatchObject(answer);
      etag = (result as { eTag?: string } | undefined)?.eTag ?? etag;
      if (covers) table.covers(...covers);
    }
  }, 240_000);
});

it('docs/azure-tools.md has what only these calls do', () => table.expectOnPage());
