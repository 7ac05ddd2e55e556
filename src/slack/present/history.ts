// Writes audit rows as lines that people read.
import type { Button, KnownBlock } from '@slack/types';
import { type DomainErrorCode, plainWordsOf } from '../../domain/domain-error.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import type { AuditEntryView } from '../../operations/audit/entry.ts';
import type { Role } from '../../operations/frame/context.ts';
import { restoreButton } from './account.ts';
import { fieldWords } from './azure-words.ts';
import { section } from './blocks.ts';
import { countedSubscriptions } from './counts.ts';
import { didText, namesTarget, toDoText } from './operation-words.ts';
import { cut, escapeText, formatDate } from './text.ts';

type LinePlace = {
  /** People without a role can read the channel, so reasons and emails are left out. */
  isExposed: boolean;
  /** Names the target too. The history of one account does not need it. */
  withTarget?: boolean;
  /** Leaves out what changed in the account. */
  isBrief?: true;
};

/** The line, and Restore beside a deletion that this role can still take back; else the button that is given. */
export function historyRow(
  entry: AuditEntryView,
  { role, ...place }: LinePlace & { role: Role | null },
  other?: Button,
): KnownBlock {
  const { id, about, restorable } = entry;
  const mayRestore = role !== null && restoreAccount.allowed.includes(role);
  const name = (!place.isExposed && about) || 'the account';
  const accessory = restorable && mayRestore ? restoreButton(restorable, name, id) : other;
  return { ...section(historyLine(entry, place)), ...(accessory ? { accessory } : {}) } as KnownBlock;
}

/** "Nov 24 at 5:40 PM · *Ada Admin* blocked the account. Why: leaked a key. state: active → blocked". */
export function historyLine(entry: AuditEntryView, place: LinePlace): string {
  const by = entry.actorKind === 'system' ? ' (automatically)' : '';
  const target = targetText(entry, place);
  // A developer acts on their own account, so its name says who.
  const isOwn = OWN_ACTORS.includes(entry.actorKind) && entry.targetKind === 'account' && target !== null;
  const who = isOwn ? target : escapeText(entry.actorName);
  const parts = [
    `${formatDate(entry.at)} · *${who}*${by} ${actionText(entry, isOwn ? null : target)}`,
    ...(entry.reason && !place.isExposed ? [`Why: ${escapeText(entry.reason)}`] : []),
    ...(place.isBrief ? [] : [changesText(entry, place.isExposed ? FIELDS_FOR_ALL : FIELDS)]),
    approvalText(entry, place),
  ];
  return parts.filter((part) => part !== '').join('. ');
}

const OWN_ACTORS = ['account', 'developer'];

function actionText({ outcome, code, operation, after }: AuditEntryView, target: string | null): string {
  if (outcome === 'refused')
    return `tried to ${named(toDoText, operation, target)}. Refused: ${reasonText(code)}`;
  if (outcome === 'asked') return `asked to ${named(toDoText, operation, target)}`;
  const decision = DECISIONS[`${operation} ${after?.state}`];
  if (decision) return `${decision} the request to ${named(toDoText, String(after?.operation), target)}`;
  return named(didText, operation, target);
}

const DECISIONS: Record<string, string> = {
  'approvals/decide approved': 'approved',
  'approvals/decide outdated': 'approved',
  'approvals/decide declined': 'declined',
  'approvals/withdraw withdrawn': 'withdrew',
};

/** With the target's name in the sentence, or after it. */
function named(text: typeof didText, operation: string, target: string | null): string {
  return target === null || namesTarget(operation)
    ? text(operation, target)
    : `${text(operation, null)}. About ${target}`;
}

/** Why, as a third person reads it: a clause that follows a colon. */
function reasonText(code: string | null): string {
  if (!code) return '';
  const [first = ''] = plainWordsOf(code as DomainErrorCode).split('. ');
  return REASONS[code as DomainErrorCode] ?? first.replace(/\.$/, '').replace(/^[A-Z](?=[a-z ])/, lowerCase);
}

const lowerCase = (letter: string): string => letter.toLowerCase();

