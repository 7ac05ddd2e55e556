// What Azure Resource Manager says around a service: subscriptions, groups, providers. Any may be asked for.
import { showService } from '../operations/services/show.ts';
import { LOCATION, TENANT_ID } from './address.ts';
import { demandReader } from './fixed-resources.ts';
import { type ManagementRequest, type ManagementResponse, type Route, readRoutes } from './route.ts';
import { viewServiceAt } from './service.ts';

const PROVIDER = 'Microsoft.ApiManagement';
const SUBSCRIPTION = 'subscriptions/{subscriptionId}';
const GROUP = `${SUBSCRIPTION}/resourceGroups/{resourceGroupName}`;
/** Resource Manager's own versions are older than those of the service. */
const OLDEST_VERSION = '2014-04-01';
const SERVICE_VERSIONS = ['2024-05-01', '2023-05-01-preview', '2022-08-01', '2021-08-01'];

const ofResourceManager = (routes: readonly Route[]): Route[] =>
  routes.map((route) => ({ ...route, oldestVersion: OLDEST_VERSION }));

/** From the root of the server. */
export const RESOURCE_MANAGER_ROUTES: readonly Route[] = [
  ...ofResourceManager([
    ...readRoutes('Tenants_List', 'tenants', listOf(viewTenant)),
    ...readRoutes('Subscriptions_List', 'subscriptions', listOf(viewSubscription)),
    ...readRoutes('Subscriptions_Get', SUBSCRIPTION, oneOf(viewSubscription)),
    ...readRoutes('Providers_List', `${SUBSCRIPTION}/providers`, listOf(viewProvider)),
    ...readRoutes('Providers_Get', `${SUBSCRIPTION}/providers/${PROVIDER}`, oneOf(viewProvider)),
    ...readRoutes('ResourceGroups_List', `${SUBSCRIPTION}/resourceGroups`, listOf(viewGroup)),
    ...readRoutes('ResourceGroups_Get', GROUP, oneOf(viewGroup)),
    { method: 'HEAD', operation: 'ResourceGroups_CheckExistence', path: GROUP, run: checkGroup },
  ]),
  ...readRoutes('ApiManagementService_List', `${SUBSCRIPTION}/providers/${PROVIDER}/service`, listServices),
  ...readRoutes(
    'ApiManagementService_ListByResourceGroup',
    `${GROUP}/providers/${PROVIDER}/service`,
    listServices,
  ),
];

type View = (at: { subscription: string; group: string }) => unknown;

/** The subscription and group that a path names; those of the settings where it names none. */
function placeIn({ params, place }: ManagementRequest) {
  const { subscriptionId = place.subscriptionId, resourceGroupName = place.resourceGroup } = params;
  return { subscription: subscriptionId, group: resourceGroupName };
}

function oneOf(view: View): Route['run'] {
  return async (request) => {
    await demandReader(request.context);
    return { status: 200, body: view(placeIn(request)) };
  };
}

function listOf(view: View): Route['run'] {
  return oneOf((at) => ({ value: [view(at)] }));
}

function viewTenant() {
  return {
    id: `/tenants/${TENANT_ID}`,
    tenantId: TENANT_ID,
    tenantCategory: 'Home',
    displayName: 'apim-user',
  };
}

function viewSubscription({ subscription }: Parameters<View>[0]) {
  return {
    id: `/subscriptions/${subscription}`,
    subscriptionId: subscription,
    displayName: 'apim-user',
    state: 'Enabled',
    tenantId: TENANT_ID,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
  };
}

function viewProvider({ subscription }: Parameters<View>[0]) {
  return {
    id: `/subscriptions/${subscription}/providers/${PROVIDER}`,
    namespace: PROVIDER,
    registrationPolicy: 'RegistrationRequired',
    registrationState: 'Registered',
    resourceTypes: [{ resourceType: 'service', locations: [LOCATION], apiVersions: SERVICE_VERSIONS }],
  };
}

function viewGroup({ subscription, group }: Parameters<View>[0]) {
  return {
    id: `/subscriptions/${subscription}/resourceGroups/${group}`,
    name: group,
    type: 'Microsoft.Resources/resourceGroups',
    location: LOCATION,
    properties: { provisioningState: 'Succeeded' },
  };
}

async function checkGroup({ context }: ManagementRequest): Promise<ManagementResponse> {
  await demandReader(context);
  return { status: 204 };
}

async function listServices(request: ManagementRequest): Promise<ManagementResponse> {
  const { subscription, group } = placeIn(request);
  const service = await showService(request.context, {});
  return { status: 200, body: { value: [viewServiceAt(service, subscription, group)] } };
}
