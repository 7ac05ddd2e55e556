// What HTTP itself refuses, before an operation runs.
import { databaseOutageIn } from '../domain/database-outage.ts';
import { DomainError, type RefusalKind, refusalKindOf } from '../domain/domain-error.ts';
import type { Log } from '../log.ts';
import type { WebContext } from './request-facts.ts';

const REFUSALS = {
  bad_request: { status: 400, message: "The request couldn't be read." },
  cross_site: {
    status: 403,
    message: 'This form only works on our own page. Open the page again, and send it from there.',
  },
  not_found: { status: 404, message: 'Nothing found at this URL.' },
  method_not_allowed: { status: 405, message: "This URL doesn't accept this kind of request." },
  overtaken: { status: 409, message: 'Something changed in the meantime. Go back and look at it again.' },
  body_too_large: { status: 413, message: 'The request is too large.' },
  address_too_long: { status: 414, message: 'The URL is too long.' },
  unsupported_content_type: { status: 415, message: "This kind of content isn't accepted here." },
  too_many_requests: { status: 429, message: 'Too many requests. Wait a little, then try again.' },
  too_many_headers: { status: 431, message: 'The request has too many headers.' },
  fault: { status: 500, message: 'Something went wrong on our side.' },
  unavailable: { status: 503, message: "We can't do this right now. Try again in a minute." },
} as const;

export type RefusalCode = keyof typeof REFUSALS;
export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[];

/** Refuses a request for its form, its origin or too many of them. The answer depends on the code alone. */
export class HttpRefusal extends Error {
  readonly code: RefusalCode;
  readonly retryAfterSeconds: number | null;

  constructor(code: RefusalCode, retryAfterSeconds: number | null = null) {
    super(code);
    this.name = 'HttpRefusal';
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** How a surface answers a refusal. `reference` is the request's id, which the log has too. */
export type RefusalResponder = (refusal: HttpRefusal, reference: string, c?: WebContext) => Response;

const OUTAGE_RETRY_SECONDS = 10;

/** A refusal that no page foresaw: what the page showed has changed since. */
const BY_KIND: Record<RefusalKind, RefusalCode> = {
  missing: 'not_found',
  forbidden: 'overtaken',
  invalid: 'overtaken',
  stale: 'overtaken',
  conflict: 'overtaken',
  unavailable: 'unavailable',
};

/**
 * Returns a refusal as it is, and that of an operation by its kind. Logs any other error with the request's id, and
 * returns `unavailable` while the database is away, read-only or full, else `fault`.
 */
export function asRefusal(log: Log, error: unknown, facts: { id: string; route: string }): HttpRefusal {
  if (error instanceof HttpRefusal) return error;
  if (error instanceof DomainError) {
    log.warn({ code: error.code, reference: facts.id, route: facts.route }, 'refused');
    return new HttpRefusal(BY_KIND[refusalKindOf(error.code)], null);
  }
  log.error({ err: error, reference: facts.id, route: facts.route }, 'fault');
  return databaseOutageIn(error)
    ? new HttpRefusal('unavailable', OUTAGE_RETRY_SECONDS)
    : new HttpRefusal('fault');
}

/** The status, the headers and the message of a refusal. A message holds nothing of the request. */
export function describeRefusal({ code, retryAfterSeconds }: HttpRefusal) {
  const headers: Record<string, string> =
    retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { ...REFUSALS[code], headers };
}

export function refusalAsJson(refusal: HttpRefusal, reference: string): Response {
  const { status, message, headers } = describeRefusal(refusal);
  return Response.json({ error: refusal.code, message, reference }, { status, headers });
}
