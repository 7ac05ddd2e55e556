// What an undo needs, stored in the audit row of the change. A button carries only the id of that row.
import { z } from 'zod';
import type { Account } from '../../db/accounts/accounts.ts';
import { type FullAuditRow, findAuditRow } from '../../db/audit/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import { callOffMails } from '../mails/call-off.ts';
import { currentState } from './account.ts';

export const UNDO_MINUTES = 10;

const moment = z.string().transform((text) => new Date(text));
/** Stored beside the state before, and erased with it. */
const undoRecord = z.object({
  /** The account's version right after the change. */
  version: z.int(),
  state: z.enum(['active', 'blocked', 'pending']).optional(),
  stateReason: z.string().optional(),
  blockEndsAt: moment.nullish().transform((at) => at ?? null),
  stateBeforeBlock: z
    .enum(['active', 'pending'])
    .nullish()
    .transform((state) => state ?? null),
  toldOfBlock: z.boolean().default(false),
  /** Whether the developer was told of the change. */
  isTold: z.boolean().default(false),
  groupIds: z.array(z.string()).optional(),
});
export type UndoRecord = z.output<typeof undoRecord>;

/** What a change of state stores to be undone. */
export const undoRecordOf = (before: Account, after: Account, isTold: boolean) => ({
  version: after.version,
  state: before.state,
  stateReason: before.stateReason,
  blockEndsAt: before.blockEndsAt,
  stateBeforeBlock: before.stateBeforeBlock,
  toldOfBlock: before.toldOfBlock,
  isTold,
});

/** Null when the row has none: its change has no undo, or its data was erased. */
export function readUndoRecord(row: FullAuditRow): UndoRecord | null {
  const parsed = undoRecord.safeParse(row.before?.undo);
  return parsed.success ? parsed.data : null;
}

/** The undo record of a change of this account. Errors: `account_changed` when the account was changed since. */
export async function demandUndoRecord(
  act: Act,
  account: Account,
  changeId: string,
  operations: readonly string[],
): Promise<UndoRecord> {
  const row = await findAuditRow(act.tx, act.service.id, changeId);
  const found =
    row && row.targetId === account.id && operations.includes(row.operation) ? readUndoRecord(row) : null;
  if (found?.version !== account.version)
    throw new DomainError('account_changed', { current: currentState(account), id: account.id });
  return found;
}

/** Whether the developer has heard of a change. A mail that has not left is called off instead. */
export async function hasHeard(
  act: Act,
  { isTold }: UndoRecord,
  accountId: string,
  template: 'AccountBlocked' | 'AccountActivated',
): Promise<boolean> {
  if (!isTold) return false;
  return (await callOffMails(act, { accountId, template, isUntried: true })) === 0;
}
