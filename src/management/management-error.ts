// Every refusal in Azure's form: a status, a code, and a message that names what is wrong.
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  type DomainError,
  type DomainErrorCode,
  inEnglish,
  plainWordsOf,
  type RefusalKind,
  refusalKindOf,
} from '../domain/domain-error.ts';
import { describeRefusal, type HttpRefusal, type RefusalCode } from '../web/refusal.ts';

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
    more: {
      details?: ErrorDetail[];
      headers?: Record<string, string>;
      /** The refusal that it puts into words of its own, for the audit. */
      cause?: DomainError;
    } = {},
  ) {
    super(words, { cause: more.cause });
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
  const details = Object.entries(fields).map(([target, fault]) => ({
    code: VALIDATION,
    target,
    message: fault.replace(/^(?=at (most|least) [\d,]+ )/, 'must have '),
  }));
  const faults = details
    // A fault that is a sentence of its own follows a colon.
    .map(({ target, message }) => `${target}${/^([A-Z]|there )/.test(message) ? ':' : ''} ${message}`)
    .map((fault) => fault.replace(/\.$/, ''))
    .join('; ');
  return new ManagementError(400, VALIDATION, `One or more fields contain incorrect values: ${faults}.`, {
    details,
  });
}

type AzureError = { status: ContentfulStatusCode; code: string; words?: string };

/** For codes without a row of their own below. */
const ERRORS_BY_KIND: Record<RefusalKind, AzureError> = {
  forbidden: {
    status: 403,
    code: 'AuthorizationFailed',
    words: "This token isn't allowed to do this. Check its role, its grants and its owner's role.",
  },
  invalid: { status: 400, code: VALIDATION },
  missing: { status: 404, code: 'ResourceNotFound' },
  stale: {
    status: 412,
    code: 'PreconditionFailed',
    words: 'The resource has changed since this ETag. Nothing changed. Read it again.',
  },
  conflict: { status: 409, code: 'Conflict' },
  unavailable: { status: 503, code: 'ServiceUnavailable' },
};

type ErrorOverride = Partial<AzureError> & {
  /** The field of the request that is invalid. */
  target?: string;
};

const notFound = (what: string): ErrorOverride => ({ words: `${what} not found.` });

/** Codes whose status or message differs from that of their kind. */
const ERROR_OVERRIDES: Partial<Record<DomainErrorCode, ErrorOverride>> = {
  invalid_input: { words: 'One or more fields contain incorrect values.' },
  email_invalid: { target: 'email', words: 'is not a valid email' },
  email_taken: { target: 'email', words: 'already belongs to another user' },
  email_invited: { target: 'email', words: 'already has an open invitation' },
  password_unacceptable: { target: 'password', words: 'cannot be used' },
  account_not_found: notFound('User'),
  account_ambiguous: { words: 'More than one user matches.' },
  account_state_unfitting: { words: "The user's state doesn't allow this." },
  account_erased: notFound('User'),
  invitation_not_found: notFound('Invitation'),
  group_not_found: notFound('Group'),
  group_name_taken: { target: 'displayName', words: 'already belongs to another group' },
  group_built_in: {
    status: 405,
    code: 'MethodNotAllowed',
    // APIOps passes over the first words.
    words:
      'System entity cannot be deleted or changed: the system manages built-in groups and their members.',
  },
  template_not_found: notFound('Template'),
  template_invalid: { target: 'body', words: 'cannot be used' },
  token_not_found: notFound('Token'),
  approval_not_found: notFound('Operation'),
  standing_unknown: { words: "Slack couldn't confirm who owns this token. Try again in a minute." },
  standing_unconfirmed: {
    words:
      "Slack hasn't confirmed that this token's owner is still a full member. Nothing changed. Try again in a minute.",
  },
  id_taken: { words: 'This id belongs to another resource: ids are compared without case. Choose another.' },
  api_not_found: notFound('API'),
  api_path_taken: { target: 'path', words: 'already belongs to another API' },
  product_not_found: notFound('Product'),
  product_unavailable: { words: "This product doesn't accept subscriptions." },
  has_subscriptions: {
    target: 'deleteSubscriptions',
    words:
      'must be true, because there are subscriptions: add deleteSubscriptions=true to the URL to delete them too; nothing was deleted',
  },
  subscription_not_found: notFound('Subscription'),
  subscription_state_unfitting: { words: "The subscription's state doesn't allow this." },
  subscriptions_limit: { target: 'scope', words: 'Subscriptions limit reached for same user' },
  key_taken: { target: 'primaryKey', words: 'or secondaryKey already belongs to another subscription' },
  limit_reached: { words: 'exceeds the limit' },
  try_again: { words: "That didn't work this time. Try again in a moment." },
};

