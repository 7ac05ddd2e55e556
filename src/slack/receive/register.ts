// One Bolt listener for each kind of thing that Slack sends, each with a table of its own behind it. What somebody typed
// is looked through for keys here, so that no command, modal or button can forget to.
import type { App, ViewOutput } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import type { Metadata, Values } from '../feature.ts';
import { BUTTONS, runCommand, SHORTCUTS, SUBMISSIONS } from '../features/index.ts';
import { commandButton } from '../features/mistyped.ts';
import { EVENTS } from '../manifest.ts';
import { resultModal, showModal, type Trigger, updateModal } from '../modals/open.ts';
import { actions, type Message, section } from '../present/blocks.ts';
import { type Asked, answering, type Means, type Say, tooLate } from './dispatch.ts';
import { eventHandlers, typeOfEvent } from './events.ts';
import { optionsFor } from './options.ts';
import { refill } from './refill.ts';
import { foundKeyRefused, keyFaults, keyRefused } from './typed-keys.ts';
import { wordsOf } from './typed-words.ts';

type InBackground = (work: () => Promise<void>) => void;

export function register(app: App, means: Means, inBackground: InBackground): void {
  const takeOnce = (id: unknown) =>
    means.takeReceipt({
      teamId: means.teamId,
      kind: 'request',
      id: String(id),
      receivedAt: means.clock(),
    });

  app.command(/.*/, async ({ ack, command, respond, context }) => {
    const at = performance.now();
    await ack();
    inBackground(async () => {
      if (!(await takeOnce(context.receiptId ?? command.trigger_id))) return;
      const say: Say = async (message) => void (await respond({ ...message, response_type: 'ephemeral' }));
      if (holdsKey(command.text ?? '')) return say(keyRefused);
      const words = wordsOf(command.text ?? '');
      const asked: Asked = {
        userId: command.user_id,
        teamId: command.team_id,
        trigger: { id: command.trigger_id, at, isInModal: false },
        say,
        tooLate: tooLate((text) => [section(text), actions([commandButton('Try again', words)])]),
      };
      await answering(means, asked, (call) => runCommand(call, words));
    });
  });

  app.action(/.*/, async ({ ack, action, body, respond, context }) => {
    const at = performance.now();
    await ack();
    if (body.type !== 'block_actions') return;
    const pressed = pressedIn(action);
    const onPress = BUTTONS.get(pressed.button);
    if (!onPress) return;
    inBackground(async () => {
      if (!(await takeOnce(context.receiptId ?? body.trigger_id))) return;
      const { view } = body;
      const trigger = { id: body.trigger_id, at, isInModal: view?.type === 'modal' };
      const isEphemeral = body.container?.is_ephemeral === true;
      const sayInMessage: Say = async (message, how) =>
        void (await respond({
          ...message,
          response_type: 'ephemeral',
          replace_original: isEphemeral && pressed.isAlone && how?.replace === true,
        }));
      const { channel_id, message_ts } = body.container ?? {};
      const asked: Asked = {
        userId: body.user.id,
        teamId: teamOf(means, body),
        trigger,
        ...(channel_id && message_ts && !isEphemeral
          ? { card: { channel: channel_id, ts: message_ts } }
          : {}),
        ...(view
          ? { say: sayingInView(means, view, trigger, pressed.isAlone) }
          : { say: sayInMessage, tooLate: tooLate() }),
      };
      if (view && Object.keys(keyFaults(view.state.values)).length > 0) return asked.say(keyRefused);
      const typed = view ? valuesOf(view.state.values) : {};
      await answering(means, asked, (call) => onPress(call, pressed.value, typed));
    });
  });

  app.view(/.*/, async ({ ack, body, view, context }) => {
    const at = performance.now();
    const submission = SUBMISSIONS.get(view.callback_id);
    if (!submission) return ack();
    const keys = keyFaults(view.state.values);
    if (Object.keys(keys).length > 0) return ack({ response_action: 'errors', errors: keys });
    const values = valuesOf(view.state.values);
    const metadata = JSON.parse(view.private_metadata || '{}') as Metadata;
    const errors = submission.check?.(values, { metadata, policy: means.policy }) ?? {};
    if (Object.keys(errors).length > 0) return ack({ response_action: 'errors', errors });
    await ack({ response_action: 'update', view: resultModal(view.title.text, { text: 'Working…' }) });
    inBackground(async () => {
      if (!(await takeOnce(context.receiptId ?? `${view.id} ${view.hash}`))) return;
      const show = (result: Parameters<typeof resultModal>[1]) =>
        updateModal(means.client, view.id, resultModal(view.title.text, result));
      const asked: Asked = {
        userId: body.user.id,
        teamId: teamOf(means, body),
        trigger: { id: '', at, isInModal: true },
        say: show,
        sayRefusal: (message) => updateModal(means.client, view.id, refill(view, message)),
      };
      await answering(means, asked, async (call) => show(await submission.run(call, values, metadata)));
    });
  });

  app.options(/.*/, async ({ ack, options, body }) => {
    const asked = { actionId: options.action_id, userId: body.user.id, teamId: teamOf(means, body) };
    const found = holdsKey(options.value) ? [] : await optionsFor(means, { ...asked, typed: options.value });
    await ack({ options: found } as Parameters<typeof ack>[0]);
  });

  app.shortcut(/.*/, async ({ ack, shortcut, context }) => {
    const at = performance.now();
    await ack();
    const one = SHORTCUTS.find(({ callback_id }) => callback_id === shortcut.callback_id);
    if (!one) return;
    inBackground(async () => {
      if (!(await takeOnce(context.receiptId ?? shortcut.trigger_id))) return;
      const trigger = { id: shortcut.trigger_id, at, isInModal: false };
      const asked: Asked = {
        userId: shortcut.user.id,
        teamId: teamOf(means, shortcut),
        trigger,
        // A shortcut has no place of its own to be answered at.
        say: async (message) =>
          void (await showModal(means.client, trigger, resultModal('Developer accounts', message))),
      };
      const text = 'message' in shortcut ? String(shortcut.message.text ?? '') : '';
      if (holdsKey(text)) return asked.say(foundKeyRefused);
      await answering(means, asked, (call) => one.run(call, text));
    });
  });

  const onEvent = eventHandlers(means);
  for (const name of EVENTS) {
    app.event(typeOfEvent(name), async ({ event, body }) => {
      const work = onEvent[name](event as never);
      if (!work) return;
      // Slack repeats an event, signed anew each time, until it is answered in time.
      inBackground(async () => {
        if (await takeOnce(body.event_id)) await work();
      });
    });
  }
}

