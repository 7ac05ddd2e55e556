// An approval, drawn for those who decide and for whoever asked.
import type { KnownBlock } from '@slack/types';
import type { ApprovableName } from '../../operations/approvals/approvable.ts';
import type { ApprovalView } from '../../operations/approvals/approval-view.ts';
import { nameOf } from './account.ts';
import { actions, button, context, header, type Message, section } from './blocks.ts';
import { countedSubscriptions, cutOffText } from './counts.ts';
import { escapeText, formatDate } from './text.ts';

type Words = {
  /** "Delete Ann Lee?" */
  title: string;
  /** "asks to *delete* Ann Lee", after the name of whoever asks. */
  asks: string;
  /** What it will do. */
  effect: string;
};

/** What is asked for, by operation. `whom` is plain text; it is escaped where it goes into markup. */
const WORDS: Record<ApprovableName, (whom: string, approval: ApprovalView) => Words> = {
  'accounts/activate': (whom) => ({
    title: `Activate ${whom}?`,
    asks: 'asks to *activate*',
    effect: 'The developer can sign in and call what they have subscriptions for.',
  }),
  'accounts/block': (whom, { input, subscriptions }) => ({
    title: `Block ${whom}?`,
    asks: 'asks to *block*',
    effect: `The developer can neither sign in nor call anything, from the next request on.${cutOffText(subscriptions)}${input?.end ? ` It ends by itself: ${escapeText(String(input.end))}, from the approval on.` : ''}`,
  }),
  'accounts/delete': (whom, approval) => ({
    title: `Delete ${whom}?`,
    asks: 'asks to *delete*',
    effect: `Access and links end at once, and the address is free again.${withSubscriptions(approval)} Personal data is erased later; until then the account can be restored.`,
  }),
  'accounts/edit': (whom, { input }) => ({
    title: `Change ${whom}?`,
    asks: 'asks to *change the data* of',
    effect: `Changes ${changedFields(input)}. A changed address counts once it is confirmed from there.`,
  }),
  'accounts/restore': (whom) => ({
    title: `Restore ${whom}?`,
    asks: 'asks to *restore*',
    effect: 'The account comes back, blocked.',
  }),
  'accounts/set-groups': (whom) => ({
    title: `Change groups of ${whom}?`,
    asks: 'asks to *change the groups* of',
    effect: 'What the account can see and call may change.',
  }),
  'invitations/invite': (whom) => ({
    title: `Invite ${whom}?`,
    asks: 'asks to *invite*',
    effect: 'A mail with a link goes out; who accepts has an active account.',
  }),
  'passwords/send-reset': (whom) => ({
    title: `Reset password of ${whom}?`,
    asks: 'asks to *mail a link to reset the password* to',
    effect: 'The link works once. The present password works until then.',
  }),
};

function withSubscriptions({ input, subscriptions }: ApprovalView): string {
  const { all } = subscriptions;
  if (all === 0 || input?.deleteSubscriptions !== true) return '';
  return `${cutOffText(subscriptions)} *${countedSubscriptions(all)} of the account ${all === 1 ? 'is' : 'are'} deleted with it*, and ${all === 1 ? 'comes' : 'come'} back with it.`;
}

const STATES: Record<ApprovalView['state'], string> = {
  open: 'waits',
  approved: 'Approved',
  declined: 'Declined',
  expired: 'Ended without a decision',
  outdated: 'Could not be done any more',
  withdrawn: 'Taken back',
};

const OUTDATED: Record<string, string> = {
  account_changed: 'the account has changed since it was asked for',
  account_state_unfitting: 'the account is in another state by now',
  account_not_found: 'the account is gone',
  account_erased: 'the account is erased',
  has_subscriptions: 'it has subscriptions, and nobody said that they go with it',
  email_taken: 'the address has an account already',
  email_invited: 'the address is invited already',
  group_not_found: 'one of the groups is gone',
  not_permitted: 'whoever asked may no longer do this',
  workspace_not_bound: 'the app was taken out of the workspace',
};

const changedFields = (input: ApprovalView['input']): string => {
  const names = {
    firstName: 'the first name',
    lastName: 'the last name',
    email: 'the address',
    note: 'the note',
  };
  const changed = Object.entries(names).filter(([field]) => input?.[field] !== undefined);
  return changed.map(([, words]) => words).join(', ') || 'the data';
};

