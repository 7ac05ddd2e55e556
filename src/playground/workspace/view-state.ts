// What a form holds before anyone touched it, and what is left of it when the app replaces the view.
// Pure, because the page in the browser and the tests' driver need the same answer.

import { type Block, type Dict, isDict, type StateValues } from '../shapes.ts';
import { elementsOf } from './blocks.ts';

const INITIAL: Record<string, [from: string, to: string]> = {
  plain_text_input: ['initial_value', 'value'],
  email_text_input: ['initial_value', 'value'],
  url_text_input: ['initial_value', 'value'],
  number_input: ['initial_value', 'value'],
  datepicker: ['initial_date', 'selected_date'],
  timepicker: ['initial_time', 'selected_time'],
  datetimepicker: ['initial_date_time', 'selected_date_time'],
  static_select: ['initial_option', 'selected_option'],
  external_select: ['initial_option', 'selected_option'],
  users_select: ['initial_user', 'selected_user'],
  conversations_select: ['initial_conversation', 'selected_conversation'],
  channels_select: ['initial_channel', 'selected_channel'],
  radio_buttons: ['initial_option', 'selected_option'],
  checkboxes: ['initial_options', 'selected_options'],
  multi_static_select: ['initial_options', 'selected_options'],
  multi_external_select: ['initial_options', 'selected_options'],
  multi_users_select: ['initial_users', 'selected_users'],
  multi_conversations_select: ['initial_conversations', 'selected_conversations'],
  multi_channels_select: ['initial_channels', 'selected_channels'],
};

export const isStateful = (element: Dict): boolean => String(element.type) in INITIAL;
export const isPlural = (element: Dict): boolean =>
  stateField(element).startsWith('selected_') && stateField(element).endsWith('s');

/** The name under which an element's value stands in `state.values`. */
export const stateField = (element: Dict): string => INITIAL[String(element.type)]?.[1] ?? 'value';

/** The values of a form: kept ones where the same block and action are still there, the initial ones elsewhere. */
export function stateOf(blocks: Block[], kept: StateValues = {}): StateValues {
  const values: StateValues = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      const rule = INITIAL[String(element.type)];
      if (rule === undefined || typeof element.action_id !== 'string') continue;
      const [from, to] = rule;
      const before = kept[block.block_id]?.[element.action_id];
      const initial = element[from] ?? (to.endsWith('s') ? [] : null);
      const row = values[block.block_id] ?? {};
      row[element.action_id] =
        before !== undefined && before.type === element.type ? before : { type: element.type, [to]: initial };
      values[block.block_id] = row;
    }
  }
  return values;
}

/** Slack's own client refuses these before anything is sent to the app: block_id → words. */
export function missingValues(blocks: Block[], values: StateValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== 'input' || !isDict(block.element)) continue;
    const element = block.element;
    const value = values[block.block_id]?.[String(element.action_id)]?.[stateField(element)];
    const isEmpty =
      value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    if (isEmpty && block.optional !== true) errors[block.block_id] = 'Please complete this required field.';
    else if (typeof value === 'string' && value !== '') {
      const wrong = wrongText(element, value);
      if (wrong !== null) errors[block.block_id] = wrong;
    }
  }
  return errors;
}

function wrongText(element: Dict, value: string): string | null {
  const min = Number(element.min_length ?? 0);
  const max = Number(element.max_length ?? 3000);
  if (element.type === 'email_text_input' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
    return 'Please enter a valid email address.';
  if (element.type !== 'plain_text_input') return null;
  if (value.length < min) return `Please enter at least ${min} characters.`;
  if (value.length > max) return `Please enter at most ${max} characters.`;
  return null;
}
