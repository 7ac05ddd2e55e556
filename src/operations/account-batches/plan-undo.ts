import { type Account, findAccounts } from '../../db/accounts/accounts.ts';
import { type FullAuditRow, listChangesOfRequests } from '../../db/audit/rows.ts';
import { type Batch, findBatchThatUndoes, lockBatch } from '../../db/batches/batches.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { fullName } from '../../domain/person-name.ts';
import { oppositeOf } from '../accounts/plan-undo.ts';
import { readUndoRecord, UNDO_MINUTES } from '../accounts/undo-record.ts';
import { storeBatch } from '../batches/stored-rows.ts';
import { type Act, ADMINS, defineOperation, input } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import type { AccountBatchRow } from './row.ts';

/** How much later than an account's deletion its audit row can be. */
const SAME_CHANGE_MS = 60_000;

/**
 * Stores the opposite of each change that a batch made and that is not ten minutes old: for accounts that are unchanged since.
 * A second press finds the same one. Deleted accounts come back, blocked.
 * Errors: `batch_not_found`; `undo_too_late` when no change can be taken back.
 */
export const planBatchUndo = defineOperation({
  name: 'account-batches/plan-undo',
  allowed: ADMINS,
  effect: 'change',
  input: { batchId: input.rowId },
  async run(act, { batchId }) {
    const batch = await lockBatch(act.tx, act.service.id, batchId);
    if (batch?.kind !== 'accounts' || !batch.appliedAt || batch.undoes !== null)
      throw new DomainError('batch_not_found');
    const before = await findBatchThatUndoes(act.tx, act.service.id, batchId);
    if (before) {
      act.nothingChanged();
      return { batchId: before.id, toDo: before.toDo };
    }
    if (batch.endedAt === null) throw new DomainError('batch_running');
    const rows = await planRows(act, batch);
    const toDo = rows.filter(({ leftOut }) => leftOut === null);
    if (toDo.length === 0) throw new DomainError('undo_too_late');
    const operations = [...new Set(toDo.flatMap(({ back }) => back?.operation ?? []))];
    const stored = await storeBatch(act, {
      kind: 'accounts',
      action: 'undo',
      about: { action: 'undo', of: batch.action, operations },
      rows,
      undoes: batchId,
    });
    act.record({
      target: { kind: 'batch', id: stored.batchId },
      after: { action: 'undo', rows: rows.length, toDo: toDo.length, undoes: batchId },
    });
    return { batchId: stored.batchId, toDo: toDo.length };
  },
});

async function planRows(act: Act, { serviceId, id, appliedAt }: Batch): Promise<AccountBatchRow[]> {
  const changes = await listChangesOfRequests(act.tx, {
    serviceId,
    requestsOf: id,
    since: appliedAt ?? act.now,
  });
  const ids = changes.flatMap(({ targetId }) => targetId ?? []);
  const accounts = new Map(
    (await findAccounts(act.tx, serviceId, ids)).map((account) => [account.id, account]),
  );
  return changes.flatMap((change, index): AccountBatchRow[] => {
    const account = accounts.get(change.targetId ?? '');
    if (!account) return [];
    const { id: accountId, email, version } = account;
    const common = { line: index + 1, email, name: fullName(account), accountId, version };
    const back = backOf(change, account);
    if (minutesAfter(change.at, UNDO_MINUTES) <= act.now)
      return [{ ...common, leftOut: 'changed more than ten minutes ago', outcome: '' }];
    return back
      ? [{ ...common, leftOut: null, outcome: THEN[back.operation], back }]
      : [{ ...common, leftOut: 'changed since', outcome: '' }];
  });
}

const THEN = {
  'accounts/activate': 'back as before',
  'accounts/block': 'back as before',
  'accounts/set-groups': 'back as before',
  'accounts/restore': 'restored, blocked',
} as const;

/** Null when the account was changed since, or when its change has no undo. */
function backOf(change: FullAuditRow, account: Account): AccountBatchRow['back'] | null {
  if (change.operation === 'accounts/delete') {
    const { deletedAt, erasedAt } = account;
    const isSame = deletedAt && Math.abs(change.at.getTime() - deletedAt.getTime()) < SAME_CHANGE_MS;
    return isSame && !erasedAt ? { operation: 'accounts/restore', input: { reason: 'undone' } } : null;
  }
  const record = readUndoRecord(change);
  const opposite = record && oppositeOf(change, record);
  if (!opposite || record.version !== account.version || opposite.operation === 'accounts/edit') return null;
  return { operation: opposite.operation, input: opposite.input };
}
