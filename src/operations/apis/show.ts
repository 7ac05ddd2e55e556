import { findApi } from '../../db/catalog/apis.ts';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { viewApi } from '../catalog/view.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

/** An API with the number of subscriptions to it alone. Errors: `api_not_found`. */
export const showApi = defineOperation({
  name: 'apis/show',
  allowed: OPERATORS,
  effect: 'read',
  input: { apiId: catalog.apiId },
  async run(act, { apiId }) {
    const api = await findApi(act.tx, act.service.id, apiId);
    if (!api) throw new DomainError('api_not_found');
    const subscriptions = await countSubscriptions(act.tx, { serviceId: act.service.id, apiId });
    return { api: viewApi(api), subscriptions };
  },
});
