// One Bolt listener for each kind of thing that Slack sends, each with a table of its own behind it.
import type { App, EventFromType, ViewOutput } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { DomainError } from '../domain/domain-error.ts';
import { searchAccounts } from '../operations/accounts/search.ts';
import { listGroups } from '../operations/groups/list.ts';
import { ACTIONS } from './actions.ts';
import type { People } from './actor.ts';
import type { SlackParts } from './app.ts';
import type { Call, Values } from './call.ts';
import { menu } from './commands/help.ts';
import { COMMANDS } from './commands/index.ts';
import { errorWords } from './error-message.ts';
import { EVENTS, type EventName, type ShortcutName } from './manifest.ts';
import { actions, button, type Message, modal, section } from './present/blocks.ts';
import { cut, escapeText } from './present/text.ts';
import { refill } from './refill.ts';
import { chooseModal, inviteModal, SUBMISSIONS } from './views.ts';
import { nearestWord, wordsOf } from './words.ts';

type Means = SlackParts & { people: People; client: WebClient; teamId: string };
type InBackground = (work: () => Promise<void>) => void;
type Who = { userId: string; teamId: string; triggerId: string; isInModal?: boolean };
type Say = (message: Message, how?: { replace?: boolean }) => Promise<void>;

export function register(app: App, means: Means, inBackground: InBackground): void {
  const takeOnce = (kind: string, id: unknown) =>
    means.takeReceipt({ teamId: means.teamId, kind, id: String(id), receivedAt: means.clock() });

  app.command(/.*/, async ({ ack, command, respond, context }) => {
    await ack();
    inBackground(async () => {
      if (!(await takeOnce('request', context.receiptId ?? command.trigger_id))) return;
      const who = { userId: command.user_id, teamId: command.team_id, triggerId: command.trigger_id };
      const say: Say = async (message) => void (await respond({ ...message, response_type: 'ephemeral' }));
      await answering(means, who, say, (call) => runCommand(call, wordsOf(command.text ?? '')));
    });
  });

  app.action(/.*/, async ({ ack, action, body, respond, context }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    inBackground(async () => {
      const id = 'action_id' in action ? action.action_id : '';
      const handle = ACTIONS[id];
      if (!handle || !(await takeOnce('request', context.receiptId ?? body.trigger_id))) return;
      const { view } = body;
      const who = {
        userId: body.user.id,
        teamId: body.team?.id ?? '',
        triggerId: body.trigger_id,
        isInModal: view?.type === 'modal',
      };
      const isEphemeral = body.container?.is_ephemeral === true;
      const sayInMessage: Say = async (message, how) =>
        void (await respond({
          ...message,
          response_type: 'ephemeral',
          replace_original: isEphemeral && how?.replace === true,
        }));
      const value = 'value' in action && typeof action.value === 'string' ? action.value : '';
      const typed = view ? valuesOf(view.state.values) : {};
      const say = view ? sayingInView(means.client, view, who) : sayInMessage;
      await answering(means, who, say, (call) => handle(call, value, typed));
    });
  });

  app.view(/.*/, async ({ ack, body, view, context }) => {
    const submission = SUBMISSIONS[view.callback_id];
    if (!submission) return ack();
    const values = valuesOf(view.state.values);
    const errors = submission.check?.(values) ?? {};
    if (Object.keys(errors).length > 0) return ack({ response_action: 'errors', errors });
    await ack({ response_action: 'update', view: resultModal(view.title.text, { text: 'Working…' }) });
    inBackground(async () => {
      if (!(await takeOnce('request', context.receiptId ?? `${view.id} ${view.hash}`))) return;
      const update = async (next: ModalView) =>
        void (await means.client.views.update({ view_id: view.id, view: next }));
      const who = { userId: body.user.id, teamId: body.team?.id ?? '', triggerId: '' };
      const say: Say = (message) => update(resultModal(view.title.text, message));
      const back: Say = (message) => update(refill(view, message.text));
      await answering(means, who, back, async (call) => {
        const metadata = JSON.parse(view.private_metadata || '{}') as Record<string, unknown>;
        await say(await submission.run(call, values, metadata));
      });
    });
  });

  app.options(/.*/, async ({ ack, options, body }) => {
    const found = await optionsFor(means, options.action_id, options.value, {
      userId: body.user.id,
      teamId: body.team?.id ?? '',
      triggerId: '',
    });
    await ack({ options: found } as Parameters<typeof ack>[0]);
  });

  app.shortcut(/.*/, async ({ ack, shortcut, context }) => {
    await ack();
    inBackground(async () => {
      if (!(await takeOnce('request', context.receiptId ?? shortcut.trigger_id))) return;
      const text = 'message' in shortcut ? String(shortcut.message.text ?? '') : '';
      const email = /[^\s<>|:,;"()]+@[^\s<>|:,;"()]+\.[a-z]{2,}/i.exec(text)?.[0];
      const view = SHORTCUT_VIEWS[shortcut.callback_id as ShortcutName]?.(email);
      if (!view) return;
      await means.client.views.open({ trigger_id: shortcut.trigger_id, view });
    });
  });

  const onEvent = eventHandlers(means);
  for (const name of EVENTS) {
    app.event(name, async ({ event }) => inBackground(() => onEvent[name](event as never)));
  }
}

