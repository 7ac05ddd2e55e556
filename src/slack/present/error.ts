// The texts of refusals, with the buttons that help.
import type { Button } from '@slack/types';
import { type DomainError, type DomainErrorCode, plainWordsOf } from '../../domain/domain-error.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import type { WaitsForApproval } from '../../operations/frame/approval.ts';
import type { Role, SlackMembership } from '../../operations/frame/context.ts';
import { listInvitations } from '../../operations/invitations/list.ts';
import { resendInvitation } from '../../operations/invitations/resend.ts';
import { revokeInvitation } from '../../operations/invitations/revoke.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, type Message, section } from './blocks.ts';
import { escapeText, formatDate } from './text.ts';

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
      ? `You may not do this; nothing was changed. ${adminsToAsk}`
      : errorText(error);
  const buttons = nextStepButtons(error).filter((one) => mayPress(one, role));
  return buttons.length ? { text, blocks: [section(text), actions(buttons)] } : { text };
}

/** For a request whose process died before it answered. */
export function doneBeforeMessage(changes: readonly { outcome: 'done' | 'asked' }[]): Message {
  const words = changes.some(({ outcome }) => outcome === 'done')
    ? 'This was done just before the app restarted, so the usual answer is missing. `/apim-user history` shows what changed.'
    : 'This was asked for just before the app restarted, and waits for a second operator. `/apim-user approvals` shows it.';
  return { text: words };
}

/** The operation waits for a second operator. */
export function waitingMessage({ askedBefore, expiresAt }: WaitsForApproval): Message {
  const until = `Until ${formatDate(expiresAt)} someone else can approve it on its card; nothing is done before that.`;
  if (!askedBefore) return { text: `Asked for: this needs a second operator. ${until} You will be told.` };
  if (askedBefore.isSamePerson)
    return { text: `You have asked for this already, and it still waits. ${until}` };
  return {
    text: `${escapeText(askedBefore.by)} has asked for this already; you can approve it there. ${until}`,
  };
}

export function errorText(error: DomainError): string {
  const plain = plainWordsOf(error.code);
  return SLACK_TEXTS[error.code]?.(error, plain) ?? plain;
}

