// A deletion that also deletes subscriptions needs a ticked checkbox.
import type { InputBlock, ModalView } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import type { Metadata } from '../frame/feature.ts';
import { checkbox, type Message } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';
import type { FormValues } from './form.ts';

/** None when there are no subscriptions. */
export function deleteSubscriptionsCheckbox(count: number): InputBlock[] {
  if (count === 0) return [];
  const text = `Delete its ${countedSubscriptions(count)} too`;
  return [checkbox('deleteSubscriptions', 'Subscriptions', text, false)];
}

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
