// A deletion that also deletes subscriptions needs a ticked checkbox.
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import type { Metadata } from '../frame/feature.ts';
import { buttonValue } from '../frame/reference.ts';
import { button, checkbox, type Message, section } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';
import type { FormValues } from './form.ts';

/** None when there are no subscriptions. */
export function deleteSubscriptionsCheckbox(count: number): InputBlock[] {
  if (count === 0) return [];
  const text = `Delete its ${countedSubscriptions(count)} too`;
  return [checkbox('deleteSubscriptions', 'Subscriptions', text, false)];
}

/** Offers to tell the subscribers while they are known: nothing is left to tell them by afterwards. */
export const tellSubscribersFirst = (
  name: 'api-tell' | 'product-tell',
  thing: { id: string; version: number },
  count: number,
): KnownBlock[] =>
  count === 0
    ? []
    : [
        {
          ...section('Their developers hear nothing of it by themselves.'),
          accessory: button(name, 'Tell them first', buttonValue(thing)),
        },
      ];

/** `subscriptions` in the metadata is how many there were when the modal opened. */
export const checkboxError = (values: FormValues, { subscriptions }: Metadata): Record<string, string> =>
  Number(subscriptions) > 0 && values.deleteSubscriptions !== true
    ? { deleteSubscriptions: 'Tick this to delete them too. Nothing can be deleted without it' }
    : {};

/** A subscription can come while the modal without a checkbox is open. The modal is drawn again then, with one. */
export async function redrawIfSubscribed(
  deleting: Promise<Message>,
  redraw: () => Promise<ModalView>,
): Promise<Message | ModalView> {
  try {
    return await deleting;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'has_subscriptions') return redraw();
    throw error;
  }
}
