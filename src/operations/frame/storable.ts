// Postgres takes no NUL in a text, and no half of a character in JSON.
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

/** The path of the first text in an input that Postgres can't store, such as `rows.0.name`; null when there is none. */
export function unstorableField(value: unknown, path: readonly string[] = []): string | null {
  if (typeof value === 'string')
    return value.includes(NUL) || LONE_SURROGATE.test(value) ? path.join('.') || 'input' : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, part] of Object.entries(value)) {
    if (CHECKED_BY_OPERATION.includes(name)) continue;
    const found = unstorableField(part, [...path, name]);
    if (found !== null) return found;
  }
  return null;
}
