import type { Button, KnownBlock } from '@slack/types';
import { fittingVerbs } from '../../domain/account-state.ts';
import { fullName } from '../../domain/person-name.ts';
import type { UsagePoint } from '../../domain/usage-times.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { activateAccount } from '../../operations/accounts/activate.ts';
import { blockAccount } from '../../operations/accounts/block.ts';
import { declineSignUp, isOpenSignUp } from '../../operations/accounts/decline-sign-up.ts';
import { deleteAccount } from '../../operations/accounts/delete.ts';
import { editAccount } from '../../operations/accounts/edit.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../operations/accounts/set-groups.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import type { MirrorView } from '../../operations/azure/order-view.ts';
import type { Role } from '../../operations/frame/context.ts';
import { sendPasswordReset } from '../../operations/passwords/send-reset.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { showUsage } from '../../operations/usage/show.ts';
import { buttonValue } from '../frame/reference.ts';
import { activityText } from './account-list.ts';
import { type Action, actionButton, actionsOfRole } from './action-buttons.ts';
import { mirrorText, retryButtons } from './azure.ts';
import { actions, button, context, header, type Message, row, section } from './blocks.ts';
import { callsText } from './counts.ts';
import { escapeText, formatDate, joinLines } from './text.ts';

type AccountDetails = {
  /** Of 30 days. */
  calls?: readonly UsagePoint[];
  subscriptions?: { newest: ShownSubscription[]; all: number };
  mails?: { title: string; state: string; createdAt: Date; isCalledOffTooLate: boolean }[];
  waitsForAddress?: string | null;
  /** Whether Azure has it as it is here; null when the service is bound to no instance. */
  mirror?: MirrorView | null;
  /** People without a role can read the channel, so the email and the note are left out. */
  isExposed?: boolean;
};

/** Only when it isn't the password alone. */
function signInLines({ signIns, hasPassword }: AccountView, isShown: boolean): string[] {
  if (signIns.length === 0) return [];
  const ways = signIns.map(({ label, shownName }) => (isShown ? `${label} (${shownName})` : label));
  return [`*Signs in with:* ${escapeText([...ways, ...(hasPassword ? ['a password'] : [])].join(', '))}`];
}

/** With `changeId` the message has an Undo button, which works for ten minutes. */
export function accountMessage(
  text: string,
  account: AccountView,
  role: Role | null,
  { changeId, mirror }: { changeId?: string; mirror?: MirrorView | null } = {},
): Message {
  const undo = changeId
    ? [actions([button('undo', 'Undo', changeId, { label: `Undo for ${nameOf(account)}` })])]
    : [];
  return {
    text,
    blocks: [section(text), ...undo, ...accountBlocks(account, role, mirror ? { mirror } : {})],
  };
}

/** The account, with buttons for what this role can do now. */
export function accountBlocks(
  account: AccountView,
  role: Role | null,
  details: AccountDetails = {},
): KnownBlock[] {
  const offered = account.erasedAt ? [] : actionsOn(account, role);
  const hasSubscriptions = details.subscriptions !== undefined && account.state !== 'deleted';
  const subscriptionsButton = hasSubscriptions
    ? [
        button('subscriptions-of', 'Subscriptions', account.id, {
          label: `Subscriptions of ${nameOf(account)}`,
        }),
      ]
    : [];
  const own = buttonsFor(account, offered);
  const place = own.findIndex(({ action_id }) => action_id === DETAILS);
  const retry = role === null ? [] : retryButtons(details.mirror, nameOf(account));
  const buttons = [...own.slice(0, place), ...subscriptionsButton, ...retry, ...own.slice(place)];
  return [...factBlocks(account, details), ...(buttons.length ? [actions(buttons)] : [])];
}

/** The card in the approvals channel: its question, or what became of it, and the buttons of an approver. */
export function cardMessage(
  account: AccountView,
  how: { isExposed: boolean; mirror?: MirrorView | null },
): Message {
  if (account.erasedAt) return { text: 'A deleted account, erased', blocks: factBlocks(account) };
  const hasName = fullName(account) !== '';
  const shown = how.isExposed && !hasName ? { ...account, email: 'Someone' } : account;
  const question = questionOf(shown);
  const outcome = question ? '' : outcomeOf(shown, how);
  const offered = actionsOn(account, 'approver');
  return {
    text: question ? escapeText(question) : outcome,
    blocks: [
      question ? header(question) : section(`*${outcome}*`),
      ...joinLines(factLines(shown, how)).map(section),
      actions([...buttonsFor(account, offered), ...retryButtons(how.mirror, nameOf(account))]),
    ],
  };
}

/** In plain text. Null when no operator has to decide. */
function questionOf(account: AccountView): string | null {
  if (account.state !== 'pending' || account.signUpApprovedAt) return null;
  const name = nameOf(account);
  if (account.signedUpAt) return `${name} signed up. Let them in?`;
  const isNew = account.stateChangedAt.getTime() === account.registeredAt.getTime();
  return isNew ? `${account.stateChangedBy} added ${name}. Activate?` : `${name} is pending again. Activate?`;
}