/** For codes whose plain words speak to the person. */
const REASONS: Partial<Record<DomainErrorCode, string>> = {
  not_permitted: "they don't have permission",
  standing_unconfirmed: "Slack hadn't confirmed that they are still a full member",
  standing_unknown: "Slack didn't say whether they may act",
  invalid_input: "what they entered wasn't valid",
  form_outdated: 'their button or form was from an older version of the app',
  email_invalid: "the email wasn't valid",
  email_taken: 'an account with that email already exists',
  email_invited: 'that email is already invited',
  password_unacceptable: "the password couldn't be used",
  account_not_found: 'no account was found',
  account_invited: "that person hadn't accepted their invitation yet",
  account_deleted: 'the account was deleted',
  account_ambiguous: 'several accounts matched',
  account_changed: 'the account had changed meanwhile',
  account_state_unfitting: "the state of the account didn't allow it",
  account_erased: 'the data of the account was erased',
  undo_too_late: 'it was too late to undo',
  ticket_refused: 'the link no longer worked',
  sign_in_refused: 'wrong email or password',
  password_wrong: 'the current password was wrong',
  password_must_change: 'they had to choose a new password first',
  approval_not_found: "the request wasn't found, or wasn't theirs",
  approval_own: 'it was their own request',
  approval_about_oneself: 'it was about their own account',
  approval_ended: 'it was already decided',
  no_second_operator: 'no other operator could approve it',
  requests_off: 'requests are turned off',
  batch_running: 'it was still running',
  batch_ended: 'it had ended',
  batch_begun: 'it was already applied',
  operator_last_admin: 'no other admin could act',
  id_taken: 'that id was taken',
  catalog_changed: 'it had changed meanwhile',
  template_changed: 'someone else had saved it meanwhile',
  subscription_changed: 'the subscription had changed meanwhile',
  subscription_state_unfitting: "the state of the subscription didn't allow it",
  has_subscriptions: 'there were subscriptions to it',
  review_answered: 'the account had another answer by then',
  review_own_account: 'it was their own account',
  limit_reached: 'that was more than is allowed at once',
  overtaken: 'another change came first',
  try_again: "it didn't work at that moment",
};

/** Null where the target is clear without it, or the place must not name it. */
function targetText(entry: AuditEntryView, place: LinePlace): string | null {
  const { operation, targetKind, targetId, about } = entry;
  if (!targetKind || !targetId) return null;
  if (operation === 'invitations/set-messages') return null;
  if (targetKind === 'operator') return `<@${targetId.split('/').at(-1)}>`;
  if (targetKind === 'template') return `the mail “${escapeText(about ?? targetId)}”`;
  // The request names its target, and people can't use the approval's id.
  if (targetKind === 'approval' && !about) return null;
  // An account has many subscriptions, so its history names them.
  if (!place.withTarget && targetKind !== 'subscription') return null;
  if (place.isExposed) return `${targetKind} \`${targetId}\``;
  const kind = NAMED_KINDS[targetKind];
  if (kind === undefined)
    return about ? escapeText(about) : targetKind === 'account' ? `account \`${targetId}\`` : null;
  const name = about ?? nameIn(entry);
  return name === null ? null : `the ${kind} *${escapeText(name)}*`;
}

const NAMED_KINDS: Record<string, string> = {
  announcement: 'announcement',
  api: 'API',
  group: 'group',
  notification: 'notification',
  product: 'product',
  rule: 'rule',
  subscription: 'subscription',
  token: 'token',
  webhook: 'webhook',
};

/** Of what is deleted by now. */
function nameIn({ before, after }: AuditEntryView): string | null {
  const name = before?.name ?? after?.name ?? before?.domain ?? after?.domain;
  return typeof name === 'string' ? name : null;
}

function approvalText({ approval, operation, outcome }: AuditEntryView, place: LinePlace): string {
  if (!approval?.decidedByName || operation === 'approvals/decide' || outcome !== 'done') return '';
  const reason =
    approval.decisionReason && !place.isExposed ? `: ${escapeText(approval.decisionReason)}` : '';
  return `Requested by ${escapeText(approval.requestedByName)}, approved by ${escapeText(approval.decidedByName)}${reason}`;
}

