import { listNumberedRows } from '../../db/audit/rows.ts';
import { feedPage } from '../events/list.ts';
import { ADMINS_AND_READERS, defineOperation } from '../frame/operation.ts';
import { viewAuditRows } from './entry.ts';

/**
 * The next rows of the audit as `audit/export` has them, in the order of their numbers, for a program that follows it. `last`
 * is the number to go on after. A new row has its number within a minute.
 */
export const feedAudit = defineOperation({
  name: 'audit/feed',
  allowed: ADMINS_AND_READERS,
  effect: 'read',
  input: feedPage,
  async run(act, { after, limit }) {
    const serviceId = act.service.id;
    const rows = await listNumberedRows(act.tx, { serviceId, afterNumber: after, limit });
    const places = new Map(rows.map(({ id, number, hash }) => [id, { number, hash }]));
    const views = await viewAuditRows(act, rows);
    return {
      rows: views.map(({ restorable: _, ...view }) => ({ ...view, serviceId, ...places.get(view.id) })),
      last: rows.at(-1)?.number ?? after,
    };
  },
});