/** Where somebody acts from: in a shared channel their own workspace may be another than that of the message. */
function teamOf(
  { teamId: own }: Means,
  { team, user }: { team?: { id: string } | null; user: object },
): string {
  const home = 'team_id' in user && typeof user.team_id === 'string' ? user.team_id : own;
  return home === own ? (team?.id ?? '') : home;
}

/**
 * An entry of a row's menu does what the button of that name does, with the value that the row holds. Buttons that do
 * the same in one message stand apart by a suffix: `list-show:1`. Neither is alone: what it answers never replaces a
 * message that is about others too.
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

/** A view has no `response_url`: answers to its buttons are modals. */
function sayingInView(means: Means, view: ViewOutput, trigger: Trigger, isAlone: boolean): Say {
  const title = trigger.isInModal ? view.title.text : 'Developer accounts';
  return async (message: Message, how) => {
    const shown = resultModal(title, message);
    if (trigger.isInModal && isAlone && how?.replace) return updateModal(means.client, view.id, shown);
    await showModal(means.client, trigger, shown);
  };
}

function valuesOf(state: Record<string, Record<string, unknown>>): Values {
  const values: Values = {};
  for (const fields of Object.values(state)) {
    for (const [name, raw] of Object.entries(fields)) values[name] = valueIn(raw as Record<string, unknown>);
  }
  return values;
}

function valueIn(field: Record<string, unknown>): Values[string] {
  const many = field.selected_options as { value: string }[] | undefined;
  if (field.type === 'checkboxes') return (many ?? []).length > 0;
  if (many) return many.map((one) => one.value);
  if (field.type === 'datepicker') return (field.selected_date as string | null | undefined) ?? null;
  if (field.type === 'users_select') return (field.selected_user as string | null | undefined) ?? null;
  const one = field.selected_option as { value: string } | null | undefined;
  return one ? one.value : ((field.value as string | null | undefined) ?? null);
}
