import type { App, BlockAction, RespondFn, ViewOutput } from '@slack/bolt';
import { BUTTONS } from '../handlers.ts';
import { resultModal, showModal, type Trigger, updateModal } from '../modals/open.ts';
import { type RunOnce, teamOf } from './delivery.ts';
import {
  dispatchRequest,
  type RequestSource,
  type SendReply,
  type SlackDependencies,
  tooLate,
} from './dispatcher.ts';
import { keyErrors, keyRefused } from './typed-keys.ts';
import { valuesIn } from './view-values.ts';

export function registerButtons(app: App, dependencies: SlackDependencies, runOnce: RunOnce): void {
  app.action(/.*/, async ({ ack, action, body, respond, context }) => {
    const at = performance.now();
    await ack();
    if (body.type !== 'block_actions') return;
    const pressed = pressedIn(action);
    const onPress = BUTTONS.get(pressed.button);
    if (!onPress) return;
    runOnce(context.receiptId ?? body.trigger_id, async () => {
      const { view } = body;
      const trigger = { id: body.trigger_id, at, isInModal: view?.type === 'modal' };
      const source: RequestSource = {
        userId: body.user.id,
        teamId: teamOf(dependencies, body),
        trigger,
        ...(view
          ? { reply: replyToView(dependencies, view, trigger, pressed.isAlone) }
          : replyToMessage(body, respond, pressed.isAlone)),
      };
      if (view && Object.keys(keyErrors(view.state.values)).length > 0) return source.reply(keyRefused);
      const typed = view ? valuesIn(view.state.values) : {};
      await dispatchRequest(dependencies, source, (request) => onPress(request, pressed.value, typed));
    });
  });
}

/**
 * An entry in the menu of a row does what the button of that name does, with the value of the row. Buttons that do the
 * same in one message get a suffix: `list-show:1`. Both belong to a message with several rows, so an answer to one row
 * never replaces that message: `isAlone` is false.
 */
function pressedIn(action: object): { button: string; value: string; isAlone: boolean } {
  const { action_id, block_id, value, selected_option } = action as Record<string, unknown> & {
    selected_option?: { value?: unknown };
  };
  if (action_id === 'menu')
    return { button: String(selected_option?.value), value: String(block_id), isAlone: false };
  const [button = '', suffix] = String(action_id ?? '').split(':');
  return { button, value: typeof value === 'string' ? value : '', isAlone: suffix === undefined };
}

function replyToMessage(
  { container }: BlockAction,
  respond: RespondFn,
  isAlone: boolean,
): Pick<RequestSource, 'reply' | 'tooLate' | 'card'> {
  const isEphemeral = container?.is_ephemeral === true;
  const reply: SendReply = async (message, how) =>
    void (await respond({
      ...message,
      response_type: 'ephemeral',
      replace_original: isEphemeral && isAlone && how?.replace === true,
    }));
  const { channel_id: channel, message_ts: ts } = container ?? {};
  return { reply, tooLate: tooLate(), ...(channel && ts && !isEphemeral ? { card: { channel, ts } } : {}) };
}

/** Slack sends no `response_url` with a view, so the app answers in a modal. */
function replyToView(
  { client }: SlackDependencies,
  view: ViewOutput,
  trigger: Trigger,
  isAlone: boolean,
): SendReply {
  const title = trigger.isInModal ? view.title.text : 'Developer accounts';
  return async (message, how) => {
    const shown = resultModal(title, message);
    if (trigger.isInModal && isAlone && how?.replace) return updateModal(client, view.id, shown);
    await showModal(client, trigger, shown);
  };
}
