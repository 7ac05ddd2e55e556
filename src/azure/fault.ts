// What can go wrong in front of Azure, without the request, its token or the SDK's error.
import type { PipelineResponse, RestError } from '@azure/core-rest-pipeline';

/**
 * `unreachable`: no answer came. `throttled`: too many requests. `changed`: another change was there first; read it again.
 * `missing`: what the request refers to isn't there. `refused`: Azure doesn't take our data. `forbidden`: the credential
 * may not do this. `credential`: there is none. `failed`: an error of Azure's own. Of a write that is `unreachable` or
 * `failed` nobody knows whether it took effect.
 */
export type AzureFaultCode =
  | 'unreachable'
  | 'throttled'
  | 'changed'
  | 'missing'
  | 'refused'
  | 'forbidden'
  | 'credential'
  | 'failed';

const MAX_WORDS_LENGTH = 300;

type FaultDetail = { words?: string; answer?: string; retryAfterMs?: number | null };

export class AzureFault extends Error {
  readonly code: AzureFaultCode;
  /** For a person. May hold personal data, as Azure's messages quote what they refuse. */
  readonly words: string;
  /** Status and code of Azure's answer, such as `403 AuthorizationFailed`; empty when there was none. */
  readonly answer: string;
  readonly retryAfterMs: number | null;

  constructor(code: AzureFaultCode, { words = '', answer = '', retryAfterMs = null }: FaultDetail = {}) {
    // No words, so that a logged message holds no personal data.
    super(`Azure API Management: ${[code, answer].filter(Boolean).join(', ')}`);
    this.name = 'AzureFault';
    this.code = code;
    this.words = words.slice(0, MAX_WORDS_LENGTH);
    this.answer = answer;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Runs calls of the SDK, and throws an `AzureFault` for its errors and for those of a credential. */
export async function withFaults<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw faultOf(error) ?? error;
  }
}

/** Null for an error of our own. */
function faultOf(error: unknown): AzureFault | null {
  if (!(error instanceof Error) || error instanceof AzureFault) return null;
  if (error.name === 'RestError') return answeredFault(error as RestError);
  if (error.name === 'AbortError') return new AzureFault('unreachable', { words: 'No answer came in time.' });
  if (/^(CredentialUnavailable|Authentication|AggregateAuthentication)/.test(error.name))
    return new AzureFault('credential', {
      words:
        'No credential of Azure works here: sign in with the Azure CLI, or give this machine an identity.',
    });
  return ruleFault(error.message);
}

/** The SDK checks some rules before it sends, and quotes the value. */
function ruleFault(message: string): AzureFault | null {
  const [, field, rule, limit] =
    /^"([^"]*)" with value .* should satisfy the constraint "(\w+)": (.*?)\.?$/s.exec(message) ?? [];
  return field === undefined ? null : new AzureFault('refused', { words: `${field}: ${rule} ${limit}` });
}

type ErrorBody = {
  error?: { message?: string; details?: { target?: string; message?: string }[] | null };
};

function answeredFault({ statusCode, code, message, details, response }: RestError): AzureFault {
  if (response === undefined || statusCode === undefined)
    return new AzureFault('unreachable', { words: 'Azure could not be reached.', answer: code ?? '' });
  const { error } = (details ?? {}) as ErrorBody;
  const words = [
    error?.message ?? message,
    ...(error?.details ?? []).map((one) => [one.target, one.message].filter(Boolean).join(': ')),
  ].join(' ');
  return new AzureFault(codeOf(statusCode, words), {
    words,
    answer: [statusCode, code].filter((part) => part !== undefined).join(' '),
    retryAfterMs: retryAfterMs(response),
  });
}

/** Azure refuses a reference to what isn't there as it refuses any other value, and what is taken as it does a race. */
const IS_MISSING = /not found|(do(es)? not|doesn't|don't) exist|no such|could ?n[o']t be found/i;
const IS_TAKEN = /already (exists?|in use|taken|used|registered)|must be unique|is taken/i;

/** The service itself, its resource group or its subscription, and not a thing in it. */
const IS_SERVICE = /Microsoft\.ApiManagement\/service|resource group|subscription '/i;

/** An error of the SDK: what was asked for isn't there, in a service that is. */
export function isMissing(error: unknown): boolean {
  const { statusCode, code = '', message = '' } = error as Partial<RestError>;
  return statusCode === 404 && !IS_SERVICE.test(`${code} ${message}`);
}

function codeOf(status: number, words: string): AzureFaultCode {
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404) return IS_SERVICE.test(words) ? 'failed' : 'missing';
  if (status === 412) return 'changed';
  if (status === 409) return IS_TAKEN.test(words) ? 'refused' : 'changed';
  if (status === 429) return 'throttled';
  if (status >= 500 || status === 408) return 'failed';
  return IS_MISSING.test(words) ? 'missing' : 'refused';
}

/** How long Azure asks to wait. Null when it doesn't say, or says it as a date. */
export function retryAfterMs({ headers }: Pick<PipelineResponse, 'headers'>): number | null {
  const inMs = headers.get('retry-after-ms') ?? headers.get('x-ms-retry-after-ms');
  const ms = inMs ? Number(inMs) : Number(headers.get('retry-after') ?? 'none') * 1_000;
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
