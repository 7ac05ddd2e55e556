// Draws an approval for the operators who decide it and for the requester.
import type { Button, KnownBlock } from '@slack/types';
import type { ApprovableName } from '../../operations/approvals/approvable.ts';
import type { ApprovalView } from '../../operations/approvals/approval-view.ts';
import { nameOf, restoreButton } from './account.ts';
import { announcementRequest } from './announcement.ts';
import { counted } from './azure-words.ts';
import { batchRequest } from './batch.ts';
import { actions, button, context, header, type Message, section } from './blocks.ts';
import { countedSubscriptions, cutOffText } from './counts.ts';
import { escapeText, formatDate, joinLines } from './text.ts';

type CardPlace = {
  /** People without a role can read the channel, so the email and the reason are left out. */
  isExposed: boolean;
  /** The user group of the approvers: `<!subteam^S012>`. */
  mention?: string | null;
};

export function approvalCard(approval: ApprovalView, place: CardPlace): Message {
  const subject = subjectOf(approval, place.isExposed);
  const request = requestTextOf(approval, subject);
  const isOpen = approval.state === 'open';
  const why = place.isExposed ? '' : approval.why;
  const { requestedByName } = approval;
  const outcome = `${escapeText(request.title)} ${outcomeText(approval)}`;
  const lines = [
    `*Requested by:* ${requesterText(approval)}`,
    ...(approval.account && !place.isExposed && approval.account.email
      ? [`*Email:* ${escapeText(approval.account.email)}`]
      : []),
    ...(approval.account ? [`*Now:* ${approval.account.state} · ${groupsText(approval)}`] : []),
    ...(why ? [`*Why:* ${escapeText(why)}`] : []),
    ...(isOpen ? [`*If approved:* ${request.effect}`] : []),
  ];
  const until = `${place.mention ? `${place.mention} · ` : ''}Open until ${formatDate(approval.expiresAt)}. Someone other than the requester must approve.`;
  return {
    text: isOpen ? `${escapeText(requestedByName)} asks: ${escapeText(request.title)}` : outcome,
    blocks: [
      isOpen ? header(`${requestedByName} asks: ${request.title}`) : section(`*${outcome}*`),
      ...joinLines(lines).map(section),
      ...(isOpen ? [context(until), decisionButtons(approval, request.title)] : []),
      ...restoreBlocks(approval, subject),
    ],
  };
}

export function restoreBlocks(approval: ApprovalView, subject?: string): KnownBlock[] {
  const found = restoreOf(approval, subject);
  return found ? [context(found.until), actions([found.restore])] : [];
}

/** For an approved deletion, as long as the account can come back. */
export const restoreOf = (
  { operation, state, account }: ApprovalView,
  subject = account ? nameOf(account) : '',
): { until: string; restore: Button } | null =>
  operation === 'accounts/delete' && state === 'approved' && account?.restorableUntil
    ? {
        until: `Can be restored until ${formatDate(account.restorableUntil)}, here or with \`/apim-user restore ${account.id}\``,
        restore: restoreButton(account, subject, account.id),
      }
    : null;

/** "*Delete Ann Lee?* Asked by Ada Admin · until Nov 25 at 5:40 PM". */
export function approvalLine(approval: ApprovalView): string {
  const { title } = requestTextOf(approval, subjectOf(approval, false));
  const ended =
    approval.state === 'open' ? `open until ${formatDate(approval.expiresAt)}` : outcomeText(approval);
  return `*${escapeText(title)}* Requested by ${escapeText(approval.requestedByName)} · ${ended}`;
}

export const approvalTitle = (approval: ApprovalView): string =>
  requestTextOf(approval, subjectOf(approval, false)).title;

/** "Approved by Abe Approver, Nov 24 at 5:40 PM: fine". */
export function outcomeText(approval: ApprovalView): string {
  const { state, decidedByName, endedAt, decisionReason, code } = approval;
  const by = decidedByName ? ` by ${escapeText(decidedByName)}` : '';
  const at = endedAt ? `, ${formatDate(endedAt)}` : '';
  const what = state === 'outdated' && decidedByName ? 'Approved' : STATE_TEXTS[state];
  const why =
    state === 'outdated'
      ? `${decidedByName ? ', but it could no longer be done' : ''}: ${OUTDATED_REASONS[code ?? ''] ?? 'it was refused'}`
      : '';
  return `${what}${by}${at}${why}${decisionReason ? `: ${escapeText(decisionReason)}` : ''}`;
}

export const decisionButtons = (approval: ApprovalView, title: string): KnownBlock =>
  actions([
    button('approval-approve', 'Approve', approval.id, {
      style: 'primary',
      label: `Approve: ${title}`,
      ask: { text: `${title} It happens at once.`, yes: 'Approve' },
    }),
    button('approval-decline', 'Decline', approval.id, { label: `Decline: ${title}` }),
  ]);

type RequestText = {
  /** "Delete Ann Lee?" */
  title: string;
  effect: string;
};

const requestTextOf = (approval: ApprovalView, name: string): RequestText =>
  REQUEST_TEXTS[approval.operation as ApprovableName](name, approval);

