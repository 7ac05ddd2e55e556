// Writes audit rows as lines that people read.
import type { ApprovableName } from '../../operations/approvals/approvable.ts';
import type { AuditEntryView } from '../../operations/audit/entry.ts';
import { countedSubscriptions } from './counts.ts';
import { escapeText, formatDate } from './text.ts';

type LinePlace = {
  /** People without a role can read the channel, so reasons and emails are left out. */
  isExposed: boolean;
  /** Names the target too. The history of one account does not need it. */
  withTarget?: boolean;
};

/** "Nov 24 at 5:40 PM · *Ada Admin* blocked the account. Why: leaked a key. state: active → blocked". */
export function historyLine(entry: AuditEntryView, place: LinePlace): string {
  const by = entry.actorKind === 'system' ? ' (by itself)' : '';
  const parts = [
    `${formatDate(entry.at)} · *${escapeText(entry.actorName)}*${by} ${actionText(entry)}`,
    targetText(entry, place),
    ...(entry.reason && !place.isExposed ? [`Why: ${escapeText(entry.reason)}`] : []),
    changesText(entry, place.isExposed ? FIELDS_FOR_ALL : FIELDS),
    approvalText(entry, place),
  ];
  return parts.filter((part) => part !== '').join('. ');
}

function actionText({ outcome, code, operation, after }: AuditEntryView): string {
  if (outcome === 'refused')
    return `would have ${participle(pastTenseOf(operation))}, but was refused (\`${code}\`)`;
  if (outcome === 'asked') return `asked ${REQUESTS[operation as ApprovableName] ?? `for \`${operation}\``}`;
  if (operation === 'approvals/decide') {
    const requested = REQUESTS[after?.operation as ApprovableName] ?? '';
    return after?.state === 'declined'
      ? `declined what was asked: ${requested}`
      : `agreed to what was asked: ${requested}`;
  }
  return pastTenseOf(operation);
}

const pastTenseOf = (operation: string): string => PAST_TENSE[operation] ?? `did \`${operation}\``;

/** Follows the actor's name. An operation without a text here is shown by its name. */
const PAST_TENSE: Record<string, string> = {
  'accounts/activate': 'activated the account',
  'accounts/add': 'added the account',
  'accounts/answer-sign-up': 'made the account that was signed up for, or told who has it',
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
  'accounts/remove-sign-up': 'removed a sign-up that was never confirmed',
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
  'invitations/expire': 'wrote down that the invitation expired',
  'invitations/invite': 'invited',
  'invitations/request': 'asked for an invitation',
  'invitations/resend': 'sent the invitation again',
  'invitations/revoke': 'revoked the invitation',
  'mails/cancel-all': 'cancelled the mails that waited',
  'operators/grant': 'granted a role',
  'operators/grant-first': 'granted a role',
  'operators/grant-from-console': 'granted a role, unchecked with Slack,',
  'operators/lose': 'withdrew a role from a person who can’t act any more',
  'operators/withdraw': 'withdrew a role',
  'operators/withdraw-from-console': 'withdrew a role, unchecked with Slack,',
  'passwords/change': 'changed the password',
  'passwords/reset': 'set a new password',
  'passwords/send-reset': 'mailed a link to reset the password',
  'products/create': 'created a product',
  'products/delete': 'deleted a product',
  'products/edit': 'changed a product',
  'sessions/end': 'ended a session',
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
  'templates/save': 'changed the text of a mail',
  'tickets/void-all': 'voided every mailed link',
  'tokens/create': 'made a token for the management API',
  'tokens/revoke': 'revoked a token of the management API',
};

/** For "would have …". Verbs that are not listed have a participle like their past tense. */
const participle = (words: string): string => words.replace(/^\w+/, (verb) => IRREGULAR[verb] ?? verb);

const IRREGULAR: Record<string, string> = {
  did: 'done',
  gave: 'given',
  took: 'taken',
  withdrew: 'withdrawn',
  wrote: 'written',
};

