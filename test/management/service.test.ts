// The service itself, and what Azure Resource Manager has around it.
import { describe, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const t = forAllTests(() =>
  startTestManagement({
    ORGANIZATION_NAME: 'Contoso',
    SUPPORT_EMAIL: 'apis@contoso.example',
    GATEWAY_URL: 'https://api.contoso.example',
    MANAGEMENT_SUBSCRIPTION_ID: OURS,
    MANAGEMENT_RESOURCE_GROUP: 'rg-apis',
  }),
);
const OURS = '5a1b0f3e-6a0c-4b0e-9a52-0c7a4d6f2b11';

const PROVIDER = 'providers/Microsoft.ApiManagement';
const get = (path: string, asked = {}) => t.send(path, asked);

describe('the service', () => {
  it('is what the SDK reads, alone and in both lists', async () => {
    const client = t.client();
    const service = await client.apiManagementService.get(GROUP, SERVICE);
    expect(service).toMatchObject({
      id: BASE,
      name: SERVICE,
      type: 'Microsoft.ApiManagement/service',
      location: 'local',
      sku: { name: 'BasicV2', capacity: 1 },
      publisherName: 'Contoso',
      publisherEmail: 'apis@contoso.example',
      provisioningState: 'Succeeded',
      gatewayUrl: 'https://api.contoso.example',
      developerPortalUrl: `${t.url}/portal`,
      managementApiUrl: t.url,
    });
    for await (const one of client.apiManagementService.listByResourceGroup('other-group'))
      expect(one.id).toBe(BASE.replace(`/${GROUP}/`, '/other-group/'));
    for await (const one of client.apiManagementService.list())
      expect(one.id).toBe(BASE.replace(`/${GROUP}/`, '/rg-apis/'));
  });

  it('answers HEAD, and any case of the words in its address', async () => {
    const path = BASE.toUpperCase().replace('/DEFAULT', '/default');
    const asked = await get(`${path}?api-version=2021-08-01`, { method: 'HEAD' });
    expect([asked.status, asked.text]).toEqual([200, '']);
    expect((await get(`${path}?api-version=2021-08-01`)).body.sku.name).toBe('BasicV2');
  });

  it.each([
    ['PUT', '', 405],
    ['PATCH', '', 405],
    ['DELETE', '', 405],
    ['POST', '/getSSOToken', 405],
    ['POST', '/backup', 405],
    ['POST', '/tenant/access/listSecrets', 403],
  ] as const)('refuses %s %s with a sentence, and writes nothing', async (method, path, status) => {
    const body = method === 'DELETE' ? {} : { body: { properties: {} } };
    const answer = await get(`${BASE}${path}?api-version=2024-05-01`, { method, ...body });
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(/^[A-Z].{20,}\.$/);
    const rows = await t.sql`select operation from audit where outcome = 'refused'
      and request_id = ${String(answer.headers['x-ms-request-id'])}`;
    expect(rows).toEqual(status === 403 ? [{ operation: 'services/show' }] : []);
    expect((await get(`${BASE}?api-version=2024-05-01`)).status).toBe(200);
  });
});

describe('Azure Resource Manager', () => {
  it('lists the subscription of the settings, and accepts any other', async () => {
    const { body } = await get('/subscriptions?api-version=2019-11-01');
    expect(body.value).toMatchObject([
      { id: `/subscriptions/${OURS}`, subscriptionId: OURS, state: 'Enabled', tenantId: expect.any(String) },
    ]);
    const other = await get('/Subscriptions/abc?api-version=2022-12-01');
    expect(other.body.id).toBe('/subscriptions/abc');
    const { body: tenants } = await get('/Tenants?api-version=2022-12-01');
    expect(tenants.value[0].tenantId).toBe(body.value[0].tenantId);
  });

  it('has the provider, registered, and any resource group', async () => {
    const { body } = await get('/subscriptions/s/providers?api-version=2022-09-01');
    expect(body.value).toMatchObject([
      { namespace: 'Microsoft.ApiManagement', registrationState: 'Registered' },
    ]);
    expect((await get(`/subscriptions/s/${PROVIDER}?api-version=2022-09-01`)).body).toEqual(body.value[0]);
    const group = await get('/subscriptions/s/resourcegroups/rg9?api-version=2021-04-01');
    expect(group.body).toMatchObject({ id: '/subscriptions/s/resourceGroups/rg9', name: 'rg9' });
    const checked = await get('/subscriptions/s/resourcegroups/rg9?api-version=2021-04-01', {
      method: 'HEAD',
    });
    expect(checked.status).toBe(204);
  });

  it.each([
    ['/subscriptions?api-version=2019-11-01', { token: null }, 401],
    ['/tenants?api-version=2019-11-01', { token: 'apimtok_x' }, 401],
    ['/subscriptions', {}, 400],
    // Only Resource Manager's own paths take its older versions.
    [`/subscriptions/s/${PROVIDER}/service?api-version=2020-12-01`, {}, 400],
    [`${BASE}?api-version=2019-11-01`, {}, 400],
    ['/subscriptions/s!/resourcegroups/rg9?api-version=2021-04-01', {}, 404],
    ['/subscriptions/s/resourcegroups/rg9!?api-version=2021-04-01', {}, 404],
    ['/subscriptions/s/providers/Microsoft.Web?api-version=2021-04-01', {}, 404],
    ['/subscriptions/s/resourcegroups/rg9?api-version=2021-04-01', { method: 'PUT', body: {} }, 405],
    ['/tenants/x?api-version=2021-04-01', {}, 404],
    ['/subscriptions//s?api-version=2021-04-01', {}, 400],
    ['/tenants/../metrics?api-version=2021-04-01', {}, 400],
  ])('T80: answers %s %j with %d in Azure’s form', async (path, asked, status) => {
    const answer = await get(path, asked);
    expect([answer.status, typeof answer.body.error.code]).toEqual([status, 'string']);
  });

  it('refuses a token whose owner has no role any more', async () => {
    const token = await t.token('approver', { userId: t.slack.ids.approver });
    expect((await get('/subscriptions?api-version=2019-11-01', { token })).status).toBe(200);
    await t.sql`update operators set role = null where slack_user_id = ${t.slack.ids.approver}`;
    expect((await get('/subscriptions?api-version=2019-11-01', { token })).status).toBe(403);
    await t.sql`update operators set role = 'approver' where slack_user_id = ${t.slack.ids.approver}`;
  });
});

it('gives no access token unless the settings say so, and says what to do', async () => {
  const { status, body } = await get('/adfs/oauth2/token', {
    method: 'POST',
    body: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    token: null,
  });
  expect([status, body.error]).toEqual([400, 'unauthorized_client']);
  expect(body.error_description).toContain('MANAGEMENT_CLIENT_CREDENTIALS=on');
});
