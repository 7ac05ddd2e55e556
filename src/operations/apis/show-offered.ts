import { z } from 'zod';
import { findDocumentHead, listEndpoints } from '../../db/catalog/documents.ts';
import * as catalog from '../catalog/input.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation } from '../frame/operation.ts';
import { demandOfferedApi } from './offered.ts';

/** Of about a hundred bytes and their texts: a page of the portal stays below 60 KB. */
const ENDPOINTS_A_PAGE = 60;

/**
 * An API of a product that this developer or visitor sees, with a page of the endpoints in its document, if it has one.
 * `text`: part of an endpoint's method and path, summary or tag. Errors: `api_not_found`.
 */
export const showOfferedApi = defineOperation({
  name: 'apis/show-offered',
  allowed: ['developer', 'account'],
  effect: 'read',
  input: {
    apiId: catalog.apiId,
    text: catalog.searchedText.optional(),
    after: z.int().min(0).max(1_000_000).optional(),
  },
  async run(act, { apiId, text = '', after }) {
    const offered = await demandOfferedApi(act, apiId);
    const serviceId = act.service.id;
    const document = await findDocumentHead(act.tx, serviceId, apiId);
    if (!document) return { ...offered, document: null, endpoints: [], next: null };
    const part = { limit: ENDPOINTS_A_PAGE, skip: 0, after, isCounted: false };
    const list = listEndpoints(act.tx, { serviceId, apiId, text: text.trim() });
    const { page: endpoints, next } = await lists.readPage(part, list);
    return { ...offered, document, endpoints, next };
  },
});
