// The audit in words: who did what, when, why, before → after.
import type { ApprovableName } from '../../operations/approvals/approvable.ts';
import type { AuditEntryView } from '../../operations/audit/entry.ts';
import { countedSubscriptions } from './counts.ts';
import { escapeText, formatDate } from './text.ts';

/** What was done, after the name of who did it. What has no words here is told by its own name. */
const DEEDS: Record<string, string> = {
  'accounts/activate': 'activated the account',
  'accounts/answer-sign-up': 'made the account that was signed up for, or told who has it',
  'accounts/add': 'added the account',
  'accounts/block': 'blocked the account',
  'accounts/call-off-own-email': 'called off the new address',
  'accounts/change-own-email': 'asked for another address',
  'accounts/close': 'closed the account',
  'accounts/confirm-email': 'confirmed the address',
  'accounts/delete': 'deleted the account',
  'accounts/edit': 'changed the data',
  'accounts/edit-own': 'changed their names',
  'accounts/end-block': 'ended the block',
  'accounts/erase': 'erased the personal data',
  'accounts/remove-sign-up': 'removed a sign-up that nobody confirmed',
  'accounts/restore': 'restored the account',
  'accounts/set-groups': 'changed the groups',
  'apis/create': 'made an API known',
  'apis/delete': 'deleted an API',
  'apis/edit': 'changed an API',
  'approvals/close-all': 'took back all that waited for a second operator',
  'approvals/decide': 'decided about what was asked for',
  'approvals/erase': 'erased the address that was asked for',
  'approvals/withdraw': 'took back what was asked for',
  'groups/create': 'created a group',
  'groups/delete': 'deleted a group',
  'groups/rename': 'renamed a group',
  'imports/begin': 'applied an import',
  'imports/keep': 'looked at a table for an import',
  'imports/stop-all': 'stopped every import',
  'invitations/accept': 'accepted the invitation',
  'invitations/erase': 'erased the address that was invited',
  'invitations/invite': 'invited',
  'invitations/request': 'asked for an invitation',
  'invitations/resend': 'sent the invitation again',
  'invitations/revoke': 'revoked the invitation',
  'mails/cancel-all': 'cancelled the mails that waited',
  'operators/grant': 'granted a role',
  'operators/grant-first': 'granted a role',
  'operators/grant-from-console': 'granted a role, unchecked with Slack,',
  'operators/lose': 'withdrew a role from somebody who can’t act any more',
  'operators/withdraw': 'withdrew a role',
  'operators/withdraw-from-console': 'withdrew a role, unchecked with Slack,',
  'passwords/change': 'changed the password',
  'passwords/reset': 'set a new password',
  'passwords/send-reset': 'mailed a link to reset the password',
  'sessions/end': 'ended a session',
  'products/create': 'created a product',
  'products/delete': 'deleted a product',
  'products/edit': 'changed a product',
  'sessions/end-all': 'signed every developer out',
  'sessions/end-others': 'ended all other sessions',
  'sessions/redeem-link': 'signed in by a link of a program',
  'sessions/sign-in': 'signed in',
  'sessions/sign-out': 'signed out',
  'subscriptions/approve': 'approved the subscription',
  'subscriptions/cancel': 'cancelled the subscription',
  'subscriptions/delete': 'deleted the subscription',
  'subscriptions/expire': 'wrote down that the subscription expired',
  'subscriptions/extend': 'gave the subscription another end',
  'subscriptions/grant': 'granted a subscription',
  'subscriptions/regenerate-key': 'replaced a key',
  'subscriptions/reject': 'rejected the subscription',
  'subscriptions/rename': 'renamed the subscription',
  'subscriptions/request': 'asked for a subscription',
  'subscriptions/resume': 'resumed the subscription',
  'subscriptions/show-keys': 'looked at the keys',
  'subscriptions/suspend': 'suspended the subscription',
  'templates/restore-default': 'restored the default text of a mail',
  'tokens/create': 'made a token for the management API',
  'tokens/revoke': 'revoked a token of the management API',
  'templates/save': 'changed the text of a mail',
  'tickets/void-all': 'voided every mailed link',
};

type Place = {
  /** Whether people without a say may read it: no reason, no address then. */
  isExposed: boolean;
  /** Whether the line also says what it was about: not in the history of one account. */
  withTarget?: boolean;
};

/** What was asked for and waits, or waited, for a second operator. */
const ASKED: Record<ApprovableName, string> = {
  'accounts/activate': 'to activate the account',
  'accounts/block': 'to block the account',
  'accounts/delete': 'to delete the account',
  'accounts/edit': 'to change the data',
  'accounts/restore': 'to restore the account',
  'accounts/set-groups': 'to change the groups',
  'invitations/invite': 'to invite',
  'passwords/send-reset': 'to mail a link to reset the password',
};

/** "Nov 24 at 5:40 PM · *Ada Admin* blocked the account. Why: leaked a key. state: active → blocked". */
export function historyLine(entry: AuditEntryView, place: Place): string {
  const by = entry.actorKind === 'system' ? ' (by itself)' : '';
  const parts = [
    `${formatDate(entry.at)} · *${escapeText(entry.actorName)}*${by} ${actionText(entry)}`,
    targetText(entry, place),
    ...(entry.reason && !place.isExposed ? [`Why: ${escapeText(entry.reason)}`] : []),
    changes(entry, place.isExposed ? SHOWN_TO_ALL : FIELDS),
    agreed(entry, place),
  ];
  return parts.filter((part) => part !== '').join('. ');
}

