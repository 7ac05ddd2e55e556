import type { Button, KnownBlock } from '@slack/types';
import { fittingVerbs } from '../../domain/account-state.ts';
import { fullName } from '../../domain/person-name.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { activateAccount } from '../../operations/accounts/activate.ts';
import { blockAccount } from '../../operations/accounts/block.ts';
import { deleteAccount } from '../../operations/accounts/delete.ts';
import { editAccount } from '../../operations/accounts/edit.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../operations/accounts/set-groups.ts';
import type { Role } from '../../operations/frame/context.ts';
import { sendPasswordReset } from '../../operations/passwords/send-reset.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { buttonValue } from '../frame/reference.ts';
import { type Action, actionButton, actionsOfRole } from './action-buttons.ts';
import { actions, button, context, header, type Message, row, section } from './blocks.ts';
import { escapeText, formatDate } from './text.ts';

type AccountDetails = {
  subscriptions?: { newest: ShownSubscription[]; all: number };
  mails?: { title: string; state: string; createdAt: Date; isCalledOffTooLate: boolean }[];
  waitsForAddress?: string | null;
  /** People without a role can read the channel, so the email and the note are left out. */
  isExposed?: boolean;
};

/** With `changeId` the message has an Undo button, which works for ten minutes. */
export function accountMessage(
  text: string,
  account: AccountView,
  role: Role | null,
  changeId?: string,
): Message {
  const undo = changeId
    ? [actions([button('undo', 'Undo', changeId, { label: `Undo for ${nameOf(account)}` })])]
    : [];
  return { text, blocks: [section(text), ...undo, ...accountBlocks(account, role)] };
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
  const buttons = [...buttonsFor(account, offered), ...subscriptionsButton];
  return [...factBlocks(account, details), ...(buttons.length ? [actions(buttons)] : [])];
}

/** The card in the approvals channel, with the buttons of an approver. */
export function cardMessage(account: AccountView, how: { isExposed: boolean }): Message {
  if (account.erasedAt) return { text: 'A deleted account, erased', blocks: factBlocks(account) };
  const hasName = fullName(account) !== '';
  const shown = how.isExposed && !hasName ? { ...account, email: 'An account' } : account;
  const offered = actionsOn(account, 'approver');
  return {
    text: `Account of ${escapeText(nameOf(shown))}: ${account.state}`,
    blocks: [...factBlocks(shown, how), ...(offered.length ? [actions(buttonsFor(account, offered))] : [])],
  };
}

/** The account in a list. */
export function accountRow(account: AccountView, role: Role | null): KnownBlock[] {
  const facts = [`*${escapeText(nameOf(account))}*`, escapeText(account.email), stateText(account)];
  const inMenu = actionsOn(account, role).filter(({ button }) => button !== 'account-groups');
  const entries = [{ text: 'Show', button: 'list-show' }, ...inMenu];
  return [row(facts.join(' · '), { value: buttonValue(account), entries })];
}

const buttonsFor = (account: AccountView, offered: AccountAction[]): Button[] =>
  offered.map((action) => actionButton(action, account, action.label(nameOf(account))));

type State = AccountView['state'];

type AccountAction = Action & {
  /** The accessibility label, because a list has the same button for many accounts. */
  label: (name: string) => string;
  fits: (state: State) => boolean;
};

/** The actions that this role may take on an account in this state. */
const actionsOn = ({ state }: Pick<AccountView, 'state'>, role: Role | null): AccountAction[] =>
  actionsOfRole(ACTIONS, role).filter(({ fits }) => fits(state));

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
    button: 'account-block',
    text: 'Block',
    label: (name) => `Block ${name}`,
    operation: blockAccount,
    fits: (state) => fittingVerbs(state).includes('block'),
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
    button: 'account-delete',
    text: 'Delete',
    label: (name) => `Delete ${name}`,
    operation: deleteAccount,
    fits: (state) => state !== 'deleted',
    style: 'danger',
  },
  {
    button: 'account-restore',
    text: 'Restore',
    label: (name) => `Restore ${name}`,
    operation: restoreAccount,
    fits: (state) => state === 'deleted',
  },
];

function factBlocks(account: AccountView, details: AccountDetails = {}): KnownBlock[] {
  if (account.erasedAt)
    return [
      section(`Account \`${account.id}\` was deleted and its data erased ${formatDate(account.erasedAt)}.`),
    ];
  const isShown = !details.isExposed;
  const lines = [
    `*State:* ${stateText(account)}${account.stateReason ? ` · ${escapeText(account.stateReason)}` : ''}`,
    `*Since:* ${formatDate(account.stateChangedAt)}, by ${escapeText(account.stateChangedBy)}`,
    isShown
      ? `*Address:* ${escapeText(account.email)}${account.emailConfirmedAt ? '' : ' (not confirmed)'}`
      : `*Address:* ${account.emailConfirmedAt ? 'confirmed' : 'not confirmed'}, and not shown in this channel`,
    ...(isShown && details.waitsForAddress
      ? [`*Waits to be confirmed:* ${escapeText(details.waitsForAddress)}`]
      : []),
    `*Groups:* ${['Developers', ...account.groups.map((group) => escapeText(group.name))].join(', ')}`,
    ...(isShown && account.note ? [`*Note:* ${escapeText(account.note)}`] : []),
  ];
  const mails = (details.mails ?? []).map(
    ({ title, state, isCalledOffTooLate, createdAt }) =>
      `${title}: *${state}*${isCalledOffTooLate ? ', called off too late' : ''} (${formatDate(createdAt)})`,
  );
  const registered = `Registered ${formatDate(account.registeredAt)} · last change ${formatDate(account.updatedAt)} · id \`${account.id}\``;
  return [
    header(nameOf(account)),
    section(lines.join('\n')),
    ...(details.subscriptions ? subscriptionBlocks(details.subscriptions) : []),
    ...(mails.length ? [context(`Mails · ${mails.join(' · ')}`)] : []),
    context(registered),
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
