// Replaces keys of a subscription: because the owner wants a new one, or because a key leaked.
import { regenerateKey } from '../../operations/subscriptions/regenerate-key.ts';
import { rotateKey } from '../../operations/subscriptions/rotate-key.ts';
import type { Feature, Metadata, SlackRequest } from '../frame/feature.ts';
import { subscriptionIn } from '../frame/reference.ts';
import { type FormValues, textOf } from '../modals/form.ts';
import { leakedKeyModal, regenerateKeyModal } from '../modals/subscription.ts';
import type { Message } from '../present/blocks.ts';
import { subscriptionText } from '../present/subscription.ts';
import { formatDate } from '../present/text.ts';
import { openForSubscription, subscriptionReply } from './subscription-actions.ts';

type Slot = Parameters<typeof regenerateKey>[1]['slot'];

const NO_OWNER = 'It has no owner, so no one was told: programs read its keys through the management API.';
const NAMES: Record<Slot, string> = {
  primary: 'the primary key',
  secondary: 'the secondary key',
  both: 'both keys',
};

export const regenerateKeyFeature: Feature = {
  buttons: {
    'subscription-regenerate': openForSubscription(regenerateKey, regenerateKeyModal),
    'subscription-leaked': openForSubscription(regenerateKey, leakedKeyModal),
  },
  submissions: {
    'subscription-regenerate': {
      run: (request, values, metadata) => {
        const overlapHours = Number(textOf(values, 'overlap'));
        return overlapHours !== 0
          ? runRotate(request, metadata, { slot: slotIn(values), overlapHours })
          : runRegenerate(request, metadata, { slot: slotIn(values), isLeaked: false });
      },
    },
    'subscription-leaked': {
      run: (request, values, metadata) =>
        runRegenerate(request, metadata, { slot: slotIn(values), isLeaked: true }),
    },
  },
};

async function runRotate(
  request: SlackRequest,
  metadata: Metadata,
  { slot, overlapHours }: { slot: Slot; overlapHours: number },
): Promise<Message> {
  const input = { ...subscriptionIn(metadata), slot: slot as Exclude<Slot, 'both'>, overlapHours };
  const { subscription, formerEndsAt, isTold } = await rotateKey(request.context, input);
  const oldKey = formerEndsAt
    ? `The old one works until ${formatDate(formerEndsAt)}.`
    : 'The old one no longer works.';
  const told = isTold ? 'A mail tells the owner; the new key is in the portal.' : NO_OWNER;
  const text = `Replaced ${NAMES[slot]} of ${subscriptionText(subscription)}. ${oldKey} ${told}`;
  return subscriptionReply(request, text, subscription);
}

/** The operation refuses what is none. */
const slotIn = (values: FormValues) => textOf(values, 'slot') as Slot;

async function runRegenerate(
  request: SlackRequest,
  metadata: Metadata,
  { slot, isLeaked }: { slot: Slot; isLeaked: boolean },
): Promise<Message> {
  const input = { ...subscriptionIn(metadata), slot, isLeaked };
  const { subscription, isTold } = await regenerateKey(request.context, input);
  const told = isTold
    ? `A mail tells the owner${isLeaked ? ' why' : ''}; the new ${slot === 'both' ? 'keys are' : 'key is'} in the portal.`
    : NO_OWNER;
  const text = `Replaced ${NAMES[slot]} of ${subscriptionText(subscription)}. ${slot === 'both' ? 'The old ones no longer work' : 'The old one no longer works'}. ${told}`;
  return subscriptionReply(request, text, subscription);
}
