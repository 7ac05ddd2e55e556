// Draws a key that was found in public: where, whose it is, and what became of it. Never the key.
import type { LeakedKeyView } from '../../operations/leaked-keys/leaked-key.ts';
import { nameOf } from './account.ts';
import { actions, button, context, header, type Message, section } from './blocks.ts';
import { scopeText } from './subscription.ts';
import { cut, escapeText, formatDate, joinLines } from './text.ts';

const MAX_URL_SHOWN = 300;

/** If people without a role can read the channel, it leaves out who owns the key, and where anyone can read it. */
export function leakedKeyCard(leakedKey: LeakedKeyView, { isExposed }: { isExposed: boolean }): Message {
  const { id, state, reportedAt, subscription } = leakedKey;
  const title = `${secretText(leakedKey, isExposed)} was found in public`;
  const isOpen = state === 'open';
  const outcome = outcomeOf(leakedKey, isExposed);
  const lines = [
    ...subscriptionLines(leakedKey, isExposed),
    `*Reported:* ${formatDate(reportedAt)}`,
    ...placeLines(leakedKey, isExposed),
  ];
  const show = subscription
    ? [button('subscription-show', 'Show', subscription.id, { label: `Show ${subscription.name}` })]
    : [];
  const decisions = isOpen ? decisionButtons(leakedKey, id, title) : [];
  const buttons = [...decisions, ...show];
  return {
    text: isOpen ? escapeText(title) : outcome,
    blocks: [
      isOpen ? header(title) : section(`*${outcome}*`),
      ...joinLines(lines).map(section),
      ...(isOpen ? [context(EFFECTS[leakedKey.token ? 'token' : 'key'])] : []),
      ...(state === 'lapsed' && !leakedKey.token ? [context(WAKES)] : []),
      ...(buttons.length > 0 ? [actions(buttons)] : []),
    ],
  };
}

const EFFECTS = {
  key: 'Anyone can read this key, and call with it. *Replace it* ends it at once; the owner finds a new one in the portal. *Leave it* changes nothing.',
  token: 'Anyone can read this token, and use it. *Revoke it* ends it at once. *Leave it* changes nothing.',
};

const WAKES =
  'If calls pass with this key again, say because its account is reactivated, this card asks again.';

function decisionButtons({ token }: LeakedKeyView, id: string, title: string) {
  const [text, ask] = token
    ? ['Revoke it', 'Programs that use this token stop working at once.']
    : ['Replace it', 'Programs that use this key are refused at once, until they have the new one.'];
  return [
    button('leaked-key-end', text, id, {
      style: 'danger',
      label: `${text}: ${title}`,
      ask: { text: ask, yes: text },
    }),
    button('leaked-key-leave', 'Leave it', id, { label: `Leave it: ${title}` }),
  ];
}

/** "Ann Lee’s primary key for Starter", in plain text. */
function secretText({ token, subscription, slot }: LeakedKeyView, isExposed: boolean): string {
  if (token) return `The token ${token.name} of the management API`;
  const key = slot?.replace(/^former-(.*)/, 'former $1') ?? '';
  const whose = subscription?.owner && !isExposed ? `${nameOf(subscription.owner)}’s` : 'The';
  return `${whose} ${key} key for ${subscription ? scopeText(subscription) : 'a subscription'}`;
}

function subscriptionLines({ subscription, token }: LeakedKeyView, isExposed: boolean): string[] {
  if (token) return [`*Owned by:* <@${token.ownerUserId}>`];
  if (!subscription) return [];
  const { owner, name, state } = subscription;
  return [
    `*Subscription:* ${escapeText(name)}${state === 'active' ? '' : ` (${state})`}`,
    ...(owner && !isExposed ? [`*Email:* ${escapeText(owner.email)}`] : []),
    ...(owner ? [] : ['It has no owner: programs read its keys through the management API.']),
  ];
}

function placeLines({ places, placeCount }: LeakedKeyView, isExposed: boolean): string[] {
  if (isExposed) return [`*Seen:* in ${placeCount === 1 ? 'one place' : `${placeCount} places`}`];
  const shown = places.map(
    ({ url, source }) =>
      `*Seen in:* ${url === '' ? 'a place that the scanner didn’t name' : escapeText(cut(url, MAX_URL_SHOWN))} (${escapeText(source.replaceAll('_', ' '))})`,
  );
  const more = placeCount - places.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

/** Why no call passes with it, as its account and subscription are now. */
function whyLapsed({ token, subscription }: LeakedKeyView): string {
  if (token) return token.revokedAt ? 'it was revoked' : 'its time was over';
  if (!subscription || subscription.owner?.state === 'deleted') return 'its account was deleted';
  if (subscription.owner?.state === 'blocked') return 'its account is blocked';
  const { state } = subscription;
  if (state === 'suspended' || state === 'cancelled' || state === 'rejected')
    return `its subscription is ${state}`;
  return state === 'expired' ? 'its subscription has expired' : 'its time was over';
}

/** "Ada Admin replaced Ann Lee’s primary key for Starter: it was found in public, Nov 24 at 5:40 PM", in mrkdwn. */
export function outcomeOf(leakedKey: LeakedKeyView, isExposed: boolean): string {
  const { state, settledBy, settledAt, token } = leakedKey;
  if (state === 'lapsed')
    return `${escapeText(secretText(leakedKey, isExposed))} was found in public, and ended on its own: ${whyLapsed(leakedKey)}`;
  const verb = state === 'left' ? 'left' : token ? 'revoked' : 'replaced';
  const thing = secretText(leakedKey, isExposed).replace(/^The /, 'the ');
  const as = state === 'left' ? ' as it is' : '';
  const at = settledAt ? `, ${formatDate(settledAt)}` : '';
  return `${escapeText(settledBy)} ${verb} ${escapeText(thing)}${as}: it was found in public${at}`;
}
