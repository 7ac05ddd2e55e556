// A person acts on an element of a message, modal or Home, or searches in a type-ahead.
import { checkOptionsAnswer } from '../checks/payloads.ts';
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
import { messageJson, viewJson } from '../workspace/slack-json.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import {
  type ActionContext,
  channelFor,
  channelInPayload,
  interactionHead,
  messageFor,
  reportProblem,
  responseUrl,
} from './context.ts';
import type { AppResponse } from './delivery.ts';

/** Where the element is. */
export type Place = { channel: string; ts: string } | { view: string };
export type ElementName = { blockId: string; actionId: string };

type Target = { user: string; place: Place; element: ElementName; values?: StateValues };
type Surface = { blocks: Block[]; message: Message } | { blocks: Block[]; view: View };

/**
 * Presses, chooses or ticks. `chosen`: as Slack writes it, `{selected_option: …}` or `{value: …}`; empty for a button.
 * Errors: `message_not_found`, `view_not_found`, `element_not_found`, `option_not_found`.
 */
export async function act(c: ActionContext, o: Target & { chosen?: Dict }): Promise<AppResponse> {
  const { user, chosen = {} } = o;
  const { surface, element } = find(c, o);
  refuseUnknownChoice(element, chosen);
  const response = await c.sender.interaction('block_actions', user, {
    ...interactionHead(c, 'block_actions', user),
    ...surfaceFields(c, o, surface),
    ...('message' in surface && {
      response_url: responseUrl(c, user, surface.message.channel, surface.message),
    }),
    trigger_id: c.workspace.triggers.mint(user),
    actions: [
      {
        ...actionFields(element),
        block_id: o.element.blockId,
        ...chosen,
        action_ts: c.workspace.conversations.nextTs(),
      },
    ],
  });
  return reportProblem(c, user, response, 'Something went wrong with that. Try again in a moment.');
}

/**
 * The options that the app offers for the typed words; none when Slack would refuse its answer.
 * Errors: `message_not_found`, `view_not_found`, `element_not_found`.
 */
export async function suggest(
  c: ActionContext,
  o: Target & { typed: string },
): Promise<{ options: Dict[]; response: AppResponse }> {
  const { surface } = find(c, o);
  const response = await c.sender.interaction('block_suggestion', o.user, {
    ...interactionHead(c, 'block_suggestion', o.user),
    ...surfaceFields(c, o, surface),
    action_id: o.element.actionId,
    block_id: o.element.blockId,
    value: o.typed,
  });
  if (response.problem !== '') return { options: [], response };
  const record = (sent: Dict, error = '', messages: string[] = []): void =>
    c.workspace.recordApiCall({ method: 'options answer', error, messages, sent });
  let body: unknown;
  try {
    body = JSON.parse(response.body);
    checkOptionsAnswer(body);
  } catch (error) {
    record({ body }, 'invalid_options', error instanceof SlackRefusal ? error.messages : ['not JSON']);
    return { options: [], response };
  }
  record(body as Dict);
  return { options: dictsOf((body as Dict).options), response };
}

function find(c: ActionContext, o: Target): { surface: Surface; element: Dict } {
  const surface = surfaceAt(c, o.user, o.place);
  const element = findElement(surface.blocks, o.element.blockId, o.element.actionId);
  if (element === null) throw new SlackRefusal('element_not_found');
  return { surface, element };
}

function surfaceAt(c: ActionContext, user: string, place: Place): Surface {
  if ('view' in place) {
    const view = c.workspace.views.find(place.view);
    if (view?.user !== user) throw new SlackRefusal('view_not_found');
    return { blocks: view.blocks, view };
  }
  const message = messageFor(c, user, place.channel, place.ts);
  return { blocks: [...message.blocks, ...(message.former ?? [])], message };
}

function surfaceFields(c: ActionContext, { user, values = {} }: Target, surface: Surface): Dict {
  if ('view' in surface) {
    const { view } = surface;
    return { container: { type: 'view', view_id: view.id }, view: viewJson(view, values) };
  }
  const { message } = surface;
  const isEphemeral = message.onlyFor !== null;
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: isEphemeral,
    },
    channel: channelInPayload(channelFor(c, user, message.channel)),
    // Slack does not repeat an ephemeral message in the payload.
    ...(!isEphemeral && { message: messageJson(message) }),
    state: { values },
  };
}

/** The element as the app defined it. */
function actionFields({ type, action_id, text, value, style, placeholder, ...rest }: Dict): Dict {
  if (type === 'button') return { type, action_id, text, value, style };
  const { initial_option, initial_options } = rest;
  return { type, action_id, placeholder, initial_option, initial_options };
}

function refuseUnknownChoice(element: Dict, chosen: Dict): void {
  if (!['overflow', 'radio_buttons', 'checkboxes'].includes(textOf(element.type))) return;
  const offered = new Set(optionsOf(element).map((option) => option.value));
  const picked = [...dictsOf(chosen.selected_options), ...[chosen.selected_option].filter(isDict)];
  if (picked.some((option) => !offered.has(option.value))) throw new SlackRefusal('option_not_found');
}
