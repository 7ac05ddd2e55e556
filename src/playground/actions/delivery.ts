// Signed requests from Slack to the app, as Slack sends them: three seconds, then it counts as failed.
import { createHmac } from 'node:crypto';
import { type Dict, dictsOf, isDict, textOf } from '../shapes.ts';
import type { Delivery } from '../workspace/records.ts';
import type { Workspace } from '../workspace/workspace.ts';

const ACK_TIMEOUT_MS = 3_000;
const MAX_REMEMBERED = 200;
const MAX_ANSWER_BYTES = 1_000_000;

export type SignedRequest = {
  headers: Record<string, string>;
  body: string;
  kind: string;
  about: string;
  user: string;
};
/** A signed request and what the app answered. */
export type Exchange = { request: SignedRequest; response: AppResponse };

export type AppResponse = {
  status: number | null;
  body: string;
  contentType: string;
  /** Empty when the app answered 2xx in time; else Slack's word for what went wrong. */
  problem: string;
  delivery: Delivery;
};

export type Sender = ReturnType<typeof createSender>;

/** Slack's v0 signature: HMAC-SHA-256 over `v0:seconds:body`. */
export function sign(signingSecret: string, timestampSeconds: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`;
}

export function createSender(o: { workspace: Workspace; appUrl: () => string }) {
  /** The last signed requests, whole. In memory only; never logged. */
  const requests: SignedRequest[] = [];
  const exchanges: Exchange[] = [];

  function signed(
    kind: string,
    user: string,
    contentType: string,
    body: string,
    about = '',
    retryNum = 0,
  ): SignedRequest {
    const seconds = Math.floor(o.workspace.clock().getTime() / 1000);
    return {
      kind,
      about,
      user,
      body,
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(seconds),
        'x-slack-signature': sign(o.workspace.credentials.signingSecret, seconds, body),
        ...(retryNum > 0 && {
          'x-slack-retry-num': String(retryNum),
          'x-slack-retry-reason': 'http_timeout',
        }),
      },
    };
  }

  async function send(request: SignedRequest): Promise<AppResponse> {
    requests.push(request);
    if (requests.length > MAX_REMEMBERED) requests.shift();
    const retryNum = Number(request.headers['x-slack-retry-num'] ?? 0);
    const { status, ackMs, body, contentType, problem } = await post(`${o.appUrl()}/slack/events`, request);
    const { kind, about, user } = request;
    const delivery = o.workspace.recordDelivery({ kind, about, user, retryNum, status, ackMs, problem });
    const response = { status, body, contentType, problem, delivery };
    exchanges.push({ request, response });
    if (exchanges.length > MAX_REMEMBERED) exchanges.shift();
    return response;
  }

  function postForm(kind: string, user: string, fields: Record<string, string>, about: string) {
    const body = new URLSearchParams(fields).toString();
    return send(signed(kind, user, 'application/x-www-form-urlencoded', body, about));
  }

  return {
    requests: requests as readonly SignedRequest[],
    exchangeOf: (deliveryId: number): Exchange | null =>
      exchanges.find(({ response }) => response.delivery.id === deliveryId) ?? null,
    signed,
    send,
    command: (user: string, fields: Record<string, string>): Promise<AppResponse> =>
      postForm('command', user, fields, aboutOf('command', fields)),
    interaction: (kind: string, user: string, payload: Dict): Promise<AppResponse> =>
      postForm(kind, user, { payload: JSON.stringify(payload) }, aboutOf(kind, payload)),
    event: (kind: string, user: string, body: unknown, retryNum = 0): Promise<AppResponse> =>
      send(signed(kind, user, 'application/json', JSON.stringify(body), '', retryNum)),
  };
}

/** The subcommand, the button, the modal: never what a person typed. */
function aboutOf(kind: string, payload: Dict): string {
  if (kind === 'command')
    return `${textOf(payload.command)} ${textOf(payload.text).split(/\s/, 1)[0]}`.trim();
  const [action] = dictsOf(payload.actions);
  const view = isDict(payload.view) ? payload.view : {};
  return (
    textOf(action?.action_id) || textOf(payload.action_id) || textOf(payload.callback_id ?? view.callback_id)
  );
}

async function post(url: string, request: SignedRequest) {
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
      redirect: 'error',
      signal: AbortSignal.timeout(ACK_TIMEOUT_MS),
    });
    const body = (await response.text()).slice(0, MAX_ANSWER_BYTES);
    const ackMs = Math.round(performance.now() - startedAt);
    const contentType = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      ackMs,
      body,
      contentType,
      problem: response.ok ? '' : 'dispatch_failed',
    };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    const problem = isTimeout ? 'operation_timeout' : 'dispatch_failed';
    return { status: null, ackMs: null, body: '', contentType: '', problem };
  }
}
