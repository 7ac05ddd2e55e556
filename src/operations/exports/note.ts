import { z } from 'zod';
import { lockExport, removeExport, updateExport } from '../../db/exports/exports.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/**
 * Notes how far a file is in Slack. `announced`: Slack has given it an id, no person sees it yet, and it is deleted at `endsAt`.
 * `sent`: it was shared. `gone`: it is deleted, or will never be sent. Errors: `form_outdated` when the export is over, so that
 * no file is shared that would be forgotten.
 */
export const noteExport = defineOperation({
  name: 'exports/note',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    exportId: input.rowId,
    became: z.discriminatedUnion('is', [
      z.strictObject({ is: z.literal('announced'), fileId: z.string().min(1).max(100), endsAt: z.date() }),
      z.strictObject({ is: z.literal('sent') }),
      z.strictObject({ is: z.literal('gone') }),
    ]),
  },
  async run(act, { exportId, became }) {
    const row = await lockExport(act.tx, act.service.id, exportId);
    if (became.is === 'gone') return row ? removeExport(act.tx, row) : undefined;
    if (!row) throw new DomainError('form_outdated');
    if (became.is === 'sent') return updateExport(act.tx, row, { sentAt: act.now });
    return updateExport(act.tx, row, { fileId: became.fileId, endsAt: became.endsAt });
  },
});
