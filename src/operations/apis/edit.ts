import { findApiByPath, holdApiPaths, lockApi, updateApi } from '../../db/catalog/apis.ts';
import { parseApiPath } from '../../domain/api-path.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as input from '../catalog/input.ts';
import { demandVersion, viewApi } from '../catalog/view.ts';
import { expectedVersion } from '../frame/input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';

/**
 * Changes an API's name and path; a field that is left out stays. Gateways use the new path at once.
 * Errors: `api_not_found`, `catalog_changed`, `api_path_taken`, `invalid_input` for `path`.
 */
export const editApi = defineOperation({
  name: 'apis/edit',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    apiId: input.apiId,
    expectedVersion,
    name: input.catalogName.optional(),
    path: input.apiPath.optional(),
  },
  async run(act, { apiId, expectedVersion, ...wanted }) {
    const serviceId = act.service.id;
    await holdApiPaths(act.tx, serviceId);
    const api = await lockApi(act.tx, serviceId, apiId);
    if (!api) throw new DomainError('api_not_found');
    demandVersion(api, expectedVersion);
    const path = wanted.path === undefined ? api.path : parseApiPath(wanted.path);
    const other = await findApiByPath(act.tx, serviceId, path);
    if (other && other.id !== apiId) throw new DomainError('api_path_taken', { id: other.id });
    const change = { name: wanted.name ?? api.name, path };
    const edited = await updateApi(act.tx, api, { ...change, updatedAt: act.now });
    act.record({
      target: { kind: 'api', id: apiId },
      before: { name: api.name, path: api.path },
      after: change,
    });
    return { api: viewApi(edited) };
  },
});
