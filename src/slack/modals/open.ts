// Modals: opened within the three seconds that Slack gives, and what replaces them.
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { type Message, modal, section } from '../present/blocks.ts';

/** Slack lets a trigger open a modal for three seconds; what isn't ready by then is announced by a loading one. */
const LOADING_AFTER_MS = 1_200;

export type Trigger = {
  id: string;
  /** When the request came in, in `performance.now()`. */
  at: number;
  /** Pressed in a modal: the new one is laid on top. */
  isInModal: boolean;
};

export const resultModal = (title: string, result: Message | ModalView): ModalView =>
  'type' in result
    ? result
    : modal({ callback: 'done', title, blocks: result.blocks ?? [section(result.text)] });

export async function showModal(client: WebClient, trigger: Trigger, view: ModalView): Promise<string> {
  const asked = { trigger_id: trigger.id, view };
  const shown = await (trigger.isInModal ? client.views.push(asked) : client.views.open(asked));
  return shown.view?.id ?? '';
}

/**
 * Opens what `make` makes. When it is made in time, errors are thrown for the caller to say; once a loading modal
 * stands, they are said in it.
 */
export async function openMadeModal(
  client: WebClient,
  trigger: Trigger,
  make: () => ModalView | Promise<ModalView>,
  describeError: (error: unknown) => Promise<Message>,
): Promise<void> {
  const making = Promise.resolve().then(make);
  const isLate = Symbol('late');
  const patience = Math.max(0, LOADING_AFTER_MS - (performance.now() - trigger.at));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof isLate>((resolve) => {
    timer = setTimeout(() => resolve(isLate), patience);
  });
  const first = await Promise.race([making, late]).finally(() => clearTimeout(timer));
  if (first !== isLate) return void (await showModal(client, trigger, first));

  // Whatever becomes of the loading modal, a refusal of what is still being made has somebody who hears it.
  making.catch(() => {});
  const loading = modal({ callback: 'done', title: 'One moment', blocks: [section('Loading…')] });
  const view_id = await showModal(client, trigger, loading);
  const view = await making.catch(async (error: unknown) => resultModal('Sorry', await describeError(error)));
  await updateModal(client, view_id, view);
}

/** A person may have closed it meanwhile: nobody waits for it then. */
export async function updateModal(client: WebClient, viewId: string, view: ModalView): Promise<void> {
  try {
    await client.views.update({ view_id: viewId, view });
  } catch (error) {
    if (slackErrorOf(error) !== 'not_found') throw error;
  }
}

export const slackErrorOf = (error: unknown): string =>
  String((error as { data?: { error?: unknown } } | null)?.data?.error ?? '');

/** Slack would not open a modal any more: what was asked for has to be asked again. */
export const isTriggerGone = (error: unknown): boolean =>
  ['expired_trigger_id', 'trigger_expired', 'trigger_exchanged', 'exchanged_trigger_id'].includes(
    slackErrorOf(error),
  );
