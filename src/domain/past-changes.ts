// What an audit export says became of accounts, subscriptions and roles: what a database that came back from a backup has forgotten.
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
  targetId: z.string().max(256).nullable(),
  reason: z.string().nullable(),
  before: values,
  after: values,
  hash: z.string().nullable(),
});
export type ExportedRow = z.output<typeof exported>;

/** How a change left what it was about. For an operator: the role; `replaced`: the key of a subscription. */
type Left =
  | 'active'
  | 'pending'
  | 'blocked'
  | 'deleted'
  | 'suspended'
  | 'rejected'
  | 'cancelled'
  | 'replaced'
  | 'admin'
  | 'approver'
  | 'none';
/** Which keys of a subscription were replaced. */
type ReplacedKeys = 'primary' | 'secondary' | 'both';

export type PastChange = {
  id: string;
  at: Date;
  operation: string;
  by: string;
  reason: string;
  target: { kind: 'account' | 'operator' | 'subscription'; id: string };
  left: Left;
  /** It took something away: a block, a deletion, a key, a role. */
  isTaking: boolean;
  /** When a block was to end by itself. */
  until: Date | null;
  keys: ReplacedKeys | null;
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
const SUBSCRIPTIONS_LEFT: Readonly<Record<string, Left>> = {
  'subscriptions/approve': 'active',
  'subscriptions/cancel': 'cancelled',
  'subscriptions/delete': 'deleted',
  'subscriptions/extend': 'active',
  'subscriptions/regenerate-key': 'replaced',
  'subscriptions/reject': 'rejected',
  'subscriptions/resume': 'active',
  'subscriptions/suspend': 'suspended',
};
const ROLES = ['operators/grant', 'operators/grant-first', 'operators/grant-from-console'];
const ROLES_TAKEN = ['operators/lose', 'operators/withdraw', 'operators/withdraw-from-console'];

/** What a row changed of a state, a key or a role; null for every other row. */
export function pastChangeOf(row: ExportedRow): PastChange | null {
  const { targetKind, targetId, operation, outcome } = row;
  if (outcome !== 'done' || !targetId) return null;
  const said = {
    id: row.id,
    at: new Date(row.at),
    operation,
    by: row.actorName,
    reason: row.reason ?? '',
    until: null,
    keys: null,
  };
  const account = ACCOUNTS_LEFT[operation];
  if (targetKind === 'account' && account) {
    const left = stateIn(row.after?.state) ?? account;
    const isTaking = left === 'blocked' || left === 'deleted';
    const until = momentIn(row.after?.until);
    return { ...said, target: { kind: 'account', id: targetId }, left, isTaking, until };
  }
  const subscription = SUBSCRIPTIONS_LEFT[operation];
  if (targetKind === 'subscription' && subscription) {
    const keys = subscription === 'replaced' ? keysIn(row.after?.key) : null;
    const isTaking = subscription !== 'active';
    return { ...said, target: { kind: 'subscription', id: targetId }, left: subscription, isTaking, keys };
  }
  if (targetKind === 'operator' && [...ROLES, ...ROLES_TAKEN].includes(operation)) {
    const left = roleIn(row.after?.role);
    const isTaking = left === 'none' || (left === 'approver' && row.before?.role === 'admin');
    return { ...said, target: { kind: 'operator', id: targetId }, left, isTaking };
  }
  return null;
}

const STATES: readonly Left[] = ['active', 'pending', 'blocked', 'deleted'];
const stateIn = (value: unknown) => STATES.find((state) => state === value);
const roleIn = (value: unknown) => (value === 'admin' || value === 'approver' ? value : 'none');
/** Of a row that was erased: rather both than the wrong one. */
const keysIn = (value: unknown): ReplacedKeys =>
  value === 'primary' || value === 'secondary' ? value : 'both';
function momentIn(value: unknown): Date | null {
  const at = typeof value === 'string' ? new Date(value) : null;
  return at && !Number.isNaN(at.getTime()) ? at : null;
}

/** A replaced key is no state: what came later does not bring the former key back. */
const keyOf = ({ target, keys, id }: PastChange) => `${target.kind} ${target.id} ${keys ? id : ''}`;

/** The last change of each, by the ids of the rows: only that one still counts. */
export function lastChanges(changes: readonly PastChange[]): Set<string> {
  const last = new Map<string, PastChange>();
  for (const change of changes) {
    const other = last.get(keyOf(change));
    if (!other || other.id < change.id) last.set(keyOf(change), change);
  }
  return new Set([...last.values()].map(({ id }) => id));
}
