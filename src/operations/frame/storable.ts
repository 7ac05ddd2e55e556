// Postgres takes no NUL in a text, no half of a character in JSON, and years of four digits only.
import { LONE_SURROGATE } from '../../domain/password-rule.ts';

const NUL = String.fromCharCode(0);
/** Never stored as they are, and refused in words of their own. */
const CHECKED_BY_OPERATION = [
  'email',
  'to',
  'password',
  'newPassword',
  'currentPassword',
  'ticket',
  'token',
  'secret',
  'formerSecret',
];

/** The first field of an input that Postgres can't store, by its path such as `rows.0.name`, and why; null when there is none. */
export function unstorableField(value: unknown, path: readonly string[] = []): Record<string, string> | null {
  const fault = faultOf(value);
  if (fault !== null) return { [path.join('.') || 'input']: fault };
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, part] of Object.entries(value)) {
    if (CHECKED_BY_OPERATION.includes(name)) continue;
    const found = unstorableField(part, [...path, name]);
    if (found !== null) return found;
  }
  return null;
}

/** `toISOString` writes a sign before any other year, and Postgres has no year 0. */
const STORABLE_YEAR = /^(?!0000)\d{4}-/;

function faultOf(value: unknown): string | null {
  if (value instanceof Date)
    return STORABLE_YEAR.test(value.toISOString()) ? null : 'must be in the years 1 to 9999';
  if (typeof value !== 'string') return null;
  return value.includes(NUL) || LONE_SURROGATE.test(value)
    ? 'contains a character that cannot be kept'
    : null;
}
