// A subscription, drawn for operators. Never with its keys.
import type { Button, KnownBlock } from '@slack/types';
import { fittingSubscriptionVerbs, type SubscriptionVerb } from '../../domain/subscription-state.ts';
import type { Role } from '../../operations/frame/context.ts';
import { approveSubscription } from '../../operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../operations/subscriptions/delete.ts';
import { extendSubscription } from '../../operations/subscriptions/extend.ts';
import { regenerateKey } from '../../operations/subscriptions/regenerate-key.ts';
import { rejectSubscription } from '../../operations/subscriptions/reject.ts';
import { renameSubscription } from '../../operations/subscriptions/rename.ts';
import { resumeSubscription } from '../../operations/subscriptions/resume.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { suspendSubscription } from '../../operations/subscriptions/suspend.ts';
import { lastUsedText, nameOf } from './account.ts';
import { actions, actionsWithMenu, button, context, header, type Message, section } from './blocks.ts';
import { escapeText, formatDate } from './text.ts';

type State = SubscriptionView['state'];

const STATES: Record<State, string> = {
  submitted: 'waits for a decision',
  active: 'active',
  suspended: 'suspended',
  rejected: 'rejected',
  cancelled: 'cancelled',
  expired: 'expired',
};
/** What somebody did to it, with their name after it. An active one was approved, granted or resumed. */
const MADE: Record<State, string> = { ...STATES, submitted: 'asked for', active: 'made active' };

/** "Starter", "the API Orders", "all APIs": what it is for, in plain text. */
export function scopeText({ scope }: SubscriptionView): string {
  if (scope.kind === 'all') return 'all APIs';
  return scope.kind === 'api' ? `the API ${scope.name}` : scope.name;
}

/** What a button says of a subscription: which one, and the version that was shown. */
const buttonValue = ({ id, version }: Pick<SubscriptionView, 'id' | 'version'>): string =>
  JSON.stringify({ id, version });

type Deed = {
  button: string;
  text: string;
  operation: { allowed: readonly string[] };
  fits: (state: State) => boolean;
  style?: 'primary' | 'danger';
  /** In a row of a list it stands beside the menu, which holds five. */
  isInFront?: true;
};

const verb = (wanted: SubscriptionVerb) => (state: State) => fittingSubscriptionVerbs(state).includes(wanted);
/** What has passed, or may again: its keys are in somebody's hands. */
const hasKeysOut = (state: State) => state === 'active' || state === 'suspended' || state === 'expired';

/** What can be done with a subscription, in the order in which it is offered. */
const DEEDS: Deed[] = [
  {
    button: 'subscription-approve',
    text: 'Approve',
    operation: approveSubscription,
    fits: verb('approve'),
    style: 'primary',
    isInFront: true,
  },
  {
    button: 'subscription-reject',
    text: 'Reject',
    operation: rejectSubscription,
    fits: verb('reject'),
    isInFront: true,
  },
  {
    button: 'subscription-resume',
    text: 'Resume',
    operation: resumeSubscription,
    fits: verb('resume'),
    style: 'primary',
    isInFront: true,
  },
  {
    button: 'subscription-suspend',
    text: 'Suspend',
    operation: suspendSubscription,
    fits: verb('suspend'),
    isInFront: true,
  },
  {
    button: 'subscription-leaked',
    text: 'Key leaked',
    operation: regenerateKey,
    fits: hasKeysOut,
    isInFront: true,
  },
  { button: 'subscription-regenerate', text: 'Regenerate a key', operation: regenerateKey, fits: hasKeysOut },
  {
    button: 'subscription-extend',
    text: 'Change the end',
    operation: extendSubscription,
    fits: verb('extend'),
  },
  { button: 'subscription-rename', text: 'Rename', operation: renameSubscription, fits: () => true },
  { button: 'subscription-cancel', text: 'Cancel', operation: cancelSubscription, fits: verb('cancel') },
  {
    button: 'subscription-delete',
    text: 'Delete',
    operation: deleteSubscription,
    fits: () => true,
    style: 'danger',
  },
];

const fittingDeeds = ({ state }: SubscriptionView, role: Role | null): Deed[] =>
  DEEDS.filter((deed) => deed.fits(state) && role !== null && deed.operation.allowed.includes(role));

/** Whose and what, for the accessibility label of its buttons. */
const titleOf = (subscription: SubscriptionView): string =>
  `${subscription.name}${subscription.owner ? ` of ${nameOf(subscription.owner)}` : ''}`;

/** `suffix`: in a message that is also about others, so that no answer replaces it. */
const buttonsFor = (subscription: SubscriptionView, deeds: Deed[], suffix = ''): Button[] =>
  deeds.map((deed) =>
    button(`${deed.button}${suffix}`, deed.text, buttonValue(subscription), {
      label: `${deed.text}: ${titleOf(subscription)}`,
      ...(deed.style ? { style: deed.style } : {}),
    }),
  );

