// APIs: their names, and the paths by which a gateway knows them.
import { DomainError } from '../domain/domain-error.ts';
import { createApi } from '../operations/apis/create.ts';
import { deleteApi } from '../operations/apis/delete.ts';
import { editApi } from '../operations/apis/edit.ts';
import { queryApis } from '../operations/apis/query.ts';
import { type Api, viewApi } from './api-shape.ts';
import { ignored, readProperties, text } from './body.ts';
import { demandNoMatch, expectedVersion } from './if-match.ts';
import { validationError } from './management-error.ts';
import { collection, cursorOf, pageOf } from './page.ts';
import { type Answer, type Call, named, type Route, read } from './route.ts';

const ONE = 'apis/{apiId}';

export const API_ROUTES: Route[] = named({ id: 'apiId', name: 'displayName' }, [
  ...read('Api_ListByService', 'apis', listApis),
  ...read('Api_Get', ONE, (call) => getOne(call), 'Api_GetEntityTag'),
  { method: 'PUT', path: ONE, operation: 'Api_CreateOrUpdate', run: putOne },
  { method: 'PATCH', path: ONE, operation: 'Api_Update', run: patchOne },
  { method: 'DELETE', path: ONE, operation: 'Api_Delete', run: deleteOne },
]);

/** What a gateway does with calls is the gateway's: it may be sent, and is not kept. */
const PROPERTIES = {
  displayName: text,
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

async function listApis(call: Call): Promise<Answer> {
  const wanted = { ...pageOf(call), ...cursorOf<{ name: string; id: string }>(call) };
  const { apis, count, next } = await queryApis(call.context, wanted);
  return collection(
    call,
    apis.map((api) => viewApi(call.address, api)),
    count,
    next,
  );
}

async function find(call: Call): Promise<Api | null> {
  return (await queryApis(call.context, { ids: [call.params.apiId ?? ''] })).apis[0] ?? null;
}

async function getOne(call: Call, status: 200 | 201 = 200): Promise<Answer> {
  const api = await find(call);
  if (!api) throw new DomainError('api_not_found');
  return { status, body: viewApi(call.address, api), version: api.version };
}

async function putOne(call: Call): Promise<Answer> {
  const { displayName, path } = readProperties(call, PROPERTIES);
  const version = expectedVersion(call, false);
  if (await find(call)) return change(call, { displayName, path }, version);
  demandNoMatch(call);
  const missing = { ...(displayName ? {} : { displayName }), ...(path === undefined ? { path } : {}) };
  if (Object.keys(missing).length > 0)
    throw validationError(Object.fromEntries(Object.keys(missing).map((name) => [name, 'is needed'])));
  await createApi(call.context, { id: call.params.apiId ?? '', name: displayName ?? '', path: path ?? '' });
  return getOne(call, 201);
}

async function patchOne(call: Call): Promise<Answer> {
  const { displayName, path } = readProperties(call, PROPERTIES);
  return change(call, { displayName, path }, expectedVersion(call, true));
}

async function change(
  call: Call,
  { displayName, path }: { displayName?: string | undefined; path?: string | undefined },
  version: number | undefined,
): Promise<Answer> {
  await editApi(call.context, {
    apiId: call.params.apiId ?? '',
    ...(displayName === undefined ? {} : { name: displayName }),
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { expectedVersion: version }),
  });
  return getOne(call);
}

async function deleteOne(call: Call): Promise<Answer> {
  const version = expectedVersion(call, true);
  if (!(await find(call))) return { status: 204 };
  await deleteApi(call.context, {
    apiId: call.params.apiId ?? '',
    deleteSubscriptions: call.query.flag('deleteSubscriptions') ?? false,
    ...(version === undefined ? {} : { expectedVersion: version }),
  });
  return { status: 200 };
}
