// Resend's side over HTTP: enough of its API for the real SDK.
import { setTimeout } from 'node:timers/promises';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  bearerToken,
  dropConnection,
  faultResponse,
  limitBody,
  MAX_BODY_BYTES,
  type PlaygroundContext,
  type PlaygroundEnv,
} from '../http.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Inbox } from './inbox.ts';

type ResendParts = { inbox: Inbox; apiKey: string; workspace: Workspace };

const FAULT_CODES = {
  rateLimited: 'rate_limit_exceeded',
  serverError: 'internal_server_error',
  errorStatus: 422,
} as const;
const FAULT_WORDS: Record<string, string> = {
  rate_limit_exceeded: 'Too many requests. You can only make 2 requests per second.',
  internal_server_error: 'An unexpected error occurred.',
};

export function resendRoutes(o: ResendParts): Hono<PlaygroundEnv> {
  const routes = new Hono<PlaygroundEnv>();
  routes.use(async (c, next) => {
    const token = bearerToken(c);
    if (token === '') return refuse(c, 401, 'missing_api_key', 'Missing API Key');
    if (token !== o.apiKey) return refuse(c, 403, 'invalid_api_key', 'API key is invalid');
    return next();
  });
  routes.post('/emails', limitBody(MAX_BODY_BYTES), (c) => acceptMail(o, c));
  routes.get('/domains', (c) => c.json({ object: 'list', data: domains(o.inbox) }));
  routes.all('/*', (c) => refuse(c, 404, 'not_found', 'The requested endpoint does not exist'));
  return routes;
}

/** Every domain that the app has sent from counts as verified. */
function domains(inbox: Inbox): object[] {
  const names = new Set(['localhost', ...inbox.mails().map((mail) => mail.from.replace(/^.*@|>\s*$/g, ''))]);
  return [...names].map((name) => ({ id: name, name, status: 'verified', region: 'local', created_at: '' }));
}

async function acceptMail(o: ResendParts, c: PlaygroundContext): Promise<Response> {
  const body = await c.req.text();
  const record = (error: string): void =>
    o.workspace.recordApiCall({ method: 'POST /emails', error, messages: [], sent: { body } });
  const fault = o.inbox.faults.take('POST /emails');
  const failed = faultResponse(fault, FAULT_CODES, (status, code, headers) =>
    refuse(c, status, code, FAULT_WORDS[code] ?? code, headers),
  );
  if (failed !== null) {
    record(`fault ${fault?.kind}`);
    return failed;
  }
  const answer = await o.inbox.accept(c.req.header('idempotency-key') ?? null, body, async () => {
    if (fault?.kind === 'slow') await setTimeout(fault.ms);
  });
  record(answer.status === 200 ? '' : String(answer.body.name));
  return fault?.kind === 'accept-then-drop' ? dropConnection(c) : c.json(answer.body, answer.status);
}

const refuse = (
  c: PlaygroundContext,
  statusCode: ContentfulStatusCode,
  name: string,
  message: string,
  headers: Record<string, string> = {},
): Response => c.json({ statusCode, message, name }, statusCode, headers);
