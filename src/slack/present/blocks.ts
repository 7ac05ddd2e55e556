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
import { cut, cutMarkup, MAX_SECTION_LENGTH, withoutTurns } from './text.ts';

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

export function textInput(
  name: string,
  label: string,
  options: {
    value?: string;
    hint?: string;
    optional?: boolean;
    multiline?: boolean;
    maxLength?: number;
  } = {},
): InputBlock {
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    optional: options.optional ?? false,
    ...(options.hint ? { hint: plain(options.hint) } : {}),
    element: {
      type: 'plain_text_input',
      action_id: name,
      multiline: options.multiline ?? false,
      ...(options.value ? { initial_value: options.value } : {}),
      ...(options.maxLength ? { max_length: options.maxLength } : {}),
    },
  };
}

/** One name is enough, so neither field has to be filled. */
export const nameInputs = ({
  firstName = '',
  lastName = '',
}: {
  firstName?: string;
  lastName?: string;
} = {}) => [
  textInput('firstName', 'First name', { value: firstName, optional: true, maxLength: 100 }),
  textInput('lastName', 'Last name', { value: lastName, optional: true, maxLength: 100 }),
];

export function checkbox(name: string, label: string, text: string, isChecked: boolean): InputBlock {
  const option: Option = { text: plain(text), value: 'yes' };
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    optional: true,
    element: {
      type: 'checkboxes',
      action_id: name,
      options: [option] as Option[],
      ...(isChecked ? { initial_options: [option] as Option[] } : {}),
    } as InputBlock['element'],
  };
}

/** Radio buttons; the first is chosen. */
export function choiceInput(
  name: string,
  label: string,
  choices: { value: string; text: string }[],
): InputBlock {
  const options = choices.map(({ value, text }) => ({ text: plain(cut(text, 75)), value }));
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    element: {
      type: 'radio_buttons',
      action_id: name,
      options,
      ...(options[0] ? { initial_option: options[0] } : {}),
    },
  };
}

export function personInput(name: string, label: string, hint: string): InputBlock {
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    hint: plain(hint),
    element: { type: 'users_select', action_id: name, placeholder: plain('Choose a person') },
  };
}

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
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    optional: true,
    ...(hint ? { hint: plain(hint) } : {}),
    element: {
      type: 'multi_external_select',
      action_id: name,
      min_query_length: 0,
      placeholder: plain(placeholder),
      ...(chosen.length
        ? { initial_options: chosen.map((one) => ({ text: plain(cut(one.name, 75)), value: one.id })) }
        : {}),
    },
  };
}

/** Searches the custom groups. */
export const groupsInput = (chosen: readonly ChosenOption[] = []): InputBlock =>
  multiSearchInput('groups', 'Groups', { placeholder: 'Everyone is in Developers', chosen });

/** Like `multiSearchInput`, for one thing. */
export function searchInput(
  name: string,
  label: string,
  options: { placeholder: string; hint?: string; optional?: boolean; minLength?: number },
): InputBlock {
  const { placeholder, hint, optional = false, minLength = 0 } = options;
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    optional,
    ...(hint ? { hint: plain(hint) } : {}),
    element: {
      type: 'external_select',
      action_id: name,
      min_query_length: minLength,
      placeholder: plain(placeholder),
    },
  };
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
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    optional: true,
    hint: plain(hint),
    element: {
      type: 'datepicker',
      action_id: name,
      ...(value ? { initial_date: value.toISOString().slice(0, 10) } : {}),
    },
  };
}

export function modal(view: {
  callback: string;
  title: string;
  submit?: string;
  metadata?: Record<string, unknown>;
  blocks: KnownBlock[];
}): ModalView {
  return {
    type: 'modal',
    callback_id: view.callback,
    title: plain(cut(view.title, 24)),
    close: plain(view.submit ? 'Cancel' : 'Close'),
    ...(view.submit ? { submit: plain(cut(view.submit, 24)) } : {}),
    private_metadata: JSON.stringify(view.metadata ?? {}),
    blocks: view.blocks,
  };
}