function actionText({ outcome, code, operation, after }: AuditEntryView): string {
  if (outcome === 'refused')
    return `would have ${participle(deed(operation))}, but was refused (\`${code}\`)`;
  if (outcome === 'asked') return `asked ${ASKED[operation as ApprovableName] ?? `for \`${operation}\``}`;
  if (operation === 'approvals/decide') {
    const wanted = ASKED[after?.operation as ApprovableName] ?? '';
    return after?.state === 'declined'
      ? `declined what was asked: ${wanted}`
      : `agreed to what was asked: ${wanted}`;
  }
  return deed(operation);
}

const deed = (operation: string): string => DEEDS[operation] ?? `did \`${operation}\``;

const IRREGULAR: Record<string, string> = {
  did: 'done',
  gave: 'given',
  took: 'taken',
  withdrew: 'withdrawn',
  wrote: 'written',
};
/** As it stands after "would have". */
const participle = (words: string): string => words.replace(/^\w+/, (verb) => IRREGULAR[verb] ?? verb);

function targetText({ targetKind, targetId, about }: AuditEntryView, place: Place): string {
  if (!targetKind || !targetId) return '';
  if (targetKind === 'operator') return `About <@${targetId.split('/').at(-1)}>`;
  if (targetKind === 'template') return `About the mail “${escapeText(about ?? targetId)}”`;
  // What was asked says it already; its id says nothing to anybody.
  if (targetKind === 'approval' && !about) return '';
  // An account's history tells of each of its subscriptions.
  if (!place.withTarget && targetKind !== 'subscription') return '';
  return about && !place.isExposed ? `About ${escapeText(about)}` : `About ${targetKind} \`${targetId}\``;
}

function agreed({ approval, operation, outcome }: AuditEntryView, place: Place): string {
  if (!approval?.decidedByName || operation === 'approvals/decide' || outcome !== 'done') return '';
  const reason =
    approval.decisionReason && !place.isExposed ? `: ${escapeText(approval.decisionReason)}` : '';
  return `Asked for by ${escapeText(approval.requestedByName)}, approved by ${escapeText(approval.decidedByName)}${reason}`;
}

type Field = (is: unknown, was: unknown, hasBefore: boolean) => string;

const MAX_VALUE_SHOWN = 80;

/** `state: active → blocked`. */
const named =
  (label: string): Field =>
  (is, was, hasBefore) =>
    hasBefore ? `${label}: ${valueText(was)} → ${valueText(is)}` : `${label}: ${valueText(is)}`;
/** Said only when it is so. */
const when =
  (value: boolean, words: string): Field =>
  (is) =>
    is === value ? words : '';
/** What isn't so is said when it was so before. */
const either =
  (yes: string, no: string): Field =>
  (is, _was, hasBefore) =>
    is === true ? yes : hasBefore ? no : '';
const moment =
  (label: string): Field =>
  (is) =>
    typeof is === 'string' ? `${label}: ${formatDate(new Date(is))}` : '';

/** What of an audit row's values is for people; ids of rows and the like are not. */
const FIELDS: Record<string, Field> = {
  state: named('state'),
  email: named('address'),
  emailAskedFor: named('new address, to be confirmed'),
  firstName: named('first name'),
  lastName: named('last name'),
  name: named('name'),
  description: named('description'),
  note: named('note'),
  groups: named('groups'),
  role: named('role'),
  granted: named('granted'),
  subject: named('subject'),
  for: named('for'),
  path: named('path'),
  apis: named('APIs'),
  isPublished: either('published', 'not published'),
  isSubscriptionRequired: either('a subscription is needed', 'no subscription is needed'),
  isApprovalRequired: either('an operator decides', 'no operator decides'),
  subscriptionsLimit: (is, _was, hasBefore) =>
    is ? `at most ${is} subscriptions for an account` : hasBefore ? 'any number for an account' : '',
  key: named('key'),
  leaked: when(true, 'because it leaked'),
  broughtKeys: when(true, 'with keys that were brought along'),
  agreedToTerms: when(true, 'the terms were agreed to'),
  // Too long to be told here.
  terms: (is, _was, hasBefore) => (hasBefore ? 'the terms changed' : is ? 'with terms' : ''),
  subscriptions: (is, was) => {
    const count = Number(is ?? was ?? 0);
    return count > 0 ? `with ${countedSubscriptions(count)}` : '';
  },
  from: moment('from'),
  rows: named('rows'),
  new: named('new'),
  // Too long to be told here; the mail itself shows it.
  body: () => 'the text changed',
  syntax: (is) => (is === 'xhtml' ? 'a program wrote it, in XHTML' : 'it is Markdown again'),
  expiresAt: moment('ends'),
  until: moment('until'),
  addressCalledOff: when(true, 'the new address was called off'),
  withPassword: when(true, 'with a password'),
  endedInvitation: when(true, 'an open invitation ended with it'),
  agreed: when(true, 'agreed to, and active once the address is confirmed'),
  toldDeveloper: when(false, 'the developer was not told'),
  addressConfirmed: when(false, 'the address was not confirmed'),
  erased: when(true, 'erased at once'),
  default: when(true, 'the default text is back'),
};
const SHOWN_TO_ALL = { role: named('role'), state: named('state') };

function changes({ before, after, operation }: AuditEntryView, fields: Record<string, Field>): string {
  if (operation === 'approvals/decide') return '';
  // Where there is an after, only what is in it; and only what is another than before.
  const names = Object.keys(fields).filter(
    (name) =>
      name in (after ?? before ?? {}) && JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  return names
    .map((name) => fields[name]?.(after?.[name], before?.[name], before !== null && name in before) ?? '')
    .filter((words) => words !== '')
    .join(' · ');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  const text = Array.isArray(value) ? value.join(', ') || 'none' : String(value);
  return escapeText(text.length > MAX_VALUE_SHOWN ? `${text.slice(0, MAX_VALUE_SHOWN)}…` : text);
}
