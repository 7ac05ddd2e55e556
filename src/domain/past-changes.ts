// Finds in an audit export the changes of accounts, subscriptions and roles that a restored database has lost.
import { z } from 'zod';
import { DomainError } from './domain-error.ts';
import { FORMER_SLOTS, HELD_KEY_SLOTS, type HeldKeySlot, KEY_SLOTS } from './key-life.ts';

const values = z.record(z.string(), z.unknown()).nullable();
/** A line of `npm run audit -- export --format jsonl`: the fields that we use. */
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

/**
 * What a change made of its target: a state, the role of an operator, `replaced` for the key of a subscription, or
 * `no-way-in` for an account whose password or provider no longer signs in.
 */
type Result =
  | 'active'
  | 'pending'
  | 'blocked'
  | 'deleted'
  | 'suspended'
  | 'rejected'
  | 'cancelled'
  | 'replaced'
  | 'no-way-in'
  | 'admin'
  | 'approver'
  | 'none';
/** Which keys of a subscription were replaced, or which former one was ended. */
type ReplacedKeys = HeldKeySlot | 'both';

export type PastChange = {
  id: string;
  at: Date;
  operation: string;
  by: string;
  reason: string;
  target: { kind: 'account' | 'operator' | 'subscription'; id: string };
  result: Result;
  /** It took something away: a block, a deletion, a way to sign in, a replaced key, a withdrawn role. */
  isRemoval: boolean;
  /** When a block was to end automatically. */
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

/** Erasure empties the values of a row, so the operation alone gives the result. */
const ACCOUNT_RESULTS: Readonly<Record<string, Result>> = {
  'accounts/activate': 'active',
  'accounts/block': 'blocked',
  'accounts/close': 'deleted',
  'accounts/decline-sign-up': 'deleted',
  'accounts/delete': 'deleted',
  'accounts/end-block': 'active',
  'accounts/erase': 'deleted',
  'accounts/restore': 'blocked',
};
/** After each, something that signed in before no longer does: it may be an intruder's. */
export const WAYS_IN_ENDED: readonly string[] = [
  'accounts/end-ways-in',
  'accounts/secure',
  'identities/connect-by-link',
  'identities/disconnect',
  'passwords/change',
  'passwords/reset',
  'passwords/set',
];
const SUBSCRIPTION_RESULTS: Readonly<Record<string, Result>> = {
  'leaked-keys/end': 'replaced',
  'leaked-keys/report': 'replaced',
  'subscriptions/approve': 'active',
  'subscriptions/cancel': 'cancelled',
  'subscriptions/delete': 'deleted',
  'subscriptions/end-former-key': 'replaced',
  'subscriptions/extend': 'active',
  'subscriptions/regenerate-key': 'replaced',
  'subscriptions/rotate-key': 'replaced',
  'subscriptions/reject': 'rejected',
  'subscriptions/resume': 'active',
  'subscriptions/suspend': 'suspended',
};
const ROLES = ['operators/grant', 'operators/grant-first', 'operators/grant-from-console'];
const ROLES_TAKEN = ['operators/lose', 'operators/withdraw', 'operators/withdraw-from-console'];

/** What a row changed of a state, a key, a role or the ways to sign in; null for every other row. */
export function pastChangeOf(row: ExportedRow): PastChange | null {
  const { targetKind, targetId, operation, outcome } = row;
  if (outcome !== 'done' || !targetId) return null;
  const common = {
    id: row.id,
    at: new Date(row.at),
    operation,
    by: row.actorName,
    reason: row.reason ?? '',
    until: null,
    keys: null,
  };
  const account = ACCOUNT_RESULTS[operation];
  if (targetKind === 'account' && account) {
    const result = stateIn(row.after?.state) ?? account;
    const isRemoval = result === 'blocked' || result === 'deleted';
    const until = momentIn(row.after?.until);
    return { ...common, target: { kind: 'account', id: targetId }, result, isRemoval, until };
  }
  if (targetKind === 'account' && WAYS_IN_ENDED.includes(operation))
    return { ...common, target: { kind: 'account', id: targetId }, result: 'no-way-in', isRemoval: true };
  const subscription = SUBSCRIPTION_RESULTS[operation];
  // A report ends a key only where the settings say so.
  if (targetKind === 'subscription' && subscription && row.after?.endsAtOnce !== false) {
    const keys = subscription === 'replaced' ? keysIn(row.after) : null;
    const isRemoval = subscription !== 'active';
    return {
      ...common,
      target: { kind: 'subscription', id: targetId },
      result: subscription,
      isRemoval,
      keys,
    };
  }
  if (targetKind === 'operator' && [...ROLES, ...ROLES_TAKEN].includes(operation)) {
    const result = roleIn(row.after?.role);
    const isRemoval = result === 'none' || (result === 'approver' && row.before?.role === 'admin');
    return { ...common, target: { kind: 'operator', id: targetId }, result, isRemoval };
  }
  return null;
}

const STATES: readonly Result[] = ['active', 'pending', 'blocked', 'deleted'];
const stateIn = (value: unknown) => STATES.find((state) => state === value);
const roleIn = (value: unknown) => (value === 'admin' || value === 'approver' ? value : 'none');
/** For an erased row both: replacing one key too many is safer than too few. */
function keysIn(after: ExportedRow['after']): ReplacedKeys {
  const former = KEY_SLOTS.find((slot) => slot === after?.formerKey);
  if (former) return FORMER_SLOTS[former];
  return HELD_KEY_SLOTS.find((slot) => slot === after?.key) ?? 'both';
}
function momentIn(value: unknown): Date | null {
  const at = typeof value === 'string' ? new Date(value) : null;
  return at && !Number.isNaN(at.getTime()) ? at : null;
}

/** A replaced key and an ended way in are no states: a later change does not bring them back. */
const keyOf = ({ target, keys, id, result }: PastChange) =>
  `${target.kind} ${target.id} ${keys ? id : result === 'no-way-in' ? result : ''}`;

/** The row ids of the last change of each target: only that change still counts. */
export function lastChanges(changes: readonly PastChange[]): Set<string> {
  const last = new Map<string, PastChange>();
  for (const change of changes) {
    const other = last.get(keyOf(change));
    if (!other || other.id < change.id) last.set(keyOf(change), change);
  }
  return new Set([...last.values()].map(({ id }) => id));
}
