// The Block Kit pieces that messages and modals are made of. Texts are cut at Slack's limits.
import type {
  ActionsBlock,
  Button,
  InputBlock,
  KnownBlock,
  ModalView,
  Option,
  SectionBlock,
} from '@slack/types';
import { cut, cutMarkup, HALF_CHARACTER, MAX_SECTION_LENGTH, withoutTurns } from './text.ts';

export type Message = { text: string; blocks?: KnownBlock[] };

/** Slack takes no empty text, and marks of direction alone show nothing. */
export const plain = (text: string) => ({ type: 'plain_text' as const, text: withoutTurns(text) || '–' });

export const section = (text: string): SectionBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: cutMarkup(text, MAX_SECTION_LENGTH) },
});
/** Shows a text as it is, without links, mentions or emoji. */
export const plainSection = (text: string): KnownBlock => ({
  type: 'section',
  text: { ...plain(cut(text, MAX_SECTION_LENGTH)), emoji: false },
});
/** The same for a text of any length, split between lines where it can. */
export function plainSections(text: string): KnownBlock[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > MAX_SECTION_LENGTH) {
    const line = rest.lastIndexOf('\n', MAX_SECTION_LENGTH);
    const end = line > 0 ? line : MAX_SECTION_LENGTH;
    const part = rest.slice(0, end).replace(HALF_CHARACTER, '');
    parts.push(part);
    rest = rest.slice(part.length).trimStart();
  }
  return [...parts, rest].map(plainSection);
}
export const header = (text: string): KnownBlock => ({
  type: 'header',
  text: plain(cut(text, 150)),
});
export const context = (text: string): KnownBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: cutMarkup(text, 2_000) }],
});
export const divider: KnownBlock = { type: 'divider' };

/** `value` is mostly an id with a version, and never trusted. `ask` opens Slack's dialog to confirm. */
export function button(
  action: string,
  text: string,
  value: string,
  options: { style?: 'primary' | 'danger'; label?: string; ask?: { text: string; yes: string } } = {},
): Button {
  return {
    type: 'button',
    action_id: action,
    text: plain(cut(text, 75)),
    value,
    ...(options.style ? { style: options.style } : {}),
    ...(options.label ? { accessibility_label: cut(options.label, 75) } : {}),
    ...(options.ask
      ? {
          confirm: {
            title: plain(cut(`${text}?`, 100)),
            text: plain(cut(options.ask.text, 300)),
            confirm: plain(cut(options.ask.yes, 30)),
            deny: plain('Cancel'),
            ...(options.style ? { style: options.style } : {}),
          },
        }
      : {}),
  };
}

export const actions = (elements: Button[]): ActionsBlock => ({ type: 'actions', elements });

/** Slack's limits. */
const MAX_MENU_ENTRIES = 5;
export const MAX_BLOCK_ID_LENGTH = 255;

/**
 * A line with an overflow menu, whose entries stand for the buttons of that name, at most five. They share the value in the
 * block's id, because the value of an option is too short for it. A value that is too long for that too makes them buttons.
 */
export function row(
  text: string,
  { value, entries }: { value: string; entries: { text: string; button: string }[] },
): KnownBlock[] {
  const shown = entries.slice(0, MAX_MENU_ENTRIES);
  if (shown.length === 0) return [section(text)];
  if (value.length > MAX_BLOCK_ID_LENGTH)
    return [section(text), actions(shown.map((entry) => button(entry.button, entry.text, value)))];
  const options = shown.map((entry) => ({ text: plain(entry.text), value: entry.button }));
  return [{ ...section(text), block_id: value, accessory: { type: 'overflow', action_id: 'menu', options } }];
}

type Field = { hint?: string | undefined; optional?: boolean | undefined };

/** A field of a form. Its name is its block's and its element's. */
const field = (name: string, label: string, element: object, { hint, optional }: Field) =>
  ({
    type: 'input',
    block_id: name,
    label: plain(label),
    ...(optional === undefined ? {} : { optional }),
    ...(hint ? { hint: plain(hint) } : {}),
    element: { ...element, action_id: name },
  }) as InputBlock;

export const textInput = (
  name: string,
  label: string,
  options: {
    value?: string;
    hint?: string;
    optional?: boolean;
    multiline?: boolean;
    maxLength?: number;
  } = {},
): InputBlock => {
  const { value, hint, optional = false, multiline = false, maxLength } = options;
  const element = {
    type: 'plain_text_input',
    multiline,
    ...(value ? { initial_value: value } : {}),
    // Operations count characters. Slack may count one beyond U+FFFF as two, and refuses a form whose own value is too long.
    ...(maxLength
      ? { max_length: Math.min(Math.max(maxLength, value?.length ?? 0), MAX_SECTION_LENGTH) }
      : {}),
  };
  return field(name, label, element, { hint, optional });
};

/** For a form in which a person needs a name. */
export const ONE_NAME = 'Enter a first name, a last name or both.';

