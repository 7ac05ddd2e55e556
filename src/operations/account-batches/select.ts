import { z } from 'zod';
import { deleteDraftsOf, updateBatch } from '../../db/batches/batches.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { MAX_BATCH_ROWS, sealRows, storeBatch } from '../batches/stored-rows.ts';
import { actorId } from '../frame/actor.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { demandDraft } from './draft.ts';

/** Of a page that a form shows. */
const ids = z.array(input.accountId).max(100);

/**
 * Stores which accounts of a page are ticked, beside those of the pages before; for an hour. Without a `batchId` a selection
 * begins, and the person's former one is forgotten. Changes no account.
 * Errors: `batch_not_found` for a selection that has ended; `limit_reached` above 10,000 accounts.
 */
export const selectAccounts = defineOperation({
  name: 'account-batches/select',
  allowed: ADMINS,
  effect: 'bookkeeping',
  input: { batchId: input.rowId.optional(), shown: ids, chosen: ids },
  async run(act, { batchId, shown, chosen }) {
    const draft = batchId === undefined ? null : await demandDraft(act, batchId);
    const others = (draft?.ids ?? []).filter((id) => !shown.includes(id));
    const all = [...others, ...chosen.filter((id) => shown.includes(id))];
    if (all.length > MAX_BATCH_ROWS)
      throw new DomainError('limit_reached', { limit: `${MAX_BATCH_ROWS} accounts at once` });
    const rows = all.map((accountId, index) => ({ line: index + 1, email: '', accountId }));
    if (draft) {
      const { row } = draft;
      await updateBatch(act.tx, row, { sealedRows: sealRows(act, row.id, {}, rows), total: rows.length });
      return { batchId: row.id, ids: all };
    }
    await deleteDraftsOf(act.tx, act.service.id, actorId(act.actor));
    const stored = await storeBatch(act, { kind: 'accounts', state: 'draft', about: {}, rows });
    return { batchId: stored.batchId, ids: all };
  },
});
