// APIs: their names, and the paths where a gateway serves them.
import { parseApiPath } from '../domain/api-path.ts';
import { DomainError } from '../domain/domain-error.ts';
import { createApi } from '../operations/apis/create.ts';
import { deleteApi } from '../operations/apis/delete.ts';
import { editApi } from '../operations/apis/edit.ts';
import { listApis } from '../operations/apis/list.ts';
import { API_FILTER, type Api, viewApi, viewRevision } from './api-shape.ts';
import { demandProperties, ignored, label, readProperties, text } from './body.ts';
import { readIfMatch } from './if-match.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { hasValues, putResource } from './put.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  resourceResponse,
  withAzureNames,
} from './route.ts';

const API = 'apis/{apiId}';

export const API_ROUTES: Route[] = withAzureNames({ id: 'apiId', name: 'displayName' }, [
  ...readRoutes('Api_ListByService', 'apis', listApisOfService),
  ...readRoutes('Api_Get', API, (request) => getApi(request), 'Api_GetEntityTag'),
  ...changeRoutes(API, {
    PUT: ['Api_CreateOrUpdate', createApi, putApi],
    PATCH: ['Api_Update', editApi, patchApi],
    DELETE: ['Api_Delete', deleteApi, removeApi],
  }),
  ...readRoutes('ApiRevision_ListByService', `${API}/revisions`, listRevisions),
]);

/** Properties about the gateway itself may be sent and are ignored. */
const PROPERTIES = {
  displayName: label,
  path: text,
  protocols: ignored,
  serviceUrl: ignored,
  description: ignored,
  type: ignored,
  apiType: ignored,
  apiRevision: ignored,
  isCurrent: ignored,
  isOnline: ignored,
  subscriptionRequired: ignored,
  subscriptionKeyParameterNames: ignored,
  authenticationSettings: ignored,
};

async function listApisOfService(request: ManagementRequest): Promise<ManagementResponse> {
  const wanted = { ...pageOf(request, API_FILTER), ...cursorOf<{ name: string; id: string }>(request) };
  const { apis, ...page } = await listApis(request.context, wanted);
  const value = apis.map((api) => viewApi(request.address, api));
  return listResponse(request, value, page);
}

async function findApi(request: ManagementRequest): Promise<Api | null> {
  return (await listApis(request.context, { ids: [request.params.apiId ?? ''] })).apis[0] ?? null;
}

/** Errors: `api_not_found`. */
async function demandApi(request: ManagementRequest): Promise<Api> {
  const api = await findApi(request);
  if (!api) throw new DomainError('api_not_found');
  return api;
}

async function getApi(request: ManagementRequest, status?: 200 | 201): Promise<ManagementResponse> {
  return apiResponse(request, await demandApi(request), status);
}

/** The one that there is. */
async function listRevisions(request: ManagementRequest): Promise<ManagementResponse> {
  const api = await demandApi(request);
  return listResponse(request, [viewRevision(api)], { count: 1, next: null });
}

const apiResponse = (request: ManagementRequest, api: Api, status?: 200 | 201) =>
  resourceResponse(viewApi(request.address, api), api, status);

async function putApi(request: ManagementRequest): Promise<ManagementResponse> {
  const { displayName, path } = readProperties(request, PROPERTIES);
  return putResource(request, {
    find: () => findApi(request),
    isAsGiven: (api) =>
      hasValues(api, { name: displayName, path: path === undefined ? path : parseApiPath(path) }),
    async create() {
      demandProperties({ displayName, path: path !== undefined }, ['displayName', 'path']);
      await createApi(request.context, {
        id: request.params.apiId ?? '',
        name: displayName ?? '',
        path: path ?? '',
      });
      return getApi(request, 201);
    },
    update: (_api, expected) => changeApi(request, { displayName, path }, expected),
    respond: (api) => apiResponse(request, api),
  });
}

async function patchApi(request: ManagementRequest): Promise<ManagementResponse> {
  const { displayName, path } = readProperties(request, PROPERTIES);
  return changeApi(request, { displayName, path }, readIfMatch(request, 'required'));
}

async function changeApi(
  request: ManagementRequest,
  { displayName, path }: { displayName?: string | undefined; path?: string | undefined },
  expected: { expectedVersion?: number },
): Promise<ManagementResponse> {
  await editApi(request.context, {
    apiId: request.params.apiId ?? '',
    ...(displayName === undefined ? {} : { name: displayName }),
    ...(path === undefined ? {} : { path }),
    ...expected,
  });
  return getApi(request);
}

async function removeApi(request: ManagementRequest): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'required');
  if (!(await findApi(request))) return { status: 204 };
  await deleteApi(request.context, {
    apiId: request.params.apiId ?? '',
    deleteSubscriptions: request.query.flag('deleteSubscriptions') ?? false,
    ...expected,
  });
  return { status: 200 };
}
