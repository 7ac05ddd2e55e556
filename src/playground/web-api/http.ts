// Slack's side over HTTP: /playground/slack/api/<method>, the response_urls, and files.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults.ts';
import { parseBody, readBody, readBytes, sendJson } from '../http.ts';
import { type Dict, textOf } from '../shapes.ts';
import { MAX_FILE_BYTES } from '../workspace/files.ts';
import { newSecret } from '../workspace/ids.ts';
import { TEAM } from '../workspace/people.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { callMethod, isBotToken, scopesHeader } from './methods.ts';
import { SlackRefusal } from './refusal.ts';

export type SlackHttp = { workspace: Workspace; faults: Faults };

export async function serveSlack(
  o: SlackHttp,
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (path.startsWith('api/')) await serveMethod(o, path.slice('api/'.length), req, res);
  else if (path.startsWith('hooks/') && req.method === 'POST') await serveResponseUrl(o, path, req, res);
  else if (path.startsWith('files-pri/') && req.method === 'GET') serveFile(o, path, req, res);
  else if (path.startsWith('upload/v1/') && req.method === 'POST') await takeUpload(o, path, req, res);
  else sendJson(res, 404, { ok: false, error: 'not_found' });
}

/** Whoever has no right to a file is sent to where people sign in, as Slack does it: no error, but a page. */
function serveFile(
  { workspace, faults }: SlackHttp,
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
) {
  const fault = faults.take('files-pri');
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'server-error') return void res.writeHead(fault.status ?? 500).end();
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
  const mayRead =
    isBotToken(workspace, token) && workspace.access.error === null && workspace.scopes.has('files:read');
  if (!mayRead) return void res.writeHead(302, { location: `https://${TEAM.domain}.slack.com/` }).end();
  const file = workspace.files.find(/^files-pri\/\w+-(\w+)\//.exec(path)?.[1] ?? '');
  if (file === null) return void res.writeHead(404, { 'content-type': 'text/html' }).end();
  res.writeHead(200, { 'content-type': file.mimetype, 'content-length': file.size }).end(file.bytes);
}

async function takeUpload(
  { workspace, faults }: SlackHttp,
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const bytes = await readBytes(req, MAX_FILE_BYTES);
  if (faults.take('upload')?.kind === 'server-error') return void res.writeHead(500).end();
  const isTaken = workspace.files.fillSlot(path.slice('upload/v1/'.length), bytes);
  res.writeHead(isTaken ? 200 : 400).end(isTaken ? `OK - ${bytes.length}` : '');
}

async function serveMethod(
  o: SlackHttp,
  method: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const body = await readBody(req);
  const url = new URL(req.url ?? '', 'http://localhost');
  const parsed = parseBody(req.headers['content-type'] ?? '', body);
  const args: Dict = { ...Object.fromEntries(url.searchParams), ...parsed };
  const bearer = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
  const token = bearer || textOf(args.token);
  const fault = o.faults.take(method);
  const refuse = (status: number, error: string, headers: Record<string, string> = {}): void => {
    o.workspace.recordApiCall({ method, error, messages: [`fault ${status}`], sent: args });
    sendJson(res, status, { ok: false, error }, headers);
  };
  if (fault?.kind === 'rate-limited')
    return refuse(429, 'ratelimited', { 'retry-after': String(fault.retryAfterSeconds) });
  if (fault?.kind === 'server-error') return refuse(fault.status ?? 500, 'internal_error');
  if (fault?.kind === 'error') return refuse(fault.status ?? 200, fault.code);
  if (fault?.kind === 'hang') return void req.socket.once('close', () => res.destroy());
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (parsed === null) return refuse(200, 'invalid_json');
  const answer = callMethod(o.workspace, method, token, args);
  if (fault?.kind === 'accept-then-drop') return void req.socket.destroy();
  sendJson(res, 200, answer, {
    'x-slack-req-id': newSecret(16),
    ...(isBotToken(o.workspace, token) && { 'x-oauth-scopes': scopesHeader(o.workspace) }),
  });
}

async function serveResponseUrl(
  o: SlackHttp,
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const body = parseBody('application/json', await readBody(req));
  const fault = o.faults.take('response_url');
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'accept-then-drop') return void req.socket.destroy();
  const record = (error: string, messages: string[] = []): void =>
    void o.workspace.recordApiCall({ method: 'response_url', error, messages, sent: body ?? {} });
  if (fault !== null && fault.kind !== 'slow') {
    const status = fault.kind === 'rate-limited' ? 429 : (fault.status ?? 500);
    record(`fault ${status}`);
    return sendJson(res, status, {
      ok: false,
      error: fault.kind === 'error' ? fault.code : 'internal_error',
    });
  }
  try {
    if (body === null) throw new SlackRefusal('invalid_payload');
    o.workspace.responseUrls.receive(path, body);
    record('');
    res.writeHead(200, { 'content-type': 'text/html' }).end('ok');
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    record(error.code, [JSON.stringify(error.extra)]);
    const isGone = ['used_url', 'expired_url', 'invalid_url'].includes(error.code);
    sendJson(res, isGone ? 404 : 400, { ok: false, error: error.code, ...error.extra });
  }
}
