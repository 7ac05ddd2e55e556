// The texts of refusals, with the buttons that help.
import type { Button } from '@slack/types';
import {
  type DomainError,
  type DomainErrorCode,
  inEnglish,
  plainWordsOf,
} from '../../domain/domain-error.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import { MAX_ROWS_IN_SLACK } from '../../operations/exports/take.ts';
import type { WaitsForApproval } from '../../operations/frame/approval.ts';
import type { Role, SlackMembership } from '../../operations/frame/context.ts';
import { listInvitations } from '../../operations/invitations/list.ts';
import { resendInvitation } from '../../operations/invitations/resend.ts';
import { revokeInvitation } from '../../operations/invitations/revoke.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, type Message, section } from './blocks.ts';
import { revokeWarning } from './invitations.ts';
import { capital, escapeText, formatDate, sentenceOf } from './text.ts';

/** `adminsToAsk` is a sentence for full members who may not do this. The role decides which buttons help. */
export function errorMessage(
  error: DomainError,
  membership: SlackMembership,
  adminsToAsk: string | null = null,
  role: Role | null = 'admin',
): Message {
  if (error.code === 'not_permitted' && membership !== 'member') return { text: NOT_A_MEMBER[membership] };
  const text =
    error.code === 'not_permitted' && adminsToAsk !== null
      ? `${plainWordsOf(error.code)} ${adminsToAsk}`
      : errorText(error);
  const buttons = nextStepButtons(error).filter((one) => mayPress(one, role));
  return buttons.length ? { text, blocks: [section(text), actions(buttons)] } : { text };
}

/** For a request whose process died before it answered. */
export function doneBeforeMessage(changes: readonly { outcome: 'done' | 'asked' }[]): Message {
  const words = changes.some(({ outcome }) => outcome === 'done')
    ? 'Done, but the app restarted before it could answer. `/apim-user history` shows what changed.'
    : 'Requested, but the app restarted before it could answer. It waits for a second operator: `/apim-user approvals`.';
  return { text: words };
}

/** The operation waits for a second operator. */
export function waitingMessage({ askedBefore, expiresAt }: WaitsForApproval): Message {
  const until = `Nothing changes until then, and the request ends ${formatDate(expiresAt)}.`;
  if (!askedBefore)
    return { text: `Requested: a second operator must approve this. ${until} You'll hear the decision.` };
  if (askedBefore.isSamePerson)
    return { text: `You already requested this. A second operator must approve it. ${until}` };
  return { text: `${escapeText(askedBefore.by)} already requested this, and you can approve it. ${until}` };
}

export function errorText(error: DomainError): string {
  const plain = plainWordsOf(error.code);
  return SLACK_TEXTS[error.code]?.(error, plain) ?? plain;
}

