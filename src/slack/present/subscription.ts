// Draws a subscription for operators, never with its keys.
import type { Button, KnownBlock } from '@slack/types';
import { figure, limitWords } from '../../domain/limit-words.ts';
import { fittingSubscriptionVerbs, type SubscriptionVerb } from '../../domain/subscription-state.ts';
import type { UsagePoint } from '../../domain/usage-times.ts';
import type { MirrorView } from '../../operations/azure/order-view.ts';
import type { Role } from '../../operations/frame/context.ts';
import { approveSubscription } from '../../operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../operations/subscriptions/delete.ts';
import { extendSubscription } from '../../operations/subscriptions/extend.ts';
import { limitSubscription } from '../../operations/subscriptions/limit.ts';
import { regenerateKey } from '../../operations/subscriptions/regenerate-key.ts';
import { rejectSubscription } from '../../operations/subscriptions/reject.ts';
import { renameSubscription } from '../../operations/subscriptions/rename.ts';
import { resumeSubscription } from '../../operations/subscriptions/resume.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { suspendSubscription } from '../../operations/subscriptions/suspend.ts';
import type { TermsView } from '../../operations/terms/terms.ts';
import { showUsage } from '../../operations/usage/show.ts';
import { buttonValue } from '../frame/reference.ts';
import { lastUsedText, nameOf } from './account.ts';
import { type Action, actionButton, actionsOfRole } from './action-buttons.ts';
import { mirrorText, retryButtons } from './azure.ts';
import { actions, button, context, header, type Message, row, section } from './blocks.ts';
import { callsText } from './counts.ts';
import { escapeText, formatDate, joinLines } from './text.ts';

/** The subscription, with buttons for what this role can do now. `calls`: of 30 days. `mirror`: what Azure has of it. */
export function subscriptionMessage(
  text: string,
  subscription: SubscriptionView,
  role: Role | null,
  {
    calls = [],
    mirror,
    terms,
  }: { calls?: readonly UsagePoint[]; mirror?: MirrorView | null; terms?: TermsView | null } = {},
): Message {
  const offered = actionsOn(subscription, role);
  const more = subscription.owner
    ? [
        button('list-show', 'Show account', subscription.owner.id, {
          label: `Show ${nameOf(subscription.owner)}`,
        }),
      ]
    : [];
  const retry = role === null ? [] : retryButtons(mirror, labelOf(subscription));
  const buttons = [...buttonsFor(subscription, offered), ...retry, ...more];
  return {
    text,
    blocks: [
      section(text),
      ...joinLines([
        ...factsOf(subscription),
        ...termsLines(terms),
        ...mirrorLines(mirror),
        ...callsText(calls),
      ]).map(section),
      ...(buttons.length ? [actions(buttons)] : []),
    ],
  };
}

/** The subscription in a list. */
export function subscriptionRow(
  subscription: SubscriptionView,
  role: Role | null,
  how: { withOwner: boolean; isLimited?: boolean },
): KnownBlock[] {
  const { name, state, endsAt } = subscription;
  const scope = scopeText(subscription);
  const facts = [
    `*${escapeText(name)}*${name === scope ? '' : ` (${escapeText(scope)})`}`,
    ...(how.withOwner ? [ownerText(subscription)] : []),
    STATES[state],
    ...(state === 'submitted' ? [formatDate(subscription.createdAt)] : [lastUsedText(subscription)]),
    ...(endsAt && state === 'active' ? [`ends ${formatDate(endsAt)}`] : []),
    ...(isQuotaUsedUp(subscription)
      ? ['*quota used up*']
      : how.isLimited
        ? ['over its rate in the last 24 hours']
        : []),
  ];
  const offered = actionsOn(subscription, role);
  const entries = [
    { text: 'Show', button: 'subscription-show' },
    ...offered.filter((action) => action.isInFront),
    ...offered.filter((action) => !action.isInFront),
  ];
  return row(facts.join(' · '), { value: buttonValue(subscription), entries });
}

/**
 * The card of a requested subscription: Approve and Decline while it waits, then who decided, when and why. If people
 * without a role can read the channel, it leaves out the email and the reason.
 */
