import { findDocument } from '../../db/catalog/documents.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation } from '../frame/operation.ts';
import { demandOfferedApi } from './offered.ts';

/** The document of an API that this developer or visitor sees, in JSON. Errors: `api_not_found`, also without a document. */
export const readOfferedDocument = defineOperation({
  name: 'apis/read-offered-document',
  allowed: ['developer', 'account'],
  effect: 'read',
  input: { apiId: catalog.apiId },
  async run(act, { apiId }) {
    const { api } = await demandOfferedApi(act, apiId);
    const found = await findDocument(act.tx, act.service.id, apiId);
    if (!found) throw new DomainError('api_not_found');
    return { api, document: found.document };
  },
});
