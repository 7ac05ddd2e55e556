// The mails that the local Resend accepted, with their states and idempotency keys.
import { createHash, randomUUID } from 'node:crypto';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type CheckedMail, checkMail } from '../checks/mails.ts';
import { createFaults } from '../faults.ts';
import type { Clock, Dict } from '../shapes.ts';

const KEY_LIFETIME_MS = 24 * 60 * 60_000;
const MAX_MAILS = 1_000;

export type MailState = 'sent' | 'delivered' | 'bounced' | 'complained';
export type Mail = CheckedMail & { id: string; at: string; idempotencyKey: string; state: MailState };
/** `mailId` null: a request with this key is still running. */
export type IdempotencyRow = { key: string; bodyHash: string; mailId: string | null; at: number };
export type ResendAnswer = { status: ContentfulStatusCode; body: Dict };
export type Inbox = ReturnType<typeof createInbox>;

export function createInbox(o: { clock: Clock; stored: { mails: Mail[]; keys: IdempotencyRow[] } }) {
  let mails: Mail[] = o.stored.mails;
  const keys = new Map(o.stored.keys.filter((row) => row.mailId !== null).map((row) => [row.key, row]));
  const listeners = new Set<() => void>();
  const acceptedListeners: ((mail: Mail) => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  function add(checked: CheckedMail, idempotencyKey: string): Mail {
    const at = o.clock().toISOString();
    const mail: Mail = { ...checked, id: randomUUID(), at, idempotencyKey, state: 'sent' };
    mails = [...mails.slice(1 - MAX_MAILS), mail];
    changed();
    for (const listener of acceptedListeners) listener(mail);
    return mail;
  }

  return {
    faults: createFaults(),
    accept: acceptMails(keys, o.clock, add),
    setState(mail: Mail, state: MailState): void {
      mail.state = state;
      changed();
    },
    mails: (): readonly Mail[] => mails,
    /** Mails to one address, oldest first. */
    to: (address: string): Mail[] =>
      mails.filter((mail) => mail.to.some((one) => addressOf(one) === address.toLowerCase())),
    keys: (): IdempotencyRow[] => [...keys.values()],
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onAccepted: (listener: (mail: Mail) => void): void => void acceptedListeners.push(listener),
    clear(): void {
      mails = [];
      changed();
    },
  };
}

/** `Ann Lee <ann@example.com>` → `ann@example.com` */
export const addressOf = (spelling: string): string =>
  (/<([^<>]+)>\s*$/.exec(spelling)?.[1] ?? spelling).trim().toLowerCase();

/**
 * Takes one mail as `POST /emails` does. `during` runs between taking the key and accepting the mail, so that tests
 * can hold a request open; a refused or failed request leaves its key free.
 */
const acceptMails =
  (keys: Map<string, IdempotencyRow>, clock: Clock, add: (mail: CheckedMail, key: string) => Mail) =>
  async (key: string | null, rawBody: string, during = async () => {}): Promise<ResendAnswer> => {
    if (key !== null && (key.length < 1 || key.length > 256))
      return refuse(400, 'invalid_idempotency_key', 'The idempotency key must be between 1-256 characters.');
    const bodyHash = createHash('sha256').update(rawBody).digest('hex');
    const earlier = key === null ? null : answerOf(keys.get(key), bodyHash, clock());
    if (earlier !== null) return earlier;
    const checked = checkMail(rawBody);
    if ('name' in checked) return refuse(checked.status, checked.name, checked.message);
    const row: IdempotencyRow = { key: key ?? '', bodyHash, mailId: null, at: clock().getTime() };
    if (key !== null) keys.set(key, row);
    try {
      await during();
    } catch (error) {
      if (key !== null) keys.delete(key);
      throw error;
    }
    const { id } = add(checked.mail, row.key);
    row.mailId = id;
    return { status: 200, body: { id } };
  };

/** The answer to an earlier request with this key, or Resend's refusal; null when the key is free. */
function answerOf(row: IdempotencyRow | undefined, bodyHash: string, now: Date): ResendAnswer | null {
  if (row === undefined || now.getTime() - row.at > KEY_LIFETIME_MS) return null;
  if (row.bodyHash !== bodyHash)
    return refuse(
      409,
      'invalid_idempotent_request',
      'This idempotency key has been used on a request with a different payload.',
    );
  if (row.mailId === null)
    return refuse(
      409,
      'concurrent_idempotent_requests',
      'Another request with the same idempotency key is still in progress.',
    );
  return { status: 200, body: { id: row.mailId } };
}

const refuse = (status: ContentfulStatusCode, name: string, message: string): ResendAnswer => ({
  status,
  body: { statusCode: status, message, name },
});