/** For codes where Slack can say more than the plain text: details of the error, or the command that helps. */
const SLACK_TEXTS: Partial<Record<DomainErrorCode, (error: DomainError, plain: string) => string>> = {
  not_permitted: (_, plain) => `${plain} \`/apim-user help\` shows who can, and who to ask.`,
  invalid_input: (error) => `Nothing changed. ${fieldsOf(error)}`,
  email_invalid: (_, plain) => `${plain} Write it like \`ann@example.com\`.`,
  export_too_large: ({ detail: { count = 0 } }, plain) =>
    `${plain} It has ${count.toLocaleString('en')} rows, and a file here at most ${MAX_ROWS_IN_SLACK.toLocaleString('en')}. Narrow it by filters, or take all on the server: \`npm run -s export -- accounts --as "Your Name" --reason "why" > accounts.csv\`.`,
  email_taken: (error) =>
    `An account with this email already exists${error.detail.current?.state ? `, and is *${error.detail.current.state}*` : ''}.`,
  email_invited: (error) => {
    const { by, at } = error.detail.current ?? {};
    return `${by ? `${escapeText(by)} already invited this email` : 'This email is already invited'}${at ? `, ${formatDate(at)}` : ''}. Send the invitation again, or see \`/apim-user invites\`.`;
  },
  password_unacceptable: (error, plain) => `${plain} ${plainFieldsOf(error)}`,
  account_not_found: (error, plain) =>
    `${plain} ${nearOf(error) || "Try the full email. `/apim-user list` shows the accounts, and `/apim-user invites` the people who haven't accepted yet."}`,
  account_invited: ({ detail: { email = '', current: { state, by = '', at } = {} } }) =>
    `${escapeText(by)} invited ${escapeText(email)}${at ? `, ${formatDate(at)}` : ''}. They haven't accepted yet, so there is no account.${state === 'expired' ? ' The invitation has expired.' : ''}`,
  account_deleted: ({ detail: { email = '', current: { by, at } = {}, until } }) =>
    `${by ? `${escapeText(capital(by))} deleted the account of ${escapeText(email)}` : `The account of ${escapeText(email)} was deleted`}${at ? `, ${formatDate(at)}` : ''}.${until ? ` It can be restored until ${formatDate(until)}.` : ''}`,
  account_ambiguous: (error) => `More than one account matches. ${nearOf(error)}`,
  account_changed: (error) =>
    `Someone changed this account after you opened it, so nothing was done. It is now ${currentOf(error)}.`,
  account_state_unfitting: (error) => alreadyText(error, 'account'),
  undo_too_late: () =>
    "Nothing changed: Undo works for ten minutes. Use the account's other buttons instead.",
  invitation_not_found: (_, plain) => `${plain} \`/apim-user invites\` shows the open ones.`,
  invitation_not_open: (error) =>
    `Nothing changed: this invitation is ${error.detail.current?.state ? `already *${error.detail.current.state}*` : 'no longer open'}. \`/apim-user invites all\` shows the details.`,
  group_not_found: (_, plain) => `${plain} \`/apim-user groups\` lists them.`,
  group_name_taken: (_, plain) => `${plain} Choose another name.`,
  group_built_in: (_, plain) => `${plain} Everyone is in Developers.`,
  template_not_found: (_, plain) => `${plain} \`/apim-user templates\` lists them.`,
  template_invalid: (error, plain) => `${plain} ${fieldsOf(error)}`,
  template_changed: (error) =>
    `Not saved: ${escapeText(error.detail.current?.by || 'someone else')} has saved this mail since you opened it. Copy your text, then open the mail again.`,
  service_not_found: ({ detail: { services = [] } }, plain) =>
    services.length > 0
      ? `${plain} There are ${services.map((name) => `\`@${escapeText(name)}\``).join(', ')}.`
      : plain,
  workspace_not_bound: (_, plain) =>
    `${plain} Ask the person who runs this app to start it with this workspace's token.`,
  webhook_not_found: (_, plain) => `${plain} \`/apim-user webhooks\` lists them.`,
  webhook_name_taken: (_, plain) => `${plain} Nothing changed. Choose another name.`,
  webhook_state_unfitting: (error) => alreadyText(error, 'webhook'),
  token_not_found: (_, plain) => `${plain} \`/apim-user tokens\` lists them.`,
  approval_ended: (error) => alreadyText(error, 'request'),
  no_second_operator: (_, plain) => `${plain} An admin can add an operator: \`/apim-user operators\`.`,
  batch_not_found: (_, plain) =>
    `${plain} It lasts an hour. Nothing changed. Make the preview again, or send the table again.`,
  batch_running: (_, plain) => `${plain} Stop it first, or wait for its end.`,
  batch_begun: (error) => {
    const { by, at } = error.detail.current ?? {};
    return `${by ? escapeText(by) : 'Someone'} already applied this${at ? `, ${formatDate(at)}` : ''}. Its message shows the progress.`;
  },
  review_answered: (error) => {
    const { by, at } = error.detail.current ?? {};
    return by
      ? `${escapeText(by)} answered for this account${at ? `, ${formatDate(at)}` : ''}, so nothing was done. Look at it again.`
      : 'Someone took the answer for this account back, so nothing was done. Look at it again.';
  },
  review_unanswered: (error, plain) =>
    `${plain} There are ${error.detail.count ?? 'some'}; answer them, or stop the review.`,
  review_not_found: (_, plain) => `${plain} \`/apim-user review\` lists them.`,
  requests_off: (_, plain) => `${plain} \`/apim-user help\` shows who to ask.`,
  operator_unfitting: (error) =>
    `Nothing changed: only full members of this workspace can have a role. Slack lists this person as *${error.detail.current?.state ?? 'unknown'}*.`,
  operator_last_admin: (_, plain) => `${plain} Make someone else an admin first: \`/apim-user operators\`.`,
  standing_unknown: (_, plain) => `${plain} Try again in a minute.`,
  api_not_found: (_, plain) => `${plain} \`/apim-user apis\` lists them.`,
  api_path_taken: (_, plain) => `${plain} Nothing changed. \`/apim-user apis\` shows which.`,
  product_not_found: (_, plain) => `${plain} \`/apim-user products\` lists them.`,
  product_unavailable: (_, plain) => `${plain} It isn't published, or it needs no subscription.`,
  catalog_changed: () => 'Someone changed this after you opened it, so nothing was done. Look at it again.',
  has_subscriptions: (error) =>
    `Nothing was deleted: it still has ${error.detail.count === 1 ? '1 subscription' : `${error.detail.count ?? 'some'} subscriptions`}. Tick the box to delete ${error.detail.count === 1 ? 'it' : 'them'} too, or cancel first.`,
  subscription_not_found: (_, plain) =>
    `${plain} \`/apim-user subscriptions ann@example.com\` lists those of an account.`,
  subscription_changed: (error) =>
    `Someone changed this subscription after you opened it, so nothing was done. It is now ${currentOf(error)}.`,
  subscription_state_unfitting: (error) => alreadyText(error, 'subscription'),
  drift_not_found: (_, plain) => `${plain} \`/apim-user azure\` shows the open ones.`,
  drift_ended: (error) => driftEndedText(error),
  drift_changed: () =>
    'This difference has changed since you saw it, so nothing was done. The card shows it as it is now.',
  leaked_key_settled: ({ detail: { current: { by = '', at } = {} } }) =>
    by === ''
      ? 'Nothing changed. This key lets no call pass any more; the card says why.'
      : `${escapeText(capital(by))} already dealt with this key${at ? `, ${formatDate(at)}` : ''}.`,
  subscriptions_limit: (error, plain) =>
    `Nothing changed. ${error.detail.limit ? `An account can have at most ${error.detail.limit} subscriptions to this product.` : plain}`,
  key_taken: (_, plain) => `${plain} Nothing changed.`,
  limit_reached: (error, plain) =>
    `Nothing changed. ${error.detail.limit ? `The limit is ${error.detail.limit}.` : plain}`,
  try_again: () => "That didn't work this time. Nothing changed. Try again in a moment.",
};

