import { z } from 'zod';
import { findApi } from '../../db/catalog/apis.ts';
import { findDocument } from '../../db/catalog/documents.ts';
import { viewApi } from '../catalog/view.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { openExportLink } from './export-link.ts';

/** What the secret of a link leads to. Null for one that wasn't made here, after its time, and once the API is gone. */
export const openExportedApi = defineOperation({
  name: 'apis/open-exported',
  allowed: SYSTEM,
  effect: 'read',
  input: { secret: z.string().max(2_000) },
  async run(act, { secret }) {
    const link = openExportLink(act, secret);
    const api = link && (await findApi(act.tx, act.service.id, link.apiId));
    if (!link || !api) return null;
    const document = (await findDocument(act.tx, act.service.id, link.apiId))?.document ?? null;
    return { api: viewApi(api), document, format: link.format };
  },
});