/** Azure's names of fields of the operations. */
const AZURE_FIELDS: Readonly<Record<string, string>> = {
  accountId: 'userId',
  filter: '$filter',
  limit: '$top',
  skip: '$skip',
  input: 'properties',
};

/** Where a page begins is the server's own writing, so no part of it is named. */
export const FOREIGN_SKIPTOKEN = [
  '$skiptoken',
  'was not made by this service; start the list again',
] as const;

/** `filter` of `filter.parts.0.value`. */
const topOf = (field: string): string => field.split('.')[0] ?? field;

/** `names` maps the operation's names of a resource's properties to Azure's, where they differ. */
export function domainErrorAsAzure(
  error: DomainError,
  names: Readonly<Record<string, string>> = {},
): ManagementError {
  const {
    status,
    code,
    target,
    words = plainWordsOf(error.code),
  }: AzureError & ErrorOverride = {
    ...ERRORS_BY_KIND[refusalKindOf(error.code)],
    ...ERROR_OVERRIDES[error.code],
  };
  const { fields, current, limit, needs } = error.detail;
  if (code === VALIDATION) {
    const named = Object.entries(
      fields ? inEnglish(fields) : { [target || 'properties']: limit ? `${words}: ${limit}` : words },
    );
    return validationError(
      Object.fromEntries(
        named.map(([field, fault]) =>
          field === 'after' || field.startsWith('after.')
            ? FOREIGN_SKIPTOKEN
            : [names[field] ?? AZURE_FIELDS[topOf(field)] ?? field, `${fault}${hintOf(field, fault)}`],
        ),
      ),
    );
  }
  const state = current?.state && status === 409 ? ` It is ${current.state}.` : '';
  const headers = status === 503 ? { 'retry-after': '5' } : {};
  if (needs)
    return new ManagementError(status, code, `This token isn't allowed to do this: it needs ${needs}.`);
  return new ManagementError(status, code, `${words}${state}`, { headers });
}

const hintOf = (field: string, words: string): string =>
  field === 'skip' && words.endsWith('at most') ? '; follow nextLink to go further' : '';

const REFUSAL_CODES: Record<RefusalCode, string> = {
  bad_request: 'BadRequest',
  cross_site: 'Forbidden',
  not_found: 'ResourceNotFound',
  method_not_allowed: 'MethodNotAllowed',
  overtaken: 'Conflict',
  body_too_large: 'RequestEntityTooLarge',
  address_too_long: 'UriTooLong',
  unsupported_content_type: 'UnsupportedMediaType',
  too_many_requests: 'TooManyRequests',
  too_many_headers: 'RequestHeaderFieldsTooLarge',
  fault: 'InternalServerError',
  unavailable: 'ServiceUnavailable',
};

/** What a program can do, where a page's words don't say it. */
const REFUSAL_WORDS: Partial<Record<RefusalCode, string>> = {
  not_found: "Nothing found at this URL. Check the path behind the service's name.",
  unsupported_content_type: 'The body must be JSON. Send it with the header Content-Type: application/json.',
};

export function refusalAsAzure(refusal: HttpRefusal): ManagementError {
  const { status, message, headers } = describeRefusal(refusal);
  const words = REFUSAL_WORDS[refusal.code] ?? message;
  return new ManagementError(status, REFUSAL_CODES[refusal.code], words, { headers });
}