function driftEndedText({ detail: { current: { state, by = '', at } = {} } }: DomainError): string {
  const when = at ? `, ${formatDate(at)}` : '';
  return state === 'gone'
    ? `Nothing to decide any more: both sides are the same again${when}.`
    : `${escapeText(capital(by))} already decided this difference${when}.`;
}

/** For people who can't act whatever their role, because Slack does not count them as full members. */
const NOT_A_MEMBER: Record<Exclude<SlackMembership, 'member'>, string> = {
  guest:
    "You don't have permission to do this: guests of this workspace can't use the app. Ask the person who invited you.",
  bot: "You don't have permission to do this: bots and workflows can't use the app.",
  deactivated: "You don't have permission to do this: Slack says that this person was deactivated.",
  stranger:
    "You don't have permission to do this: people from other workspaces can't use the app. Ask your contact in this one.",
};

const WITH_SHOW_ACCOUNT: DomainErrorCode[] = ['email_taken', 'account_changed', 'account_state_unfitting'];
const WITH_SHOW_SUBSCRIPTION: DomainErrorCode[] = ['subscription_changed', 'subscription_state_unfitting'];

/** The buttons for what a person can do after a refusal. */
export function nextStepButtons({ code, detail }: DomainError): Button[] {
  const { id, current, near = [] } = detail;
  const value = id && current?.version ? buttonValue({ id, version: current.version }) : null;
  if (code === 'email_invited' || code === 'account_invited')
    return value
      ? [
          button('invitation-resend', 'Resend', value),
          ...(current?.state === 'expired' ? [] : [revokeInvitationButton(value, detail.email)]),
        ]
      : [button('menu-invites', 'Open invitations', '-')];
  if (code === 'account_deleted' && id && value)
    return [button('account-restore', 'Restore', value), button('list-show', 'Show account', id)];
  if (id && WITH_SHOW_ACCOUNT.includes(code)) {
    const canActivate = code === 'email_taken' && current?.state === 'blocked' && value;
    const canRestore = current?.state === 'deleted' && value;
    return [
      ...(canActivate ? [button('account-activate', 'Activate', value)] : []),
      ...(canRestore ? [button('account-restore', 'Restore', value)] : []),
      button('list-show', 'Show account', id),
    ];
  }
  if (id && WITH_SHOW_SUBSCRIPTION.includes(code))
    return [button('subscription-show', 'Show subscription', id)];
  return near.map((one, index) => button(`list-show:${index}`, `Show ${emailIn(one.label)}`, one.id));
}

