import { z } from 'zod';
import { findEndpoint } from '../../db/catalog/documents.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation } from '../frame/operation.ts';
import { demandOfferedApi } from './offered.ts';

/** One endpoint of an API that this developer or visitor sees. Errors: `api_not_found`, also without such an endpoint. */
export const showOfferedEndpoint = defineOperation({
  name: 'apis/show-offered-endpoint',
  allowed: ['developer', 'account'],
  effect: 'read',
  input: { apiId: catalog.apiId, endpointId: z.string().max(80) },
  async run(act, { apiId, endpointId: id }) {
    const offered = await demandOfferedApi(act, apiId);
    const endpoint = await findEndpoint(act.tx, { serviceId: act.service.id, apiId, id });
    if (!endpoint) throw new DomainError('api_not_found');
    return { ...offered, endpoint };
  },
});
