// Block Kit's interactive elements: which fields each has, and their limits.

import { type Dict, dictsOf, isDict } from '../shapes.ts';
import { optionsOf } from '../workspace/blocks.ts';
import {
  checkConfirm,
  checkFields,
  checkOptionalString,
  checkOptionGroups,
  checkOptions,
  checkString,
  checkText,
  MAX_ID_LENGTH,
  type Report,
} from './objects.ts';

const MAX_PLACEHOLDER = 150;
const MAX_INPUT = 3_000;

type ElementRule = { fields: readonly string[]; check: (report: Report, at: string, element: Dict) => void };

const ordinary = ['placeholder', 'confirm', 'focus_on_load'];
const textual = ['initial_value', 'placeholder', 'dispatch_action_config', 'focus_on_load'];

function checkSelect(report: Report, at: string, element: Dict): void {
  const hasOptions = element.options !== undefined;
  if (hasOptions === (element.option_groups !== undefined))
    report(at, 'exactly one of options, option_groups is required');
  else if (hasOptions) checkOptions(report, `${at}/options`, element.options);
  else checkOptionGroups(report, `${at}/option_groups`, element.option_groups);
  checkInitial(report, at, element);
}

/** What is chosen from the start must be one of the options, letter for letter. */
function checkInitial(report: Report, at: string, element: Dict): void {
  const offered = new Set(optionsOf(element).map((option) => JSON.stringify(option)));
  const { initial_option: one, initial_options: several } = element;
  if (one !== undefined && !(isDict(one) && offered.has(JSON.stringify(one))))
    report(`${at}/initial_option`, 'must be one of the provided options');
  if (several === undefined) return;
  if (!Array.isArray(several) || several.length < 1) {
    report(`${at}/initial_options`, 'no fewer than 1 items allowed');
    return;
  }
  for (const option of several)
    if (!offered.has(JSON.stringify(option)))
      report(`${at}/initial_options`, 'must be one of the provided options');
}

function checkButton(report: Report, at: string, button: Dict): void {
  checkText(report, `${at}/text`, button.text, 75);
  checkOptionalString(report, `${at}/value`, button.value, 2_000);
  checkOptionalString(report, `${at}/url`, button.url, 3_000);
  checkOptionalString(report, `${at}/accessibility_label`, button.accessibility_label, 75);
  if (button.style !== undefined && !['primary', 'danger'].includes(String(button.style)))
    report(`${at}/style`, 'must be one of: primary, danger');
}

function checkPlainTextInput(report: Report, at: string, input: Dict): void {
  const { min_length: min, max_length: max } = input;
  const isLength = (value: unknown, least: number): boolean =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= MAX_INPUT;
  if (min !== undefined && !isLength(min, 0)) report(`${at}/min_length`, 'must be between 0 and 3000');
  if (max !== undefined && !isLength(max, 1)) report(`${at}/max_length`, 'must be between 1 and 3000');
  if (min !== undefined && max !== undefined && Number(min) > Number(max))
    report(`${at}/min_length`, 'must not be more than max_length');
  checkOptionalString(report, `${at}/initial_value`, input.initial_value, Number(max ?? MAX_INPUT), 0);
}

const choices = (report: Report, at: string, element: Dict): void => {
  checkOptions(report, `${at}/options`, element.options, { max: 10, markup: true });
  checkInitial(report, at, element);
};
const nothing = (): void => {};
const plural = ['max_selected_items', 'initial_options'];
const matching =
  (field: string, pattern: RegExp) =>
  (report: Report, at: string, element: Dict): void => {
    const value = element[field];
    if (value !== undefined && !(typeof value === 'string' && pattern.test(value)))
      report(`${at}/${field}`, 'has the wrong format');
  };

