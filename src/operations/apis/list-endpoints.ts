import { z } from 'zod';
import { findApi } from '../../db/catalog/apis.ts';
import { findEndpoint, listEndpoints as listEndpointRows } from '../../db/catalog/documents.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

const ENDPOINTS_A_PAGE = 100;
const endpointId = z.string().max(80);

/**
 * A page of the endpoints in the document of an API, as the document has them; none without a document.
 * With `endpointId` only that one. Errors: `api_not_found`.
 */
export const listEndpoints = defineOperation({
  name: 'apis/list-endpoints',
  allowed: READERS,
  effect: 'read',
  input: {
    apiId: catalog.apiId,
    endpointId: endpointId.optional(),
    ...lists.pageInput(ENDPOINTS_A_PAGE, z.int().min(-1)),
  },
  async run(act, { apiId, endpointId: id, ...wanted }) {
    const serviceId = act.service.id;
    if (!(await findApi(act.tx, serviceId, apiId))) throw new DomainError('api_not_found');
    if (id !== undefined) {
      const found = await findEndpoint(act.tx, { serviceId, apiId, id });
      return { endpoints: found ? [found] : [], next: null };
    }
    const { page, ...more } = await lists.readPage(wanted, listEndpointRows(act.tx, { serviceId, apiId }));
    return { endpoints: page, ...more };
  },
});
