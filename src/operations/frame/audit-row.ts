// The audit row that an operation writes: one for a change, one for a refusal, one for a request for approval.
import {
  findAccountByEitherId,
  findAccountByEmail,
  findDeletedAccountByEmail,
} from '../../db/accounts/accounts.ts';
import { findAuditRow, writeAuditRow } from '../../db/audit/rows.ts';
import type { Db, Transaction } from '../../db/connection/connect.ts';
import { newId } from '../../db/ids.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import { canonicalIn } from '../../domain/email-list.ts';
import { actorId, actorName, slackId } from './actor.ts';
import { isDoneAlone } from './approval.ts';
import type { Act, AuditEntry, Context } from './context.ts';
import { rowId } from './input.ts';
import { unstorableField } from './storable.ts';

export type RecordedEntry = AuditEntry & { id: string };

/** Throws a fault unless the operation recorded exactly one entry. */
export async function recordChange(operation: string, act: Act, entries: RecordedEntry[]): Promise<void> {
  const [entry] = entries;
  if (!entry || entries.length > 1) throw new Error(`${operation} must record exactly one audit entry`);
  const { isAnnounced, ...fields } = entry;
  const isAlone = !act.approval && isDoneAlone(act, operation);
  const row = {
    ...identityOf(operation, act),
    outcome: 'done' as const,
    code: null,
    ...(act.reason ? { reason: act.reason } : {}),
    ...fields,
    ...(isAlone ? { after: { ...fields.after, alone: true } } : {}),
  };
  await writeAuditRow(act.tx, row);
  if (isAnnounced || isAlone)
    await addJob(act.tx, 'post-notice', { serviceId: row.serviceId, auditId: row.id });
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
  const { detail } = error;
  const target = detail.accountId
    ? ({ kind: 'account', id: detail.accountId } as const)
    : (idIn(operation, input) ?? targetInTheWay(error) ?? (await namedTarget(context, db, input)));
  await writeAuditRow(db, {
    ...identityOf(operation, context),
    outcome: 'refused',
    code: error.code,
    ...(target ? { target } : {}),
  });
  error.isRecorded = true;
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

/** What an attempt is about: ids by name, such as `groupId`, or an email or id that a person typed for an account. */
export type AttemptTarget = Readonly<Record<string, unknown>> & { readonly account?: string | undefined };

const MAX_TARGET_ID_LENGTH = 80;
const MAX_ACCOUNT_TEXT_LENGTH = 254;
const KINDS = [
  'subscription',
  'account',
  'product',
  'api',
  'invitation',
  'group',
  'rule',
  'approval',
  'batch',
  'review',
  'announcement',
  'token',
  'mail',
  'webhook',
] as const;

type Target = NonNullable<AuditEntry['target']>;

function targetInTheWay({ code, detail }: DomainError): Target | null {
  if (!detail.id) return null;
  if (code === 'email_taken' || code === 'account_deleted') return { kind: 'account', id: detail.id };
  return code === 'email_invited' || code === 'account_invited'
    ? { kind: 'invitation', id: detail.id }
    : null;
}

/** A refusal names its target when the input holds its id: our ids are no personal data. */
function idIn(operation: string, input: unknown): Target | null {
  const fields = fieldsIn(input);
  for (const kind of KINDS) {
    const id = fields[`${kind}Id`];
    // The invitations of one command are a batch that has no row.
    const isNone = kind === 'batch' && operation === 'invitations/invite';
    if (isId(id) && !isNone) return { kind, id };
  }
  const { teamId, userId, template, notification } = fields;
  if (isId(template)) return { kind: 'template', id: template };
  if (isId(notification)) return { kind: 'notification', id: notification };
  if (!isId(teamId)) return null;
  return isId(userId) ? { kind: 'operator', id: slackId(teamId, userId) } : { kind: 'workspace', id: teamId };
}

/** The account that a person typed, the target of the change that they undo, or their own account. */
async function namedTarget(context: Context, db: Db, input: unknown): Promise<Target | null> {
  const { account, changeId } = fieldsIn(input);
  const serviceId = context.service.id;
  if (typeof account === 'string') {
    const id = await idOfNamedAccount(db, serviceId, account.trim());
    return id === undefined ? null : { kind: 'account', id };
  }
  const change = rowId.safeParse(changeId);
  if (change.success) {
    const row = await findAuditRow(db, serviceId, change.data);
    return row?.targetKind && row.targetId ? ({ kind: row.targetKind, id: row.targetId } as Target) : null;
  }
  return context.actor.kind === 'account' ? { kind: 'account', id: context.actor.accountId } : null;
}

/** Exactly this email or id, because the audit must not blame an attempt on a similar account. */
async function idOfNamedAccount(db: Db, serviceId: string, text: string): Promise<string | undefined> {
  if (text.length > MAX_ACCOUNT_TEXT_LENGTH || unstorableField(text)) return undefined;
  const email = canonicalIn(text) ?? text.toLowerCase();
  const found =
    (await findAccountByEmail(db, serviceId, email)) ??
    (await findAccountByEitherId(db, serviceId, text)) ??
    (await findDeletedAccountByEmail(db, serviceId, email));
  return found?.id;
}

const fieldsIn = (input: unknown): Record<string, unknown> =>
  typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};

const isId = (id: unknown): id is string =>
  typeof id === 'string' && id.length <= MAX_TARGET_ID_LENGTH && /^[\w-]+$/.test(id);
