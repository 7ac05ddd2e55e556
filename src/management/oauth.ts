// OAuth 2.0's forms: who asks for a token, and how it is refused one. Source: RFC 6749 2.3.1, 4.4, 5.2.
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { DomainError } from '../domain/domain-error.ts';
import type { Log } from '../log.ts';
import type { FormFields } from '../web/read-form.ts';
import { asRefusal, describeRefusal, type HttpRefusal, type RefusalCode } from '../web/refusal.ts';

/** Source: RFC 6749 5.1. */
export const UNCACHED = { 'cache-control': 'no-store', pragma: 'no-cache' };

export class OAuthError extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(
    status: ContentfulStatusCode,
    code: string,
    words: string,
    headers: Record<string, string> = {},
  ) {
    super(words);
    this.name = 'OAuthError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

type Client = { id: string; secret: string; isByHeader: boolean };

/** The client's id and secret, from the Basic header or the form. Errors: 400 for both, 401 for neither. */
export function readClient(header: string | undefined, form: FormFields): Client {
  const [id = '', secret = ''] = [form.get('client_id'), form.get('client_secret')];
  const basic = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1];
  if (basic === undefined) {
    const client = { id, secret, isByHeader: false };
    if (id && secret) return client;
    throw new OAuthError(401, 'invalid_client', 'Send client_id and client_secret.');
  }
  if (secret)
    throw new OAuthError(400, 'invalid_request', 'Send the secret once: in the header or the body.');
  const [name = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return { id: decoded(name), secret: decoded(rest.join(':')), isByHeader: true };
}

/** A text that isn't encoded well is wrong anyway. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

export const wrongClient = ({ isByHeader }: Client): OAuthError =>
  new OAuthError(
    401,
    'invalid_client',
    "The client id or secret is wrong, or its token was revoked or has expired. 'npm run token' prints both once: the secret is the token itself.",
    isByHeader ? { 'www-authenticate': 'Basic realm="token"' } : {},
  );

const CODES: Partial<Record<RefusalCode, string>> = {
  too_many_requests: 'temporarily_unavailable',
  unavailable: 'temporarily_unavailable',
  fault: 'server_error',
};

/** Any error as the answer of a token endpoint. Faults are logged by their reference alone. */
export function asOAuthError(error: unknown, log: Log, facts: { id: string; route: string }) {
  const { status, code, message, headers } =
    error instanceof OAuthError ? error : describe(error, log, facts);
  return { status, headers: { ...UNCACHED, ...headers }, body: { error: code, error_description: message } };
}

/** For requests that the server refuses before the app sees them: a form too large, an address too long. */
export function refusalInOAuthsForm(refusal: HttpRefusal): Response {
  const { status, code, message, headers } = ofServer(refusal);
  const body = { error: code, error_description: message };
  return Response.json(body, { status, headers: { ...UNCACHED, ...headers } });
}

function describe(error: unknown, log: Log, facts: { id: string; route: string }) {
  if (error instanceof DomainError && error.code === 'not_permitted')
    return new OAuthError(
      400,
      'unauthorized_client',
      "The token's owner has no role any more, so it has no rights.",
    );
  if (error instanceof DomainError && error.code === 'standing_unconfirmed')
    return new OAuthError(
      503,
      'temporarily_unavailable',
      "Slack hasn't confirmed that this token's owner is still a full member. Try again in a minute.",
      { 'retry-after': '5' },
    );
  return ofServer(asRefusal(log, error, facts));
}

function ofServer(refusal: HttpRefusal): OAuthError {
  const { status, message, headers } = describeRefusal(refusal);
  return new OAuthError(status, CODES[refusal.code] ?? 'invalid_request', message, headers);
}
