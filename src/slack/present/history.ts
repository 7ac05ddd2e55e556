// The audit in words: who did what, when, why, before → after.
import type { AuditEntryView } from '../../operations/audit-entry.ts';
import { dateWords, escapeText } from './text.ts';

/** What was done, after the name of who did it. What has no words here is told by its own name. */
const DEEDS: Record<string, string> = {
  'accounts/activate': 'activated the account',
  'accounts/add': 'added the account',
  'accounts/block': 'blocked the account',
  'accounts/confirm-email': 'confirmed the address',
  'accounts/delete': 'deleted the account',
  'accounts/edit': 'changed the data',
  'accounts/erase': 'erased the personal data',
  'accounts/restore': 'restored the account',
  'accounts/set-groups': 'changed the groups',
  'approvals/decide': 'decided about what was asked for',
  'approvals/withdraw': 'took back what was asked for',
  'groups/create': 'created a group',
  'groups/delete': 'deleted a group',
  'groups/rename': 'renamed a group',
  'invitations/accept': 'accepted the invitation',
  'invitations/invite': 'invited',
  'invitations/request': 'asked for an invitation',
  'invitations/resend': 'sent the invitation again',
  'invitations/revoke': 'revoked the invitation',
  'operators/grant': 'granted a role',
  'operators/grant-first': 'granted a role',
  'operators/lose': 'withdrew a role from somebody who can’t act any more',
  'operators/withdraw': 'withdrew a role',
  'passwords/reset': 'set a new password',
  'passwords/send-reset': 'mailed a link to reset the password',
  'templates/restore-default': 'restored the default text of a mail',
  'templates/save': 'changed the text of a mail',
};

type Place = {
  /** Whether people without a say may read it: no reason, no address then. */
  isExposed: boolean;
  /** Whether the line also says what it was about: not in the history of one account. */
  withTarget?: boolean;
};

/** "Nov 24 at 5:40 PM · *Ada Admin* blocked the account. Why: leaked a key. state: active → blocked". */
export function historyLine(entry: AuditEntryView, place: Place): string {
  const { outcome, code, operation, actorKind } = entry;
  const deed = DEEDS[operation] ?? `did \`${operation}\``;
  const did =
    outcome === 'refused'
      ? `was refused \`${operation}\` (${code})`
      : outcome === 'asked'
        ? `asked for \`${operation}\``
        : deed;
  const parts = [
    `${dateWords(entry.at)} · *${escapeText(entry.actorName)}*${ORIGINS[actorKind] ?? ''} ${did}`,
    targetWords(entry, place),
    ...(entry.reason && !place.isExposed ? [`Why: ${escapeText(entry.reason)}`] : []),
    place.isExposed ? rolesOnly(entry) : changes(entry),
    agreed(entry, place),
  ];
  return parts.filter((part) => part !== '').join('. ');
}

const ORIGINS: Record<string, string> = { system: ' (by itself)' };

function targetWords({ targetKind, targetId }: AuditEntryView, place: Place): string {
  if (!targetKind || !targetId) return '';
  if (targetKind === 'operator') return `About <@${targetId.split('/').at(-1)}>`;
  if (targetKind === 'template') return `About the mail ${targetId}`;
  return place.withTarget ? `About ${targetKind} \`${targetId}\`` : '';
}

function agreed({ approval, operation }: AuditEntryView, place: Place): string {
  if (!approval?.decidedByName || operation === 'approvals/decide') return '';
  const reason =
    approval.decisionReason && !place.isExposed ? `: ${escapeText(approval.decisionReason)}` : '';
  return `Asked for by ${escapeText(approval.requestedByName)}, ${approval.state} by ${escapeText(approval.decidedByName)}${reason}`;
}

const MAX_VALUE_SHOWN = 80;

/** `state: active → blocked · groups: none → Partners`. */
function changes({ before, after }: Pick<AuditEntryView, 'before' | 'after'>): string {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names
    .map((name) => {
      const [was, is] = [valueWords(before?.[name]), valueWords(after?.[name])];
      return before && name in before ? `${name}: ${was} → ${is}` : `${name}: ${is}`;
    })
    .join(' · ');
}

const rolesOnly = ({ before, after }: AuditEntryView): string =>
  after && 'role' in after ? changes({ before: { role: before?.role }, after: { role: after.role } }) : '';

function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  const text = Array.isArray(value)
    ? value.join(', ') || 'none'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  return escapeText(text.length > MAX_VALUE_SHOWN ? `${text.slice(0, MAX_VALUE_SHOWN)}…` : text);
}
