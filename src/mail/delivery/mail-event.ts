// Reads the events of Resend's signed webhook, such as a bounce.
import { Resend } from 'resend';

export type MailEvent = {
  kind: 'delivered' | 'bounced' | 'complained' | 'other';
  /** Resend's id of the mail. Empty when the event is not about a mail. */
  providerId: string;
  at: Date;
};

/** A suppressed mail counts as bounced because an earlier one bounced, a failed mail because it never left. */
const KINDS: Readonly<Record<string, MailEvent['kind']>> = {
  'email.delivered': 'delivered',
  'email.bounced': 'bounced',
  'email.suppressed': 'bounced',
  'email.failed': 'bounced',
  'email.complained': 'complained',
};

export type EventHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Reads an event after the SDK has verified its signature and time (±5 minutes). `headers` have lower-case names.
 * Errors: an `Error` without any of the input, when it isn't a genuine event.
 */
export function verifyMailEvent(
  options: { apiKey: string; webhookSecret: string },
  rawBody: string | Uint8Array,
  headers: EventHeaders,
): MailEvent {
  const event = readEvent(verifySignature(options, rawBody, headers));
  if (!event) throw new Error('mail event refused');
  return event;
}

function verifySignature(
  { apiKey, webhookSecret }: { apiKey: string; webhookSecret: string },
  rawBody: string | Uint8Array,
  headers: EventHeaders,
): unknown {
  try {
    return new Resend(apiKey).webhooks.verify({
      payload: typeof rawBody === 'string' ? rawBody : Buffer.from(rawBody).toString('utf8'),
      headers: {
        id: headerOf(headers, 'id'),
        timestamp: headerOf(headers, 'timestamp'),
        signature: headerOf(headers, 'signature'),
      },
      webhookSecret,
    });
  } catch {
    return null;
  }
}

/** Resend sends Svix's header names. The Standard Webhooks names differ in the prefix only. */
function headerOf(headers: EventHeaders, name: string): string {
  const value = headers[`svix-${name}`] ?? headers[`webhook-${name}`];
  return typeof value === 'string' ? value : '';
}

function readEvent(event: unknown): MailEvent | null {
  if (!isRecord(event) || typeof event.type !== 'string' || typeof event.created_at !== 'string') return null;
  const at = new Date(event.created_at);
  if (Number.isNaN(at.getTime())) return null;
  const id = isRecord(event.data) ? event.data.email_id : undefined;
  const providerId = typeof id === 'string' ? id : '';
  const kind = Object.hasOwn(KINDS, event.type) ? KINDS[event.type] : undefined;
  return { kind: kind && providerId !== '' ? kind : 'other', providerId, at };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
