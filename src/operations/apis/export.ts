import { findApi } from '../../db/catalog/apis.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { viewApi } from '../catalog/view.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { exportedApi, sealExportLink } from './export-link.ts';

/** An API, and the secret of a link to its definition, which works for five minutes. Errors: `api_not_found`. */
export const exportApi = defineOperation({
  name: 'apis/export',
  allowed: READERS,
  effect: 'read',
  input: exportedApi,
  async run(act, wanted) {
    const api = await findApi(act.tx, act.service.id, wanted.apiId);
    if (!api) throw new DomainError('api_not_found');
    return { api: viewApi(api), secret: sealExportLink(act, wanted) };
  },
});
