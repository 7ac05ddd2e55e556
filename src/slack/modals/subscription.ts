import type { ModalView } from '@slack/types';
import { OVERLAPS } from '../../domain/key-life.ts';
import { limitWords, ownQuotaText, ownRateText } from '../../domain/limit-words.ts';
import { MAX_CATALOG_NAME_LENGTH, MAX_STATE_COMMENT_LENGTH } from '../../operations/catalog/input.ts';
import type { Policy } from '../../operations/frame/context.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { referenceTo } from '../frame/reference.ts';
import { lastUsedText } from '../present/account.ts';
import {
  accountInput,
  checkbox,
  choiceInput,
  dateInput,
  modal,
  searchInput,
  section,
  textInput,
} from '../present/blocks.ts';
import { scopeText, subscriptionText } from '../present/subscription.ts';
import { escapeText, formatDate } from '../present/text.ts';
import { limitInputs } from './limits.ts';

/** Without an account the modal asks for one. `title` is mrkdwn. */
export const grantSubscriptionModal = (account: { id: string; title: string } | null): ModalView =>
  modal({
    callback: 'subscription-grant',
    title: 'Grant a subscription',
    submit: 'Grant',
    metadata: account ? { accountId: account.id } : {},
    blocks: [
      account
        ? section(`To ${account.title}`)
        : accountInput({
            optional: true,
            hint: 'Leave it empty for a subscription without an owner: only programs see its keys.',
          }),
      searchInput('scope', 'For', {
        placeholder: 'A product, an API, or all APIs',
        hint: "Its keys open this and nothing else, within the product's limits. For an API there are none; set some with Limits.",
      }),
      textInput('name', 'Name', {
        optional: true,
        maxLength: MAX_CATALOG_NAME_LENGTH,
        hint: 'Leave it empty to use the name of the product or API.',
      }),
      dateInput('startsAt', 'Starts', { hint: 'At 00:00 UTC on that day. Leave it empty to start at once.' }),
      dateInput('endsAt', 'Ends', { hint: 'At 00:00 UTC on that day. Leave it empty for no end.' }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
    ],
  });

export const rejectSubscriptionModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-reject',
    title: 'Decline a request',
    submit: 'Decline',
    metadata: referenceTo(subscription),
    blocks: [
      section(`${subscriptionText(subscription)} · to ${escapeText(scopeText(subscription))}`),
      reasonInput('The developer reads it in a mail.', false),
    ],
  });

export const suspendSubscriptionModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-suspend',
    title: 'Suspend a subscription',
    submit: 'Suspend',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionText(subscription)}: its keys stop working at the next call, until someone resumes it. It was ${lastUsedText(subscription)}.`,
      ),
      reasonInput('The developer sees it in the portal; no mail is sent.', true),
    ],
  });

export const cancelSubscriptionModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-cancel',
    title: 'Cancel a subscription',
    submit: 'Cancel subscription',
    close: 'Keep it',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionText(subscription)}: its keys stop working at the next call, and it can't be resumed. To pause it, suspend it instead. It was ${lastUsedText(subscription)}.`,
      ),
      reasonInput('The developer sees it in the portal; no mail is sent.', true),
    ],
  });

const reasonInput = (hint: string, optional: boolean) =>
  textInput('reason', 'Reason', { multiline: true, optional, maxLength: MAX_STATE_COMMENT_LENGTH, hint });

export const deleteSubscriptionModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-delete',
    title: 'Delete a subscription',
    submit: 'Delete',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionText(subscription)} is deleted for good, and its keys stop working at the next call. It was ${lastUsedText(subscription)}. To keep it on record, cancel it instead.`,
      ),
    ],
  });

export const renameSubscriptionModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-rename',
    title: 'Rename a subscription',
    submit: 'Save',
    metadata: referenceTo(subscription),
    blocks: [textInput('name', 'Name', { value: subscription.name, maxLength: MAX_CATALOG_NAME_LENGTH })],
  });

export const extendSubscriptionModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-extend',
    title: 'Change the end',
    submit: 'Save',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionText(subscription)}${subscription.state === 'expired' ? ': with a later end, it is active again.' : ''}`,
      ),
      dateInput('endsAt', 'Ends', {
        hint: 'At 00:00 UTC on that day. Leave it empty for no end.',
        value: subscription.endsAt,
      }),
    ],
  });