const revokeInvitationButton = (value: string, email = 'the person'): Button =>
  button('invitation-revoke', 'Revoke', value, {
    style: 'danger',
    label: `Revoke ${email}`,
    ask: { text: revokeWarning(email), yes: 'Revoke' },
  });

/** The buttons here that not every operator may press. */
const OPERATIONS: Record<string, { allowed: readonly string[] }> = {
  'account-restore': restoreAccount,
  'invitation-resend': resendInvitation,
  'invitation-revoke': revokeInvitation,
  'menu-invites': listInvitations,
};

const mayPress = ({ action_id }: Button, role: Role | null): boolean =>
  OPERATIONS[action_id ?? '']?.allowed.includes(role ?? '') ?? true;

/** Accounts can have the same name, so the button shows the email of "Ann Lee <ann@example.com>". */
const emailIn = (label: string): string => /<(.+)>$/.exec(label)?.[1] ?? label;

function plainFieldsOf(error: DomainError): string {
  return Object.values(inEnglish(error.detail.fields)).map(escapeText).join(' ');
}

function fieldsOf(error: DomainError): string {
  return Object.entries(inEnglish(error.detail.fields))
    .map(([field, words]) => sentenceOf(`*${escapeText(labelOf(field))}*: ${escapeText(words)}`))
    .join(' ');
}

/** "First name" of `firstName`. */
const labelOf = (field: string): string =>
  capital(field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

function nearOf(error: DomainError): string {
  const near = error.detail.near ?? [];
  return near.length ? `Did you mean ${near.map((one) => escapeText(one.label)).join(' or ')}?` : '';
}

/** "Ada Admin already blocked this account, Nov 24 at 5:40 PM." */
function alreadyText(error: DomainError, thing: string): string {
  const { state = '', by, at } = error.detail.current ?? {};
  const when = at ? formatDate(at) : '';
  const verb = STATE_VERBS[state];
  if (verb && by)
    return `${escapeText(capital(by))} already ${verb} this ${thing}${when ? `, ${when}` : ''}.`;
  return `Nothing changed: this ${thing} is ${state ? `*${STATE_WORDS[state] ?? state}*` : 'in another state'}${when ? ` since ${when}` : ''}.`;
}

/** How a person brought something into a state. */
const STATE_VERBS: Record<string, string> = {
  active: 'activated',
  blocked: 'blocked',
  deleted: 'deleted',
  suspended: 'suspended',
  rejected: 'declined',
  cancelled: 'cancelled',
  approved: 'approved',
  declined: 'declined',
  withdrawn: 'withdrew',
};

const STATE_WORDS: Record<string, string> = {
  submitted: 'waiting for approval',
  rejected: 'declined',
  outdated: 'closed',
};

function currentOf(error: DomainError): string {
  const { state = 'in another state', by, at } = error.detail.current ?? {};
  return `*${STATE_WORDS[state] ?? state}*${by ? ` (by ${escapeText(by)}${at ? `, ${formatDate(at)}` : ''})` : ''}`;
}