/** For codes where Slack can say more than the plain text: details of the error, or the command that helps. */
const SLACK_TEXTS: Partial<Record<DomainErrorCode, (error: DomainError, plain: string) => string>> = {
  not_permitted: (_, plain) => `${plain} \`/apim-user help\` says who may, and who to ask.`,
  invalid_input: (error) => `That can't be taken as it is, and nothing was changed: ${fieldsOf(error)}.`,
  email_invalid: (_, plain) => `${plain} Write it like \`ann@example.com\`.`,
  email_taken: (error) =>
    `There is already an account with this address${error.detail.current?.state ? `; it is *${error.detail.current.state}*` : ''}.`,
  email_invited: (error) => {
    const { by, at } = error.detail.current ?? {};
    return `This address is already invited${by ? `, by ${escapeText(by)}` : ''}${at ? ` ${formatDate(at)}` : ''}. \`/apim-user invites\` shows it, to send again or revoke.`;
  },
  password_unacceptable: (error, plain) => `${plain} ${plainFieldsOf(error)}`,
  account_not_found: (error, plain) =>
    `${plain} ${nearOf(error) || 'Name it by e-mail or id: `/apim-user list` shows accounts, `/apim-user invites` who has not accepted yet.'}`,
  account_invited: ({ detail: { email = '', current: { state, by = '', at } = {} } }) =>
    `${escapeText(email)} was invited by ${escapeText(by)}${at ? ` ${formatDate(at)}` : ''} and hasn't accepted yet${state === 'expired' ? ': the invitation has expired' : ''}. There is no account until then.`,
  account_deleted: ({ detail: { email = '', current: { by, at } = {}, until } }) =>
    `The account of ${escapeText(email)} was deleted${by ? ` by ${escapeText(by)}` : ''}${at ? ` ${formatDate(at)}` : ''}.${until ? ` It can be restored until ${formatDate(until)}.` : ''}`,
  account_ambiguous: (error) =>
    `Several accounts come near that; name one by its e-mail or id. ${nearOf(error)}`,
  account_changed: (error) =>
    `The account has changed since this was drawn: it is ${currentOf(error)}. Nothing was done; look at it again.`,
  account_state_unfitting: (error) =>
    `That doesn't fit now: the account is ${currentOf(error)}. Nothing was changed and no mail was sent.`,
  undo_too_late: () =>
    'That can be undone for ten minutes, which have gone, so nothing was changed. The buttons on the account do it now.',
  invitation_not_found: (_, plain) => `${plain} \`/apim-user invites\` shows the open ones.`,
  invitation_not_open: (error) =>
    `That invitation has changed since this was drawn${error.detail.current?.state ? `: it is *${error.detail.current.state}*` : ''}. Nothing was done; \`/apim-user invites all\` shows how it stands.`,
  group_not_found: (_, plain) => `${plain} \`/apim-user groups\` shows them.`,
  group_name_taken: (_, plain) => `${plain} Choose another name.`,
  group_built_in: () =>
    "The built-in groups can't be changed or chosen; Developers holds every account by itself.",
  template_not_found: (_, plain) => `${plain} \`/apim-user templates\` shows them.`,
  template_invalid: (error) => `That text can't be used: ${fieldsOf(error)}`,
  template_changed: (error) =>
    `${escapeText(error.detail.current?.by || 'Someone')} saved this mail meanwhile, and yours was not saved. Copy your text, and open the mail again to see theirs.`,
  workspace_not_bound: (_, plain) =>
    `${plain} The person who runs this app has to start it with a token of this workspace.`,
  token_not_found: (_, plain) => `${plain} \`/apim-user tokens\` shows them.`,
  approval_ended: (error) =>
    `That was decided already: it is ${currentOf(error)}. Your click changed nothing.`,
  no_second_operator: (_, plain) => `${plain} An admin can add one: \`/apim-user operators\`.`,
  import_not_found: () =>
    'That dry run has ended: it is good for an hour. Nothing was done; send the table again.',
  import_begun: (error) =>
    `${error.detail.current?.by ? escapeText(error.detail.current.by) : 'Someone'} has applied this already${error.detail.current?.at ? `, ${formatDate(error.detail.current.at)}` : ''}. Your click changed nothing; the message shows how far it is.`,
  requests_off: (_, plain) => `${plain} \`/apim-user help\` says who to ask.`,
  operator_unfitting: (error) =>
    `That person is *${error.detail.current?.state ?? 'not able to act'}*; only full members of this workspace can have a role. Nothing was changed.`,
  operator_last_admin: (_, plain) => `${plain} Make another person an admin first: \`/apim-user operators\`.`,
  standing_unknown: () =>
    "Slack can't say just now who may act, so nothing was changed. Please try again in a minute.",
  api_not_found: (_, plain) => `${plain} \`/apim-user apis\` shows them.`,
  api_path_taken: () => 'Another API has that path, so nothing was changed. `/apim-user apis` shows which.',
  product_not_found: (_, plain) => `${plain} \`/apim-user products\` shows them.`,
  product_unavailable: () =>
    'That product can not be subscribed to now: it is not published, or takes no subscription.',
  catalog_changed: () => 'Someone changed it since this was drawn. Nothing was done; look at it again.',
  has_subscriptions: (error) =>
    `Nothing was deleted: there ${error.detail.count === 1 ? 'is one subscription' : `are ${error.detail.count ?? 'some'} subscriptions`}. Tick the box that deletes them too, or cancel them first.`,
  subscription_not_found: (_, plain) => `${plain} \`/apim-user subscriptions\` shows those of an account.`,
  subscription_changed: (error) =>
    `The subscription has changed since this was drawn: it is ${currentOf(error)}. Nothing was done; look at it again.`,
  subscription_state_unfitting: (error) =>
    `That doesn't fit now: the subscription is ${currentOf(error)}. Nothing was changed and no mail was sent.`,
  subscriptions_limit: (error) =>
    `The account has as many subscriptions to that product as it may have (${error.detail.limit ?? 'its limit'}). Nothing was changed.`,
  key_taken: () => 'That key is in use already, so it was not taken.',
  limit_reached: (error) =>
    `That is more than is allowed: ${error.detail.limit ?? 'too many'}. Nothing was done; do it in parts.`,
  try_again: () => 'That did not work this time, and nothing was changed. Please try again in a moment.',
};

/** For people who can't act whatever their role, because Slack does not count them as full members. */
const NOT_A_MEMBER: Record<Exclude<SlackMembership, 'member'>, string> = {
  guest: "You may not do this: guests of this workspace can't use it. Ask the person who invited you here.",
  bot: 'You may not do this: bots and workflows can’t use it.',
  deactivated: 'You may not do this: Slack says that this person was deactivated.',
  stranger: "You may not do this: people of another workspace can't use it. Ask your contact in this one.",
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
    ask: { text: `The link that ${email} got stops working. No mail tells them.`, yes: 'Revoke' },
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
  return Object.values(error.detail.fields ?? {})
    .map(escapeText)
    .join(' ');
}

function fieldsOf(error: DomainError): string {
  return Object.entries(error.detail.fields ?? {})
    .map(([field, words]) => `*${escapeText(field)}* ${escapeText(words)}`)
    .join('; ');
}

function nearOf(error: DomainError): string {
  const near = error.detail.near ?? [];
  return near.length ? `Did you mean ${near.map((one) => escapeText(one.label)).join(' or ')}?` : '';
}

function currentOf(error: DomainError): string {
  const { state = 'in another state', by, at } = error.detail.current ?? {};
  return `*${state}*${by ? ` (${escapeText(by)}${at ? `, ${formatDate(at)}` : ''})` : ''}`;
}
