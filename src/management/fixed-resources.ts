// Resources of Azure's service that say how this server is set up. Its environment changes them, not a program.
import { DomainError } from '../domain/domain-error.ts';
import type { Context } from '../operations/frame/context.ts';
import { showService } from '../operations/services/show.ts';
import { HttpRefusal } from '../web/refusal.ts';
import { LOCATION, resourceFields } from './address.ts';
import { ManagementError } from './management-error.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  resourceResponse,
} from './route.ts';

/** Demands the right to read the service. A refusal is recorded as one of that. */
export const demandReader = (context: Context): Promise<void> =>
  showService.attempt(context, {}, (attempt) => showService.demand(attempt));

type Values = Record<string, unknown>;
/** `version` makes the ETag. */
type Fixed = { version: number; properties: Values };
type FixedResources = (context: Context) => Readonly<Record<string, Fixed>>;

/** By Azure's words for them. */
const portalSettings: FixedResources = ({ policy: { signUp } }) => ({
  signin: { version: 1, properties: { enabled: true } },
  signup: {
    version: { off: 1, approval: 2, open: 3 }[signUp],
    properties: {
      enabled: signUp !== 'off',
      termsOfService: { enabled: false, text: '', consentRequired: false },
    },
  },
  delegation: {
    version: 1,
    properties: { subscriptions: { enabled: false }, userRegistration: { enabled: false } },
  },
});

const tenantAccess: FixedResources = () => ({
  access: { version: 1, properties: { id: 'access', enabled: false } },
  gitAccess: { version: 1, properties: { id: 'gitAccess', enabled: false } },
});

const tenantSettings: FixedResources = () => ({ public: { version: 1, properties: { settings: {} } } });

export const TENANT_ACCESS_IS_OFF =
  'Tenant access is off. Programs use a token of `npm run token`, or of the OIDC issuer.';

export const FIXED_ROUTES: Route[] = [
  ...readRoutes('Region_ListByService', 'regions', listRegions),
  ...readRoutes('NetworkStatus_ListByService', 'networkstatus', async ({ context }) => {
    await demandReader(context);
    return { status: 200, body: [{ location: LOCATION, networkStatus: NETWORK_STATUS }] };
  }),
  ...readRoutes('NetworkStatus_ListByLocation', 'locations/{locationName}/networkstatus', showNetworkStatus),
  ...readRoutes('PortalSettings_ListByService', 'portalsettings', (request) =>
    list(request, 'portalsettings', portalSettings),
  ),
  ...portalSetting('signin', 'SignInSettings', 'The portal always asks visitors to sign in.'),
  ...portalSetting('signup', 'SignUpSettings', 'The setting SIGN_UP says whether developers can sign up.'),
  ...portalSetting(
    'delegation',
    'DelegationSettings',
    'Nothing is delegated: the portal of this server signs developers up and in.',
  ),
  ...readRoutes('TenantAccess_ListByService', 'tenant', (request) => list(request, 'tenant', tenantAccess)),
  ...fixed(
    'tenant/{name}',
    ['TenantAccess_Get', 'TenantAccess_GetEntityTag'],
    TENANT_ACCESS_IS_OFF,
    (request) => show(request, ['tenant', request.params.name ?? ''], tenantAccess),
  ),
  ...changeRoutes('tenant/access/listSecrets', {
    POST: ['TenantAccess_ListSecrets', showService, refuseTenantKeys],
  }),
  ...readRoutes('TenantSettings_ListByService', 'settings', (request) =>
    list(request, 'settings', tenantSettings),
  ),
  ...readRoutes('TenantSettings_Get', 'settings/{name}', (request) =>
    show(request, ['settings', request.params.name ?? ''], tenantSettings),
  ),
];

function portalSetting(name: string, azureName: string, changedBy: string): Route[] {
  const operations = [`${azureName}_Get`, `${azureName}_GetEntityTag`] as const;
  return fixed(`portalsettings/${name}`, operations, changedBy, (request) =>
    show(request, ['portalsettings', name], portalSettings),
  );
}

/** `changedBy` answers a client that tries to change it. */
function fixed(
  path: string,
  [get, head]: readonly [string, string],
  changedBy: string,
  run: Route['run'],
): Route[] {
  return readRoutes(get, path, run, head).map((route) => ({ ...route, changedBy }) as Route);
}

async function list(
  { context, address }: ManagementRequest,
  kind: string,
  resources: FixedResources,
): Promise<ManagementResponse> {
  await demandReader(context);
  const value = Object.entries(resources(context)).map(([name, { properties }]) => ({
    ...resourceFields(address, kind, name),
    properties,
  }));
  return { status: 200, body: { value, count: value.length } };
}

async function show(
  { context, address }: ManagementRequest,
  [kind, wanted]: readonly [kind: string, name: string],
  resources: FixedResources,
): Promise<ManagementResponse> {
  await demandReader(context);
  const found = Object.entries(resources(context)).find(
    ([name]) => name.toLowerCase() === wanted.toLowerCase(),
  );
  if (!found) throw new HttpRefusal('not_found');
  const [name, resource] = found;
  return resourceResponse(
    { ...resourceFields(address, kind, name), properties: resource.properties },
    resource,
  );
}

async function listRegions({ context }: ManagementRequest): Promise<ManagementResponse> {
  await demandReader(context);
  return {
    status: 200,
    body: { value: [{ name: LOCATION, isMasterRegion: true, isDeleted: false }], count: 1 },
  };
}

/** This server depends on no resource of Azure. */
const NETWORK_STATUS = { dnsServers: [], connectivityStatus: [] };

async function showNetworkStatus({ context, params }: ManagementRequest): Promise<ManagementResponse> {
  await demandReader(context);
  if (params.locationName?.toLowerCase() !== LOCATION) throw new HttpRefusal('not_found');
  return { status: 200, body: NETWORK_STATUS };
}

/** Errors: 403, as Azure answers a program without that right. azurerm goes on after it, and after no other. */
async function refuseTenantKeys({ context }: ManagementRequest): Promise<never> {
  await demandReader(context);
  throw new ManagementError(403, 'AuthorizationFailed', TENANT_ACCESS_IS_OFF, {
    cause: new DomainError('not_permitted'),
  });
}
