// What is done with one subscription: by its buttons at once, or by a modal that asks the rest.
import type { ModalView } from '@slack/types';
import {
  catalogName,
  MAX_CATALOG_NAME_LENGTH,
  MAX_STATE_COMMENT_LENGTH,
} from '../../operations/catalog/input.ts';
import { approveSubscription } from '../../operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../operations/subscriptions/delete.ts';
import { extendSubscription } from '../../operations/subscriptions/extend.ts';
import { rejectSubscription } from '../../operations/subscriptions/reject.ts';
import { renameSubscription } from '../../operations/subscriptions/rename.ts';
import { resumeSubscription } from '../../operations/subscriptions/resume.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { suspendSubscription } from '../../operations/subscriptions/suspend.ts';
import {
  blankErrors,
  type Command,
  type Feature,
  type OnPress,
  type SlackRequest,
  schemaError,
  textOf,
} from '../frame/feature.ts';
import { subscriptionIn } from '../frame/reference.ts';
import { requireRole } from '../frame/role.ts';
import { lastUsedText, nameOf } from '../present/account.ts';
import { dateInput, type Message, modal, section, textInput } from '../present/blocks.ts';
import { inactiveAccountWarning, scopeText, subscriptionMessage } from '../present/subscription.ts';
import { escapeText } from '../present/text.ts';

type View = (subscription: SubscriptionView) => ModalView;

/** Opens a modal for the subscription as it is now; what it submits must still fit the version that was shown. */
export const openForSubscription =
  (who: Command['who'], view: View): OnPress =>
  (request, value) =>
    request.openModal(async () => {
      await requireRole(request, who);
      const { subscriptionId, expectedVersion } = subscriptionIn(value);
      const { subscription } = await showSubscription(request.context, { subscriptionId });
      return view({ ...subscription, version: expectedVersion });
    });

export const referenceTo = ({ id, version }: SubscriptionView) => ({ id, version });

/** "*Starter* of Ann Lee", escaped. */
export const subscriptionWords = (subscription: SubscriptionView): string =>
  `*${escapeText(subscription.name)}*${subscription.owner ? ` of ${escapeText(nameOf(subscription.owner))}` : ''}`;

export const mailSentText = (isTold: boolean): string =>
  isTold ? ' A mail tells the developer.' : ' No mail was sent.';

export const answered = async (
  request: SlackRequest,
  text: string,
  subscription: SubscriptionView,
): Promise<Message> => subscriptionMessage(text, subscription, await request.role());

const reasonInput = (hint: string, optional: boolean) =>
  textInput('reason', 'Reason', { multiline: true, optional, maxLength: MAX_STATE_COMMENT_LENGTH, hint });

const rejectModal: View = (subscription) =>
  modal({
    callback: 'subscription-reject',
    title: 'Reject a request',
    submit: 'Reject',
    metadata: referenceTo(subscription),
    blocks: [
      section(`${subscriptionWords(subscription)} · to ${escapeText(scopeText(subscription))}`),
      reasonInput('The developer reads it in a mail.', false),
    ],
  });

const suspendModal: View = (subscription) =>
  modal({
    callback: 'subscription-suspend',
    title: 'Suspend a subscription',
    submit: 'Suspend',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionWords(subscription)}: its keys don’t pass from the next call on, until it is resumed. It was ${lastUsedText(subscription)}.`,
      ),
      reasonInput('The developer sees it in the portal; no mail is sent.', true),
    ],
  });

const cancelModal: View = (subscription) =>
  modal({
    callback: 'subscription-cancel',
    title: 'Cancel a subscription',
    submit: 'Cancel it',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionWords(subscription)}: its keys don’t pass from the next call on, and it can’t be resumed. To pause it, suspend it. It was ${lastUsedText(subscription)}.`,
      ),
      reasonInput('The developer sees it in the portal; no mail is sent.', true),
    ],
  });

