// `POST /mail/events`: what Resend says became of a mail, signed.
import { Hono } from 'hono';
import { verifyMailEvent } from './mail/delivery/mail-event.ts';
import type { Context } from './operations/frame/context.ts';
import { recordMailEvent } from './operations/mails/record-event.ts';
import { HttpRefusal } from './web/refusal.ts';
import type { WebEnv } from './web/request-facts.ts';

/** 204 when it was kept or isn't for us, 403 when it isn't Resend's, 404 (say it again) for a mail we don't know yet. */
export function createMailEvents(
  secrets: { apiKey: string; webhookSecret: string },
  system: () => Context,
): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.post('/', async (c) => {
    const event = read(secrets, await c.req.text(), c.req.header());
    if (event.kind === 'other') return c.body(null, 204);
    const isKnown = await recordMailEvent(system(), { kind: event.kind, providerId: event.providerId });
    return c.body(null, isKnown ? 204 : 404);
  });
  return app;
}

function read(
  secrets: { apiKey: string; webhookSecret: string },
  body: string,
  headers: Record<string, string>,
) {
  try {
    return verifyMailEvent(secrets, body, headers);
  } catch {
    throw new HttpRefusal('cross_site');
  }
}
