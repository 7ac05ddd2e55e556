// Every refusal in words: what happened, why, and what to do next.
import type { DomainError, DomainErrorCode } from '../domain/domain-error.ts';
import { dateWords, escapeText } from './present/text.ts';

const WORDS: Record<DomainErrorCode, (error: DomainError) => string> = {
  not_permitted: () => 'You may not do this. `/apim-user help` says who may, and whom to ask.',
  invalid_input: (error) => `Something is missing or too long: ${fieldsOf(error)}`,
  email_invalid: () => "That doesn't look like an e-mail address. Write it like `ann@example.com`.",
  email_taken: (error) =>
    `There is already an account with this address${error.detail.current?.state ? `; it is *${error.detail.current.state}*` : ''}. See it with \`/apim-user show\`.`,
  email_invited: (error) =>
    `This address is already invited${error.detail.current?.by ? `, by ${escapeText(error.detail.current.by)}` : ''}. See \`/apim-user invites\` to resend or revoke.`,
  password_unacceptable: (error) => `That password can't be used. ${fieldsOf(error)}`,
  account_not_found: (error) =>
    `No account is called that. ${nearOf(error) || 'Name it by e-mail or id; `/apim-user list` shows them.'}`,
  account_ambiguous: (error) =>
    `Several accounts come near that; name one by its e-mail or id. ${nearOf(error)}`,
  account_changed: (error) =>
    `The account has changed since this was drawn: it is ${currentOf(error)}. Nothing was done; look again with \`/apim-user show\`.`,
  account_state_unfitting: (error) =>
    `That doesn't fit now: the account is ${currentOf(error)}. Nothing was changed.`,
  account_erased: () =>
    'This account was deleted and its data erased. It cannot come back; invite the person anew.',
  ticket_refused: () => 'That link no longer works.',
  invitation_not_found: () => 'There is no such invitation. `/apim-user invites` shows the open ones.',
  invitation_not_open: (error) =>
    `That invitation is not open any more${error.detail.current?.state ? `: it is *${error.detail.current.state}*` : ''}. See \`/apim-user invites all\`.`,
  group_not_found: () => 'There is no such group. `/apim-user groups` shows them.',
  group_name_taken: () => 'A group of that name exists already. Choose another name.',
  group_built_in: () =>
    "The built-in groups can't be changed or chosen; Developers holds every account by itself.",
  template_not_found: () => 'There is no such mail. `/apim-user templates` shows them.',
  template_invalid: (error) => `That text can't be used: ${fieldsOf(error)}`,
  template_changed: (error) =>
    `${escapeText(error.detail.current?.by ?? 'Somebody')} saved this mail meanwhile. Open it again to see their text.`,
  workspace_not_bound: () => 'This workspace is not bound to a service.',
  limit_reached: (error) => `That is more than is allowed: ${error.detail.limit ?? 'too many'}.`,
  try_again: () => 'That did not work this time. Please try again in a moment.',
};

export function errorWords(error: DomainError): string {
  return WORDS[error.code](error);
}

function fieldsOf(error: DomainError): string {
  return Object.entries(error.detail.fields ?? {})
    .map(([field, words]) => `*${escapeText(field)}* ${escapeText(words)}`)
    .join('; ');
}

function nearOf(error: DomainError): string {
  const near = error.detail.near ?? [];
  return near.length ? `Near were: ${near.map((one) => escapeText(one.label)).join(', ')}.` : '';
}

function currentOf(error: DomainError): string {
  const { state = 'in another state', by, at } = error.detail.current ?? {};
  return `*${state}*${by ? ` (${escapeText(by)}${at ? `, ${dateWords(at)}` : ''})` : ''}`;
}
