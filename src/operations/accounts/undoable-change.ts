// What an undo goes by: the change's own audit row, looked up by its id, which is all that a button carries.
import { z } from 'zod';
import type { Account } from '../../db/accounts/accounts.ts';
import { type FullAuditRow, findAuditRow } from '../../db/audit/rows.ts';
import { callOffMail } from '../../db/outbox/mails.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import { currentState } from './account.ts';

export const UNDO_MINUTES = 10;

const moment = z.string().transform((text) => new Date(text));
/** Kept beside what an audit row shows of the state before; erasure takes it away with that. */
const keptSchema = z.object({
  /** Of the account, right after the change. */
  version: z.int(),
  state: z.enum(['active', 'blocked', 'pending']).optional(),
  stateReason: z.string().optional(),
  blockEndsAt: moment.nullish().transform((at) => at ?? null),
  stateBeforeBlock: z
    .enum(['active', 'pending'])
    .nullish()
    .transform((state) => state ?? null),
  toldOfBlock: z.boolean().default(false),
  /** Whether the change itself was told to the developer. */
  isTold: z.boolean().default(false),
  groupIds: z.array(z.string()).optional(),
});
type Kept = z.output<typeof keptSchema>;

/** What a change of state keeps of the account as it was. */
export const keptOf = (was: Account, is: Account, isTold: boolean) => ({
  version: is.version,
  state: was.state,
  stateReason: was.stateReason,
  blockEndsAt: was.blockEndsAt,
  stateBeforeBlock: was.stateBeforeBlock,
  toldOfBlock: was.toldOfBlock,
  isTold,
});

/** Null when nothing is kept: it was no such change, or it was erased. */
export function readKept(row: FullAuditRow): Kept | null {
  const parsed = keptSchema.safeParse(row.before?.undo);
  return parsed.success ? parsed.data : null;
}

/**
 * What a change of this account left behind, when nothing happened to the account since.
 * Errors: `account_changed` otherwise.
 */
export async function demandUndoable(
  act: Act,
  account: Account,
  changeId: string,
  operations: readonly string[],
): Promise<Kept> {
  const row = await findAuditRow(act.tx, act.service.id, changeId);
  const kept =
    row && row.targetId === account.id && operations.includes(row.operation) ? readKept(row) : null;
  if (kept?.version !== account.version)
    throw new DomainError('account_changed', { current: currentState(account), id: account.id });
  return kept;
}

/** Whether the developer has heard of a change: a mail that is still here is called off, and need not be taken back. */
export async function hasHeard(
  act: Act,
  kept: Kept,
  accountId: string,
  template: 'AccountBlocked' | 'AccountActivated',
): Promise<boolean> {
  if (!kept.isTold) return false;
  return !(await callOffMail(act.tx, { serviceId: act.service.id, accountId, template }));
}
