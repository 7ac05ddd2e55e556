import { findApi } from '../../db/catalog/apis.ts';
import { findDocument } from '../../db/catalog/documents.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { viewApi } from '../catalog/view.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { exportedApi, sealExportLink } from './export-link.ts';

/** An API, its OpenAPI document in JSON if it has one, and the secret of a link to its definition, which works for five minutes. Errors: `api_not_found`. */
export const exportApi = defineOperation({
  name: 'apis/export',
  allowed: READERS,
  effect: 'read',
  input: exportedApi,
  async run(act, wanted) {
    const api = await findApi(act.tx, act.service.id, wanted.apiId);
    if (!api) throw new DomainError('api_not_found');
    const document = (await findDocument(act.tx, act.service.id, wanted.apiId))?.document ?? null;
    return { api: viewApi(api), document, secret: sealExportLink(act, wanted) };
  },
});
