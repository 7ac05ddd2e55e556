// Opens and replaces modals. Slack lets a trigger open one for three seconds.
import { setTimeout as delay } from 'node:timers/promises';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { slackErrorOf } from '../frame/slack-error.ts';
import { type Message, modal, section } from '../present/blocks.ts';

/** From the arrival of the request. The rest of the three seconds is for the call that opens the loading modal. */
const LOADING_AFTER_MS = 1_200;

export type Trigger = {
  id: string;
  /** When the request came in, in `performance.now()`. */
  at: number;
  /** The button is in a modal, so the new modal opens above it. */
  isInModal: boolean;
};

/** For a request that can't open a modal, such as an event. */
export const NO_TRIGGER: Trigger = { id: '', at: 0, isInModal: false };

/**
 * Opens the modal that `make` returns. If that takes long, a loading modal opens first and is replaced. Throws what
 * `make` throws, except behind a loading modal: there `describeError` describes it.
 */
export async function openModalWhenReady(
  client: WebClient,
  trigger: Trigger,
  make: () => ModalView | Promise<ModalView>,
  describeError: (error: unknown) => Promise<Message>,
): Promise<void> {
  const making = Promise.resolve().then(make);
  const timer = new AbortController();
  const patienceMs = Math.max(0, LOADING_AFTER_MS - (performance.now() - trigger.at));
  const late = delay(patienceMs, null, { signal: timer.signal });
  const early = await Promise.race([making, late]).finally(() => timer.abort());
  if (early) return void (await showModal(client, trigger, early));

  // If the loading modal can't open, nothing below waits for `making`, so its error would be unhandled.
  making.catch(() => {});
  const loading = modal({ callback: 'done', title: 'One moment', blocks: [section('Loading…')] });
  const viewId = await showModal(client, trigger, loading);
  const view = await making.catch(async (error: unknown) => resultModal('Sorry', await describeError(error)));
  await updateModal(client, viewId, view);
}

/** Returns the id of the new view. */
export async function showModal(client: WebClient, trigger: Trigger, view: ModalView): Promise<string> {
  const opening = { trigger_id: trigger.id, view };
  const shown = await (trigger.isInModal ? client.views.push(opening) : client.views.open(opening));
  return shown.view?.id ?? '';
}

/** False, and nothing is done, when the person has closed the modal. */
export async function updateModal(client: WebClient, viewId: string, view: ModalView): Promise<boolean> {
  try {
    await client.views.update({ view_id: viewId, view });
    return true;
  } catch (error) {
    if (slackErrorOf(error) !== 'not_found') throw error;
    return false;
  }
}

export const resultModal = (title: string, result: Message | ModalView): ModalView =>
  'type' in result
    ? result
    : modal({ callback: 'done', title, blocks: result.blocks ?? [section(result.text)] });
