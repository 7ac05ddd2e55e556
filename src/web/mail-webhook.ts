// `POST /mail/events`: Resend's signed reports of what became of a mail.
import { Hono } from 'hono';
import { HttpRefusal } from './refusal.ts';
import type { WebEnv } from './request-facts.ts';

type MailReport = { kind: 'delivered' | 'bounced' | 'complained'; providerId: string };

type MailWebhookOptions = {
  /** Reads a report. Throws when Resend didn't sign the request. */
  verify(
    body: string,
    headers: Record<string, string>,
  ): { kind: MailReport['kind'] | 'other'; providerId: string };
  /** Resolves to false for a mail that isn't known yet. */
  record(report: MailReport): Promise<boolean>;
};

/** Answers 204 when it records or skips a report, 403 for a wrong signature, 404 for an unknown mail, which Resend retries. */
export function createMailWebhook({ verify, record }: MailWebhookOptions): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.post('/', async (c) => {
    const { kind, providerId } = readReport(verify, await c.req.text(), c.req.header());
    if (kind === 'other') return c.body(null, 204);
    return c.body(null, (await record({ kind, providerId })) ? 204 : 404);
  });
  return app;
}

function readReport(
  verify: MailWebhookOptions['verify'],
  ...request: Parameters<MailWebhookOptions['verify']>
) {
  try {
    return verify(...request);
  } catch {
    throw new HttpRefusal('cross_site');
  }
}
