// What the console says: refusals in words, and answers as plain text that can't move a terminal's cursor.
import type { DomainError, DomainErrorCode } from '../../domain/domain-error.ts';

const WORDS: Record<DomainErrorCode, string> = {
  not_permitted: 'The console may not do this.',
  invalid_input: "That can't be taken as it is.",
  email_invalid: "That doesn't look like an e-mail address.",
  email_taken: 'There is already an account with this address.',
  email_invited: 'This address is already invited: invitations/list shows it, to resend or revoke.',
  password_unacceptable: "That password can't be used.",
  account_not_found: 'No account is called that. Name it by e-mail, or by id when it is deleted.',
  account_ambiguous: 'Several accounts come near that; name one by e-mail or id.',
  account_changed: 'The account changed meanwhile; look at it again.',
  account_state_unfitting: "That doesn't fit the state that the account is in.",
  account_erased:
    'This account was deleted and its data erased. It cannot come back; invite the person anew.',
  sign_in_refused: "That address and password don't fit.",
  password_wrong: 'That is not the present password.',
  password_must_change: 'The password has to be replaced first.',
  sign_up_off: 'Nobody can sign up by themselves here: SIGN_UP is off.',
  session_not_found: 'There is no such session; it may have ended.',
  ticket_refused: 'That link no longer works.',
  invitation_not_found: 'There is no such invitation: invitations/list shows their ids.',
  invitation_not_open: 'That invitation is not open any more.',
  group_not_found: 'There is no such group: groups/list shows them.',
  group_name_taken: 'A group of that name exists already.',
  group_built_in: "The built-in groups can't be changed or chosen.",
  template_not_found: 'There is no such mail: templates/list shows them.',
  template_invalid: "That text can't be used.",
  template_changed: 'Somebody saved this mail meanwhile.',
  workspace_not_bound:
    'That is no workspace that this service is used from; start the server once with its token.',
  token_not_found: 'There is no such token, or it was revoked already; tokens/list shows them',
  approval_not_found: 'There is no such approval.',
  approval_ended: 'That was decided already.',
  approval_own: 'Whoever asked can not decide.',
  approval_about_oneself: 'Nobody decides about themselves.',
  no_second_operator:
    'This needs a second operator, and there is none: operators/grant-from-console adds one.',
  import_not_found: 'There is no such dry run any more.',
  import_begun: 'That was applied already.',
  requests_off: 'Requests are turned off here.',
  operator_unfitting: 'That person can not have a role now.',
  operator_last_admin: 'Nobody else is an admin and can act, so this one stays.',
  standing_unknown: "Slack can't say who may act.",
  undo_too_late: 'It is too late to undo that; the opposite operation still does it.',
  id_taken: 'That id is taken; choose another one.',
  api_not_found: 'There is no such API: apis/list shows them.',
  api_path_taken: 'Another API has that path.',
  product_not_found: 'There is no such product: products/list shows them.',
  product_unavailable: 'That product can not be subscribed to now.',
  catalog_changed: 'Somebody changed it meanwhile; look at it again.',
  has_subscriptions: 'There are subscriptions to it; say that they go with it, or move them first.',
  subscription_not_found: 'There is no such subscription: subscriptions/list shows them.',
  subscription_changed: 'The subscription changed meanwhile; look at it again.',
  subscription_state_unfitting: "That doesn't fit the state that the subscription is in.",
  subscriptions_limit: 'The account has as many subscriptions to that product as it may have.',
  key_taken: 'That key is in use already.',
  terms_not_agreed: 'The terms have to be agreed to.',
  limit_reached: 'That is more than is allowed.',
  try_again: 'That did not work this time; try again in a moment.',
};

/** What happened, what stands in the way, and that nothing was done. */
export function refusalWords({ code, detail }: DomainError): string {
  const { fields = {}, near = [], current, limit, count, id } = detail;
  return [
    `Refused (${code}): ${WORDS[code]}`,
    ...Object.entries(fields).map(([field, words]) => `  ${field}: ${words}`),
    ...near.map((one) => `  near: ${one.label} ${one.id}`),
    ...(current?.state ? [`  it is ${current.state}${current.by ? `, by ${current.by}` : ''}`] : []),
    ...(count ? [`  there are ${count}`] : []),
    ...(limit ? [`  the limit is ${limit}`] : []),
    ...(id ? [`  id: ${id}`] : []),
    'Nothing was changed.',
  ]
    .map(harmless)
    .join('\n');
}

/** A name may hold what a terminal obeys; it is shown as a question mark. */
export const harmless = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');

/** JSON leaves some of it as it is. */
export const harmlessJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Anything that an operation answers, as lines: `name: value`, what is inside indented. */
export function plainWords(value: unknown, indent = ''): string {
  if (!isNested(value)) return `${indent}${leafWords(value)}\n`;
  if (Array.isArray(value))
    return value.map((one) => `${plainWords(one, indent)}${isNested(one) ? '\n' : ''}`).join('');
  return Object.entries(value)
    .filter(([, one]) => one !== null && one !== undefined && one !== '')
    .map(([name, one]) =>
      isNested(one)
        ? `${indent}${harmless(name)}:\n${plainWords(one, `${indent}  `)}`
        : `${indent}${harmless(name)}: ${leafWords(one)}\n`,
    )
    .join('');
}

const isNested = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Date) &&
  (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0);

function leafWords(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return 'none';
  return harmless(String(value));
}
