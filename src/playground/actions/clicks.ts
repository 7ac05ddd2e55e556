// A person acts on an element of a message, a modal or Home; and asks an external select for options.

import { checkOptionsAnswer } from '../checks/messages.ts';
import {
  type Block,
  type Dict,
  dictsOf,
  isDict,
  type Message,
  type StateValues,
  textOf,
  type View,
} from '../shapes.ts';
import { findElement, optionsOf } from '../workspace/blocks.ts';
import { canRead } from '../workspace/conversations.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import { viewJson } from '../workspace/views.ts';
import {
  type ActionContext,
  channelOf,
  interactionHead,
  messageJson,
  nameOfChannel,
  responseUrl,
} from './context.ts';
import type { AppResponse } from './delivery.ts';

/** Where the element stands. */
export type Place = { channel: string; ts: string } | { view: string };
export type ElementName = { blockId: string; actionId: string };
/** What was chosen, already as Slack writes it: `{selected_option: …}`, `{value: …}`; empty for a button. */
export type Chosen = Dict;

const TROUBLE = 'Something went wrong with that. Try again in a moment.';

type Found = { blocks: Block[]; message: Message | null; view: View | null };

function findPlace(c: ActionContext, user: string, place: Place): Found {
  if ('view' in place) {
    const view = c.workspace.views.find(place.view);
    if (view === null || view.user !== user) throw new SlackRefusal('view_not_found');
    return { blocks: view.blocks, message: null, view };
  }
  const message = c.workspace.conversations.find(place.channel, place.ts);
  if (message === null) throw new SlackRefusal('message_not_found');
  const isHidden = message.onlyFor !== null && message.onlyFor !== user;
  if (isHidden || !canRead(channelOf(c, place.channel), user)) throw new SlackRefusal('message_not_found');
  return { blocks: [...message.blocks, ...(message.former ?? [])], message, view: null };
}

function whereabouts(
  c: ActionContext,
  user: string,
  found: Found,
  values: StateValues,
  withUrl: boolean,
): Dict {
  if (found.view !== null) {
    return {
      container: { type: 'view', view_id: found.view.id },
      view: viewJson(found.view, values),
    };
  }
  const message = found.message;
  if (message === null) throw new SlackRefusal('message_not_found');
  const channel = channelOf(c, message.channel);
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: message.onlyFor !== null,
      ...(message.threadTs !== null && { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: nameOfChannel(channel) },
    // Slack does not repeat an ephemeral message in the payload.
    ...(message.onlyFor === null && { message: messageJson(message) }),
    state: { values },
    ...(withUrl && { response_url: responseUrl(c, user, channel.id, message) }),
  };
}

/** `actions[0]` of the payload: the element as the app defined it, with what the person chose. */
function actionJson(c: ActionContext, element: Dict, blockId: string, chosen: Chosen): Dict {
  const { type, action_id, value, text, style, placeholder, initial_option, initial_options } = element;
  return {
    type,
    action_id,
    block_id: blockId,
    ...(type === 'button' && {
      text,
      ...(value !== undefined && { value }),
      ...(style !== undefined && { style }),
    }),
    ...(type !== 'button' && { placeholder, initial_option, initial_options }),
    ...chosen,
    action_ts: c.workspace.conversations.nextTs(),
  };
}

function refuseUnknownChoice(element: Dict, chosen: Chosen): void {
  const fixed = ['static_select', 'overflow', 'radio_buttons', 'checkboxes', 'multi_static_select'];
  if (!fixed.includes(textOf(element.type))) return;
  const offered = new Set(optionsOf(element).map((option) => option.value));
  const picked = [...dictsOf(chosen.selected_options), ...[chosen.selected_option].filter(isDict)];
  if (picked.some((option) => !offered.has(option.value))) throw new SlackRefusal('option_not_found');
}

/** Presses, chooses or ticks. Throws when the element is not there or this person can't see it. */
export async function act(
  c: ActionContext,
  o: { user: string; place: Place; element: ElementName; chosen?: Chosen; values?: StateValues },
): Promise<AppResponse> {
  const found = findPlace(c, o.user, o.place);
  const element = findElement(found.blocks, o.element.blockId, o.element.actionId);
  if (element === null) throw new SlackRefusal('element_not_found');
  refuseUnknownChoice(element, o.chosen ?? {});
  const payload = {
    ...interactionHead(c, 'block_actions', o.user),
    ...whereabouts(c, o.user, found, o.values ?? {}, true),
    trigger_id: c.workspace.triggers.mint(o.user),
    actions: [actionJson(c, element, o.element.blockId, o.chosen ?? {})],
  };
  const answer = await c.sender.interaction('block_actions', o.user, payload);
  if (answer.problem !== '') c.workspace.notify(o.user, `${TROUBLE} (${answer.problem})`);
  return answer;
}

/** What an external select offers for the typed words. An answer that Slack would refuse offers nothing. */
export async function suggest(
  c: ActionContext,
  o: { user: string; place: Place; element: ElementName; typed: string; values?: StateValues },
): Promise<{ options: Dict[]; groups: Dict[]; answer: AppResponse }> {
  const found = findPlace(c, o.user, o.place);
  const element = findElement(found.blocks, o.element.blockId, o.element.actionId);
  if (element === null) throw new SlackRefusal('element_not_found');
  const answer = await c.sender.interaction('block_suggestion', o.user, {
    ...interactionHead(c, 'block_suggestion', o.user),
    ...whereabouts(c, o.user, found, o.values ?? {}, false),
    action_id: o.element.actionId,
    block_id: o.element.blockId,
    value: o.typed,
  });
  const nothing = { options: [], groups: [], answer };
  if (answer.problem !== '') return nothing;
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
    checkOptionsAnswer(body);
  } catch (error) {
    const messages = error instanceof SlackRefusal ? [JSON.stringify(error.extra.errors)] : ['not JSON'];
    c.workspace.recordApiCall({
      method: 'options answer',
      error: 'invalid_options',
      messages,
      sent: { body },
    });
    return nothing;
  }
  const sent = isDict(body) ? body : {};
  c.workspace.recordApiCall({ method: 'options answer', error: '', messages: [], sent });
  return { options: dictsOf(sent.options), groups: dictsOf(sent.option_groups), answer };
}
