// What one person does and sees in the local Slack.
import type { AppResponse } from '../../src/playground/actions/delivery.ts';
import type { Playground } from '../../src/playground/playground.ts';
import { type Block, type Message, textOf } from '../../src/playground/shapes.ts';
import { objectText } from '../../src/playground/workspace/blocks.ts';
import { directMessageId, GENERAL } from '../../src/playground/workspace/people.ts';
import { eventually } from './eventually.ts';
import { contains, findButton, findField, findOption, readable, type Words } from './slack-look.ts';
import { createModal, type ModalDriver } from './slack-modal.ts';
import { chosenOf, createSight, type Sight } from './slack-sight.ts';

export type PersonDriver = ReturnType<typeof createPerson>;

export function createPerson(playground: Playground, user: string) {
  const sight = createSight(playground, user);
  const modal = createModal(playground, user);
  return {
    id: user,
    holds: sight.holds,
    ...typing(playground, user, sight),
    ...reading(playground, user, sight),
    ...windows(playground, user, sight, modal),
    ...pointing(playground, user, sight, modal),
  };
}

function typing({ workspace, actions }: Playground, user: string, sight: Sight) {
  let place = GENERAL;
  return {
    /** Goes to a channel by name or id; commands and messages are typed there from now on. */
    goesTo(channel: string): void {
      const found = [...workspace.conversations.channels.values()].find(
        (one) => one.id === channel || one.name === channel.replace(/^#/, ''),
      );
      if (found === undefined) throw new Error(`no channel ${channel}`);
      place = found.id;
    },
    goesToDm(): void {
      place = workspace.conversations.openDirectMessage(user)?.id ?? place;
    },
    /** Types a slash command, or a message; resolves when the app has answered. */
    async types(text: string, changes?: Record<string, string>): Promise<AppResponse | null> {
      sight.began();
      if (text.startsWith('/'))
        return actions.typeCommand({ user, channel: place, text, ...(changes && { changes }) });
      await actions.say({ user, channel: place, text });
      return null;
    },
    /** Shares a file there; resolves when the app has answered the event. */
    shares(name: string, content: string | Uint8Array, text = ''): Promise<Message> {
      sight.began();
      return actions.shareFile({ user, channel: place, name, bytes: Buffer.from(content), text });
    },
    /** The text of the file in the newest message that has one of such a name. */
    reads(name: string): string {
      const file = sight
        .visible()
        .flatMap((one) => one.files ?? [])
        .find((one) => one.name.includes(name));
      return workspace.files.find(file?.id ?? '')?.bytes.toString('utf8') ?? '';
    },
    shortcut: (callbackId: string): Promise<AppResponse> => {
      sight.began();
      return actions.globalShortcut(user, callbackId);
    },
    messageShortcut: (callbackId: string, message: Message): Promise<AppResponse> => {
      sight.began();
      return actions.messageShortcut({ user, callbackId, channel: message.channel, ts: message.ts });
    },
  };
}

function reading({ workspace }: Playground, user: string, sight: Sight) {
  const { texts, visible, read, messageDriver } = sight;
  const inChannel = (id: string | undefined) =>
    visible()
      .filter((one) => one.channel === id)
      .reverse()
      .map(messageDriver);
  return {
    /** Waits for these words in anything that came or changed since this person last acted. */
    sees: (words: Words, waitMs?: number): Promise<string> => {
      const after = sight.since();
      return eventually(
        () => `${user} to see ${String(words)}; what they see:\n${texts(after).join('\n---\n')}`,
        () => texts(after).find((text) => contains(words, text)),
        waitMs,
      );
    },
    /** Whether this person can read the words anywhere now. */
    canRead: (words: Words): boolean => texts(0).some((text) => contains(words, text)),
    /** The newest message with these words, wherever this person can read; waits for it. */
    message: async (words: Words, waitMs?: number) => {
      const found = await eventually(
        () => `${user} to find a message ${String(words)} among:\n${visible().map(read).join('\n---\n')}`,
        () => visible().find((one) => contains(words, read(one))),
        waitMs,
      );
      return messageDriver(found);
    },
    messages: () => visible().reverse().map(messageDriver),
    channel: (name: string) =>
      inChannel([...workspace.conversations.channels.values()].find((one) => one.name === name)?.id),
    dm: () => inChannel(directMessageId(user)),
  };
}

function windows({ workspace, actions }: Playground, user: string, sight: Sight, modal: ModalDriver) {
  return {
    /** The modal on top; waits for one (with such a title or words, when given). */
    async modal(words?: Words): Promise<ModalDriver> {
      await eventually(`${user} to get a modal ${String(words ?? '')}`, () => {
        const top = workspace.views.top(user);
        if (top === null) return false;
        const all = `${objectText(top.payload.title)}\n${readable('', top.blocks)}`;
        return words === undefined || contains(words, all);
      });
      return modal;
    },
    hasModal: (): boolean => workspace.views.top(user) !== null,
    /** Opens the app's Home tab and waits for something to be there. */
    async home() {
      sight.began();
      await actions.openHome(user);
      await eventually(`the Home of ${user}`, () => workspace.views.home(user));
      const blocks = (): Block[] => workspace.views.home(user)?.blocks ?? [];
      const id = textOf(workspace.views.home(user)?.id);
      return sight.holds(blocks, { view: id }, () => readable('', blocks()));
    },
  };
}

function pointing({ actions }: Playground, user: string, sight: Sight, modal: ModalDriver) {
  return {
    /** Presses a button by its words or accessibility label: in the modal, else in the newest message that has it. */
    async clicks(words: Words): Promise<AppResponse> {
      const what = `a button "${String(words)}" for ${user}`;
      const { at, blocks, isModal, found } = await sight.somewhere(what, (blocks) =>
        findButton(blocks, words),
      );
      return isModal ? modal.clicks(words) : sight.actAt(at, found, {}, blocks);
    },
    /** Chooses an option of a select or of a "more actions" menu; `of` names the menu when several offer it. */
    async chooses(words: Words, of?: Words): Promise<AppResponse> {
      const what = `an option "${String(words)}" for ${user}`;
      const { at, blocks, isModal, found } = await sight.somewhere(what, (blocks) =>
        findOption(blocks, words, of),
      );
      if (isModal) return modal.chooses(words, of);
      return sight.actAt(at, found.target, chosenOf(found.target, found.option), blocks);
    },
    /** What a type-ahead offers. */
    async searches(label: Words, typed: string): Promise<string[]> {
      const { at, found } = await sight.somewhere(`a field "${String(label)}"`, (blocks) =>
        findField(blocks, label),
      );
      const { options } = await actions.suggest({ user, place: at, element: found, typed });
      return options.map((option) => objectText(option.text));
    },
  };
}
