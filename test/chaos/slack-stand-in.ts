// Slack: sends signed requests to either process, and takes what the product sends back.
import { createHmac } from 'node:crypto';
import { startStandIn, type Trouble } from './stand-in.ts';

export const TEAM = 'T0CHAOS';
export const CHANNEL = 'C0CHAOS';
export const SIGNING_SECRET = 'chaos-signing-secret';
const ACK_MS = 3_000;
const FORM = 'application/x-www-form-urlencoded';

type Json = Record<string, unknown>;
/** An answer that reached the person: in the acknowledgement, by response_url, as a modal or as a direct message. */
export type Shown = { at: number; via: string; text: string; content: Json };

export type Request = {
  id: string;
  user: string;
  kind: 'command' | 'click' | 'submission' | 'event';
  about: string;
  sentAt: number;
  /** When Slack had a 200 within three seconds; null: it told the person that it failed. */
  ackedAt: number | null;
  status: number | null;
  shown: Shown[];
};

type Ack = { status: number | null; body: string };
export type SlackStandIn = Awaited<ReturnType<typeof startSlackStandIn>>;

export async function startSlackStandIn(options: {
  /** Where the next request goes. */
  target: () => string;
  trouble: () => Trouble;
  onStatus: (status: number, what: string, sentAt: number) => void;
}) {
  const requests = new Map<string, Request>();
  /** A direct message names no request. Each person does one thing at a time, so it answers their newest. */
  const newest = new Map<string, Request>();
  const gone = new Set<string>();
  let count = 0;

  const show = (request: Request | undefined, via: string, content: Json) =>
    void request?.shown.push({ at: performance.now(), via, text: JSON.stringify(content), content });
  const server = await startStandIn(
    ({ path, body }) => ({ status: 200, body: take(path, body) }),
    (status) => ({ ok: false, error: status === 429 ? 'ratelimited' : 'internal_error' }),
    options.trouble,
  );

  function take(path: string, body: string): Json {
    if (path.startsWith('/response/')) {
      show(requests.get(path.slice('/response/'.length)), 'response_url', JSON.parse(body) as Json);
      return { ok: true };
    }
    const args = readArguments(body);
    const answer = METHODS[path.replace('/api/', '')]?.({ args, gone, url: server.url });
    if (/views\.(open|push)/.test(path)) show(requests.get(String(args.trigger_id)), 'modal', args);
    if (path.endsWith('views.update')) show(requests.get(String(args.view_id)), 'modal', args);
    if (path.endsWith('chat.postMessage') && String(args.channel).startsWith('D') && !isNotice(args))
      show(newest.get(String(args.channel).slice(1)), 'message', args);
    return { ok: true, ...answer };
  }

  function begin(kind: Request['kind'], user: string, about: string): Request {
    count += 1;
    const sentAt = performance.now();
    const request: Request = {
      id: `r${count}`,
      user,
      kind,
      about,
      sentAt,
      ackedAt: null,
      status: null,
      shown: [],
    };
    requests.set(request.id, request);
    newest.set(user, request);
    return request;
  }

  async function send(request: Request, contentType: string, body: string, copies = 1): Promise<Request> {
    const acks = await Promise.all(
      Array.from({ length: copies }, () => deliver(`${options.target()}/slack/events`, contentType, body)),
    );
    for (const { status } of acks)
      if (status) options.onStatus(status, `${request.kind} ${request.about}`, request.sentAt);
    const failed = acks.find(({ status }) => status !== 200);
    request.status = (failed ?? acks[0])?.status ?? null;
    for (const ack of acks) {
      const content = ack.status === 200 ? readAck(ack) : null;
      if (content) show(request, 'acknowledgement', content);
    }
    // The second of two gets an empty acknowledgement, which says nothing about the work of the first.
    if (!failed) request.ackedAt = performance.now();
    return request;
  }

  const interaction = (request: Request, payload: Json, copies?: number) =>
    send(request, FORM, new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), copies);
  const head = (request: Request, type: string) => ({
    type,
    team: { id: TEAM, domain: 'chaos' },
    user: { id: request.user, team_id: TEAM, name: request.user },
    api_app_id: 'A0CHAOS',
    token: 'old',
    trigger_id: request.id,
  });

  return {
    url: server.url,
    close: server.close,
    requests: () => [...requests.values()],
    /** Slack says from now on that the person was deactivated. */
    deactivate: (user: string) => void gone.add(user),
    command(user: string, text: string, copies?: number) {
      const request = begin('command', user, text);
      const fields = {
        command: '/apim-user',
        text,
        user_id: user,
        user_name: user,
        team_id: TEAM,
        channel_id: CHANNEL,
        channel_name: 'ops',
        api_app_id: 'A0CHAOS',
        response_url: `${server.url}/response/${request.id}`,
        trigger_id: request.id,
      };
      return send(request, FORM, new URLSearchParams(fields).toString(), copies);
    },
    click(user: string, button: { action_id: string; value: string }, copies?: number) {
      const request = begin('click', user, button.action_id);
      const container = {
        type: 'message',
        message_ts: '1.1',
        channel_id: `D${user}`,
        is_ephemeral: button.action_id !== 'import-apply',
      };
      const payload = {
        ...head(request, 'block_actions'),
        container,
        channel: { id: `D${user}`, name: 'directmessage' },
        state: { values: {} },
        response_url: `${server.url}/response/${request.id}`,
        actions: [{ type: 'button', block_id: 'b', action_ts: '1.1', ...button }],
      };
      return interaction(request, payload, copies);
    },
    /** Submits a modal that was shown, with these values. */
    submit(user: string, view: Json, values: Json, copies?: number) {
      const request = begin('submission', user, String(view.callback_id));
      const filled = { ...view, id: request.id, hash: request.id, team_id: TEAM, state: { values } };
      return interaction(request, { ...head(request, 'view_submission'), view: filled }, copies);
    },
    /** `eventId` is the same at each delivery of one event. */
    event(user: string, event: Json, eventId: string) {
      const request = begin('event', user, `${String(event.type)} ${eventId}`);
      const body = { type: 'event_callback', team_id: TEAM, api_app_id: 'A0CHAOS', event_id: eventId, event };
      return send(request, 'application/json', JSON.stringify({ token: 'old', event_time: 1, ...body }));
    },
  };
}

