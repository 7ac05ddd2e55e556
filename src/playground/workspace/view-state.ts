// The values of a form: the initial ones, and those that remain when the app replaces the view. Runs in the browser too.
import { type Block, type Dict, isDict, type StateValues } from '../shapes.ts';
import { elementsOf } from './blocks.ts';

const FIELDS: Record<string, { initial: string; state: string }> = {
  plain_text_input: { initial: 'initial_value', state: 'value' },
  datepicker: { initial: 'initial_date', state: 'selected_date' },
  users_select: { initial: 'initial_user', state: 'selected_user' },
  multi_users_select: { initial: 'initial_users', state: 'selected_users' },
  external_select: { initial: 'initial_option', state: 'selected_option' },
  radio_buttons: { initial: 'initial_option', state: 'selected_option' },
  checkboxes: { initial: 'initial_options', state: 'selected_options' },
  multi_external_select: { initial: 'initial_options', state: 'selected_options' },
};

/** The field of `state.values` that holds an element's value. */
export const stateField = ({ type }: Dict): string => FIELDS[String(type)]?.state ?? 'value';
export const isPlural = (element: Dict): boolean =>
  ['selected_options', 'selected_users'].includes(stateField(element));
export const isStateful = ({ type }: Dict): boolean => String(type) in FIELDS;

/** The values of a form: earlier ones where the same block and action are still there, the initial ones elsewhere. */
export function stateOf(blocks: Block[], earlier: StateValues = {}): StateValues {
  const values: StateValues = {};
  for (const { block_id: blockId, ...block } of blocks) {
    for (const element of elementsOf(block)) {
      const { type, action_id: actionId } = element;
      const field = FIELDS[String(type)];
      if (field === undefined || typeof actionId !== 'string') continue;
      const before = earlier[blockId]?.[actionId];
      const initial = element[field.initial] ?? (isPlural(element) ? [] : null);
      const value = before !== undefined && before.type === type ? before : { type, [field.state]: initial };
      values[blockId] = { ...values[blockId], [actionId]: value };
    }
  }
  return values;
}

/** The errors that Slack's own client shows instead of sending the form: block_id → words. */
export function missingValues(blocks: Block[], values: StateValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { type, block_id: blockId, element, optional } of blocks) {
    if (type !== 'input' || !isDict(element)) continue;
    const value = values[blockId]?.[String(element.action_id)]?.[stateField(element)] ?? '';
    const max = Number(element.max_length ?? 3_000);
    if (optional !== true && (value === '' || (Array.isArray(value) && value.length === 0)))
      errors[blockId] = 'Please complete this required field.';
    else if (element.type === 'plain_text_input' && String(value).length > max)
      errors[blockId] = `Please enter at most ${max} characters.`;
  }
  return errors;
}