const wordsOf = (approval: ApprovalView, whom: string): Words =>
  WORDS[approval.operation as ApprovableName](whom, approval);

/** Whom it is about, in plain text; in a place that others can read, not by address. */
function whomOf(approval: ApprovalView, isExposed: boolean): string {
  const { account, input } = approval;
  if (account) return account.erasedAt || !isExposed || account.firstName ? nameOf(account) : 'an account';
  const name = `${input?.firstName ?? ''} ${input?.lastName ?? ''}`.trim();
  if (isExposed) return name || 'somebody';
  return name ? `${name} (${input?.email})` : String(input?.email ?? 'an erased address');
}

/** One line for lists: "Delete Ann Lee? · asked by Ada Admin". */
export function approvalLine(approval: ApprovalView): string {
  const { title } = wordsOf(approval, whomOf(approval, false));
  const ended = approval.state === 'open' ? `until ${formatDate(approval.expiresAt)}` : outcomeText(approval);
  return `*${escapeText(title)}* Asked by ${escapeText(approval.requestedByName)} · ${ended}`;
}

/** "Approved by Abe Approver, Nov 24 at 5:40 PM: fine". */
export function outcomeText(approval: ApprovalView): string {
  const { state, decidedByName, endedAt, decisionReason, code } = approval;
  const by = decidedByName ? ` by ${escapeText(decidedByName)}` : '';
  const at = endedAt ? `, ${formatDate(endedAt)}` : '';
  const why = state === 'outdated' ? `: ${OUTDATED[code ?? ''] ?? 'it was refused'}` : '';
  return `${STATES[state]}${by}${at}${why}${decisionReason ? `: ${escapeText(decisionReason)}` : ''}`;
}

type Place = {
  /** Whether people without a say may read it: no address then. */
  isExposed: boolean;
  /** Who is called upon: `<!subteam^S012>`. */
  mention?: string | null;
};

/** The card: who asks, for what, for whom, why, and what it will do; once it has ended, who decided, when and why. */
export function approvalCard(approval: ApprovalView, place: Place): Message {
  const whom = whomOf(approval, place.isExposed);
  const words = wordsOf(approval, whom);
  const isOpen = approval.state === 'open';
  const why = place.isExposed ? '' : approval.why;
  const lines = [
    `${requesterText(approval)} ${words.asks} *${escapeText(whom)}*.`,
    ...(approval.account && !place.isExposed && approval.account.email
      ? [`*Address:* ${escapeText(approval.account.email)}`]
      : []),
    ...(approval.account ? [`*Now:* ${approval.account.state} · ${groupsText(approval)}`] : []),
    ...(why ? [`*Why:* ${escapeText(why)}`] : []),
    ...(isOpen ? [`*If approved:* ${words.effect}`] : [`*${outcomeText(approval)}*`]),
  ];
  const until = `${place.mention ? `${place.mention} · ` : ''}Waits until ${formatDate(approval.expiresAt)}. Somebody else than who asked decides.`;
  return {
    text: isOpen
      ? `${escapeText(words.title)} ${escapeText(approval.requestedByName)} asks; a second operator decides.`
      : `${escapeText(words.title)} ${outcomeText(approval)}`,
    blocks: [
      header(words.title),
      section(lines.join('\n')),
      ...(isOpen ? [context(until), decisionButtons(approval, words.title)] : []),
    ],
  };
}

export const decisionButtons = (approval: ApprovalView, title: string): KnownBlock =>
  actions([
    button('approval-approve', 'Approve', approval.id, {
      style: 'primary',
      label: `Approve: ${title}`,
      ask: { text: `${title} It is done at once.`, yes: 'Approve' },
    }),
    button('approval-decline', 'Decline', approval.id, { label: `Decline: ${title}` }),
  ]);

export const approvalTitle = (approval: ApprovalView): string =>
  wordsOf(approval, whomOf(approval, false)).title;

const groupsText = ({ account }: ApprovalView): string =>
  ['Developers', ...(account?.groups ?? []).map((group) => escapeText(group.name))].join(', ');

function requesterText({ requestedBy, requestedByKind, requestedByName }: ApprovalView): string {
  const [, userId] = requestedBy.split('/');
  return requestedByKind === 'slack' && userId ? `<@${userId}>` : escapeText(requestedByName);
}
