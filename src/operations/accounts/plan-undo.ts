import { z } from 'zod';
import { findGroups } from '../../db/accounts/groups.ts';
import { type FullAuditRow, findAuditRow, isUndone } from '../../db/audit/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Act, defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { currentState, demandAccount } from './account.ts';
import { readUndoRecord, UNDO_MINUTES, type UndoRecord } from './undo-record.ts';

type Opposite =
  | { operation: 'accounts/activate' | 'accounts/block'; input: { undoes: string; reason: string } }
  | { operation: 'accounts/set-groups'; input: { undoes: string; groupIds: string[] } }
  | {
      operation: 'accounts/edit';
      input: { undoes: string; firstName: string; lastName: string; note: string; callOffAddress: boolean };
    };

export type Plan = ({ accountId: string; expectedVersion: number } & Opposite) | { isUndone: true };

/**
 * The opposite of a change, for as long as it may be undone, and the account version that it needs; or that it is
 * undone already.
 * Errors: `undo_too_late` after ten minutes, for a change that has no undo, or when its data was erased;
 * `account_changed` when the account was changed since; `group_not_found` when a group of then has another one's id by now.
 */
export const planUndo = defineOperation({
  name: 'accounts/plan-undo',
  allowed: OPERATORS,
  effect: 'read',
  input: { changeId: input.rowId },
  async run(act, { changeId }): Promise<Plan> {
    const row = await findAuditRow(act.tx, act.service.id, changeId);
    if (row && (await isUndone(act.tx, row))) return { isUndone: true };
    const undoRecord = row && isRecent(act, row) ? readUndoRecord(row) : null;
    const opposite = row && undoRecord ? oppositeOf(row, undoRecord) : null;
    if (!row?.targetId || !undoRecord || !opposite) throw new DomainError('undo_too_late');
    const account = await demandAccount(act, row.targetId);
    if (account.version !== undoRecord.version)
      throw new DomainError('account_changed', { current: currentState(account), id: account.id });
    if (opposite.operation === 'accounts/set-groups') {
      const groups = await findGroups(act.tx, act.service.id, opposite.input.groupIds);
      if (groups.some(({ createdAt }) => createdAt > row.at)) throw new DomainError('group_not_found');
    }
    return { accountId: account.id, expectedVersion: undoRecord.version, ...opposite };
  },
});

const isRecent = (act: Act, row: FullAuditRow): boolean =>
  row.outcome === 'done' && minutesAfter(row.at, UNDO_MINUTES) > act.now;

/** Null for a change that has no undo. */
export function oppositeOf(row: FullAuditRow, undoRecord: UndoRecord): Opposite | null {
  const back = { undoes: row.id, reason: 'undone' };
  switch (row.operation) {
    case 'accounts/block':
      // Blocking a blocked account changed its end, and the same operation sets the former end again.
      return {
        operation: undoRecord.state === 'blocked' ? 'accounts/block' : 'accounts/activate',
        input: back,
      };
    case 'accounts/activate':
      return { operation: 'accounts/block', input: back };
    case 'accounts/set-groups':
      return undoRecord.groupIds
        ? { operation: 'accounts/set-groups', input: { undoes: row.id, groupIds: undoRecord.groupIds } }
        : null;
    case 'accounts/edit': {
      const was = namesSchema.safeParse(row.before);
      const callOffAddress = typeof row.after?.emailAskedFor === 'string';
      return was.success
        ? { operation: 'accounts/edit', input: { undoes: row.id, ...was.data, callOffAddress } }
        : null;
    }
    default:
      return null;
  }
}

const namesSchema = z.object({ firstName: z.string(), lastName: z.string(), note: z.string() });
