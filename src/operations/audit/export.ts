import { z } from 'zod';
import { listAuditWithLinks } from '../../db/audit/rows.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { viewAuditRows } from './entry.ts';

const ROWS_A_PAGE = 1_000;

/**
 * The whole audit rows, oldest first, each with its number and hash in the chain (null until the next run of
 * `audit/link`). `from` is included, `to` is not; `after` is the last id of the page before. At most 1,000 a page.
 */
export const exportAudit = defineOperation({
  name: 'audit/export',
  allowed: ADMINS,
  effect: 'read',
  input: {
    from: z.coerce.date().optional(),
    to: z.coerce.date().optional(),
    after: input.rowId.optional(),
    limit: z.int().min(1).max(ROWS_A_PAGE).default(ROWS_A_PAGE),
  },
  async run(act, { limit, ...span }) {
    const serviceId = act.service.id;
    const rows = await listAuditWithLinks(act.tx, { serviceId, ...span, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const views = await viewAuditRows(act, page);
    const links = new Map(page.map(({ id, number, hash }) => [id, { number, hash }]));
    return {
      rows: views.map(({ restorable: _, ...view }) => ({
        ...view,
        serviceId,
        number: links.get(view.id)?.number ?? null,
        hash: links.get(view.id)?.hash ?? null,
      })),
      next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    };
  },
});
