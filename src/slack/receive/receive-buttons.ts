import type { BlockAction, ViewOutput } from '@slack/bolt';
import type { SlackRequest } from '../frame/feature.ts';
import { type ListPosition, menuValue, type ShownList, splitValue } from '../frame/listed.ts';
import { CHOOSE_SERVICE, markingClient, markMessage, splitAction } from '../frame/service-mark.ts';
import { BUTTONS } from '../handlers.ts';
import { formValuesIn } from '../modals/form.ts';
import { resultModal, showModal, type Trigger, updateModal } from '../modals/open.ts';
import type { Delivery } from './delivery.ts';
import {
  dispatchRequest,
  type RequestSource,
  type SendReply,
  type SlackDependencies,
  tooLate,
} from './dispatcher.ts';
import { teamOf } from './people.ts';
import { runInList } from './redraw.ts';
import { respond } from './respond.ts';
import { markInView } from './service-meant.ts';
import { keyErrors, keyRefused } from './typed-keys.ts';

export async function answerPress(
  dependencies: SlackDependencies,
  body: BlockAction,
  { at, carry: _carry, ...identity }: Delivery,
): Promise<void> {
  const pressed = pressedIn(body.actions[0] ?? {});
  const onPress = BUTTONS.get(pressed.button);
  if (!onPress) return;
  const { view } = body;
  const trigger = { id: body.trigger_id, at, isInModal: view?.type === 'modal' };
  const source: RequestSource = {
    ...identity,
    userId: body.user.id,
    teamId: teamOf(dependencies, body),
    service: { mark: () => serviceIn(pressed, view) },
    trigger,
    ...(view
      ? { reply: replyToView(dependencies, view, trigger, pressed.isAlone) }
      : replyToMessage(body, pressed.isAlone)),
  };
  if (view && Object.keys(keyErrors(view.state.values)).length > 0) return source.reply(keyRefused);
  const typed = view ? formValuesIn(view.state.values) : {};
  await dispatchRequest(dependencies, source, (request) => {
    const { value, list } = splitValue(pressed.value);
    const shown = shownList(body, list);
    const run = (running: SlackRequest) => onPress(running, value, typed);
    return shown ? runInList(dependencies, request, shown, run) : run(request);
  });
}

/**
 * An entry in the overflow menu of a row stands for the button of that name, with the value of the row. A message with
 * several buttons of one name gives each a suffix: `list-show:1`. Both are in messages with several rows, and a reply to
 * one row must not replace such a message: `isAlone` is false. Buttons that redraw their message have a suffix after a
 * slash: `list-turn/next`.
 */
function pressedIn(pressed: object) {
  const { action_id, block_id, value, selected_option } = pressed as Record<string, unknown> & {
    selected_option?: { value?: unknown };
  };
  const { action, service } = splitAction(String(action_id ?? ''));
  const ofMenu = menuValue({ block: String(block_id), element: action });
  if (ofMenu !== null)
    return { button: String(selected_option?.value), value: ofMenu, isAlone: false, service };
  const [name = '', suffix] = action.split(':');
  const [button = ''] = name.split('/');
  return { button, value: typeof value === 'string' ? value : '', isAlone: suffix === undefined, service };
}

/** In App Home a person chooses the service by a button. */
function serviceIn(
  { button, value, service }: ReturnType<typeof pressedIn>,
  view: ViewOutput | undefined,
): string | null {
  if (button === CHOOSE_SERVICE) return value === '-' ? null : value;
  return view ? markInView(view) : service;
}

/** What to draw again. Null without a list, and for a message that other people see: no list is in one. */
function shownList(
  { view, container, response_url: url }: BlockAction,
  list: ListPosition | null,
): ShownList | null {
  if (view?.type === 'home') return { at: { home: true } };
  if (!list) return null;
  if (view) return { ...list, at: { view: view.id, title: view.title.text } };
  return container?.is_ephemeral === true ? { ...list, at: { url } } : null;
}

function replyToMessage(
  { container, response_url: responseUrl }: BlockAction,
  isAlone: boolean,
): Pick<RequestSource, 'reply' | 'tooLate' | 'card'> {
  const isEphemeral = container?.is_ephemeral === true;
  const reply: SendReply = (message, how) =>
    respond(responseUrl, {
      ...markMessage(message, how?.mark ?? null),
      response_type: 'ephemeral',
      replace_original: isEphemeral && isAlone && how?.replace === true,
    });
  const { channel_id: channel, message_ts: ts } = container ?? {};
  return { reply, tooLate: tooLate(), ...(channel && ts && !isEphemeral ? { card: { channel, ts } } : {}) };
}

/** Slack sends no `response_url` with a view, so the app replies in a modal. */
function replyToView(
  { client }: SlackDependencies,
  view: ViewOutput,
  trigger: Trigger,
  isAlone: boolean,
): SendReply {
  const title = trigger.isInModal ? view.title.text : 'Developer accounts';
  return async (message, how) => {
    const marking = markingClient(client, how?.mark ?? null);
    const shown = resultModal(title, message);
    if (trigger.isInModal && isAlone && how?.replace) await updateModal(marking, view.id, shown);
    else await showModal(marking, trigger, shown);
  };
}