const ELEMENTS: Record<string, ElementRule> = {
  button: { fields: ['text', 'url', 'value', 'style', 'confirm', 'accessibility_label'], check: checkButton },
  checkboxes: { fields: ['options', 'initial_options', 'confirm', 'focus_on_load'], check: choices },
  radio_buttons: { fields: ['options', 'initial_option', 'confirm', 'focus_on_load'], check: choices },
  overflow: {
    fields: ['options', 'confirm'],
    check: (report, at, element) =>
      checkOptions(report, `${at}/options`, element.options, { max: 5, url: true }),
  },
  static_select: { fields: ['options', 'option_groups', 'initial_option', ...ordinary], check: checkSelect },
  multi_static_select: { fields: ['options', 'option_groups', ...plural, ...ordinary], check: checkSelect },
  external_select: { fields: ['initial_option', 'min_query_length', ...ordinary], check: nothing },
  multi_external_select: { fields: ['min_query_length', ...plural, ...ordinary], check: nothing },
  users_select: { fields: ['initial_user', ...ordinary], check: nothing },
  multi_users_select: { fields: ['initial_users', 'max_selected_items', ...ordinary], check: nothing },
  conversations_select: {
    fields: [
      'initial_conversation',
      'default_to_current_conversation',
      'response_url_enabled',
      'filter',
      ...ordinary,
    ],
    check: nothing,
  },
  channels_select: { fields: ['initial_channel', 'response_url_enabled', ...ordinary], check: nothing },
  datepicker: { fields: ['initial_date', ...ordinary], check: matching('initial_date', /^\d{4}-\d\d-\d\d$/) },
  timepicker: {
    fields: ['initial_time', 'timezone', ...ordinary],
    check: matching('initial_time', /^([01]\d|2[0-3]):[0-5]\d$/),
  },
  datetimepicker: { fields: ['initial_date_time', 'confirm', 'focus_on_load'], check: nothing },
  plain_text_input: {
    fields: ['multiline', 'min_length', 'max_length', ...textual],
    check: checkPlainTextInput,
  },
  email_text_input: { fields: textual, check: nothing },
  url_text_input: { fields: textual, check: nothing },
  number_input: {
    fields: ['is_decimal_allowed', 'min_value', 'max_value', ...textual],
    check: checkNumberInput,
  },
  image: { fields: ['image_url', 'alt_text', 'slack_file'], check: checkImage },
};

function checkNumberInput(report: Report, at: string, input: Dict): void {
  if (typeof input.is_decimal_allowed !== 'boolean')
    report(`${at}/is_decimal_allowed`, 'missing required field');
}

export function checkImage(report: Report, at: string, image: Dict): void {
  if (image.slack_file === undefined) checkString(report, `${at}/image_url`, image.image_url, 3_000);
  checkString(report, `${at}/alt_text`, image.alt_text, 2_000);
}

const SELECTS = Object.keys(ELEMENTS).filter((type) => type.endsWith('_select'));
const IN_ACTIONS = [
  'button',
  'checkboxes',
  'datepicker',
  'datetimepicker',
  'overflow',
  'radio_buttons',
  'timepicker',
];
const INPUTS = ['checkboxes', 'datepicker', 'datetimepicker', 'radio_buttons', 'timepicker'];
const TYPED = ['plain_text_input', 'email_text_input', 'url_text_input', 'number_input'];

/** Which elements may stand where. */
export const PLACES = {
  actions: [...IN_ACTIONS, ...SELECTS],
  section: [...IN_ACTIONS.filter((type) => type !== 'datetimepicker'), 'image', ...SELECTS],
  input: [...INPUTS, ...TYPED, ...SELECTS],
};

export function checkElement(report: Report, at: string, value: unknown, allowed: readonly string[]): void {
  if (!isDict(value)) {
    report(at, 'must be an object');
    return;
  }
  const type = String(value.type);
  const rule = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
  if (rule === undefined || !allowed.includes(type)) {
    report(at, `unsupported type: ${type}`);
    return;
  }
  checkFields(report, at, value, ['type', ...(type === 'image' ? [] : ['action_id']), ...rule.fields]);
  checkOptionalString(report, `${at}/action_id`, value.action_id, MAX_ID_LENGTH);
  if (value.placeholder !== undefined)
    checkText(report, `${at}/placeholder`, value.placeholder, MAX_PLACEHOLDER);
  checkConfirm(report, `${at}/confirm`, value.confirm);
  rule.check(report, at, value);
}

/** Two elements of one block can't have the same name. */
export function checkActionIds(report: Report, at: string, elements: unknown): void {
  const seen = new Set<unknown>();
  for (const { action_id: id } of dictsOf(elements)) {
    if (id !== undefined && seen.has(id)) report(at, `\`action_id\` already exists: ${String(id)}`);
    seen.add(id);
  }
}
