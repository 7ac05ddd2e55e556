// The audit row that an operation writes: one for a change, one for a refusal, one for a request for approval.
import { writeAuditRow } from '../../db/audit/rows.ts';
import type { Db, Transaction } from '../../db/connection/connect.ts';
import { newId } from '../../db/ids.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import { actorId, actorName } from './actor.ts';
import type { Act, AuditEntry, Context } from './context.ts';

export type RecordedEntry = AuditEntry & { id: string };

/** Throws a fault unless the operation recorded exactly one entry. */
export async function recordChange(operation: string, act: Act, entries: RecordedEntry[]): Promise<void> {
  const [entry] = entries;
  if (!entry || entries.length > 1) throw new Error(`${operation} must record exactly one audit entry`);
  const { isAnnounced, ...fields } = entry;
  const row = {
    ...identityOf(operation, act),
    outcome: 'done' as const,
    code: null,
    ...(act.reason ? { reason: act.reason } : {}),
    ...fields,
  };
  await writeAuditRow(act.tx, row);
  if (isAnnounced) await addJob(act.tx, 'post-notice', { serviceId: row.serviceId, auditId: row.id });
}

/** Records that an operation was requested and waits for a second operator; `context.approval` is that request. */
export async function recordApprovalRequest(
  operation: string,
  context: Context,
  tx: Transaction,
  entry: AuditEntry,
): Promise<void> {
  await writeAuditRow(tx, { ...identityOf(operation, context), outcome: 'asked', code: null, ...entry });
}

/** Records a refusal; by default outside the transaction, which the refusal has rolled back. */
export async function recordRefusal(
  operation: string,
  context: Context,
  input: unknown,
  error: DomainError,
  db: Db = context.db,
): Promise<void> {
  const { accountId } = error.detail;
  const target = accountId ? { kind: 'account' as const, id: accountId } : targetOf(input);
  await writeAuditRow(db, {
    ...identityOf(operation, context),
    outcome: 'refused',
    code: error.code,
    ...(target ? { target } : {}),
  });
}

function identityOf(operation: string, context: Context) {
  const at = context.clock();
  return {
    serviceId: context.service.id,
    id: newId(at, context.random),
    at,
    operation,
    actorKind: context.actor.kind,
    actorId: actorId(context.actor),
    actorName: actorName(context.actor),
    requestId: context.requestId,
    approvalId: context.approval?.id ?? null,
  };
}

const MAX_TARGET_ID_LENGTH = 80;

/** A refusal names its target when the input holds its id: our ids are no personal data. */
function targetOf(input: unknown): AuditEntry['target'] {
  if (typeof input !== 'object' || input === null) return undefined;
  for (const kind of [
    'subscription',
    'product',
    'api',
    'account',
    'invitation',
    'group',
    'approval',
    'import',
    'token',
  ] as const) {
    const id = (input as Record<string, unknown>)[`${kind}Id`];
    if (typeof id === 'string' && id.length <= MAX_TARGET_ID_LENGTH && /^[\w-]+$/.test(id))
      return { kind, id };
  }
  return undefined;
}
