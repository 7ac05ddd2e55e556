// The console's output: refusals, and results as text that can't move a terminal's cursor.
import type { Limits } from '../../domain/call-limits.ts';
import {
  type DomainError,
  type DomainErrorCode,
  inEnglish,
  plainWordsOf,
} from '../../domain/domain-error.ts';
import { limitWords } from '../../domain/limit-words.ts';

/** Texts that differ from the common ones, mostly to name the operation that helps. */
const CONSOLE_WORDS: Partial<Record<DomainErrorCode, string>> = {
  not_permitted: "The console isn't allowed to do this.",
  invalid_input: "Something in this isn't valid.",
  email_invited:
    'This email already has an open invitation. Find it with invitations/list, to resend or revoke.',
  account_not_found: 'No account found. Use the email, or the id if the account is deleted.',
  account_invited:
    'That person is invited and has no account yet. Use invitations/resend or invitations/revoke with the id.',
  account_deleted: 'That account was deleted. accounts/restore with the id brings it back.',
  invitation_not_found: 'Invitation not found. invitations/list shows their ids.',
  group_not_found: 'Group not found. groups/list shows them.',
  template_not_found: 'Mail not found. templates/list shows them.',
  workspace_not_bound:
    "This service isn't used from that workspace. Start the server once with the workspace's token.",
  token_not_found: 'Token not found. It may have been revoked; tokens/list shows them.',
  approval_not_found: 'Approval not found.',
  no_second_operator:
    'This needs a second operator, and there is none. Add one with operators/grant-from-console.',
  api_not_found: 'API not found. apis/list shows them.',
  product_not_found: 'Product not found. products/list shows them.',
  subscription_not_found: 'Subscription not found. subscriptions/list shows them.',
};

export function refusalText({ code, detail }: DomainError): string {
  const { fields = {}, near = [], current, limit, count, id, email } = detail;
  return [
    `Refused (${code}): ${CONSOLE_WORDS[code] ?? plainWordsOf(code)}`,
    ...Object.entries(inEnglish(fields)).map(([field, words]) => `  ${field}: ${words}`),
    ...near.map((one) => `  did you mean: ${one.label} ${one.id}`),
    ...(current?.state ? [`  it is ${current.state}${current.by ? `, by ${current.by}` : ''}`] : []),
    ...(count ? [`  there are ${count}`] : []),
    ...(limit ? [`  the limit is ${limit}`] : []),
    ...(email ? [`  email: ${email}`] : []),
    ...(id ? [`  id: ${id}`] : []),
    'Nothing changed.',
  ]
    .map(forTerminal)
    .join('\n');
}

/** Replaces control characters, which a terminal would obey, by question marks. */
export const forTerminal = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');

/** Escapes the control characters that JSON doesn't. */
export const jsonForTerminal = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Any output of an operation, as lines of `name: value`. Indents nested values. */
export function plainText(value: unknown, indent = ''): string {
  if (!isNested(value)) return `${indent}${leafText(value)}\n`;
  if (Array.isArray(value))
    return value.map((one) => `${plainText(one, indent)}${isNested(one) ? '\n' : ''}`).join('');
  return Object.entries(value)
    .map(([name, one]) => [name, LIMITS.includes(name) ? limitText(one) : one] as const)
    .filter(([, one]) => one !== null && one !== undefined && one !== '')
    .map(([name, one]) =>
      isNested(one)
        ? `${indent}${forTerminal(name)}:\n${plainText(one, `${indent}  `)}`
        : `${indent}${forTerminal(name)}: ${leafText(one)}\n`,
    )
    .join('');
}

/** Fields of a subscription that are read as one. */
const LIMITS = ['limits', 'productLimits'];
const limitText = (limits: Limits | null): string => (limits && limitWords(limits)) ?? 'none';

const isNested = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Date) &&
  (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0);

function leafText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return 'none';
  return forTerminal(String(value));
}