export function subscriptionCard(
  subscription: SubscriptionView,
  { isExposed, mirror, terms }: { isExposed: boolean; mirror?: MirrorView | null; terms?: TermsView | null },
): Message {
  const { owner, state } = subscription;
  const hasName = owner !== null && (owner.firstName !== '' || owner.lastName !== '');
  const who = owner && (!isExposed || hasName) ? nameOf(owner) : 'Someone';
  const isWaiting = state === 'submitted';
  const question = `${who} asks to use ${scopeText(subscription)}. Approve?`;
  const change = lastChangeText(isExposed ? { ...subscription, stateComment: '' } : subscription);
  const outcome = `Subscription to ${escapeText(scopeText(subscription))} of ${escapeText(who)}: ${change}`;
  const facts = [
    ...(owner && !isExposed ? [`*Email:* ${escapeText(owner.email)}`] : []),
    ...(owner && owner.state !== 'active' ? [`*Account:* ${owner.state}`] : []),
    ...(subscription.name === scopeText(subscription) ? [] : [`*Name:* ${escapeText(subscription.name)}`]),
    `*Requested:* ${formatDate(subscription.createdAt)}`,
    ...limitFacts(subscription).map((fact) => `*Limits:* ${fact}`),
    ...termsLines(terms),
    ...mirrorLines(mirror),
  ];
  return {
    text: isWaiting ? escapeText(question) : outcome,
    blocks: [
      isWaiting ? header(question) : section(`*${outcome}*`),
      section(facts.join('\n')),
      ...(isWaiting ? [context("Its keys don't work until an operator approves it.")] : []),
      actions([
        ...buttonsFor(
          subscription,
          actionsOn(subscription, 'approver').filter(({ button }) => isWaiting || button === DETAILS),
        ),
        ...retryButtons(mirror, labelOf(subscription)),
      ]),
    ],
  };
}

const DETAILS = 'subscription-details';

/** Calls go on while newer terms wait, so it's for information. */
function termsLines(terms: TermsView | null | undefined): string[] {
  if (!terms) return [];
  const { agreedAt, agreedBefore } = terms;
  if (agreedAt) return [`*Terms:* agreed to, ${formatDate(agreedAt)}`];
  return [
    agreedBefore
      ? `*Terms:* agreed to earlier ones, ${formatDate(agreedBefore)}; newer ones wait`
      : '*Terms:* not agreed to yet',
  ];
}

function mirrorLines(mirror: MirrorView | null | undefined): string[] {
  const text = mirrorText(mirror);
  return text ? [`*Azure:* ${text}`] : [];
}

/** Replaces the card of a subscription that was deleted. */
export const goneCard = (): Message => {
  const text = 'This subscription was deleted. There is nothing left to decide.';
  return { text, blocks: [section(text)] };
};

/** "*Starter* of Ann Lee", escaped for mrkdwn. */
export const subscriptionText = ({ name, owner }: SubscriptionView): string =>
  `*${escapeText(name)}*${owner ? ` of ${escapeText(nameOf(owner))}` : ''}`;

/** "Starter", "the API Orders" or "all APIs", in plain text. */
export function scopeText({ scope }: SubscriptionView): string {
  if (scope.kind === 'all') return 'all APIs';
  return scope.kind === 'api' ? `the API ${scope.name}` : scope.name;
}

export const mailSentText = (isTold: boolean): string =>
  isTold ? ' A mail tells the developer.' : ' No mail was sent.';

/** Follows the news that a subscription is active. Empty when the account is active too. */
export function inactiveAccountWarning({ owner }: SubscriptionView): string {
  if (!owner || owner.state === 'active') return '';
  return ` :warning: The account is *${owner.state}*: calls are refused until it is activated.`;
}

type State = SubscriptionView['state'];

type SubscriptionAction = Action & {
  fits: (state: State) => boolean;
  /** Comes first in the menu of a row, which holds five. */
  isInFront?: true;
};

const verb = (wanted: SubscriptionVerb) => (state: State) => fittingSubscriptionVerbs(state).includes(wanted);

/** Its keys pass, or may pass again. */
const canKeysPass = (state: State) => state === 'active' || state === 'suspended' || state === 'expired';

/** In the order of the buttons. */
const ACTIONS: SubscriptionAction[] = [
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
    text: 'Decline',
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
    fits: canKeysPass,
    isInFront: true,
  },
  {
    button: 'subscription-regenerate',
    text: 'Replace a key',
    operation: regenerateKey,
    fits: canKeysPass,
  },
  {
    button: 'subscription-extend',
    text: 'Change the end',
    operation: extendSubscription,
    fits: verb('extend'),
  },
  {
    button: 'subscription-limit',
    text: 'Limits',
    operation: limitSubscription,
    fits: (state) => canKeysPass(state) || state === 'submitted',
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
  { button: 'subscription-usage', text: 'Usage', operation: showUsage, fits: canKeysPass },
  { button: DETAILS, text: 'Details', operation: showSubscription, fits: () => true },
];