/** "Amir Approver activated Dora Diaz, Nov 24 at 5:40 PM: known partner". */
function outcomeOf(account: AccountView, { isExposed }: { isExposed: boolean }): string {
  const { state, stateReason, stateChangedAt, blockEndsAt, signUpApprovedAt } = account;
  const name = escapeText(nameOf(account));
  const why = stateReason && !isExposed ? `: ${escapeText(stateReason)}` : '';
  if (state === 'pending')
    return `${name} was approved${signUpApprovedAt ? `, ${formatDate(signUpApprovedAt)}` : ''}, and becomes active when the email is confirmed`;
  const isDeclined = state === 'deleted' && account.signedUpAt !== null && signUpApprovedAt === null;
  const verb = isDeclined ? 'declined the sign-up of' : OUTCOME_VERBS[state];
  const until = blockEndsAt ? ` until ${formatDate(blockEndsAt)}` : '';
  return `${escapeText(account.stateChangedBy)} ${verb} ${name}${until}, ${formatDate(stateChangedAt)}${why}`;
}

const OUTCOME_VERBS = { active: 'activated', blocked: 'blocked', deleted: 'deleted' };

const DETAILS = 'account-details';

/** A row's menu holds five. */
const ONLY_ON_CARDS = ['account-groups', 'account-usage', DETAILS];

/** The account in a list. */
export function accountRow(account: AccountView, role: Role | null, withActivity = false): KnownBlock[] {
  const facts = [
    `*${escapeText(nameOf(account))}*`,
    escapeText(account.email),
    stateText(account),
    ...(withActivity ? [activityText(account)] : []),
  ];
  const inMenu = actionsOn(account, role).filter(({ button }) => !ONLY_ON_CARDS.includes(button));
  const entries = [{ text: 'Show', button: 'list-show' }, ...inMenu];
  return row(facts.join(' · '), { value: buttonValue(account), entries });
}

/** `name` is that of the account. With a suffix, the reply leaves the message as it is, for the other rows in it. */
export const restoreButton = (
  account: Parameters<typeof buttonValue>[0],
  name: string,
  suffix?: string,
): Button =>
  button(suffix ? `account-restore:${suffix}` : 'account-restore', 'Restore', buttonValue(account), {
    label: `Restore ${name}`,
  });

const buttonsFor = (account: AccountView, offered: AccountAction[]): Button[] =>
  offered.map((action) => actionButton(action, account, action.label(nameOf(account))));

type State = AccountView['state'];

type AccountAction = Action & {
  /** The accessibility label, because a list has the same button for many accounts. */
  label: (name: string) => string;
  fits: (state: State, account: AccountView) => boolean;
};

/** The actions that this role may take on an account in this state. */
const actionsOn = (account: AccountView, role: Role | null): AccountAction[] =>
  actionsOfRole(ACTIONS, role).filter(({ fits }) => fits(account.state, account));

/** In the order of the buttons. */
const ACTIONS: AccountAction[] = [
  {
    button: 'account-activate',
    text: 'Activate',
    label: (name) => `Activate ${name}`,
    operation: activateAccount,
    fits: (state) => fittingVerbs(state).includes('activate'),
    style: 'primary',
  },
  {
    button: 'account-decline',
    text: 'Decline',
    label: (name) => `Decline ${name}`,
    operation: declineSignUp,
    fits: (_, account) => isOpenSignUp(account),
  },
  {
    button: 'account-block',
    text: 'Block',
    label: (name) => `Block ${name}`,
    operation: blockAccount,
    // A sign-up is declined instead.
    fits: (state, account) => fittingVerbs(state).includes('block') && !isOpenSignUp(account),
    style: 'danger',
  },
  {
    button: 'account-reset-password',
    text: 'Reset password',
    label: (name) => `Reset password of ${name}`,
    operation: sendPasswordReset,
    fits: (state) => state === 'active',
  },
  {
    button: 'account-edit',
    text: 'Edit',
    label: (name) => `Edit ${name}`,
    operation: editAccount,
    fits: (state) => state !== 'deleted',
  },
  {
    button: 'account-groups',
    text: 'Groups',
    label: (name) => `Groups of ${name}`,
    operation: setGroupsOfAccount,
    fits: (state) => state !== 'deleted',
  },
  {
    button: 'account-usage',
    text: 'Usage',
    label: (name) => `Usage of ${name}`,
    operation: showUsage,
    fits: (state) => state === 'active' || state === 'blocked',
  },
  {
    button: 'account-restore',
    text: 'Restore',
    label: (name) => `Restore ${name}`,
    operation: restoreAccount,
    fits: (state) => state === 'deleted',
  },
  {
    button: DETAILS,
    text: 'Details',
    label: (name) => `Details of ${name}`,
    operation: showAccount,
    fits: () => true,
  },
  // Apart from Block, which can be taken back.
  {
    button: 'account-delete',
    text: 'Delete',
    label: (name) => `Delete ${name}`,
    operation: deleteAccount,
    fits: (state) => state !== 'deleted',
    style: 'danger',
  },
];

