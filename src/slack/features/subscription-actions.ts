// The buttons of a subscription: some act at once, the others open a modal. See also regenerate-key.ts.
import type { ModalView } from '@slack/types';
import { catalogName, ownQuota, ownRate } from '../../operations/catalog/input.ts';
import type { Policy } from '../../operations/frame/context.ts';
import { approveSubscription } from '../../operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../operations/subscriptions/delete.ts';
import { extendSubscription } from '../../operations/subscriptions/extend.ts';
import { limitSubscription } from '../../operations/subscriptions/limit.ts';
import { rejectSubscription } from '../../operations/subscriptions/reject.ts';
import { renameSubscription } from '../../operations/subscriptions/rename.ts';
import { resumeSubscription } from '../../operations/subscriptions/resume.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { suspendSubscription } from '../../operations/subscriptions/suspend.ts';
import type { Feature, Metadata, OnPress, SlackRequest } from '../frame/feature.ts';
import { mirrorSoon } from '../frame/mirror-soon.ts';
import { subscriptionIn } from '../frame/reference.ts';
import { type AnyOperation, openModalFor } from '../frame/role.ts';
import { blankErrors, dayIn, type FormValues, schemaError, textOf } from '../modals/form.ts';
import {
  cancelSubscriptionModal,
  deleteSubscriptionModal,
  extendSubscriptionModal,
  limitSubscriptionModal,
  rejectSubscriptionModal,
  renameSubscriptionModal,
  suspendSubscriptionModal,
} from '../modals/subscription.ts';
import type { Message } from '../present/blocks.ts';
import {
  inactiveAccountWarning,
  mailSentText,
  subscriptionMessage,
  subscriptionText,
} from '../present/subscription.ts';
import { escapeText } from '../present/text.ts';

export const subscriptionActionsFeature: Feature = {
  buttons: {
    'subscription-approve': async (request, value) => {
      const { subscription, isTold } = await approveSubscription(request.context, subscriptionIn(value));
      const text = `Approved: ${subscriptionText(subscription)} is active.${inactiveAccountWarning(subscription)}${mailSentText(isTold)}`;
      await request.reply(await subscriptionReply(request, text, subscription), { replace: true });
    },
    'subscription-resume': async (request, value) => {
      const { subscription } = await resumeSubscription(request.context, subscriptionIn(value));
      const text = `Resumed: ${subscriptionText(subscription)} is active, with the same keys.${inactiveAccountWarning(subscription)}`;
      await request.reply(await subscriptionReply(request, text, subscription), { replace: true });
    },
    'subscription-reject': openForSubscription(rejectSubscription, rejectSubscriptionModal),
    'subscription-suspend': openForSubscription(suspendSubscription, suspendSubscriptionModal),
    'subscription-cancel': openForSubscription(cancelSubscription, cancelSubscriptionModal),
    'subscription-delete': openForSubscription(deleteSubscription, deleteSubscriptionModal),
    'subscription-rename': openForSubscription(renameSubscription, renameSubscriptionModal),
    'subscription-extend': openForSubscription(extendSubscription, extendSubscriptionModal),
    'subscription-limit': openForSubscription(limitSubscription, limitSubscriptionModal),
  },
  submissions: {
    'subscription-reject': {
      check: (values) => blankErrors(values, { reason: 'Enter a reason: the developer reads it' }),
      async run(request, values, metadata) {
        const input = withReason(values, metadata);
        const { subscription, isTold } = await rejectSubscription(request.context, input);
        const text = `Declined ${subscriptionText(subscription)}.${isTold ? ' A mail tells the developer, with the reason.' : ''} They can ask again, and that needs a new decision.`;
        return subscriptionReply(request, text, subscription);
      },
    },
    'subscription-suspend': {
      async run(request, values, metadata) {
        const { subscription } = await suspendSubscription(request.context, withReason(values, metadata));
        const text = `Suspended: the keys of ${subscriptionText(subscription)} don't work.`;
        return subscriptionReply(request, text, subscription);
      },
    },
    'subscription-cancel': {
      async run(request, values, metadata) {
        const { subscription } = await cancelSubscription(request.context, withReason(values, metadata));
        const text = `Cancelled: the keys of ${subscriptionText(subscription)} don't work.`;
        return subscriptionReply(request, text, subscription);
      },
    },
    'subscription-delete': {
      async run(request, _values, metadata) {
        const { name } = await deleteSubscription(request.context, subscriptionIn(metadata));
        return { text: `Deleted the subscription *${escapeText(name)}* and its keys.` };
      },
    },
    'subscription-rename': {
      check: (values) => ({
        ...schemaError(values, 'name', catalogName),
        ...blankErrors(values, { name: 'Enter a name' }),
      }),
      async run(request, values, metadata) {
        const input = { ...subscriptionIn(metadata), name: textOf(values, 'name') };
        const { subscription } = await renameSubscription(request.context, input);
        return subscriptionReply(request, 'Saved.', subscription);
      },
    },
    'subscription-limit': {
      check: (values) => ({
        ...schemaError(values, 'rate', ownRate),
        ...schemaError(values, 'quota', ownQuota),
      }),
      async run(request, values, metadata) {
        const { subscription } = await limitSubscription(request.context, {
          ...subscriptionIn(metadata),
          rate: textOf(values, 'rate'),
          quota: textOf(values, 'quota'),
        });
        return subscriptionReply(request, 'Saved. It applies to calls at once.', subscription);
      },
    },
    'subscription-extend': {
      async run(request, values, metadata) {
        const input = { ...subscriptionIn(metadata), endsAt: dayIn(values, 'endsAt') };
        const { subscription } = await extendSubscription(request.context, input);
        return subscriptionReply(request, `Saved.${inactiveAccountWarning(subscription)}`, subscription);
      },
    },
  },
};

/** Opens a modal for the subscription as it is now. Its submission must still fit the version on the clicked card. */
export function openForSubscription(
  operation: AnyOperation,
  view: (subscription: SubscriptionView, policy: Policy) => ModalView,
): OnPress {
  return async (request, value) => {
    const { subscriptionId, expectedVersion } = subscriptionIn(value);
    return openModalFor(request, operation, { subscriptionId }, async ({ context }) => {
      const { subscription } = await showSubscription(context, { subscriptionId });
      return view({ ...subscription, version: expectedVersion }, context.policy);
    });
  };
}

export async function subscriptionReply(
  request: SlackRequest,
  text: string,
  subscription: SubscriptionView,
): Promise<Message> {
  const mirror = await mirrorSoon(request, { kind: 'subscription', id: subscription.id });
  return subscriptionMessage(text, subscription, await request.role(), { mirror });
}

const withReason = (values: FormValues, metadata: Metadata) => ({
  ...subscriptionIn(metadata),
  reason: textOf(values, 'reason'),
});
