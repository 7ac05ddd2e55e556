// Every refusal as Azure says it: a status, a code, and words that name what is wrong.
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { DomainError, DomainErrorCode } from '../domain/domain-error.ts';
import { type HttpRefusal, type RefusalCode, refusalAnswer } from '../web/refusal.ts';

export type ErrorDetail = { code: string; target: string; message: string };

export class ManagementError extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly details: ErrorDetail[] | null;
  readonly headers: Record<string, string>;

  constructor(
    status: ContentfulStatusCode,
    code: string,
    words: string,
    more: { details?: ErrorDetail[]; headers?: Record<string, string> } = {},
  ) {
    super(words);
    this.name = 'ManagementError';
    this.status = status;
    this.code = code;
    this.details = more.details ?? null;
    this.headers = more.headers ?? {};
  }

  body() {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

const VALIDATION = 'ValidationError';

export function validationError(fields: Record<string, string>): ManagementError {
  const details = Object.entries(fields).map(([target, message]) => ({ code: VALIDATION, target, message }));
  const said = details
    .map(({ target, message }) => `${target} ${message}`)
    .join('; ')
    .replace(/\.?$/, '.');
  return new ManagementError(400, VALIDATION, `One or more fields contain incorrect values: ${said}`, {
    details,
  });
}

type Said = { status: ContentfulStatusCode; code: string; words: string; target?: string };

const notFound = (what: string): Said => ({
  status: 404,
  code: 'ResourceNotFound',
  words: `${what} not found.`,
});
const invalid = (target: string, words: string): Said => ({ status: 400, code: VALIDATION, words, target });
const conflict = (words: string): Said => ({ status: 409, code: 'Conflict', words });
const CHANGED: Said = {
  status: 412,
  code: 'PreconditionFailed',
  words: 'The resource has changed since this ETag; nothing was done. Read it again.',
};
const NOT_HERE = conflict('This cannot be done by this API.');

const SAID: Record<DomainErrorCode, Said> = {
  not_permitted: {
    status: 403,
    code: 'AuthorizationFailed',
    words: 'This token may not do this. Its role, its grants and the role of its owner decide.',
  },
  invalid_input: invalid('', 'One or more fields contain incorrect values.'),
  email_invalid: invalid('email', 'is not an e-mail address that can be used'),
  email_taken: invalid('email', 'is already the address of another user'),
  email_invited: invalid('email', 'is already invited'),
  password_unacceptable: invalid('password', 'cannot be used'),
  password_must_change: NOT_HERE,
  password_wrong: NOT_HERE,
  session_not_found: NOT_HERE,
  sign_in_refused: NOT_HERE,
  sign_up_off: NOT_HERE,
  account_not_found: notFound('User'),
  account_ambiguous: conflict('Several users come near that.'),
  account_changed: CHANGED,
  account_state_unfitting: conflict('That does not fit the state that the user is in.'),
  account_erased: notFound('User'),
  undo_too_late: NOT_HERE,
  ticket_refused: NOT_HERE,
  invitation_not_found: notFound('Invitation'),
  invitation_not_open: NOT_HERE,
  group_not_found: notFound('Group'),
  group_name_taken: invalid('displayName', 'is already the name of another group'),
  group_built_in: {
    status: 405,
    code: 'MethodNotAllowed',
    words: 'The built-in groups, and who is in them, are managed by the system.',
  },
  template_not_found: notFound('Template'),
  template_invalid: invalid('body', 'cannot be used'),
  template_changed: CHANGED,
  workspace_not_bound: NOT_HERE,
  token_not_found: notFound('Token'),
  approval_not_found: notFound('Operation'),
  approval_ended: NOT_HERE,
  approval_own: NOT_HERE,
  approval_about_oneself: NOT_HERE,
  no_second_operator: conflict(
    'This needs a second operator, and there is none who could decide, so nothing was asked for.',
  ),
  requests_off: NOT_HERE,
  import_not_found: NOT_HERE,
  import_begun: NOT_HERE,
  operator_unfitting: NOT_HERE,
  operator_last_admin: NOT_HERE,
  standing_unknown: { status: 503, code: 'ServiceUnavailable', words: 'Please try again in a minute.' },
  id_taken: conflict('This id belongs to another resource, or to one that was deleted; choose another.'),
  api_not_found: notFound('API'),
  api_path_taken: invalid('path', 'is already the path of another API'),
  product_not_found: notFound('Product'),
  product_unavailable: conflict('This product takes no subscription.'),
  catalog_changed: CHANGED,
  has_subscriptions: invalid(
    'deleteSubscriptions',
    'must be true, because there are existing subscriptions; nothing was deleted',
  ),
  subscription_not_found: notFound('Subscription'),
  subscription_changed: CHANGED,
  subscription_state_unfitting: conflict('That does not fit the state that the subscription is in.'),
  subscriptions_limit: invalid('scope', 'Subscriptions limit reached for same user'),
  key_taken: invalid('primaryKey', 'or secondaryKey is a key of another subscription'),
  terms_not_agreed: NOT_HERE,
  limit_reached: invalid('', 'is more than is allowed'),
  try_again: {
    status: 503,
    code: 'ServiceUnavailable',
    words: 'That did not work this time; please try again.',
  },
};

/** What operations call a field, and what Azure does. */
const TARGETS: Readonly<Record<string, string>> = {
  accountId: 'userId',
  filter: '$filter',
  top: '$top',
  skip: '$skip',
  after: '$skiptoken',
  input: 'properties',
};

/** `names`: what a resource's properties are called, where the operation calls them otherwise. */
export function sayDomainError(
  error: DomainError,
  names: Readonly<Record<string, string>> = {},
): ManagementError {
  const { status, code, words, target } = SAID[error.code];
  const { fields, current, limit } = error.detail;
  if (code === VALIDATION) {
    const named = Object.entries(
      fields ?? { [target || 'properties']: limit ? `${words}: ${limit}` : words },
    );
    return validationError(
      Object.fromEntries(named.map(([field, said]) => [names[field] ?? TARGETS[field] ?? field, said])),
    );
  }
  const state = current?.state && status === 409 ? ` It is ${current.state}.` : '';
  const headers = status === 503 ? { 'retry-after': '5' } : {};
  return new ManagementError(status, code, `${words}${state}`, { headers });
}

const REFUSAL_CODES: Record<RefusalCode, string> = {
  bad_request: 'BadRequest',
  cross_site: 'Forbidden',
  not_found: 'ResourceNotFound',
  method_not_allowed: 'MethodNotAllowed',
  body_too_large: 'RequestEntityTooLarge',
  address_too_long: 'UriTooLong',
  unsupported_content_type: 'UnsupportedMediaType',
  too_many_requests: 'TooManyRequests',
  too_many_headers: 'RequestHeaderFieldsTooLarge',
  fault: 'InternalServerError',
  unavailable: 'ServiceUnavailable',
};

/** What HTTP itself refused, before or instead of any rule of ours. */
export function sayRefusal({ code, retryAfterSeconds }: HttpRefusal): ManagementError {
  const { status, words } = refusalAnswer(code);
  const headers = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
  return new ManagementError(status, REFUSAL_CODES[code], words, { headers });
}
