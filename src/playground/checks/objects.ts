// Block Kit's small parts: texts, options, confirm dialogs. Each check reports every fault it finds, with its place.
import { type Dict, dictsOf, isDict } from '../shapes.ts';

/** Collects what is wrong, in the words and with the pointer that Slack uses. */
export type Report = (pointer: string, words: string) => void;

export const MAX_ID_LENGTH = 255;
const MAX_OPTION_TEXT = 75;
const MAX_OPTION_VALUE = 75;
const MAX_OPTIONS = 100;

export function checkString(report: Report, at: string, value: unknown, max: number, min = 1): void {
  if (typeof value !== 'string') report(at, 'must be a string');
  else if (value.length < min) report(at, `must be more than ${min - 1} characters`);
  else if (value.length > max) report(at, `must be less than ${max + 1} characters`);
}

export function checkOptionalString(report: Report, at: string, value: unknown, max: number, min = 1): void {
  if (value !== undefined) checkString(report, at, value, max, min);
}

/** Refuses fields that Slack does not know here; they are typing errors that would otherwise do nothing. */
export function checkFields(report: Report, at: string, object: Dict, allowed: readonly string[]): void {
  for (const name of Object.keys(object))
    if (object[name] !== undefined && !allowed.includes(name))
      report(at, `invalid additional property: ${name}`);
}

export function checkText(
  report: Report,
  at: string,
  value: unknown,
  max: number,
  types: readonly string[] = ['plain_text'],
): void {
  if (!isDict(value)) {
    report(at, 'missing required field');
    return;
  }
  if (!types.includes(String(value.type))) {
    report(`${at}/type`, `must be one of: ${types.join(', ')}`);
    return;
  }
  const extra = value.type === 'plain_text' ? ['emoji'] : ['verbatim'];
  checkFields(report, at, value, ['type', 'text', ...extra]);
  checkString(report, `${at}/text`, value.text, max);
}

export const MARKUP = ['plain_text', 'mrkdwn'] as const;

export function checkConfirm(report: Report, at: string, value: unknown): void {
  if (value === undefined) return;
  if (!isDict(value)) {
    report(at, 'must be an object');
    return;
  }
  checkFields(report, at, value, ['title', 'text', 'confirm', 'deny', 'style']);
  checkText(report, `${at}/title`, value.title, 100);
  checkText(report, `${at}/text`, value.text, 300, MARKUP);
  checkText(report, `${at}/confirm`, value.confirm, 30);
  checkText(report, `${at}/deny`, value.deny, 30);
  if (value.style !== undefined && !['primary', 'danger'].includes(String(value.style)))
    report(`${at}/style`, 'must be one of: primary, danger');
}

export type OptionRule = { max?: number; markup?: boolean; url?: boolean };

function checkOption(report: Report, at: string, option: unknown, rule: OptionRule = {}): void {
  if (!isDict(option)) {
    report(at, 'must be an object');
    return;
  }
  checkFields(report, at, option, ['text', 'value', 'description', ...(rule.url ? ['url'] : [])]);
  const types = rule.markup ? MARKUP : ['plain_text'];
  checkText(report, `${at}/text`, option.text, MAX_OPTION_TEXT, types);
  checkString(report, `${at}/value`, option.value, MAX_OPTION_VALUE);
  if (option.description !== undefined)
    checkText(report, `${at}/description`, option.description, MAX_OPTION_TEXT, types);
  if (option.url !== undefined) checkString(report, `${at}/url`, option.url, 3_000);
}

export function checkOptions(report: Report, at: string, value: unknown, rule: OptionRule = {}): void {
  if (!Array.isArray(value)) {
    report(at, 'must be an array');
    return;
  }
  const max = rule.max ?? MAX_OPTIONS;
  if (value.length < 1) report(at, 'no fewer than 1 items allowed');
  if (value.length > max) report(at, `no more than ${max} items allowed`);
  for (const [i, option] of value.entries()) checkOption(report, `${at}/${i}`, option, rule);
  const values = dictsOf(value).map((option) => option.value);
  if (new Set(values).size !== values.length) report(at, 'option values must be unique');
}

export function checkOptionGroups(report: Report, at: string, value: unknown): void {
  if (!Array.isArray(value)) {
    report(at, 'must be an array');
    return;
  }
  if (value.length < 1) report(at, 'no fewer than 1 items allowed');
  if (value.length > MAX_OPTIONS) report(at, `no more than ${MAX_OPTIONS} items allowed`);
  for (const [i, group] of value.entries()) {
    if (!isDict(group)) {
      report(`${at}/${i}`, 'must be an object');
      continue;
    }
    checkFields(report, `${at}/${i}`, group, ['label', 'options']);
    checkText(report, `${at}/${i}/label`, group.label, 75);
    checkOptions(report, `${at}/${i}/options`, group.options);
  }
}