/** `name` and the title are plain text; escape them in mrkdwn. */
const REQUEST_TEXTS: Record<ApprovableName, (name: string, approval: ApprovalView) => RequestText> = {
  'accounts/activate': (name) => ({
    title: `Activate ${name}?`,
    effect: 'The developer can sign in and call the APIs that they have subscriptions to.',
  }),
  'accounts/block': (name, { input, subscriptions }) => ({
    title: `Block ${name}?`,
    effect: `The developer can't sign in or call any API.${cutOffText(subscriptions)}${blockEndText(input?.end)}`,
  }),
  'accounts/delete': (name, approval) => ({
    title: `Delete ${name}?`,
    effect: `Access and links end at once, and the email can be used again.${deletedSubscriptionsText(approval)} Personal data is erased later; until then the account can be restored.`,
  }),
  'accounts/edit': (name, { input }) => ({
    title: `Change ${name}?`,
    effect: `Changes ${changedFieldsText(input)}. A new email takes effect once it is confirmed.`,
  }),
  'accounts/restore': (name) => ({
    title: `Restore ${name}?`,
    effect: 'The account comes back, blocked.',
  }),
  'accounts/set-groups': (name) => ({
    title: `Change groups of ${name}?`,
    effect: 'This can change what the account sees and calls.',
  }),
  'announcements/send': (_name, { announcement, input }) =>
    announcementRequest(announcement, Number(input?.recipients)),
  'azure/set-mode': (_name, { input }) => ({
    title: MODE_TITLES[String(input?.mode)] ?? 'Change what is written to Azure?',
    effect: modeEffectText(input),
  }),
  'batches/begin': (_name, { batch }) => batchRequest(batch),
  'invitations/invite': (name) => ({
    title: `Invite ${name}?`,
    effect: 'They get a mail with a link. Accepting it creates an active account.',
  }),
  'passwords/send-reset': (name) => ({
    title: `Reset password of ${name}?`,
    effect: 'They get a mail with a one-time link. The current password works until they use it.',
  }),
};

const MODE_TITLES: Record<string, string> = {
  add: 'Write new things and changes to Azure?',
  full: 'Write everything to Azure, deletions too?',
};

function modeEffectText(input: ApprovalView['input']): string {
  const first = `What is only here and what was changed here is written at once: at most ${counted(Number(input?.writesAtMost ?? 0), 'thing')}.`;
  const later =
    input?.mode === 'full'
      ? 'From then on, every change and deletion here is made in Azure too.'
      : 'From then on, changes here are made in Azure too. Nothing is deleted there.';
  return `${first} ${later}`;
}

/** A span begins with the approval; any other end is a moment. */
function blockEndText(end: unknown): string {
  if (typeof end !== 'string' || end === '') return '';
  const isMoment = /^\d{4}-\d{2}-\d{2}T/.test(end);
  return ` It ends automatically ${isMoment ? formatDate(new Date(end)) : `${escapeText(end)} after the approval`}.`;
}

function deletedSubscriptionsText({ input, subscriptions }: ApprovalView): string {
  const { all } = subscriptions;
  if (all === 0 || input?.deleteSubscriptions !== true) return '';
  return `${cutOffText(subscriptions)} *${countedSubscriptions(all)} of the account ${all === 1 ? 'is' : 'are'} deleted too*, and ${all === 1 ? 'comes' : 'come'} back if it is restored.`;
}

const changedFieldsText = (input: ApprovalView['input']): string => {
  const names = {
    firstName: 'the first name',
    lastName: 'the last name',
    email: 'the email',
    note: 'the note',
  };
  const changed = Object.entries(names).filter(([field]) => input?.[field] !== undefined);
  return changed.map(([, words]) => words).join(', ') || 'the data';
};

const STATE_TEXTS: Record<ApprovalView['state'], string> = {
  open: 'Open',
  approved: 'Approved',
  declined: 'Declined',
  expired: 'Expired without a decision',
  outdated: 'Closed',
  withdrawn: 'Withdrawn',
};

/** Why an approved request could not be done, by error code. */
const OUTDATED_REASONS: Record<string, string> = {
  account_changed: 'the account has changed since the request',
  account_state_unfitting: "the account's state has changed",
  account_not_found: 'the account is gone',
  account_erased: "the account's data is erased",
  has_subscriptions: "it has subscriptions, and the request didn't include deleting them",
  email_taken: 'an account with this email already exists',
  email_invited: 'this email is already invited',
  group_not_found: 'one of the groups is gone',
  not_permitted: 'the requester no longer has permission',
  azure_mode_changed: 'someone else has changed the mode',
  azure_more_writes: 'more would be written by now than the request says',
  azure_not_bound: 'this service is no longer connected to Azure',
  announcement_changed: 'someone has changed it since the request',
  announcement_not_found: 'it was discarded',
  announcement_sent: 'it was already sent',
  announcement_reaches_no_one: 'no developer would get it by now',
  batch_not_found: 'its preview is gone',
  batch_begun: 'it was already applied',
  workspace_not_bound: 'the app was removed from the workspace',
};

/** The account or invited person, in plain text. Without the email where people without a role can read. */
function subjectOf(approval: ApprovalView, isExposed: boolean): string {
  const { account, input } = approval;
  if (approval.operation === 'azure/set-mode') return 'Azure';
  if (approval.operation === 'announcements/send') return 'an announcement';
  if (approval.operation === 'batches/begin') return batchRequest(approval.batch).title;
  if (account) return account.erasedAt || !isExposed || account.firstName ? nameOf(account) : 'an account';
  const name = `${input?.firstName ?? ''} ${input?.lastName ?? ''}`.trim();
  if (isExposed) return name || 'someone';
  return name ? `${name} (${input?.email})` : String(input?.email ?? 'an erased email');
}

const groupsText = ({ account }: ApprovalView): string =>
  ['Developers', ...(account?.groups ?? []).map((group) => escapeText(group.name))].join(', ');

function requesterText({ requestedBy, requestedByKind, requestedByName }: ApprovalView): string {
  const [, userId] = requestedBy.split('/');
  return requestedByKind === 'slack' && userId ? `<@${userId}>` : escapeText(requestedByName);
}
