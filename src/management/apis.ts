// APIs: their names, the paths where a gateway serves them, and where calls carry their key.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { parseApiPath } from '../domain/api-path.ts';
import { keyColumns } from '../domain/key-names.ts';
import { createApi } from '../operations/apis/create.ts';
import { deleteApi } from '../operations/apis/delete.ts';
import { editApi } from '../operations/apis/edit.ts';
import { listApis } from '../operations/apis/list.ts';
import { API_PROPERTIES, API_TYPES, PROTOCOLS } from '../operations/catalog/api-properties.ts';
import { exportDefinition, isGivenDocument, readImport } from './api-definition.ts';
import { REVISION } from './api-revision.ts';
import { API_FILTER, type Api, inFull, viewApi, viewRevision } from './api-shape.ts';
import { choice, demandProperties, ignored, label, readProperties, text, word } from './body.ts';
import { readIfMatch } from './if-match.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { defineResource, hasValues, putResource } from './resource.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  withAzureNames,
} from './route.ts';

const PATH = 'apis/{apiId}';
/** Azure's names of the operations' fields, where they differ. */
const AZURE_NAMES = {
  id: 'apiId',
  name: 'displayName',
  keyHeader: 'subscriptionKeyParameterNames.header',
  keyQuery: 'subscriptionKeyParameterNames.query',
  document: 'value',
};

export const API_ROUTES: Route[] = withAzureNames(AZURE_NAMES, [
  ...readRoutes('Api_ListByService', 'apis', (request) => listApisIn(request)),
  ...readRoutes('Api_Get', PATH, showApi, 'Api_GetEntityTag'),
  ...changeRoutes(PATH, {
    PUT: ['Api_CreateOrUpdate', createApi, putApi],
    PATCH: ['Api_Update', editApi, patchApi],
    DELETE: ['Api_Delete', deleteApi, removeApi],
  }),
  ...readRoutes('ApiRevision_ListByService', `${PATH}/revisions`, listRevisions),
]);

const ONE_REVISION = `each API has one revision here, ${REVISION}, which is current`;
const keyNames = z.strictObject({ header: z.string().optional(), query: z.string().optional() });

const PROPERTIES = {
  ...API_PROPERTIES,
  displayName: label,
  path: text,
  type: choice(API_TYPES),
  apiType: choice(API_TYPES),
  protocols: z.array(word(PROTOCOLS)).pipe(API_PROPERTIES.protocols.unwrap()).optional(),
  subscriptionKeyParameterNames: keyNames.optional(),
  apiRevision: z.literal(REVISION, `must be ${REVISION}: ${ONE_REVISION}`).optional(),
  isCurrent: z.literal(true, `must be true: ${ONE_REVISION}`).optional(),
  format: text,
  value: text,
  wsdlSelector: z.never('is about WSDL. Import OpenAPI 3.0 or 3.1 instead').optional(),
  sourceApiId: z
    .never(`can't be copied: ${ONE_REVISION}. Send the properties of the API themselves`)
    .optional(),
  apiVersionSet: z.never("can't be created with an API; name it in apiVersionSetId").optional(),
  /** It is about imports of other forms. */
  translateRequiredQueryParameters: ignored,
  isOnline: ignored,
  provisioningState: ignored,
};

/** What a request gives. A PUT gives all of it: what it leaves out is as in a new API. */
function readApi(request: ManagementRequest) {
  const given = readProperties(request, PROPERTIES);
  const {
    displayName,
    path,
    type,
    apiType,
    subscriptionKeyParameterNames: names,
    format,
    value,
    ...rest
  } = given;
  const document = readImport({ format, value });
  const { apiRevision, isCurrent, translateRequiredQueryParameters, isOnline, provisioningState, ...stored } =
    rest;
  const properties = { ...stored, type: type ?? apiType };
  return {
    name: displayName,
    path,
    ...(names && keyColumns(names)),
    ...(document === undefined ? {} : { document }),
    properties: Object.fromEntries(Object.entries(properties).filter(([, one]) => one !== undefined)),
  };
}

/** `under` is the resource that has them. */
export async function listApisIn(
  request: ManagementRequest,
  of: { ids?: string[] } = {},
  under: readonly string[] = [],
): Promise<ManagementResponse> {
  const wanted = { ...pageOf(request, API_FILTER), ...cursorOf<{ name: string; id: string }>(request) };
  const { apis, ...page } = await listApis(request.context, { ...wanted, ...of });
  const value = apis.map((api) => viewApi(request.address, api, under));
  return listResponse(request, value, page);
}

const API = defineResource({
  find: async (request): Promise<Api | null> =>
    (await listApis(request.context, { ids: [request.params.apiId ?? ''] })).apis[0] ?? null,
  view: viewApi,
  missing: 'api_not_found',
});
export const demandApi = API.demand;

/** Azure has the export at the same place. */
async function showApi(request: ManagementRequest): Promise<ManagementResponse> {
  return request.query.flag('export') ? exportDefinition(request) : API.get(request);
}

/** The one that there is. */
async function listRevisions(request: ManagementRequest): Promise<ManagementResponse> {
  const api = await demandApi(request);
  return listResponse(request, [viewRevision(api)]);
}

async function putApi(request: ManagementRequest): Promise<ManagementResponse> {
  const { path, document, ...given } = { keyHeader: null, keyQuery: null, ...readApi(request) };
  return putResource(request, {
    find: () => API.find(request),
    isAsGiven: ({ properties, ...api }) =>
      isDeepStrictEqual(inFull(properties), inFull(given.properties)) &&
      hasValues(api, {
        name: given.name,
        path: path === undefined ? path : parseApiPath(path),
        keyHeader: given.keyHeader,
        keyQuery: given.keyQuery,
      }) &&
      (document === undefined || isGivenDocument(api, document)),
    async create() {
      const { name } = given;
      // An import names its API by the title in the document.
      demandProperties({ displayName: name || document, path: path !== undefined }, ['displayName', 'path']);
      await createApi(request.context, {
        ...{ id: request.params.apiId ?? '', ...given, name, path: path ?? '' },
        ...(document ? { document } : {}),
      });
      return API.get(request, 201);
    },
    update: (_api, expected) =>
      changeApi(request, { ...given, path, document, ...expected, replacesProperties: true }),
    respond: (api) => API.respond(request, api),
  });
}

async function patchApi(request: ManagementRequest): Promise<ManagementResponse> {
  return changeApi(request, { ...readApi(request), ...readIfMatch(request, 'required') });
}

async function changeApi(
  request: ManagementRequest,
  change: Omit<Parameters<typeof editApi>[1], 'apiId'>,
): Promise<ManagementResponse> {
  await editApi(request.context, { apiId: request.params.apiId ?? '', ...change });
  return API.get(request);
}

async function removeApi(request: ManagementRequest): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'required');
  if (!(await API.find(request))) return { status: 204 };
  await deleteApi(request.context, {
    apiId: request.params.apiId ?? '',
    deleteSubscriptions: request.query.flag('deleteSubscriptions') ?? false,
    ...expected,
  });
  return { status: 200 };
}
