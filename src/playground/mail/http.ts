// Resend's side over HTTP: enough of its API for the real SDK.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../faults.ts';
import { readBody, sendJson } from '../http.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Inbox, mailJson } from './inbox.ts';

export type ResendHttp = { inbox: Inbox; apiKey: string; workspace: Workspace };

const wrong = (res: ServerResponse, status: number, name: string, message: string, headers = {}): void =>
  sendJson(res, status, { statusCode: status, message, name }, headers);

export async function serveResend(
  o: ResendHttp,
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const body = await readBody(req);
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
  if (token === '') return wrong(res, 401, 'missing_api_key', 'Missing API Key');
  if (token !== o.apiKey) return wrong(res, 403, 'invalid_api_key', 'API key is invalid');
  if (path === 'emails' && req.method === 'POST') return takeMail(o, body, req, res);
  const id = /^emails\/([\w-]+)$/.exec(path)?.[1];
  if (id !== undefined && req.method === 'GET') {
    const mail = o.inbox.find(id);
    if (mail === null) return wrong(res, 404, 'not_found', 'Email not found');
    return sendJson(res, 200, mailJson(mail));
  }
  if (path === 'emails' && req.method === 'GET')
    return sendJson(res, 200, { object: 'list', has_more: false, data: o.inbox.mails().map(mailJson) });
  if (path === 'domains' && req.method === 'GET')
    return sendJson(res, 200, { object: 'list', data: domains(o.inbox) });
  return wrong(res, 404, 'not_found', 'The requested endpoint does not exist');
}

/** Here every domain that was ever sent from counts as verified. */
function domains(inbox: Inbox): unknown[] {
  const names = new Set(['localhost', ...inbox.mails().map((mail) => mail.from.replace(/^.*@|>\s*$/g, ''))]);
  return [...names].map((name) => ({ id: name, name, status: 'verified', region: 'local', created_at: '' }));
}

async function takeMail(
  o: ResendHttp,
  body: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const fault = o.inbox.faults.take('POST /emails');
  if (fault !== null && answerFault(fault, req, res)) return record(o, `fault ${fault.kind}`, body);
  const header = req.headers['idempotency-key'];
  const key = header === undefined ? null : String(header);
  const wait = fault?.kind === 'slow' ? fault.ms : 0;
  const answer = await o.inbox.accept(key, body, async () => {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  });
  record(o, answer.status === 200 ? '' : String(answer.body.name), body);
  if (fault?.kind === 'accept-then-drop') return void req.socket.destroy();
  sendJson(res, answer.status, answer.body);
}

/** Answers instead of the real work; false when the fault leaves the work to be done. */
function answerFault(fault: Fault, req: IncomingMessage, res: ServerResponse): boolean {
  if (fault.kind === 'rate-limited') {
    wrong(res, 429, 'rate_limit_exceeded', 'Too many requests. You can only make 2 requests per second.', {
      'retry-after': String(fault.retryAfterSeconds),
    });
    return true;
  }
  if (fault.kind === 'server-error') {
    wrong(res, fault.status ?? 500, 'internal_server_error', 'An unexpected error occurred.');
    return true;
  }
  if (fault.kind === 'error') {
    wrong(res, fault.status ?? 422, fault.code, fault.code);
    return true;
  }
  if (fault.kind === 'hang') {
    req.socket.once('close', () => res.destroy());
    return true;
  }
  return false;
}

function record(o: ResendHttp, error: string, body: string): void {
  o.workspace.recordApiCall({ method: 'POST /emails', error, messages: [], sent: { body } });
}
