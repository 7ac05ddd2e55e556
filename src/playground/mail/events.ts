// Resend's webhooks, signed in the form that its SDK verifies (Standard Webhooks: HMAC-SHA-256, base64, `v1,`).
import { createHmac } from 'node:crypto';
import type { ActionContext } from '../actions/context.ts';
import { newId } from '../workspace/ids.ts';
import { addressOf, type Inbox, type Mail } from './inbox.ts';

const DELIVER_AFTER_MS = 150;
const RETRY_AFTER_MS = [1_000, 5_000, 30_000];
const TIMEOUT_MS = 5_000;

export type MailEvent = 'delivered' | 'bounced' | 'complained' | 'sent' | 'delivery_delayed';
export type MailEvents = ReturnType<typeof createMailEvents>;
type SignedWebhook = { headers: Record<string, string>; body: string };

export function createMailEvents(o: {
  inbox: Inbox;
  webhookSecret: string;
  appUrl: () => string;
  context: Pick<ActionContext, 'workspace' | 'later'>;
}) {
  const { workspace, later } = o.context;
  let isDelivering = true;

  const signed = (event: MailEvent, mail: Mail): SignedWebhook =>
    signedWebhook(o.webhookSecret, workspace.clock(), event, mail);

  /** Sends a signed webhook and retries a failed one. Resolves to the first attempt's status; null: no answer. */
  function send(event: MailEvent, mail: Mail): Promise<number | null> {
    if (event !== 'sent' && event !== 'delivery_delayed') o.inbox.setState(mail, event);
    const request = signed(event, mail);
    const attempt = async (retryNum: number): Promise<number | null> => {
      const { status, ackMs } = await post(`${o.appUrl()}/mail/events`, request);
      const isTaken = status !== null && status < 300;
      workspace.recordDelivery({
        kind: `mail ${event}`,
        about: mail.to.join(', '),
        user: '',
        status,
        ackMs,
        problem: isTaken ? '' : 'webhook_failed',
        retryNum,
        exchange: null,
      });
      const wait = RETRY_AFTER_MS[retryNum];
      if (!isTaken && wait !== undefined) later(wait, () => void attempt(retryNum + 1));
      return status;
    };
    return attempt(0);
  }

  o.inbox.onAccepted((mail) => {
    if (isDelivering) later(DELIVER_AFTER_MS, () => void send(outcomeOf(mail), mail));
  });

  return {
    send,
    signed,
    /** While off, mails stay "sent" until a test sends an event. */
    setDelivering(value: boolean): void {
      isDelivering = value;
    },
  };
}

/** Resend's test addresses name the outcome of the mail; mail to any other address is delivered. */
function outcomeOf(mail: Mail): MailEvent {
  const [, outcome] = /^(bounced|complained)(?:\+.*)?@resend\.dev$/.exec(addressOf(mail.to[0] ?? '')) ?? [];
  return (outcome as 'bounced' | 'complained' | undefined) ?? 'delivered';
}

function signedWebhook(secret: string, at: Date, event: MailEvent, mail: Mail): SignedWebhook {
  const data = {
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
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(seconds),
      'svix-signature': `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`,
    },
  };
}

async function post(url: string, request: SignedWebhook) {
  const startedAt = performance.now();
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', ...request, redirect: 'error', signal });
    await response.arrayBuffer();
    return { status: response.status, ackMs: Math.round(performance.now() - startedAt) };
  } catch {
    return { status: null, ackMs: null };
  }
}