const SHORTCUT_VIEWS: Record<ShortcutName, (email: string | undefined) => ModalView> = {
  invite_from_message: (email) => inviteModal(email ? [email] : []),
  manage_developer: () => chooseModal(),
};

type EventHandlers = { [Name in EventName]: (event: EventFromType<Name>) => Promise<void> };

function eventHandlers(means: Means): EventHandlers {
  return {
    async app_home_opened(event) {
      const actor = await means.people.actorOf(event.user, means.teamId);
      const message =
        actor.standing === 'member'
          ? await menu(callOf(means, actor, { triggerId: '' }, async () => {}))
          : { text: 'This app is for members of the workspace.' };
      await means.client.views.publish({
        user_id: event.user,
        view: { type: 'home', blocks: message.blocks ?? [section(message.text)] },
      });
    },
    user_change: async (event) => means.people.forget(event.user.id),
    app_uninstalled: () => means.onRevoked(means.teamId, 'app_uninstalled'),
    tokens_revoked: () => means.onRevoked(means.teamId, 'tokens_revoked'),
  };
}

/** Slack: what the value of a button may hold. */
const MAX_VALUE_LENGTH = 2_000;

async function runCommand(call: Call, words: string[]): Promise<void> {
  const [name, ...rest] = words;
  if (!name) return call.reply(await menu(call));
  const command = COMMANDS.find((one) => one.name === name.toLowerCase());
  if (command) return command.run(call, rest);
  const nearest = nearestWord(
    name,
    COMMANDS.map((one) => one.name),
  );
  const text = `There is no \`${escapeText(name)}\`. ${nearest ? `Did you mean \`${nearest}\`?` : '`/apim-user help` shows what there is.'}`;
  // What was typed after the mistyped word goes on with the button, unless it is longer than a button can hold.
  const meant = JSON.stringify([nearest, ...rest]);
  const value = meant.length <= MAX_VALUE_LENGTH ? meant : JSON.stringify([nearest]);
  const buttons = nearest ? [actions([button('run-command', nearest, value)])] : [];
  return call.reply({ text, blocks: [section(text), ...buttons] });
}

function callOf(means: Means, actor: Call['actor'], who: Omit<Who, 'userId' | 'teamId'>, say: Say): Call {
  return {
    actor,
    client: means.client,
    context: means.contextOf(actor),
    reply: say,
    openModal: (view) => showModal(means.client, who, view),
    emailOfActor: () => means.people.emailOf(actor.userId),
  };
}

async function showModal(client: WebClient, who: Pick<Who, 'triggerId' | 'isInModal'>, view: ModalView) {
  const asked = { trigger_id: who.triggerId, view };
  await (who.isInModal ? client.views.push(asked) : client.views.open(asked));
}

/** A view has no `response_url`: answers to its buttons are modals. */
function sayingInView(client: WebClient, view: ViewOutput, who: Who): Say {
  const title = who.isInModal ? view.title.text : 'Developer accounts';
  return async (message, how) => {
    const shown = resultModal(title, message);
    if (!who.isInModal || !how?.replace) return showModal(client, who, shown);
    await client.views.update({ view_id: view.id, view: shown });
  };
}

/** Does the work for whoever asked; every refusal and fault is answered where the person is. */
async function answering(
  means: Means,
  who: Who,
  say: Say,
  work: (call: Call) => Promise<void>,
): Promise<void> {
  try {
    const actor = await means.people.actorOf(who.userId, who.teamId);
    await work(callOf(means, actor, who, say));
  } catch (error) {
    if (error instanceof DomainError) return say({ text: errorWords(error) });
    const reference = crypto.randomUUID().slice(0, 8);
    means.log.error({ err: error, reference }, 'a request from Slack failed');
    await say({
      text: `Something went wrong on our side, and nothing was changed. Reference: \`${reference}\``,
    });
  }
}

function resultModal(title: string, message: Message): ModalView {
  return modal({ callback: 'done', title, blocks: message.blocks ?? [section(message.text)] });
}

const MAX_OPTIONS = 100;

async function optionsFor(means: Means, actionId: string, typed: string, who: Who) {
  try {
    const actor = await means.people.actorOf(who.userId, who.teamId);
    const context = means.contextOf(actor);
    if (actionId === 'groups') {
      const groups = (await listGroups(context, {})).filter(
        (group) => !group.isBuiltIn && group.name.toLowerCase().includes(typed.toLowerCase()),
      );
      return groups.slice(0, MAX_OPTIONS).map(({ id, name }) => option(name, id));
    }
    const accounts = await searchAccounts(context, { text: typed });
    return accounts.map((account) =>
      option(`${account.firstName} ${account.lastName} · ${account.email}`, account.id),
    );
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

const option = (text: string, value: string) => ({
  text: { type: 'plain_text' as const, text: cut(text, 75) },
  value,
});

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
  const one = field.selected_option as { value: string } | null | undefined;
  return one ? one.value : ((field.value as string | null | undefined) ?? null);
}