export function limitSubscriptionModal(subscription: SubscriptionView): ModalView {
  const { rate, quota, productLimits, scope } = subscription;
  const empty =
    scope.kind === 'product' ? 'Leave it empty to have it as the product.' : 'Leave it empty for no limit.';
  const words = limitWords(productLimits);
  const lifting = words ? ' To lift one here, write “unlimited”.' : '';
  const ofProduct = scope.kind === 'product' ? ` The product's limits: ${words ?? 'none'}.${lifting}` : '';
  return modal({
    callback: 'subscription-limit',
    title: 'Limits',
    submit: 'Save',
    metadata: referenceTo(subscription),
    blocks: [
      section(`${subscriptionText(subscription)}.${ofProduct}`),
      ...limitInputs({
        rate: rate === null ? '' : ownRateText(rate),
        quota: quota === null ? '' : ownQuotaText(quota),
        empty,
      }),
    ],
  });
}

const PRIMARY = { value: 'primary', text: 'The primary key' };
const SECONDARY = { value: 'secondary', text: 'The secondary key' };

/** A key that was found in public stops at once, so there is nothing to choose for it. */
export function regenerateKeyModal(
  subscription: SubscriptionView,
  { keysMayOverlap }: Pick<Policy, 'keysMayOverlap'>,
): ModalView {
  const leaked = subscription.keys.flatMap(({ slot, isLeaked }) => (isLeaked ? [slot] : []));
  const choices = [PRIMARY, SECONDARY].map((choice) =>
    leaked.some((slot) => slot === choice.value)
      ? { ...choice, text: `${choice.text}, found in public: it stops at once` }
      : choice,
  );
  const mayOverlap = keysMayOverlap && leaked.length < choices.length;
  return modal({
    callback: 'subscription-regenerate',
    title: 'Replace a key',
    submit: 'Replace',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionText(subscription)}: the owner finds the new key in the portal, and a mail says until when the old one works. The other key keeps working.${formerKeysText(subscription)}`,
      ),
      choiceInput('slot', 'Which', choices),
      ...(mayOverlap ? [choiceInput('overlap', 'The old key works for', OVERLAP_OPTIONS)] : []),
    ],
  });
}

/** At once comes first: it is what happens to a person who doesn't look. */
const OVERLAP_OPTIONS = [0, ...OVERLAPS].map((hours) => ({ value: String(hours), text: overlapText(hours) }));

function overlapText(hours: number): string {
  if (hours === 0) return 'No longer: it stops at once';
  const days = hours / 24;
  return days < 1 ? '1 hour' : `${days === 1 ? '1 day' : `${days} days`}`;
}

function formerKeysText({ keys }: SubscriptionView): string {
  const formers = keys.flatMap(({ slot, former }) =>
    former?.endsAt ? [{ slot, endsAt: former.endsAt }] : [],
  );
  const words = formers.map(({ slot, endsAt }) => `an old ${slot} key works until ${formatDate(endsAt)}`);
  return words.length === 0
    ? ''
    : ` Now ${words.join(' and ')}; replacing that key again ends its old one at once.`;
}

/** Offers both keys too, for operators who don't know which one leaked. */
export const leakedKeyModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-leaked',
    title: 'A key leaked',
    submit: 'Replace',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionText(subscription)}: the key that leaked stops working at the next call, and a mail tells the owner why. The account is not blocked. The subscription was ${lastUsedText(subscription)}. Never paste the key itself here.`,
      ),
      choiceInput('slot', 'Which', [
        PRIMARY,
        SECONDARY,
        { value: 'both', text: "Both, or I don't know which" },
      ]),
    ],
  });
