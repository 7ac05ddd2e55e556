// Slack's side over HTTP: /playground/slack/api/<method>, the response_urls, and files.
import { setTimeout } from 'node:timers/promises';
import { Hono } from 'hono';
import type { Faults } from '../faults.ts';
import {
  bearerToken,
  dropConnection,
  faultResponse,
  limitBody,
  MAX_BODY_BYTES,
  type PlaygroundContext,
  type PlaygroundEnv,
  parseBody,
} from '../http.ts';
import { type Dict, textOf } from '../shapes.ts';
import { MAX_FILE_BYTES } from '../workspace/files.ts';
import { TEAM } from '../workspace/people.ts';
import { SlackRefusal } from '../workspace/slack-refusal.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { callMethod } from './methods.ts';

type SlackParts = { workspace: Workspace; faults: Faults };

const FAULT_CODES = { rateLimited: 'ratelimited', serverError: 'internal_error', errorStatus: 200 } as const;

export function slackRoutes(o: SlackParts): Hono<PlaygroundEnv> {
  const routes = new Hono<PlaygroundEnv>();
  routes.all('/api/:method', limitBody(MAX_BODY_BYTES), (c) => serveMethod(o, c.req.param('method'), c));
  routes.post('/hooks/:secrets{.+}', limitBody(MAX_BODY_BYTES), (c) =>
    serveResponseUrl(o, `hooks/${c.req.param('secrets')}`, c),
  );
  routes.get('/files-pri/:ids{\\w+-\\w+}/:name', (c) =>
    serveFile(o, c.req.param('ids').split('-')[1] ?? '', c),
  );
  routes.post('/upload/v1/:slot', limitBody(MAX_FILE_BYTES), async (c) => {
    const bytes = Buffer.from(await c.req.arrayBuffer());
    const failed = faultResponse(o.faults.take('upload'), FAULT_CODES, (status) => c.body('', status));
    if (failed !== null) return failed;
    const isTaken = o.workspace.files.fillSlot(c.req.param('slot'), bytes);
    return isTaken ? c.text(`OK - ${bytes.length}`) : c.body(null, 400);
  });
  return routes;
}

async function serveMethod(o: SlackParts, method: string, c: PlaygroundContext): Promise<Response> {
  const parsed = parseBody(c.req.header('content-type') ?? '', await c.req.text());
  const args: Dict = { ...c.req.query(), ...parsed };
  const token = bearerToken(c) || textOf(args.token);
  const fault = o.faults.take(method);
  const failed = faultResponse(fault, FAULT_CODES, (status, error, headers) => {
    o.workspace.recordApiCall({ method, error, messages: [`fault ${status}`], sent: args });
    return c.json({ ok: false, error }, status, headers);
  });
  if (failed !== null) return failed;
  if (fault?.kind === 'slow') await setTimeout(fault.ms);
  if (parsed === null) {
    o.workspace.recordApiCall({ method, error: 'invalid_json', messages: [], sent: args });
    return c.json({ ok: false, error: 'invalid_json' });
  }
  const answer = callMethod(o.workspace, method, token, args);
  if (fault?.kind === 'accept-then-drop') return dropConnection(c);
  const { credentials, scopes } = o.workspace;
  if (token === credentials.botToken) c.header('x-oauth-scopes', [...scopes].join(','));
  return c.json(answer);
}

async function serveResponseUrl(o: SlackParts, path: string, c: PlaygroundContext): Promise<Response> {
  const body = parseBody('application/json', await c.req.text());
  const record = (error: string, messages: string[] = []): void =>
    o.workspace.recordApiCall({ method: 'response_url', error, messages, sent: body ?? {} });
  const fault = o.faults.take('response_url');
  if (fault?.kind === 'accept-then-drop') return dropConnection(c);
  const failed = faultResponse(fault, { ...FAULT_CODES, errorStatus: 500 }, (status, error) => {
    record(`fault ${status}`);
    return c.json({ ok: false, error }, status);
  });
  if (failed !== null) return failed;
  try {
    if (body === null) throw new SlackRefusal('invalid_payload');
    o.workspace.responseUrls.receive(path, body);
    record('');
    return c.html('ok');
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    record(error.code, error.messages);
    const isGone = ['used_url', 'expired_url', 'invalid_url'].includes(error.code);
    return c.json({ ok: false, error: error.code, ...error.extra }, isGone ? 404 : 400);
  }
}

/** Slack redirects a caller who may not read the file to its sign-in page; it doesn't answer with an error. */
function serveFile({ workspace, faults }: SlackParts, id: string, c: PlaygroundContext) {
  const failed = faultResponse(faults.take('files-pri'), FAULT_CODES, (status) => c.body('', status));
  if (failed !== null) return failed;
  const mayRead =
    bearerToken(c) === workspace.credentials.botToken &&
    workspace.access.error === null &&
    workspace.scopes.has('files:read');
  if (!mayRead) return c.redirect(`https://${TEAM.domain}.slack.com/`);
  const file = workspace.files.find(id);
  if (file === null) return c.html('', 404);
  return c.body(new Uint8Array(file.bytes), 200, { 'content-type': file.mimetype });
}
