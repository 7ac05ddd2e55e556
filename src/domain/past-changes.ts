// What an audit export says became of accounts and roles: what a database that came back from a backup has forgotten.
import { z } from 'zod';
import { DomainError } from './domain-error.ts';

const values = z.record(z.string(), z.unknown()).nullable();
/** A line of `npm run audit -- export --format jsonl`, as far as it is looked at here. */
const exported = z.object({
  serviceId: z.string().min(1),
  id: z.uuid(),
  at: z.iso.datetime(),
  operation: z.string().min(1).max(100),
  outcome: z.enum(['done', 'asked', 'refused']),
  actorName: z.string(),
  targetKind: z.string().nullable(),
  targetId: z.string().max(100).nullable(),
  reason: z.string().nullable(),
  before: values,
  after: values,
  hash: z.string().nullable(),
});
export type ExportedRow = z.output<typeof exported>;

/** How a change left what it was about. For an operator: the role. */
export type Left = 'active' | 'pending' | 'blocked' | 'deleted' | 'admin' | 'approver' | 'none';

export type PastChange = {
  id: string;
  at: Date;
  operation: string;
  by: string;
  reason: string;
  target: { kind: 'account' | 'operator'; id: string };
  left: Left;
  /** It took something away: a block, a deletion, a role. */
  isTaking: boolean;
  /** When a block was to end by itself. */
  until: Date | null;
};

/** Errors: `invalid_input` for `line`, in words, when it is no line of an export. */
export function readExportedRow(line: string): ExportedRow {
  const parsed = exported.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.');
  throw new DomainError('invalid_input', {
    fields: {
      line: `no line of an audit export as JSON Lines${where ? ` (${where})` : ''}`,
    },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Erasure empties what a row says; how an account was left then follows from the operation alone. */
const ACCOUNTS_LEFT: Readonly<Record<string, Left>> = {
  'accounts/activate': 'active',
  'accounts/block': 'blocked',
  'accounts/delete': 'deleted',
  'accounts/end-block': 'active',
  'accounts/erase': 'deleted',
  'accounts/restore': 'blocked',
};
const ROLES = ['operators/grant', 'operators/grant-first', 'operators/grant-from-console'];
const ROLES_TAKEN = ['operators/lose', 'operators/withdraw', 'operators/withdraw-from-console'];

/** What a row changed of an account's state or an operator's role; null for every other row. */
export function pastChangeOf(row: ExportedRow): PastChange | null {
  const { targetKind, targetId, operation, outcome } = row;
  if (outcome !== 'done' || !targetId) return null;
  const said = {
    id: row.id,
    at: new Date(row.at),
    operation,
    by: row.actorName,
    reason: row.reason ?? '',
  };
  const byOperation = ACCOUNTS_LEFT[operation];
  if (targetKind === 'account' && byOperation) {
    const left = stateIn(row.after?.state) ?? byOperation;
    const isTaking = left === 'blocked' || left === 'deleted';
    return {
      ...said,
      target: { kind: 'account', id: targetId },
      left,
      isTaking,
      until: momentIn(row.after?.until),
    };
  }
  if (targetKind === 'operator' && [...ROLES, ...ROLES_TAKEN].includes(operation)) {
    const left = roleIn(row.after?.role);
    const isTaking = left === 'none' || (left === 'approver' && row.before?.role === 'admin');
    return { ...said, target: { kind: 'operator', id: targetId }, left, isTaking, until: null };
  }
  return null;
}

const STATES: readonly Left[] = ['active', 'pending', 'blocked', 'deleted'];
const stateIn = (value: unknown) => STATES.find((state) => state === value);
const roleIn = (value: unknown) => (value === 'admin' || value === 'approver' ? value : 'none');
function momentIn(value: unknown): Date | null {
  const at = typeof value === 'string' ? new Date(value) : null;
  return at && !Number.isNaN(at.getTime()) ? at : null;
}

const keyOf = ({ target }: PastChange) => `${target.kind} ${target.id}`;

/** The last change of each account and operator, by the ids of the rows: only that one still counts. */
export function lastChanges(changes: readonly PastChange[]): Set<string> {
  const last = new Map<string, PastChange>();
  for (const change of changes) {
    const other = last.get(keyOf(change));
    if (!other || other.id < change.id) last.set(keyOf(change), change);
  }
  return new Set([...last.values()].map(({ id }) => id));
}
