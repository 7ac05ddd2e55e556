// Resend's webhooks, signed in the form that its SDK verifies (Standard Webhooks: HMAC-SHA-256, base64, `v1,`).
import { createHmac } from 'node:crypto';
import type { ActionContext } from '../actions/context.ts';
import type { Dict } from '../shapes.ts';
import { newId } from '../workspace/ids.ts';
import { addressOf, type Inbox, type Mail, type MailState } from './inbox.ts';

const DELIVER_AFTER_MS = 150;
const RETRY_AFTER_MS = [1_000, 5_000, 30_000];
const TIMEOUT_MS = 5_000;

export type MailEvent = 'delivered' | 'bounced' | 'complained' | 'sent' | 'delivery_delayed';
export type MailEvents = ReturnType<typeof createMailEvents>;

function signWebhook(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

type SignedWebhook = { headers: Record<string, string>; body: string };

function signedWebhook(secret: string, at: Date, event: MailEvent, mail: Mail): SignedWebhook {
  const data: Dict = {
    email_id: mail.id,
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    created_at: mail.at,
    ...(event === 'bounced' && {
      bounce: { message: 'The mailbox does not exist.', type: 'Permanent', subType: 'General' },
    }),
  };
  const body = JSON.stringify({ type: `email.${event}`, created_at: at.toISOString(), data });
  const id = newId('msg_');
  const seconds = Math.floor(at.getTime() / 1000);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(seconds),
      'svix-signature': signWebhook(secret, id, seconds, body),
    },
  };
}

async function post(
  url: string,
  request: SignedWebhook,
): Promise<{ code: number | null; ms: number | null }> {
  const startedAt = performance.now();
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', ...request, redirect: 'error', signal });
    await response.arrayBuffer();
    return { code: response.status, ms: Math.round(performance.now() - startedAt) };
  } catch {
    return { code: null, ms: null };
  }
}

export function createMailEvents(o: {
  inbox: Inbox;
  webhookSecret: string;
  appUrl: () => string;
  context: Pick<ActionContext, 'workspace' | 'later'>;
}) {
  let isDelivering = true;
  const { workspace, later } = o.context;

  const signed = (event: MailEvent, mail: Mail): SignedWebhook =>
    signedWebhook(o.webhookSecret, workspace.clock(), event, mail);

  /** Sends one signed webhook, again when it fails; resolves to the status of the first try. */
  async function send(event: MailEvent, mail: Mail): Promise<number | null> {
    if (event !== 'sent' && event !== 'delivery_delayed') o.inbox.setState(mail, event satisfies MailState);
    const request = signed(event, mail);
    const attempt = async (number: number): Promise<number | null> => {
      const status = await post(`${o.appUrl()}/mail/events`, request);
      workspace.recordDelivery({
        kind: `mail ${event}`,
        about: mail.to.join(', '),
        user: '',
        status: status.code,
        ackMs: status.ms,
        problem: status.code !== null && status.code < 300 ? '' : 'webhook_failed',
        retryNum: number,
      });
      const wait = RETRY_AFTER_MS[number];
      if ((status.code === null || status.code >= 300) && wait !== undefined)
        later(wait, () => void attempt(number + 1));
      return status.code;
    };
    return attempt(0);
  }

  o.inbox.onAccepted((mail) => {
    if (isDelivering) later(DELIVER_AFTER_MS, () => void send(fateOf(mail), mail));
  });

  return {
    send,
    signed,
    /** Off: mails stay "sent" until a test says what became of them. */
    setDelivering: (value: boolean): void => {
      isDelivering = value;
    },
  };
}

/** Resend's own test addresses have their fate in their name; all others are delivered. */
function fateOf(mail: Mail): MailEvent {
  const to = addressOf(mail.to[0] ?? '');
  if (/^bounced(\+.*)?@resend\.dev$/.test(to)) return 'bounced';
  if (/^complained(\+.*)?@resend\.dev$/.test(to)) return 'complained';
  return 'delivered';
}
