import { z } from 'zod';
import { deleteApi as deleteApiRow, lockApi } from '../../db/catalog/apis.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { demandVersion } from '../catalog/view.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { removeSubscriptions } from '../subscriptions/subscription.ts';

/**
 * Deletes an API: products lose it, and calls to its path are refused. `deleteSubscriptions` deletes the subscriptions to
 * it alone.
 * Errors: `api_not_found`, `catalog_changed`, `has_subscriptions` with their `count`.
 */
export const deleteApi = defineOperation({
  name: 'apis/delete',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    apiId: catalog.apiId,
    expectedVersion: input.expectedVersion,
    deleteSubscriptions: z.boolean().default(false),
  },
  async run(act, { apiId, expectedVersion, deleteSubscriptions }) {
    const api = await lockApi(act.tx, act.service.id, apiId);
    if (!api) throw new DomainError('api_not_found');
    demandVersion(api, expectedVersion);
    const subscriptions = await removeSubscriptions(act, { apiId }, deleteSubscriptions);
    await deleteApiRow(act.tx, api);
    act.record({
      target: { kind: 'api', id: apiId },
      before: { name: api.name, path: api.path, subscriptions },
    });
    return { apiId, name: api.name, subscriptions };
  },
});