/** Follows "asked", for operations that need a second operator. */
const REQUESTS: Record<ApprovableName, string> = {
  'accounts/activate': 'to activate the account',
  'accounts/block': 'to block the account',
  'accounts/delete': 'to delete the account',
  'accounts/edit': 'to change the data',
  'accounts/restore': 'to restore the account',
  'accounts/set-groups': 'to change the groups',
  'invitations/invite': 'to invite',
  'passwords/send-reset': 'to mail a link to reset the password',
};

function targetText({ targetKind, targetId, about }: AuditEntryView, place: LinePlace): string {
  if (!targetKind || !targetId) return '';
  if (targetKind === 'operator') return `About <@${targetId.split('/').at(-1)}>`;
  if (targetKind === 'template') return `About the mail “${escapeText(about ?? targetId)}”`;
  // The request names its target, and people can't use the approval's id.
  if (targetKind === 'approval' && !about) return '';
  // An account has many subscriptions, so its history names them.
  if (!place.withTarget && targetKind !== 'subscription') return '';
  return about && !place.isExposed ? `About ${escapeText(about)}` : `About ${targetKind} \`${targetId}\``;
}

function approvalText({ approval, operation, outcome }: AuditEntryView, place: LinePlace): string {
  if (!approval?.decidedByName || operation === 'approvals/decide' || outcome !== 'done') return '';
  const reason =
    approval.decisionReason && !place.isExposed ? `: ${escapeText(approval.decisionReason)}` : '';
  return `Asked for by ${escapeText(approval.requestedByName)}, approved by ${escapeText(approval.decidedByName)}${reason}`;
}

function changesText(
  { before, after, operation }: AuditEntryView,
  fields: Record<string, FieldText>,
): string {
  if (operation === 'approvals/decide') return '';
  // Values that did not change, or that only the row from before has, are no news.
  const names = Object.keys(fields).filter(
    (name) =>
      name in (after ?? before ?? {}) && JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  return names
    .map((name) => fields[name]?.(after?.[name], before?.[name], before !== null && name in before) ?? '')
    .filter((words) => words !== '')
    .join(' · ');
}

type FieldText = (is: unknown, was: unknown, hasBefore: boolean) => string;
const MAX_VALUE_SHOWN = 80;

/** `state: active → blocked`. */
const named =
  (label: string): FieldText =>
  (is, was, hasBefore) =>
    hasBefore ? `${label}: ${valueText(was)} → ${valueText(is)}` : `${label}: ${valueText(is)}`;

/** Empty for any other value. */
const when =
  (value: boolean, words: string): FieldText =>
  (is) =>
    is === value ? words : '';

/** False is news only when the row has a value from before. */
const either =
  (yes: string, no: string): FieldText =>
  (is, _was, hasBefore) =>
    is === true ? yes : hasBefore ? no : '';

const moment =
  (label: string): FieldText =>
  (is) =>
    typeof is === 'string' ? `${label}: ${formatDate(new Date(is))}` : '';

/** The values of an audit row that people read. Others, such as ids, are left out. */
const FIELDS: Record<string, FieldText> = {
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
  // Too long for a line.
  terms: (is, _was, hasBefore) => (hasBefore ? 'the terms changed' : is ? 'with terms' : ''),
  subscriptions: (is, was) => {
    const count = Number(is ?? was ?? 0);
    return count > 0 ? `with ${countedSubscriptions(count)}` : '';
  },
  from: moment('from'),
  rows: named('rows'),
  new: named('new'),
  // Too long for a line.
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

const FIELDS_FOR_ALL = { role: named('role'), state: named('state') };

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  const text = Array.isArray(value) ? value.join(', ') || 'none' : String(value);
  return escapeText(text.length > MAX_VALUE_SHOWN ? `${text.slice(0, MAX_VALUE_SHOWN)}…` : text);
}
