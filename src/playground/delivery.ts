// Signed requests from Slack to the app, as Slack sends them: three seconds, then it counts as failed.
import { createHmac } from 'node:crypto';
import type { Delivery } from './records.ts';
import type { Workspace } from './workspace.ts';

const ACK_TIMEOUT_MS = 3_000;
const MAX_REMEMBERED = 200;
const MAX_ANSWER_BYTES = 1_000_000;

export type SignedRequest = { headers: Record<string, string>; body: string; kind: string; user: string };

export type Answer = {
  status: number | null;
  body: string;
  contentType: string;
  /** Empty when the app answered 2xx in time; else Slack's word for what went wrong. */
  problem: string;
  delivery: Delivery;
};

export type Courier = ReturnType<typeof createCourier>;

/** Slack's v0 signature: HMAC-SHA-256 over `v0:seconds:body`. */
export function sign(signingSecret: string, timestampSeconds: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`;
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

export function createCourier(o: { workspace: Workspace; appUrl: () => string }) {
  /** The last signed requests, whole, for replays in tests. In memory only; never logged or served. */
  const requests: SignedRequest[] = [];

  function signed(
    kind: string,
    user: string,
    contentType: string,
    body: string,
    retryNum = 0,
  ): SignedRequest {
    const seconds = Math.floor(o.workspace.clock().getTime() / 1000);
    return {
      kind,
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

  async function send(request: SignedRequest): Promise<Answer> {
    requests.push(request);
    if (requests.length > MAX_REMEMBERED) requests.shift();
    const retryNum = Number(request.headers['x-slack-retry-num'] ?? 0);
    const { status, ackMs, body, contentType, problem } = await post(`${o.appUrl()}/slack/events`, request);
    const { kind, user } = request;
    const delivery = o.workspace.recordDelivery({ kind, user, retryNum, status, ackMs, problem });
    return { status, body, contentType, problem, delivery };
  }

  const postForm = (kind: string, user: string, fields: Record<string, string>): Promise<Answer> =>
    send(signed(kind, user, 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString()));

  return {
    requests: requests as readonly SignedRequest[],
    signed,
    send,
    command: (user: string, fields: Record<string, string>): Promise<Answer> =>
      postForm('command', user, fields),
    interaction: (kind: string, user: string, payload: unknown): Promise<Answer> =>
      postForm(kind, user, { payload: JSON.stringify(payload) }),
    event: (kind: string, user: string, body: unknown, retryNum = 0): Promise<Answer> =>
      send(signed(kind, user, 'application/json', JSON.stringify(body), retryNum)),
  };
}