const actionsOn = ({ state }: SubscriptionView, role: Role | null): SubscriptionAction[] =>
  actionsOfRole(ACTIONS, role).filter(({ fits }) => fits(state));

const buttonsFor = (subscription: SubscriptionView, offered: SubscriptionAction[]): Button[] =>
  offered.map((action) => actionButton(action, subscription, `${action.text}: ${labelOf(subscription)}`));

/** "Starter of Ann Lee", in plain text for accessibility labels. */
const labelOf = (subscription: SubscriptionView): string =>
  `${subscription.name}${subscription.owner ? ` of ${nameOf(subscription.owner)}` : ''}`;

function factsOf(subscription: SubscriptionView): string[] {
  const { name, state, startsAt, endsAt } = subscription;
  const scope = scopeText(subscription);
  return [
    `*${escapeText(name)}*${name === scope ? '' : ` · to ${escapeText(scope)}`} · *${STATES[state]}*`,
    ownerText(subscription),
    [
      lastChangeText(subscription),
      ...(startsAt ? [`starts ${formatDate(startsAt)}`] : []),
      ...(endsAt ? [`ends ${formatDate(endsAt)}`] : []),
      ...(state === 'submitted' ? [] : [lastUsedText(subscription)]),
    ].join(' · '),
    ...limitFacts(subscription).map((fact) => `Limits: ${fact}${quotaUseText(subscription)}`),
    ...keyFacts(subscription),
  ];
}

/** "Primary key: last used Nov 24 · ends Nov 30". */
function keyFacts({ keys, state }: SubscriptionView): string[] {
  if (!canKeysPass(state)) return [];
  return keys.map(({ slot, endsAt, lastUsedAt, former }) =>
    [
      `${slot === 'primary' ? 'Primary' : 'Secondary'} key: ${lastUsedAt ? `last used ${formatDate(lastUsedAt)}` : 'never used'}`,
      ...(endsAt ? [`ends ${formatDate(endsAt)}`] : []),
      ...(former?.endsAt ? [`the old one works until ${formatDate(former.endsAt)}`] : []),
    ].join(' · '),
  );
}

/** What holds, and whose it is. An approver is told too that nothing does; elsewhere that says nothing. */
function limitFacts({ limits, rate, quota, scope, state }: SubscriptionView): string[] {
  const own = [...(rate === null ? [] : ['rate']), ...(quota === null ? [] : ['quota'])];
  const words = limitWords(limits);
  if (own.length > 0) return [`${words ?? 'none'} (its own ${own.join(' and ')})`];
  if (words !== null) return [`${words} (the product's)`];
  if (state !== 'submitted') return [];
  return [scope.kind === 'product' ? 'none (the product has none)' : 'none'];
}

const isQuotaUsedUp = ({ limits, quotaUse }: SubscriptionView): boolean =>
  limits.quota !== null && quotaUse !== null && quotaUse.calls >= limits.quota.calls;

function quotaUseText(subscription: SubscriptionView): string {
  const { quotaUse } = subscription;
  if (!quotaUse) return '';
  const ends = formatDate(quotaUse.endsAt);
  return isQuotaUsedUp(subscription)
    ? ` · *quota used up*: calls are refused until ${ends}`
    : ` · ${figure(quotaUse.calls)} used, until ${ends}`;
}

const STATES: Record<State, string> = {
  submitted: 'waiting for approval',
  active: 'active',
  suspended: 'suspended',
  rejected: 'declined',
  cancelled: 'cancelled',
  expired: 'expired',
};

/** The last change, before the name of the person who made it. "Made active" covers approved, granted and resumed. */
const LAST_CHANGES: Record<State, string> = { ...STATES, submitted: 'requested', active: 'activated' };

function lastChangeText({ state, stateComment, stateChangedBy, stateChangedAt }: SubscriptionView): string {
  const why = stateComment ? `: ${escapeText(stateComment)}` : '';
  // It expired at its end, without a person.
  const by = state === 'expired' ? '' : ` by ${escapeText(stateChangedBy)}`;
  return `${LAST_CHANGES[state]}${by}, ${formatDate(stateChangedAt)}${why}`;
}

function ownerText({ owner }: SubscriptionView): string {
  if (!owner) return 'has no owner';
  const state = owner.state === 'active' ? '' : ` · the account is *${owner.state}*`;
  return `${escapeText(nameOf(owner))} · ${escapeText(owner.email)}${state}`;
}
