// What HTTP itself refuses, before any rule of ours is asked.

export type RefusalCode = keyof typeof REFUSALS;

const REFUSALS = {
  bad_request: { status: 400, words: 'The request could not be read.' },
  cross_site: { status: 403, words: 'This can only be sent from our own page.' },
  not_found: { status: 404, words: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, words: 'This address does not take such a request.' },
  body_too_large: { status: 413, words: 'The request is too large.' },
  address_too_long: { status: 414, words: 'The address is too long.' },
  unsupported_content_type: { status: 415, words: 'This kind of content is not taken here.' },
  too_many_requests: { status: 429, words: 'Too many requests. Please wait a little and try again.' },
  too_many_headers: { status: 431, words: 'The request has too many headers.' },
  fault: { status: 500, words: 'Something went wrong on our side.' },
  unavailable: { status: 503, words: 'We cannot do this right now. Please try again in a minute.' },
} as const;

/** A request that is refused for its form, its origin or its number. Carries a code; the words are fixed ones. */
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

/** The status and the words for a refusal; words never hold anything of the request. */
export function refusalAnswer(code: RefusalCode): {
  status: (typeof REFUSALS)[RefusalCode]['status'];
  words: string;
} {
  return REFUSALS[code];
}
