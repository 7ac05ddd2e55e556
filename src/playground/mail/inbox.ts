// The mail side: what was accepted, under which idempotency key, and what became of it.
import { createHash, randomUUID } from 'node:crypto';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { checkMail } from '../checks/mails.ts';
import { createFaults } from '../faults.ts';
import { type Clock, type Dict, textOf } from '../shapes.ts';

const KEY_LIFETIME_MS = 24 * 60 * 60_000;
const MAX_MAILS = 1_000;

export type MailState = 'sent' | 'delivered' | 'bounced' | 'complained';
export type Mail = {
  id: string;
  at: string;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  idempotencyKey: string;
  state: MailState;
};
export type KeyRow = { key: string; bodyHash: string; mailId: string | null; at: number };
export type ResendAnswer = { status: ContentfulStatusCode; body: Dict };
export type Inbox = ReturnType<typeof createInbox>;

const refuse = (status: ContentfulStatusCode, name: string, message: string): ResendAnswer => ({
  status,
  body: { statusCode: status, message, name },
});

/** An earlier request with this key: its answer, or the refusal that Resend gives. Null when the key is free. */
function answerOf(row: KeyRow | undefined, bodyHash: string, now: Date): ResendAnswer | null {
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

export function createInbox(o: { clock: Clock; kept?: { mails: Mail[]; keys: KeyRow[] } }) {
  let mails: Mail[] = o.kept?.mails ?? [];
  const keys = new Map<string, KeyRow>(
    (o.kept?.keys ?? []).filter((row) => row.mailId !== null).map((row) => [row.key, row]),
  );
  const readers = new Set<(mail: Mail | null) => void>();
  const accepted: ((mail: Mail) => void)[] = [];
  const tell = (mail: Mail | null): void => {
    for (const reader of readers) reader(mail);
  };

  /**
   * Takes one mail as `POST /emails` does. `during` runs between taking the key and accepting the mail, so that tests
   * can hold a request open; a refused or failed request leaves its key free.
   */
  async function accept(
    key: string | null,
    rawBody: string,
    during: () => Promise<void> = async () => {},
  ): Promise<ResendAnswer> {
    if (key !== null && (key.length < 1 || key.length > 256))
      return refuse(400, 'invalid_idempotency_key', 'The idempotency key must be between 1-256 characters.');
    const bodyHash = createHash('sha256').update(rawBody).digest('hex');
    const earlier = key === null ? null : answerOf(keys.get(key), bodyHash, o.clock());
    if (earlier !== null) return earlier;
    const checked = checkMail(rawBody);
    if ('name' in checked) return refuse(checked.status, checked.name, checked.message);
    const row: KeyRow = { key: key ?? '', bodyHash, mailId: null, at: o.clock().getTime() };
    if (key !== null) keys.set(key, row);
    try {
      await during();
    } catch (error) {
      if (key !== null) keys.delete(key);
      throw error;
    }
    const mail: Mail = {
      ...checked.mail,
      id: randomUUID(),
      at: o.clock().toISOString(),
      idempotencyKey: key ?? '',
      state: 'sent',
    };
    row.mailId = mail.id;
    mails = [...mails.slice(-(MAX_MAILS - 1)), mail];
    tell(mail);
    for (const hear of accepted) hear(mail);
    return { status: 200, body: { id: mail.id } };
  }

  function setState(mail: Mail, state: MailState): void {
    mail.state = state;
    tell(mail);
  }

  return {
    faults: createFaults(),
    accept,
    setState,
    mails: (): readonly Mail[] => mails,
    find: (id: string): Mail | null => mails.find((mail) => mail.id === id) ?? null,
    /** Mails to one address, oldest first. */
    to: (address: string): Mail[] =>
      mails.filter((mail) => mail.to.some((one) => addressOf(one) === address.toLowerCase())),
    keys: (): KeyRow[] => [...keys.values()],
    onChange: (reader: (mail: Mail | null) => void): (() => void) => {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    onAccepted: (hear: (mail: Mail) => void): void => void accepted.push(hear),
    clear: (): void => {
      mails = [];
      tell(null);
    },
  };
}

/** `Ann Lee <ann@example.com>` → `ann@example.com` */
export const addressOf = (spelling: string): string =>
  (/<([^<>]+)>\s*$/.exec(spelling)?.[1] ?? spelling).trim().toLowerCase();

export function mailJson(mail: Mail): Dict {
  return {
    object: 'email',
    id: mail.id,
    to: mail.to,
    from: mail.from,
    created_at: mail.at,
    subject: mail.subject,
    html: textOf(mail.html) || null,
    text: textOf(mail.text) || null,
    cc: mail.cc,
    bcc: mail.bcc,
    reply_to: mail.replyTo,
    last_event: mail.state,
    scheduled_at: null,
  };
}