async function deliver(url: string, contentType: string, body: string): Promise<Ack> {
  const seconds = Math.floor(Date.now() / 1_000);
  const signed = createHmac('sha256', SIGNING_SECRET).update(`v0:${seconds}:${body}`).digest('hex');
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(ACK_MS),
      headers: {
        'content-type': contentType,
        'x-slack-request-timestamp': String(seconds),
        'x-slack-signature': `v0=${signed}`,
      },
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return { status: null, body: '' };
  }
}

/** A message that answers no request. */
const isNotice = ({ text }: Json): boolean => String(text).includes('can no longer act here');

/** What the acknowledgement shows; null when it shows nothing, or only that work goes on. */
function readAck({ body }: Ack): Json | null {
  if (body.trim() === '' || body.includes('Working…')) return null;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return { text: body };
  }
}

function readArguments(body: string): Json {
  if (body.startsWith('{')) return JSON.parse(body) as Json;
  const args: Json = Object.fromEntries(new URLSearchParams(body));
  for (const name of ['view', 'blocks'])
    if (typeof args[name] === 'string') args[name] = JSON.parse(args[name]);
  return args;
}

type Call = { args: Json; gone: ReadonlySet<string>; url: string };

const METHODS: Record<string, (call: Call) => Json> = {
  'auth.test': () => ({ team_id: TEAM, user_id: 'U0CHAOSBOT', bot_id: 'B0CHAOS' }),
  'users.info': ({ args, gone }) => {
    const name = String(args.user);
    const profile = { real_name: `Person ${name}` };
    return { user: { id: name, team_id: TEAM, name, deleted: gone.has(name), is_bot: false, profile } };
  },
  'conversations.open': ({ args }) => ({ channel: { id: `D${String(args.users)}` } }),
  'conversations.info': ({ args }) => ({ channel: { id: args.channel, is_member: true, is_private: true } }),
  'conversations.members': () => ({ members: [] }),
  'chat.postMessage': ({ args }) => ({ channel: args.channel, ts: `${performance.now().toFixed(6)}` }),
  'chat.update': ({ args }) => ({ channel: args.channel, ts: args.ts }),
  'views.open': ({ args }) => ({ view: { id: args.trigger_id } }),
  'views.push': ({ args }) => ({ view: { id: args.trigger_id } }),
  'views.update': ({ args }) => ({ view: { id: args.view_id } }),
  'files.getUploadURLExternal': ({ url }) => ({ upload_url: `${url}/upload`, file_id: 'F0CHAOS' }),
};
