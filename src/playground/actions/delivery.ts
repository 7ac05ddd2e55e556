// Slack's signed requests to the app. One without an answer within three seconds counts as failed.
import { createHmac } from 'node:crypto';
import { type Dict, dictsOf, isDict, textOf } from '../shapes.ts';
import type { Delivery } from '../workspace/records.ts';
import type { Workspace } from '../workspace/workspace.ts';

const ACK_TIMEOUT_MS = 3_000;
const MAX_REMEMBERED = 200;
const MAX_ANSWER_BYTES = 1_000_000;
const FORM = 'application/x-www-form-urlencoded';

export type SignedRequest = {
  headers: Record<string, string>;
  body: string;
  kind: string;
  about: string;
  user: string;
};
export type AppResponse = {
  status: number | null;
  body: string;
  contentType: string;
  /** Empty when the app answered 2xx in time; else Slack's name for the problem. */
  problem: string;
  delivery: Delivery;
};
export type Sender = ReturnType<typeof createSender>;

export function createSender({ workspace, appUrl }: { workspace: Workspace; appUrl: () => string }) {
  /** The last signed requests, for tests that send them again. In memory only; never logged. */
  const requests: SignedRequest[] = [];

  function signed(
    about: Pick<SignedRequest, 'kind' | 'user'> & { about?: string },
    contentType: string,
    body: string,
    retryNum = 0,
  ): SignedRequest {
    const seconds = Math.floor(workspace.clock().getTime() / 1000);
    return {
      about: '',
      ...about,
      body,
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(seconds),
        'x-slack-signature': sign(workspace.credentials.signingSecret, seconds, body),
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
    const { kind, about, user, headers, body } = request;
    const { ackMs, ...response } = await post(`${appUrl()}/slack/events`, request);
    const delivery = workspace.recordDelivery({
      kind,
      about,
      user,
      retryNum: Number(headers['x-slack-retry-num'] ?? 0),
      status: response.status,
      ackMs,
      problem: response.problem,
      exchange: { headers, body, answer: response.body, answerType: response.contentType },
    });
    return { ...response, delivery };
  }

  function sendForm(kind: string, user: string, fields: Record<string, string>, about: string) {
    return send(signed({ kind, user, about }, FORM, new URLSearchParams(fields).toString()));
  }

  return {
    requests: requests as readonly SignedRequest[],
    signed,
    send,
    command: (user: string, fields: Record<string, string>): Promise<AppResponse> =>
      // Only the subcommand, never the words that a person typed after it.
      sendForm('command', user, fields, `${fields.command} ${fields.text?.split(/\s/, 1)[0]}`.trim()),
    interaction: (kind: string, user: string, payload: Dict): Promise<AppResponse> =>
      sendForm(kind, user, { payload: JSON.stringify(payload) }, subjectOf(payload)),
    event: (kind: string, user: string, body: unknown, retryNum: number): Promise<AppResponse> =>
      send(signed({ kind, user }, 'application/json', JSON.stringify(body), retryNum)),
  };
}

/** Slack's v0 signature: HMAC-SHA-256 over `v0:seconds:body`. */
export function sign(signingSecret: string, timestampSeconds: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`;
}

/** The name of the button, field, shortcut or modal. */
function subjectOf({ actions, action_id, callback_id, view }: Dict): string {
  const action = textOf(dictsOf(actions)[0]?.action_id) || textOf(action_id);
  return action || textOf(callback_id ?? (isDict(view) ? view.callback_id : ''));
}

async function post(url: string, { headers, body }: SignedRequest) {
  const startedAt = performance.now();
  try {
    const signal = AbortSignal.timeout(ACK_TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
    return {
      status: response.status,
      body: (await response.text()).slice(0, MAX_ANSWER_BYTES),
      ackMs: Math.round(performance.now() - startedAt),
      contentType: response.headers.get('content-type') ?? '',
      problem: response.ok ? '' : 'dispatch_failed',
    };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    const problem = isTimeout ? 'operation_timeout' : 'dispatch_failed';
    return { status: null, ackMs: null, body: '', contentType: '', problem };
  }
}
