import { firstVersion } from '../../db/audit/rows.ts';
import { findApiByPath, findApiId, holdApiPaths, insertApi } from '../../db/catalog/apis.ts';
import { newId } from '../../db/ids.ts';
import { parseApiPath } from '../../domain/api-path.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { apiProperties } from '../catalog/api-properties.ts';
import * as catalog from '../catalog/input.ts';
import { viewApi } from '../catalog/view.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';
import { givenDocument, prepareDocument, storeDocument } from './document.ts';
import { changesBetween, valuesOf } from './values.ts';

const MAX_ID_LENGTH = 80;

/**
 * Adds an API: its name, and the path at which it begins behind the gateway. Without an id it gets one made of its name.
 * `keyHeader` and `keyQuery` name where calls carry their key; null for where every API's calls do.
 * `document`: its OpenAPI document, whose title is the name unless one is given.
 * Errors: `invalid_input` for `path` and `document`; `api_path_taken` and `id_taken`, both compared without case.
 * Source: Azure, API create (apiId 1–80, path 0–400).
 */
export const createApi = defineOperation({
  name: 'apis/create',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    id: catalog.newApiId.optional(),
    name: catalog.catalogName.optional(),
    path: catalog.apiPath,
    keyHeader: catalog.keyHeader.default(null),
    keyQuery: catalog.keyQuery.default(null),
    properties: apiProperties.default({}),
    document: givenDocument.optional(),
  },
  prepare: (context, { document }) => prepareDocument(context, document),
  async run(act, { id: givenId, path: typed, document: _, ...given }, document) {
    const serviceId = act.service.id;
    const path = parseApiPath(typed);
    await holdApiPaths(act.tx, serviceId);
    const other = await findApiByPath(act.tx, serviceId, path);
    if (other) throw new DomainError('api_path_taken', { id: other.id });
    const name = given.name ?? document?.checked.title ?? '';
    if (name === '') throw new DomainError('invalid_input', { fields: { name: 'is needed' } });
    const id = givenId ?? (catalog.idOfName(name, MAX_ID_LENGTH) || newId(act.now, act.random));
    if (await findApiId(act.tx, serviceId, id)) throw new DomainError('id_taken', { id });
    const times = { createdAt: act.now, updatedAt: act.now };
    const version = await firstVersion(act.tx, serviceId, { kind: 'api', id });
    const api = await insertApi(act.tx, {
      ...{ serviceId, id, version, ...given, name, path, ...times },
      documentHash: document?.hash ?? null,
    });
    if (document) await storeDocument(act, api, document);
    act.record({ target: { kind: 'api', id }, after: changesBetween({}, valuesOf(api)).after });
    return { api: viewApi(api) };
  },
});