const deleteModal: View = (subscription) =>
  modal({
    callback: 'subscription-delete',
    title: 'Delete a subscription',
    submit: 'Delete',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionWords(subscription)} goes with its keys, for good: from the next call on they are unknown. It was ${lastUsedText(subscription)}. To keep it on record, cancel it.`,
      ),
    ],
  });

const renameModal: View = (subscription) =>
  modal({
    callback: 'subscription-rename',
    title: 'Rename a subscription',
    submit: 'Save',
    metadata: referenceTo(subscription),
    blocks: [textInput('name', 'Name', { value: subscription.name, maxLength: MAX_CATALOG_NAME_LENGTH })],
  });

const extendModal: View = (subscription) =>
  modal({
    callback: 'subscription-extend',
    title: 'Change the end',
    submit: 'Save',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionWords(subscription)}${subscription.state === 'expired' ? ': with a later end it is active again.' : ''}`,
      ),
      dateInput('endsAt', 'Ends', {
        hint: 'At 00:00 UTC of that day. Left empty: never.',
        value: subscription.endsAt,
      }),
    ],
  });

/** A day as it was chosen, at its beginning in UTC. */
export const dayIn = (day: string): Date | null => (day === '' ? null : new Date(`${day}T00:00:00Z`));

export const subscriptionDeeds: Feature = {
  buttons: {
    'subscription-approve': async (request, value) => {
      const { subscription, isTold } = await approveSubscription(request.context, subscriptionIn(value));
      const text = `Approved: ${subscriptionWords(subscription)} is active.${inactiveAccountWarning(subscription)}${mailSentText(isTold)}`;
      await request.reply(await answered(request, text, subscription), { replace: true });
    },
    'subscription-resume': async (request, value) => {
      const { subscription } = await resumeSubscription(request.context, subscriptionIn(value));
      const text = `Resumed: ${subscriptionWords(subscription)} is active, with the keys that it has.${inactiveAccountWarning(subscription)}`;
      await request.reply(await answered(request, text, subscription), { replace: true });
    },
    'subscription-reject': openForSubscription('admins and approvers', rejectModal),
    'subscription-suspend': openForSubscription('admins and approvers', suspendModal),
    'subscription-cancel': openForSubscription('admins', cancelModal),
    'subscription-delete': openForSubscription('admins', deleteModal),
    'subscription-rename': openForSubscription('admins', renameModal),
    'subscription-extend': openForSubscription('admins', extendModal),
  },
  submissions: {
    'subscription-reject': {
      check: (values) => blankErrors(values, { reason: 'Say why: the developer reads it' }),
      async run(request, values, metadata) {
        const wanted = { ...subscriptionIn(metadata), reason: textOf(values, 'reason') };
        const { subscription, isTold } = await rejectSubscription(request.context, wanted);
        const text = `Rejected: ${subscriptionWords(subscription)}.${isTold ? ' A mail tells the developer, with the reason.' : ''} Who asks again needs a decision again.`;
        return answered(request, text, subscription);
      },
    },
    'subscription-suspend': {
      async run(request, values, metadata) {
        const wanted = { ...subscriptionIn(metadata), reason: textOf(values, 'reason') };
        const { subscription } = await suspendSubscription(request.context, wanted);
        return answered(
          request,
          `Suspended: the keys of ${subscriptionWords(subscription)} don’t pass.`,
          subscription,
        );
      },
    },
    'subscription-cancel': {
      async run(request, values, metadata) {
        const wanted = { ...subscriptionIn(metadata), reason: textOf(values, 'reason') };
        const { subscription } = await cancelSubscription(request.context, wanted);
        return answered(
          request,
          `Cancelled: the keys of ${subscriptionWords(subscription)} don’t pass.`,
          subscription,
        );
      },
    },
    'subscription-delete': {
      async run(request, _values, metadata) {
        const { name } = await deleteSubscription(request.context, subscriptionIn(metadata));
        return { text: `Deleted: the subscription *${escapeText(name)}*, and its keys with it.` };
      },
    },
    'subscription-rename': {
      check: (values) => ({
        ...schemaError(values, 'name', catalogName),
        ...blankErrors(values, { name: 'Write a name' }),
      }),
      async run(request, values, metadata) {
        const wanted = { ...subscriptionIn(metadata), name: textOf(values, 'name') };
        const { subscription } = await renameSubscription(request.context, wanted);
        return answered(request, 'Saved.', subscription);
      },
    },
    'subscription-extend': {
      async run(request, values, metadata) {
        const wanted = { ...subscriptionIn(metadata), endsAt: dayIn(textOf(values, 'endsAt')) };
        const { subscription } = await extendSubscription(request.context, wanted);
        return answered(request, `Saved.${inactiveAccountWarning(subscription)}`, subscription);
      },
    },
  },
};
