// What one person can see and reach in the local Slack, and drivers for its messages.
import type { Place } from '../../src/playground/actions/clicks.ts';
import type { AppResponse } from '../../src/playground/actions/delivery.ts';
import type { Playground } from '../../src/playground/playground.ts';
import type { Block, Dict, Message, StateValues } from '../../src/playground/shapes.ts';
import { objectText } from '../../src/playground/workspace/blocks.ts';
import { isPlural, stateField, stateOf } from '../../src/playground/workspace/view-state.ts';
import { eventually } from './eventually.ts';
import {
  buttonsOf,
  confirmOf,
  findButton,
  findOption,
  readable,
  type Target,
  type Words,
} from './slack-look.ts';

export type Sight = ReturnType<typeof createSight>;

export const chosenOf = (target: Target, option: Dict): Dict => {
  const name = stateField(target.element);
  if (name === 'value') return { selected_option: option };
  return { [name]: isPlural(target.element) ? [option] : option };
};

export function createSight(playground: Playground, user: string) {
  const { workspace, actions } = playground;
  /** The change number at this person's last action. Later changes count as its result. */
  let since = 0;
  const began = (): void => {
    since = workspace.sequence();
  };
  /** Newest first. */
  const visible = (): Message[] => workspace.conversations.visibleTo(user).reverse();
  const read = (message: Message): string => readable(message.text, message.blocks);

  /** The texts that changed for this person after a change number: modals, messages, Home, notices. */
  function texts(after: number): string[] {
    const isNew = (one: { changed: number }): boolean => one.changed > after;
    const home = workspace.views.home(user);
    return [
      ...workspace.views
        .stackOf(user)
        .filter(isNew)
        .map((one) => `${objectText(one.payload.title)}\n${readable('', one.blocks)}`),
      ...visible().filter(isNew).map(read),
      ...(home !== null && isNew(home) ? [readable('', home.blocks)] : []),
      ...workspace
        .notices(user)
        .filter(isNew)
        .map((one) => one.text),
    ];
  }

  function actAt(at: Place, target: Target, chosen: Dict, blocks: Block[]): Promise<AppResponse> {
    const values: StateValues = stateOf(blocks);
    const row = values[target.blockId];
    if (row !== undefined && Object.keys(chosen).length > 0)
      row[target.actionId] = { type: target.element.type, ...chosen };
    began();
    return actions.act({ user, place: at, element: target, chosen, values });
  }

  const holds = (blocks: () => Block[], at: Place, text: () => string) => held(blocks, at, text, actAt);

  const messageDriver = (message: Message) => {
    const { channel, ts } = message;
    const now = (): Message | null => workspace.conversations.find(channel, ts);
    const reads = (): string => {
      const present = now();
      return present === null ? '' : read(present);
    };
    return {
      ...holds(() => now()?.blocks ?? [], { channel, ts }, reads),
      message,
      notification: (): string => now()?.text ?? '',
      isOnlyVisibleToMe: message.onlyFor === user,
      shortcut: (callbackId: string): Promise<AppResponse> => {
        began();
        return actions.messageShortcut({ user, callbackId, channel, ts });
      },
    };
  };

  /** Where a button or option is, newest first: the modal on top, else the messages, else Home. */
  const somewhere = <T>(what: string, find: (blocks: Block[]) => T | null) =>
    eventually(what, () => {
      for (const one of places()) {
        const found = find(one.blocks);
        if (found !== null) return { ...one, found };
      }
      return null;
    });

  function places(): { at: Place; blocks: Block[]; isModal: boolean }[] {
    const top = workspace.views.top(user);
    if (top !== null) return [{ at: { view: top.id }, blocks: top.blocks, isModal: true }];
    const home = workspace.views.home(user);
    return [
      ...visible().map((m) => ({ at: { channel: m.channel, ts: m.ts }, blocks: m.blocks, isModal: false })),
      ...(home === null ? [] : [{ at: { view: home.id }, blocks: home.blocks, isModal: false }]),
    ];
  }

  return { began, since: (): number => since, visible, read, texts, actAt, holds, messageDriver, somewhere };
}

type ActAt = (at: Place, target: Target, chosen: Dict, blocks: Block[]) => Promise<AppResponse>;

/** Drives a message or Home: its words, and actions on its elements. */
const held = (blocks: () => Block[], at: Place, text: () => string, actAt: ActAt) => ({
  at,
  text,
  buttons: (): string[] => buttonsOf(blocks()),
  has: (words: Words): boolean => findButton(blocks(), words) !== null,
  /** The question of a button's confirm dialog; empty when it asks nothing. */
  asks: (words: Words): string => {
    const target = findButton(blocks(), words);
    const confirm = target && confirmOf(target.element);
    return confirm ? `${objectText(confirm.title)}\n${objectText(confirm.text)}` : '';
  },
  clicks: async (words: Words): Promise<AppResponse> => {
    const target = await eventually(
      () => `a button "${String(words)}" (there are: ${buttonsOf(blocks()).join(', ')})`,
      () => findButton(blocks(), words),
    );
    return actAt(at, target, {}, blocks());
  },
  chooses: async (words: Words, of?: Words): Promise<AppResponse> => {
    const found = await eventually(`an option "${String(words)}"`, () => findOption(blocks(), words, of));
    return actAt(at, found.target, chosenOf(found.target, found.option), blocks());
  },
});