function changesText(entry: AuditEntryView, fields: Record<string, FieldText>): string {
  const { before, after, operation, about, targetKind } = entry;
  if (operation.startsWith('approvals/')) return '';
  // The name or email that the target shows already.
  const isInTarget = (name: string) =>
    name === 'name' && (before?.name !== undefined) !== (after?.name !== undefined)
      ? targetKind === 'operator' || (targetKind ?? '') in NAMED_KINDS
      : name === 'email' && !before && after?.email === about;
  // Values that did not change, or that only the row from before has, are no news.
  const names = Object.keys(fields).filter(
    (name) =>
      !isInTarget(name) &&
      name in (after ?? before ?? {}) &&
      JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  return names
    .map((name) =>
      after === null
        ? // It is gone, so this is what it was.
          (fields[name]?.(before?.[name], undefined, false) ?? '')
        : (fields[name]?.(after[name], before?.[name], before !== null && name in before) ?? ''),
    )
    .filter((words) => words !== '')
    .join(' · ');
}

type FieldText = (is: unknown, was: unknown, hasBefore: boolean) => string;
const MAX_VALUE_SHOWN = 80;

/** `state: active → blocked`. */
const labelled =
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

/** None is news only when the row has a value from before. */
const limit =
  (label: string): FieldText =>
  (is, was, hasBefore) =>
    is || hasBefore ? labelled(label)(is, was, hasBefore) : '';

const moment =
  (label: string): FieldText =>
  (is) =>
    typeof is === 'string' ? `${label}: ${formatDate(new Date(is))}` : '';

const DIFFERENCE_DECISIONS: Record<string, string> = {
  take: "Azure's was taken",
  keep: 'ours was kept',
  leave: 'it was left alone',
};

const TROUBLES: Readonly<Record<string, string>> = {
  given_up:
    'its receiver has failed for three days. Events are given up one by one; programs can still read them from GET /events',
  failing: 'its receiver has failed for five days, so it is paused',
  gone: 'its receiver says that it is gone for good, so it is paused',
};
const TROUBLE: FieldText = (is) => TROUBLES[String(is)] ?? '';

const ALONE = when(true, 'without a second operator, as its token’s grant act-alone allows');

/** The values of an audit row that people read. Others, such as ids, are left out. */
const FIELDS: Record<string, FieldText> = {
  state: labelled('state'),
  email: labelled('email'),
  emailAskedFor: labelled('new email, to be confirmed'),
  firstName: labelled('first name'),
  lastName: labelled('last name'),
  name: labelled('name'),
  description: labelled('description'),
  note: labelled('note'),
  groups: labelled('groups'),
  rule: labelled('rule'),
  admission: labelled('who signs up'),
  products: labelled('products'),
  approvesProducts: when(true, 'approved at once'),
  role: labelled('role'),
  mode: labelled('mode'),
  difference: (is) =>
    typeof is === 'string' ? `about: ${is === 'exists' ? 'whether it exists' : fieldWords(is)}` : '',
  decision: (is) => DIFFERENCE_DECISIONS[String(is)] ?? '',
  granted: labelled('granted'),
  subject: labelled('subject'),
  for: labelled('for'),
  path: labelled('path'),
  serviceUrl: labelled('service URL'),
  keyHeader: labelled('key header'),
  keyQuery: labelled('key query parameter'),
  apis: labelled('APIs'),
  isPublished: either('published', 'not published'),
  isSubscriptionRequired: either('a subscription is required', 'no subscription is required'),
  isApprovalRequired: either('approval is required', 'no approval is required'),
  subscriptionsLimit: (is, _was, hasBefore) =>
    is
      ? `at most ${is} subscriptions per account`
      : hasBefore
        ? 'any number of subscriptions per account'
        : '',
  rate: limit('rate'),
  quota: limit('quota'),
  key: labelled('key'),
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
  rows: labelled('rows'),
  export: labelled('list'),
  format: labelled('format'),
  filters: labelled('filters'),
  new: labelled('new'),
  // Too long for a line.
  body: () => 'the text changed',
  syntax: (is) => (is === 'xhtml' ? 'a program wrote it, in XHTML' : 'it is Markdown again'),
  expiresAt: moment('ends'),
  until: moment('until'),
  addressCalledOff: when(true, 'the new email was cancelled'),
  withPassword: when(true, 'with a password'),
  resourceId: labelled('id for programs'),
  endedInvitation: when(true, 'an open invitation ended with it'),
  agreed: when(true, 'approved, and active once the email is confirmed'),
  invitationMessages: (is) => (is === true ? 'now on' : 'now off'),
  toldDeveloper: when(false, 'the developer was not told'),
  addressConfirmed: when(false, 'the email was not confirmed'),
  erased: when(true, 'erased at once'),
  alone: ALONE,
  address: labelled('IP address'),
  host: labelled('host'),
  types: labelled('events'),
  includesPersonal: either('with names and emails', 'without names and emails'),
  trouble: TROUBLE,
};

const FIELDS_FOR_ALL = {
  role: labelled('role'),
  mode: labelled('mode'),
  state: labelled('state'),
  alone: ALONE,
  trouble: TROUBLE,
};

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  const text = Array.isArray(value) ? value.join(', ') || 'none' : String(value);
  return escapeText(cut(text, MAX_VALUE_SHOWN));
}
