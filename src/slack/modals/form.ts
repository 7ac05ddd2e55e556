// Reads what a person typed into a modal, and finds the errors that Slack shows beside its fields.
import type { ZodType } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';

/** The values of a modal by the name of the field. */
export type FormValues = Record<string, string | string[] | boolean | null>;

/** Reads a view's `state.values`. */
export function formValuesIn(state: Record<string, Record<string, unknown>>): FormValues {
  const fields = Object.values(state).flatMap((block) => Object.entries(block));
  return Object.fromEntries(fields.map(([name, raw]) => [name, valueIn(raw as Record<string, unknown>)]));
}

function valueIn(field: Record<string, unknown>): FormValues[string] {
  const many = field.selected_options as { value: string }[] | undefined;
  if (field.type === 'checkboxes') return (many ?? []).length > 0;
  if (many) return many.map((one) => one.value);
  if (field.type === 'datepicker') return (field.selected_date as string | null | undefined) ?? null;
  if (field.type === 'users_select') return (field.selected_user as string | null | undefined) ?? null;
  const one = field.selected_option as { value: string } | null | undefined;
  return one ? one.value : ((field.value as string | null | undefined) ?? null);
}

/** Trimmed; empty when the field is empty or holds no text. */
export function textOf(values: FormValues, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value.trim() : '';
}

export function listOf(values: FormValues, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value : [];
}

/** A chosen day as its first moment in UTC. Null when no day is chosen. */
export function dayIn(values: FormValues, name: string): Date | null {
  const day = textOf(values, name);
  return day === '' ? null : new Date(`${day}T00:00:00Z`);
}

/** The errors by field that a rule of the domain throws. */
export function fieldErrorsOf(rule: () => void): Record<string, string> {
  try {
    rule();
    return {};
  } catch (error) {
    if (error instanceof DomainError && error.detail.fields) return error.detail.fields;
    throw error;
  }
}

/** The error that the operation's own schema finds in a field. */
export function schemaError(values: FormValues, name: string, schema: ZodType): Record<string, string> {
  const parsed = schema.safeParse(textOf(values, name));
  return parsed.success ? {} : { [name]: parsed.error.issues[0]?.message ?? 'This can’t be taken' };
}

/** The messages of the fields that are empty or hold only spaces. */
export function blankErrors(values: FormValues, messages: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(messages).filter(([name]) => textOf(values, name) === ''));
}

export function emailError(values: FormValues, name: string): Record<string, string> {
  return isEmailAddress(textOf(values, name))
    ? {}
    : { [name]: "That doesn't look like an e-mail address, such as ann@example.com" };
}

export function isEmailAddress(text: string): boolean {
  try {
    parseEmailAddress(text);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return false;
  }
}
