// Reads what a person typed into a modal, and finds the errors that Slack shows beside its fields.
import type { ZodType } from 'zod';
import { refusedFields } from '../../domain/domain-error.ts';
import { type ListedEmail, readEmailList, readOneEmail } from '../../domain/email-list.ts';
import { cleanName, fullName, type Names } from '../../domain/person-name.ts';
import { TICKED } from '../present/blocks.ts';

/** The values of a modal by the name of the field. */
export type FormValues = Record<string, string | string[] | boolean | null>;

/** Reads a view's `state.values`. */
export function formValuesIn(state: Record<string, Record<string, unknown>>): FormValues {
  const fields = Object.values(state).flatMap((block) => Object.entries(block));
  return Object.fromEntries(fields.map(([name, raw]) => [name, valueIn(raw as Record<string, unknown>)]));
}

function valueIn(field: Record<string, unknown>): FormValues[string] {
  const many = field.selected_options as { value: string }[] | undefined;
  // A box that stands alone is ticked or not; of several, the values of those that are ticked.
  if (field.type === 'checkboxes' && many?.every((one) => one.value === TICKED)) return many.length > 0;
  if (many) return many.map((one) => one.value);
  if (field.type === 'datepicker') return (field.selected_date as string | null | undefined) ?? null;
  if (field.type === 'users_select') return (field.selected_user as string | null | undefined) ?? null;
  if (field.type === 'multi_users_select') return (field.selected_users as string[] | undefined) ?? [];
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

/** The error that the operation's own schema finds in a field. */
export function schemaError(values: FormValues, name: string, schema: ZodType): Record<string, string> {
  const parsed = schema.safeParse(textOf(values, name));
  return parsed.success ? {} : { [name]: parsed.error.issues[0]?.message ?? "this can't be used" };
}

/** The messages of the fields that are empty or hold only spaces. */
export function blankErrors(values: FormValues, messages: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(messages).filter(([name]) => textOf(values, name) === ''));
}

/** The error when neither name shows anything, and none stands beside the email. */
export function namesError(values: FormValues): Record<string, string> {
  const names = ['firstName', 'lastName'].map((name) => cleanName(textOf(values, name)));
  const besideEmail = readEmailList(textOf(values, 'email')).emails.some((one) => fullName(one) !== '');
  return names.some(Boolean) || besideEmail ? {} : { firstName: 'Enter a first name or a last name' };
}

/** The one email in a field, with the name beside it. Errors: `email_invalid`. */
export const emailIn = (values: FormValues, name: string): ListedEmail => readOneEmail(textOf(values, name));

/** The names in the fields `firstName` and `lastName`; none when both are empty. */
export function typedNames(values: FormValues): Partial<Names> {
  const names = { firstName: textOf(values, 'firstName'), lastName: textOf(values, 'lastName') };
  return fullName(names) === '' ? {} : names;
}

export function emailError(values: FormValues, name: string): Record<string, string> {
  const { email: reason } = refusedFields(() => emailIn(values, name));
  return reason === undefined ? {} : { [name]: reason };
}
