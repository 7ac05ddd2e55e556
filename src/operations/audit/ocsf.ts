// An audit row in the Open Cybersecurity Schema Framework, version 1.1.0: https://schema.ocsf.io/1.1.0. Sign-ins are
// Authentication (3002), what is done to people Account Change (3001), everything else Entity Management (3004).
import type { AuditEntryView } from './entry.ts';

const OCSF_VERSION = '1.1.0';
const IAM = { category_uid: 3, category_name: 'Identity & Access Management' };

type Row = Omit<AuditEntryView, 'restorable'> & {
  serviceId: string;
  number?: number | null;
  hash?: string | null;
};
type Activity = readonly [id: number, name: string];

const [LOGON, LOGOFF]: Activity[] = [
  [1, 'Logon'],
  [2, 'Logoff'],
];
const SIGN_INS: Readonly<Record<string, Activity | undefined>> = {
  'azure/enter-portal': LOGON,
  'identities/finish': LOGON,
  'sessions/end': LOGOFF,
  'sessions/end-others': LOGOFF,
  'sessions/redeem-link': LOGON,
  'sessions/sign-in': LOGON,
  'sessions/sign-out': LOGOFF,
  'tokens/exchange': LOGON,
};

const CREATE: Activity = [1, 'Create'];
const ENABLE: Activity = [2, 'Enable'];
const PASSWORD_CHANGE: Activity = [3, 'Password Change'];
const PASSWORD_RESET: Activity = [4, 'Password Reset'];
const DISABLE: Activity = [5, 'Disable'];
const DELETE: Activity = [6, 'Delete'];
const ATTACH: Activity = [7, 'Attach Policy'];
const DETACH: Activity = [8, 'Detach Policy'];
const CHANGES: Readonly<Record<string, Activity>> = {
  'accounts/activate': ENABLE,
  'accounts/add': CREATE,
  'accounts/answer-sign-up': CREATE,
  'accounts/block': DISABLE,
  'accounts/close': DELETE,
  'accounts/decline-sign-up': DELETE,
  'accounts/delete': DELETE,
  'accounts/end-block': ENABLE,
  'accounts/remove-sign-up': DELETE,
  'accounts/restore': ENABLE,
  'accounts/secure': [9, 'Lock'],
  'identities/sign-up': CREATE,
  'invitations/accept': CREATE,
  'operators/grant': ATTACH,
  'operators/grant-first': ATTACH,
  'operators/grant-from-console': ATTACH,
  'operators/lose': DETACH,
  'operators/withdraw': DETACH,
  'operators/withdraw-from-console': DETACH,
  'passwords/change': PASSWORD_CHANGE,
  'passwords/request-reset': PASSWORD_RESET,
  'passwords/reset': PASSWORD_RESET,
  'passwords/send-reset': PASSWORD_RESET,
  'passwords/set': PASSWORD_CHANGE,
};

const VERBS: readonly (readonly [RegExp, Activity])[] = [
  [/^(create|add|grant|invite|request|keep|begin|bind|report)/, CREATE],
  [/^(delete|remove|revoke|erase|detach)/, [4, 'Delete']],
  [/^(list|show|search|find|read|export|compare|count|open|preview)/, [2, 'Read']],
];
const UPDATE: Activity = [3, 'Update'];

/** The user types of OCSF: a person, one with rights over others, a program of ours. */
const USER_TYPES: Readonly<Record<string, readonly [number, string]>> = {
  account: [1, 'User'],
  developer: [1, 'User'],
  slack: [2, 'Admin'],
  console: [2, 'Admin'],
  system: [3, 'System'],
};
const OTHER_TYPE = [99, 'Other'] as const;

/** One row as one event. */
export function ocsfOf(row: Row): Record<string, unknown> {
  const { uid, name, activity, about } = classOf(row);
  const [activityId, activityName] = activity;
  const [status_id, status] = statusOf(row);
  return {
    ...IAM,
    ...{ class_uid: uid, class_name: name, activity_id: activityId, activity_name: activityName },
    ...{ type_uid: uid * 100 + activityId, type_name: `${name}: ${activityName}` },
    time: row.at.getTime(),
    ...(row.outcome === 'refused'
      ? { severity_id: 2, severity: 'Low' }
      : { severity_id: 1, severity: 'Informational' }),
    ...{ status_id, status, ...(row.code === null ? {} : { status_code: row.code }) },
    message: `${row.actorName}: ${row.operation}${row.about ? `, ${row.about}` : ''}`,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'apim-user', vendor_name: 'apim-user' },
      ...{ uid: row.id, event_code: row.operation, log_name: 'audit', correlation_uid: row.requestId },
      ...(row.number == null ? {} : { sequence: row.number }),
    },
    actor: { user: actorOf(row) },
    ...about,
    unmapped: {
      ...{ service: row.serviceId, operation: row.operation, outcome: row.outcome },
      ...{ target_kind: row.targetKind, target_id: row.targetId, reason: row.reason },
      ...{ before: row.before, after: row.after, approval_id: row.approvalId, approval: row.approval },
      ...(row.hash == null ? {} : { hash: row.hash }),
    },
  };
}

const PEOPLE = /^(accounts|passwords|identities|operators|sessions|terms)\//;

function classOf(row: Row) {
  const { operation, targetKind, targetId, about, reason } = row;
  const user = {
    ...{ uid: targetId ?? '', name: about ?? targetId ?? 'unknown' },
    ...(targetKind === 'account' ? { type_id: 1, type: 'User' } : { type_id: 0, type: 'Unknown' }),
  };
  const signIn = SIGN_INS[operation];
  if (signIn)
    return {
      ...{ uid: 3002, name: 'Authentication', activity: signIn },
      about: { user, service: { name: row.serviceId }, is_remote: true },
    };
  if (targetKind === 'account' || targetKind === 'operator' || PEOPLE.test(operation)) {
    const activity = CHANGES[operation] ?? ([99, 'Other'] as const);
    return { uid: 3001, name: 'Account Change', activity, about: { user } };
  }
  const verb = operation.slice(operation.indexOf('/') + 1);
  const activity = VERBS.find(([pattern]) => pattern.test(verb))?.[1] ?? UPDATE;
  const type = targetKind ?? operation.slice(0, operation.indexOf('/'));
  const entity = { ...{ type, name: about ?? targetId ?? type }, ...(targetId ? { uid: targetId } : {}) };
  return {
    ...{ uid: 3004, name: 'Entity Management', activity },
    about: { entity, ...(reason ? { comment: reason } : {}) },
  };
}

function statusOf({ outcome }: Row): readonly [number, string] {
  if (outcome === 'asked') return [99, 'Waits for approval'];
  return outcome === 'done' ? [1, 'Success'] : [2, 'Failure'];
}

function actorOf({ actorKind, actorId, actorName }: Row) {
  const [type_id, type] = USER_TYPES[actorKind] ?? OTHER_TYPE;
  return { name: actorName, uid: actorId || actorKind, type_id, type };
}
