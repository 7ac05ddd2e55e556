// The operations of an API, as its OpenAPI document has them. They are read here; a new document changes them.
import type { EndpointDetail } from '../domain/api-document.ts';
import { listEndpoints } from '../operations/apis/list-endpoints.ts';
import { resourceFields } from './address.ts';
import { apiNameOf } from './api-revision.ts';
import { demandApi } from './apis.ts';
import { ManagementError } from './management-error.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { type ManagementRequest, type ManagementResponse, type Route, readRoutes } from './route.ts';

const CHANGED_BY =
  'The operations of an API are those of its OpenAPI document. Import a new one: PUT apis/{apiId} with format and value.';

export const API_OPERATION_ROUTES: Route[] = [
  ...readRoutes('ApiOperation_ListByApi', 'apis/{apiId}/operations', listOperations),
  ...readRoutes(
    'ApiOperation_Get',
    'apis/{apiId}/operations/{operationId}',
    showOperation,
    'ApiOperation_GetEntityTag',
  ),
].map((route) => ({ ...route, changedBy: CHANGED_BY }) as Route);

type Listed = Awaited<ReturnType<typeof listEndpoints>>['endpoints'][number];

async function listOperations(request: ManagementRequest): Promise<ManagementResponse> {
  const api = await demandApi(request);
  const wanted = { ...pageOf(request, {}), ...cursorOf<number>(request) };
  const { endpoints, ...page } = await listEndpoints(request.context, { ...wanted, apiId: api.id });
  return listResponse(
    request,
    endpoints.map((endpoint) => viewOperation(request, endpoint)),
    page,
  );
}

async function showOperation(request: ManagementRequest): Promise<ManagementResponse> {
  const api = await demandApi(request);
  const { operationId = '' } = request.params;
  const wanted = { apiId: api.id, endpointId: operationId.slice(0, 80) };
  const [endpoint] = (await listEndpoints(request.context, wanted)).endpoints;
  if (!endpoint) throw new ManagementError(404, 'ResourceNotFound', 'Operation not found.');
  return { status: 200, body: viewOperation(request, endpoint), version: api.version };
}

/** Source: Azure, OperationContractProperties. */
function viewOperation({ address }: ManagementRequest, endpoint: Listed) {
  const { id, apiId, method, path, summary } = endpoint;
  const detail: EndpointDetail | null = 'detail' in endpoint ? (endpoint.detail as EndpointDetail) : null;
  const names = [...path.matchAll(/\{([^{}]{1,100})\}/g)].map(([, name]) => name ?? '');
  const parameters = detail?.parameters ?? [];
  return {
    ...resourceFields(address, 'apis', apiNameOf(apiId), 'operations', id),
    properties: {
      displayName: summary || `${method} ${path}`,
      method,
      urlTemplate: path,
      templateParameters: names.map((name) => ({
        name,
        type: parameters.find((one) => one.in === 'path' && one.name === name)?.type ?? 'string',
        required: true,
        values: [],
      })),
      description: detail ? detail.description : null,
      policies: null,
      responses: (detail?.responses ?? [])
        .filter(({ status }) => /^\d{3}$/.test(status))
        .map(({ status, text }) => ({
          statusCode: Number(status),
          description: text,
          representations: [],
          headers: [],
        })),
    },
  };
}
