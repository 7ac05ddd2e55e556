// A new key in place of one of a subscription: because its owner wants one, or because the former is in wrong hands.
import type { ModalView } from '@slack/types';
import { regenerateKey } from '../../operations/subscriptions/regenerate-key.ts';
import type { SubscriptionView } from '../../operations/subscriptions/subscription.ts';
import { type Feature, type Metadata, type SlackRequest, textOf } from '../frame/feature.ts';
import { subscriptionIn } from '../frame/reference.ts';
import { lastUsedText } from '../present/account.ts';
import { choiceInput, type Message, modal, section } from '../present/blocks.ts';
import { answered, openForSubscription, referenceTo, subscriptionWords } from './subscription-actions.ts';

type Slot = Parameters<typeof regenerateKey>[1]['slot'];

const PRIMARY = { value: 'primary', text: 'The primary key' };
const SECONDARY = { value: 'secondary', text: 'The secondary key' };
const NAMES: Record<Slot, string> = {
  primary: 'the primary key',
  secondary: 'the secondary key',
  both: 'both keys',
};

const slotIn = (text: string): Slot => (text === 'secondary' || text === 'both' ? text : 'primary');

const regenerateModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-regenerate',
    title: 'Regenerate a key',
    submit: 'Regenerate',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionWords(subscription)}: the former key is unknown from the next call on, the other one works as before. The owner is told, and finds the new one in the portal.`,
      ),
      choiceInput('slot', 'Which', [PRIMARY, SECONDARY]),
    ],
  });

/** Whoever presses it may not know which of the two it was: then both go. */
const leakedModal = (subscription: SubscriptionView): ModalView =>
  modal({
    callback: 'subscription-leaked',
    title: 'A key leaked',
    submit: 'Replace',
    metadata: referenceTo(subscription),
    blocks: [
      section(
        `${subscriptionWords(subscription)}: the key that leaked stops working at the next call, and a mail tells the owner why. The account is not blocked. The subscription was ${lastUsedText(subscription)}. Never paste the key itself here.`,
      ),
      choiceInput('slot', 'Which', [PRIMARY, SECONDARY, { value: 'both', text: 'Both, or not known which' }]),
    ],
  });

async function replaced(
  request: SlackRequest,
  metadata: Metadata,
  wanted: { slot: Slot; isLeaked: boolean },
): Promise<Message> {
  const { subscription, isTold } = await regenerateKey(request.context, {
    ...subscriptionIn(metadata),
    ...wanted,
  });
  const told = isTold
    ? `A mail tells the owner${wanted.isLeaked ? ', and why' : ''}; the new ${wanted.slot === 'both' ? 'ones wait' : 'one waits'} in the portal.`
    : 'Nobody owns it, so nobody was told: a program that may reads the new one through the management API.';
  return answered(
    request,
    `Replaced: ${NAMES[wanted.slot]} of ${subscriptionWords(subscription)}. The former is unknown from now on. ${told}`,
    subscription,
  );
}

export const leakedKey: Feature = {
  buttons: {
    'subscription-regenerate': openForSubscription('admins and approvers', regenerateModal),
    'subscription-leaked': openForSubscription('admins and approvers', leakedModal),
  },
  submissions: {
    'subscription-regenerate': {
      run: (request, values, metadata) => {
        const slot = slotIn(textOf(values, 'slot'));
        return replaced(request, metadata, { slot: slot === 'both' ? 'primary' : slot, isLeaked: false });
      },
    },
    'subscription-leaked': {
      run: (request, values, metadata) =>
        replaced(request, metadata, { slot: slotIn(textOf(values, 'slot')), isLeaked: true }),
    },
  },
};