function lastChangeText({ state, stateComment, stateChangedBy, stateChangedAt }: SubscriptionView): string {
  const why = stateComment ? `: ${escapeText(stateComment)}` : '';
  // Nobody did that: its end came.
  const by = state === 'expired' ? '' : ` by ${escapeText(stateChangedBy)}`;
  return `${MADE[state]}${by} ${formatDate(stateChangedAt)}${why}`;
}

function ownerText({ owner }: SubscriptionView): string {
  if (!owner) return 'belongs to nobody';
  const state = owner.state === 'active' ? '' : ` · the account is *${owner.state}*`;
  return `${escapeText(nameOf(owner))} · ${escapeText(owner.email)}${state}`;
}

function factsOf(subscription: SubscriptionView, withOwner = true): string {
  const { name, state, startsAt, endsAt } = subscription;
  const scope = scopeText(subscription);
  return [
    `*${escapeText(name)}*${name === scope ? '' : ` · to ${escapeText(scope)}`} · *${STATES[state]}*`,
    ...(withOwner ? [ownerText(subscription)] : []),
    [
      lastChangeText(subscription),
      ...(startsAt ? [`starts ${formatDate(startsAt)}`] : []),
      ...(endsAt ? [`ends ${formatDate(endsAt)}`] : []),
      ...(state === 'submitted' ? [] : [lastUsedText(subscription)]),
    ].join(' · '),
  ].join('\n');
}

/** A row of a list: what is done most beside a menu with the rest. */
export function subscriptionRow(
  subscription: SubscriptionView,
  role: Role | null,
  how: { withOwner: boolean },
): KnownBlock[] {
  const deeds = fittingDeeds(subscription, role);
  const inFront = buttonsFor(
    subscription,
    deeds.filter((deed) => deed.isInFront),
    ':row',
  );
  const show = button('subscription-show:row', 'Show', subscription.id, {
    label: `Show ${titleOf(subscription)}`,
  });
  const entries = deeds.filter((deed) => !deed.isInFront);
  return [
    section(factsOf(subscription, how.withOwner)),
    actionsWithMenu([show, ...inFront], { value: buttonValue(subscription), entries }),
  ];
}

/** The subscription as it is now, with all that can be done by whoever asked. */
export function subscriptionMessage(
  text: string,
  subscription: SubscriptionView,
  role: Role | null,
): Message {
  const deeds = fittingDeeds(subscription, role);
  const more = subscription.owner
    ? [
        button('list-show', 'Show account', subscription.owner.id, {
          label: `Show ${nameOf(subscription.owner)}`,
        }),
      ]
    : [];
  const buttons = [...buttonsFor(subscription, deeds), ...more];
  return {
    text,
    blocks: [
      section(text),
      section(factsOf(subscription)),
      context(`Asked for or granted ${formatDate(subscription.createdAt)} · id \`${subscription.id}\``),
      ...(buttons.length ? [actions(buttons)] : []),
    ],
  };
}

/** Said after what makes one active: an account that is shut out has nothing of it yet. */
export function inactiveAccountWarning({ owner }: SubscriptionView): string {
  if (!owner || owner.state === 'active') return '';
  return ` :warning: The account is *${owner.state}*: no call passes until it is activated.`;
}

/**
 * The card of a subscription that was asked for: Approve and Reject while it waits, then who decided, when and why.
 * `isExposed`: people without a say can read the place, so no address and no reason.
 */
export function subscriptionCard(
  subscription: SubscriptionView,
  { isExposed }: { isExposed: boolean },
): Message {
  const { owner, state } = subscription;
  const title = `Subscription to ${scopeText(subscription)}`;
  const hasName = owner !== null && (owner.firstName !== '' || owner.lastName !== '');
  const who = owner && (!isExposed || hasName) ? nameOf(owner) : 'Somebody';
  const isWaiting = state === 'submitted';
  const blocked = owner && owner.state !== 'active' ? ` · the account is *${owner.state}*` : '';
  const address = owner && !isExposed ? `\n${escapeText(owner.email)}` : '';
  const named =
    subscription.name === scopeText(subscription) ? '' : `\n*Name:* ${escapeText(subscription.name)}`;
  const outcome = lastChangeText(isExposed ? { ...subscription, stateComment: '' } : subscription);
  return {
    text: `${escapeText(title)}: ${escapeText(who)} ${isWaiting ? 'asks; an operator decides' : `· ${outcome}`}`,
    blocks: [
      header(title),
      section(
        `*${escapeText(who)}* asks to use *${escapeText(scopeText(subscription))}*.${address}${blocked}${named}`,
      ),
      isWaiting
        ? context(
            `Asked for ${formatDate(subscription.createdAt)}. Until somebody decides, its keys don’t pass.`,
          )
        : section(`*${outcome[0]?.toUpperCase()}${outcome.slice(1)}*`),
      ...(isWaiting ? [actions(buttonsFor(subscription, fittingDeeds(subscription, 'approver')))] : []),
    ],
  };
}

/** In place of the card of a request whose subscription is gone. */
export const goneCard = (): Message => {
  const text =
    'Somebody asked for a subscription here. It was deleted, so there is nothing to decide any more.';
  return { text, blocks: [section(text)] };
};
