// Sends mail through Resend's SDK. An outcome holds a code of ours or of Resend's list, never Resend's message: it may
// quote an email address.
import { type ErrorResponse, Resend } from 'resend';

type OutgoingMail = {
  /** The mail's row; its idempotency key is `outbox/<id>`. */
  id: string;
  from: string;
  to: string;
  replyTo: string;
  subject: string;
  html: string;
  text: string;
  headers?: Record<string, string>;
};

type SendOutcome =
  | { kind: 'accepted'; providerId: string }
  /**
   * Resend didn't answer, asked to try later, or refused our settings. It may have accepted the mail, so the next attempt
   * must have the same key and body.
   */
  | { kind: 'retry'; code: string; retryAfterSeconds?: number }
  /** Another attempt would get the same answer. */
  | { kind: 'rejected'; code: string };

export type MailDelivery = { send(mail: OutgoingMail): Promise<SendOutcome> };

const MAIL_TIMEOUT_MS = 10_000;
/** The retry schedule decides about longer waits. */
const MAX_RETRY_AFTER_SECONDS = 3_600;

const KNOWN_CODES: ReadonlySet<string> = new Set<ErrorResponse['name']>([
  'application_error',
  'concurrent_idempotent_requests',
  'daily_quota_exceeded',
  'internal_server_error',
  'invalid_access',
  'invalid_api_key',
  'invalid_attachment',
  'invalid_from_address',
  'invalid_idempotency_key',
  'invalid_idempotent_request',
  'invalid_parameter',
  'invalid_region',
  'method_not_allowed',
  'missing_api_key',
  'missing_required_field',
  'monthly_quota_exceeded',
  'not_found',
  'rate_limit_exceeded',
  'restricted_api_key',
  'security_error',
  'validation_error',
]);

/** Refusals of our key or sender. Resend accepts the same mail once an operator corrects the settings. */
const SETTINGS_CODES = ['invalid_api_key', 'invalid_from_address', 'missing_api_key', 'restricted_api_key'];
/** Our code for a 403, which Resend names `validation_error`, like a faulty mail. */
const DOMAIN_REFUSED = 'domain_refused';

/** Resend's rate and quotas come before the mail itself. */
const LIMIT_CODES = ['daily_quota_exceeded', 'http_429', 'monthly_quota_exceeded', 'rate_limit_exceeded'];

const isSettingsRefusal = (code: string): boolean => code === DOMAIN_REFUSED || SETTINGS_CODES.includes(code);

/** Whether Resend certainly did not accept the mail. After a timeout or a fault of its own it may have. */
export const isCertainRefusal = (code: string): boolean =>
  isSettingsRefusal(code) || LIMIT_CODES.includes(code);

/** Resend means "try later" by these, even with a status that doesn't say so. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'application_error',
  'concurrent_idempotent_requests',
  'daily_quota_exceeded',
  'internal_server_error',
  'monthly_quota_exceeded',
  'rate_limit_exceeded',
]);

export function createResendDelivery(options: {
  apiKey: string;
  baseUrl: string;
  timeoutMs?: number;
}): MailDelivery {
  const resend = openResend(options.apiKey, options.baseUrl);
  const timeoutMs = options.timeoutMs ?? MAIL_TIMEOUT_MS;
  return {
    async send({ id, ...mail }) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await resend.emails.send(mail, { idempotencyKey: `outbox/${id}`, signal });
        if (answer.data) return readAcceptance(answer.data);
        return readRefusal(answer.error, answer.headers, signal);
      } catch {
        return { kind: 'retry', code: signal.aborted ? 'timeout' : 'no_answer' };
      }
    },
  };
}

/** Sets the address and the debug flag, which the SDK would otherwise read from the environment. */
export function openResend(apiKey: string, baseUrl: string): Resend {
  const resend = new Resend(apiKey, { baseUrl: baseUrl.replace(/\/+$/, '') });
  // The SDK's debug output prints errors, and those quote email addresses.
  Reflect.set(resend, 'debug', false);
  return resend;
}

function readAcceptance(data: { id?: unknown }): SendOutcome {
  if (typeof data.id !== 'string' || data.id === '') return { kind: 'retry', code: 'unreadable_answer' };
  return { kind: 'accepted', providerId: data.id };
}

type Refusal = { name?: unknown; statusCode?: unknown } | null;

function readRefusal(
  error: Refusal,
  headers: Readonly<Record<string, string>> | null,
  signal: AbortSignal,
): SendOutcome {
  const status = typeof error?.statusCode === 'number' ? error.statusCode : null;
  // Without headers there was no answer at all.
  if (status === null && headers === null)
    return { kind: 'retry', code: signal.aborted ? 'timeout' : 'no_answer' };
  const code = readCode(error?.name, status);
  // An answer with neither a status nor a known code comes from a proxy: it says nothing about the mail.
  const isFinal =
    !PASSING_CODES.has(code) &&
    !isSettingsRefusal(code) &&
    !isPassing(status) &&
    (status !== null || KNOWN_CODES.has(code));
  if (isFinal) return { kind: 'rejected', code };
  const seconds = readRetryAfter(headers?.['retry-after']);
  return { kind: 'retry', code, ...(seconds === null ? {} : { retryAfterSeconds: seconds }) };
}

function readCode(name: unknown, status: number | null): string {
  if (name === 'validation_error' && status === 403) return DOMAIN_REFUSED;
  if (typeof name === 'string' && KNOWN_CODES.has(name)) return name;
  return status === null ? 'unreadable_answer' : `http_${status}`;
}

function isPassing(status: number | null): boolean {
  return status !== null && (status === 408 || status === 425 || status === 429 || status >= 500);
}

function readRetryAfter(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,9}$/.test(header.trim())) return null;
  return Math.min(Number(header), MAX_RETRY_AFTER_SECONDS);
}