/** One name is enough, so neither field has to be filled. `hint` is below the first. */
export const nameInputs = (
  { firstName = '', lastName = '' }: { firstName?: string; lastName?: string } = {},
  hint?: string,
) => [
  textInput('firstName', 'First name', {
    value: firstName,
    optional: true,
    maxLength: 100,
    ...(hint ? { hint } : {}),
  }),
  textInput('lastName', 'Last name', { value: lastName, optional: true, maxLength: 100 }),
];

/** The value of a box that stands alone. */
export const TICKED = 'yes';

export function checkbox(name: string, label: string, text: string, isChecked: boolean): InputBlock {
  const options: Option[] = [{ text: plain(text), value: TICKED }];
  const element = { type: 'checkboxes', options, ...(isChecked ? { initial_options: options } : {}) };
  return field(name, label, element, { optional: true });
}

/** Boxes to tick, at most ten. */
export function ticksInput(
  name: string,
  label: string,
  boxes: { value: string; text: string; description: string; isTicked: boolean }[],
): InputBlock {
  const options = boxes.map(({ value, text, description }) => ({
    text: plain(cut(text, 75)),
    value,
    description: plain(cut(description, 75)),
  }));
  const chosen = options.filter((_, index) => boxes[index]?.isTicked);
  const element = { type: 'checkboxes', options, ...(chosen.length ? { initial_options: chosen } : {}) };
  return field(name, label, element, { optional: true });
}

/** Radio buttons; without a `chosen` value the first is. */
export function choiceInput(
  name: string,
  label: string,
  choices: { value: string; text: string }[],
  chosen?: string,
): InputBlock {
  const options = choices.map(({ value, text }) => ({ text: plain(cut(text, 75)), value }));
  const first = options.find(({ value }) => value === chosen) ?? options[0];
  return field(
    name,
    label,
    { type: 'radio_buttons', options, ...(first ? { initial_option: first } : {}) },
    {},
  );
}

export const personInput = (name: string, label: string, hint: string): InputBlock =>
  field(name, label, { type: 'users_select', placeholder: plain('Choose a person') }, { hint });

/** Any number of people. */
export const peopleInput = (name: string, label: string, hint: string): InputBlock =>
  field(
    name,
    label,
    { type: 'multi_users_select', placeholder: plain('Choose people') },
    { hint, optional: true },
  );

/** Slack's limit. */
export const MAX_OPTION_VALUE_LENGTH = 75;

export type ChosenOption = { id: string; name: string };

export const isOption = ({ id }: ChosenOption): boolean => id.length <= MAX_OPTION_VALUE_LENGTH;

/** Searches as the person types, for any number of things. `receive/receive-options.ts` has the search of each name. */
export function multiSearchInput(
  name: string,
  label: string,
  options: { placeholder: string; hint?: string; chosen?: readonly ChosenOption[] },
): InputBlock {
  const { placeholder, hint } = options;
  const chosen = (options.chosen ?? []).filter(isOption);
  const element = {
    type: 'multi_external_select',
    min_query_length: 0,
    placeholder: plain(placeholder),
    ...(chosen.length
      ? { initial_options: chosen.map((one) => ({ text: plain(cut(one.name, 75)), value: one.id })) }
      : {}),
  };
  return field(name, label, element, { hint, optional: true });
}

/** Searches the custom groups. */
export const groupsInput = (chosen: readonly ChosenOption[] = []): InputBlock =>
  multiSearchInput('groups', 'Groups', { placeholder: 'Everyone is in Developers', chosen });

/** Like `multiSearchInput`, for one thing. */
export function searchInput(
  name: string,
  label: string,
  options: {
    placeholder: string;
    hint?: string;
    optional?: boolean;
    minLength?: number;
    chosen?: ChosenOption | null;
  },
): InputBlock {
  const { placeholder, hint, optional = false, minLength = 0, chosen } = options;
  const element = {
    type: 'external_select',
    min_query_length: minLength,
    placeholder: plain(placeholder),
    ...(chosen && isOption(chosen)
      ? { initial_option: { text: plain(cut(chosen.name, 75)), value: chosen.id } }
      : {}),
  };
  return field(name, label, element, { hint, optional });
}

export const accountInput = (options: { hint?: string; optional?: boolean } = {}): InputBlock =>
  searchInput('account', 'Account', { placeholder: 'Type a name or an email', minLength: 2, ...options });

/** An optional day. */
export function dateInput(
  name: string,
  label: string,
  options: { hint: string; value?: Date | null },
): InputBlock {
  const { hint, value } = options;
  const element = {
    type: 'datepicker',
    ...(value ? { initial_date: value.toISOString().slice(0, 10) } : {}),
  };
  return field(name, label, element, { hint, optional: true });
}

export function modal(view: {
  callback: string;
  title: string;
  submit?: string;
  /** Beside the submit button. */
  close?: string;
  metadata?: Record<string, unknown>;
  blocks: KnownBlock[];
}): ModalView {
  return {
    type: 'modal',
    callback_id: view.callback,
    title: plain(cut(view.title, 24)),
    close: plain(view.close ?? (view.submit ? 'Cancel' : 'Close')),
    ...(view.submit ? { submit: plain(cut(view.submit, 24)) } : {}),
    private_metadata: JSON.stringify(view.metadata ?? {}),
    blocks: view.blocks,
  };
}