function factBlocks(account: AccountView, details: AccountDetails = {}): KnownBlock[] {
  if (account.erasedAt)
    return [
      section(`Account \`${account.id}\` was deleted and its data erased, ${formatDate(account.erasedAt)}.`),
    ];
  const mails = (details.mails ?? []).map(
    ({ title, state, isCalledOffTooLate, createdAt }) =>
      `${title}: *${mailStateText(state)}*${isCalledOffTooLate ? ', cancelled too late' : ''} (${formatDate(createdAt)})`,
  );
  return [
    header(nameOf(account)),
    ...joinLines(factLines(account, details)).map(section),
    ...(details.subscriptions ? subscriptionBlocks(details.subscriptions) : []),
    ...callsText(details.calls ?? []).map(section),
    ...(mails.length ? [context(`Mails · ${mails.join(' · ')}`)] : []),
  ];
}

/** The mail service has accepted it; whether it arrived comes later. */
export const mailStateText = (state: string): string => (state === 'accepted' ? 'sent' : state);

function factLines(
  account: AccountView,
  { isExposed, waitsForAddress, mirror, calls }: AccountDetails,
): string[] {
  // What isn't drawn again doesn't say what each day may change.
  const isCurrent = calls !== undefined;
  const { stateReason, emailConfirmedAt } = account;
  const isShown = !isExposed;
  const why = isShown && stateReason ? ` · ${escapeText(stateReason)}` : '';
  const email = isShown ? escapeText(account.email) : 'not shown in this channel';
  return [
    `*Email:* ${email} (${emailConfirmedAt ? 'confirmed' : 'not confirmed'})`,
    ...(isShown && waitsForAddress ? [`*New email, not confirmed yet:* ${escapeText(waitsForAddress)}`] : []),
    `*State:* ${stateText(account)}${why}`,
    `*Since:* ${formatDate(account.stateChangedAt)}, by ${escapeText(account.stateChangedBy)}`,
    ...mirrorLines(account, mirror),
    `*Groups:* ${['Developers', ...account.groups.map((group) => escapeText(group.name))].join(', ')}`,
    ...(isShown && account.resourceId !== account.id
      ? [`*Id for programs:* ${escapeText(account.resourceId)} (in the history: ${escapeText(account.id)})`]
      : []),
    ...(account.language ? [`*Language:* ${LANGUAGE_NAMES.of(account.language)}`] : []),
    ...(account.newsRefusedAt ? [`*News:* unsubscribed, ${formatDate(account.newsRefusedAt)}`] : []),
    ...signInLines(account, isShown),
    ...(isCurrent
      ? [`*Last sign-in:* ${account.lastSignInOn ?? 'never'} · *Last call:* ${account.lastCallOn ?? 'never'}`]
      : []),
    ...(isShown && account.note ? [`*Note:* ${escapeText(account.note)}`] : []),
  ];
}

const LANGUAGE_NAMES = new Intl.DisplayNames('en', { type: 'language' });

/** A block holds in two places, each since its own moment. */
function mirrorLines(
  { state, stateChangedAt }: AccountView,
  mirror: MirrorView | null | undefined,
): string[] {
  const text = mirrorText(mirror);
  return [
    ...(mirror && state === 'blocked'
      ? [`*Our gateway:* refuses calls since ${formatDate(stateChangedAt)}`]
      : []),
    ...(text ? [`*Azure:* ${text}`] : []),
  ];
}

type ShownSubscription = Pick<SubscriptionView, 'id' | 'name' | 'state' | 'lastUsedAt' | 'calls'>;

function subscriptionBlocks({ newest, all }: NonNullable<AccountDetails['subscriptions']>): KnownBlock[] {
  if (all === 0) return [];
  // A deleted account shows only how many it has.
  if (newest.length === 0) return [section(`*Subscriptions:* ${all}, which come back with it`)];
  const lines = newest.map((one) => `• ${escapeText(one.name)} · ${one.state} · ${lastUsedText(one)}`);
  const more = all > newest.length ? [`and ${all - newest.length} more`] : [];
  return [section([`*Subscriptions:* ${all}`, ...lines, ...more].join('\n'))];
}

function stateText({ state, blockEndsAt, stateBeforeBlock, restorableUntil }: AccountView): string {
  if (blockEndsAt)
    return `${state} until ${formatDate(blockEndsAt)}, then ${stateBeforeBlock ?? 'active'} again`;
  return restorableUntil ? `${state}, can be restored until ${formatDate(restorableUntil)}` : state;
}

/** "Last used Nov 24 at 5:40 PM (12 calls)". */
export function lastUsedText({ lastUsedAt, calls }: Pick<SubscriptionView, 'lastUsedAt' | 'calls'>): string {
  if (!lastUsedAt) return 'never used';
  return `last used ${formatDate(lastUsedAt)} (${calls === 1 ? '1 call' : `${calls} calls`})`;
}

export const nameOf = (account: Pick<AccountView, 'firstName' | 'lastName' | 'email'>): string =>
  fullName(account) || account.email || 'an erased account';
