// The service itself, as Azure lists and shows it.
import { showService } from '../operations/services/show.ts';
import { LOCATION, serviceId } from './address.ts';
import { type ManagementRequest, type ManagementResponse, type Route, readRoutes } from './route.ts';

/** Below a service, whose own path is empty. */
export const SERVICE_ROUTES: Route[] = [
  ...readRoutes('ApiManagementService_Get', '', getService, 'ApiManagementService_Get').map((route) => ({
    ...route,
    changedBy: "The service can be read here, not changed: its server's settings say what it is.",
  })),
];

export type ServiceView = Awaited<ReturnType<typeof showService>>;

async function getService(request: ManagementRequest): Promise<ManagementResponse> {
  const service = await showService(request.context, {});
  const { base } = request.address;
  return { status: 200, body: viewService({ ...service, id: base, name: request.address.service }) };
}

/** The service of a subscription and a group, under the name that SERVICE_NAME gives it. */
export const viewServiceAt = (service: ServiceView, subscription: string, group: string) =>
  viewService({ ...service, id: serviceId(subscription, group, service.name) });

function viewService({
  id,
  name,
  createdAt,
  publisher,
  gatewayUrl,
  publicUrl,
}: ServiceView & { id: string }) {
  return {
    id,
    name,
    type: 'Microsoft.ApiManagement/service',
    location: LOCATION,
    tags: {},
    // azurerm asks every other tier for the keys of the direct management API, which there are none of here.
    sku: { name: 'BasicV2', capacity: 1 },
    etag: Buffer.from(createdAt.toISOString()).toString('base64'),
    properties: {
      publisherName: publisher.name,
      publisherEmail: publisher.email,
      notificationSenderEmail: publisher.email,
      provisioningState: 'Succeeded',
      targetProvisioningState: '',
      createdAtUtc: createdAt.toISOString(),
      gatewayUrl,
      gatewayRegionalUrl: gatewayUrl,
      portalUrl: `${publicUrl}/portal`,
      developerPortalUrl: `${publicUrl}/portal`,
      managementApiUrl: publicUrl,
      scmUrl: null,
      hostnameConfigurations: [],
      publicIPAddresses: null,
      privateIPAddresses: null,
      additionalLocations: null,
      certificates: null,
      customProperties: {},
      virtualNetworkType: 'None',
      publicNetworkAccess: 'Enabled',
      enableClientCertificate: false,
      disableGateway: false,
      apiVersionConstraint: { minApiVersion: null },
      platformVersion: 'undetermined',
      developerPortalStatus: 'Enabled',
      legacyPortalStatus: 'Disabled',
    },
  };
}
