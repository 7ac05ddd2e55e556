import { z } from 'zod';
import { findApiByPath, holdApiPaths, lockApi, updateApi } from '../../db/catalog/apis.ts';
import { parseApiPath } from '../../domain/api-path.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { apiProperties } from '../catalog/api-properties.ts';
import * as catalog from '../catalog/input.ts';
import { demandVersion, viewApi } from '../catalog/view.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { givenDocument, prepareDocument, storeDocument } from './document.ts';
import { changesBetween, valuesOf } from './values.ts';

/**
 * Changes an API; a field that is left out stays, and so does each of the `properties`, unless they replace all of them.
 * Gateways use the new path and the new names of the key at once.
 * `document`: its OpenAPI document; null takes it away.
 * Errors: `api_not_found`, `catalog_changed`, `api_path_taken`, `invalid_input` for `path` and `document`.
 */
export const editApi = defineOperation({
  name: 'apis/edit',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    apiId: catalog.apiId,
    expectedVersion: input.expectedVersion,
    name: catalog.catalogName.optional(),
    path: catalog.apiPath.optional(),
    keyHeader: catalog.keyHeader.optional(),
    keyQuery: catalog.keyQuery.optional(),
    properties: apiProperties.default({}),
    replacesProperties: z.boolean().default(false),
    document: givenDocument.nullable().optional(),
  },
  prepare: (context, { document }) => prepareDocument(context, document),
  async run(
    act,
    { apiId, expectedVersion, properties, replacesProperties, document: _, ...wanted },
    document,
  ) {
    const serviceId = act.service.id;
    await holdApiPaths(act.tx, serviceId);
    const api = await lockApi(act.tx, serviceId, apiId);
    if (!api) throw new DomainError('api_not_found');
    demandVersion(api, expectedVersion);
    const path = wanted.path === undefined ? api.path : parseApiPath(wanted.path);
    const other = await findApiByPath(act.tx, serviceId, path);
    if (other && other.id !== apiId) throw new DomainError('api_path_taken', { id: other.id });
    const edited = await updateApi(act.tx, api, {
      ...wanted,
      path,
      properties: replacesProperties ? properties : { ...api.properties, ...properties },
      updatedAt: act.now,
      ...(document === undefined ? {} : { documentHash: document?.hash ?? null }),
    });
    if (document !== undefined) await storeDocument(act, edited, document);
    act.record({ target: { kind: 'api', id: apiId }, ...changesBetween(valuesOf(api), valuesOf(edited)) });
    return { api: viewApi(edited) };
  },
});
