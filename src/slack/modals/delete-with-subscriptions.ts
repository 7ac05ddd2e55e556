// What a deletion asks when subscriptions hang on what is deleted: they go with it, and whoever deletes says so.
import type { InputBlock, ModalView } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import type { FormValues, Metadata } from '../frame/feature.ts';
import { checkbox, type Message } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';

export const deleteSubscriptionsCheckbox = (count: number): InputBlock[] =>
  count === 0
    ? []
    : [
        checkbox(
          'deleteSubscriptions',
          'Subscriptions',
          `Delete its ${countedSubscriptions(count)} with it`,
          false,
        ),
      ];

/** Beside the box, when the modal has one and it isn't ticked. */
export const checkboxError = (values: FormValues, { subscriptions }: Metadata): Record<string, string> =>
  Number(subscriptions) > 0 && values.deleteSubscriptions !== true
    ? { deleteSubscriptions: 'Tick this to delete them too. Otherwise nothing can be deleted' }
    : {};

/** Somebody subscribed while the modal without a box was open: it is drawn again, with one. */
export async function redrawIfSubscribed(
  deleting: Promise<Message>,
  drawAgain: () => Promise<ModalView>,
): Promise<Message | ModalView> {
  try {
    return await deleting;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'has_subscriptions') return drawAgain();
    throw error;
  }
}
