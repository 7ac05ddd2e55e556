// Bolt, and the one way in for everything that Slack sends: acknowledge, take the receipt, find out who, do the work.
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient, WebClientEvent } from '@slack/web-api';
import type { Log } from '../../log.ts';
import type { Actor, Clock, Context, Policy } from '../../operations/frame/context.ts';
import { SLACK_PATH } from '../manifest.ts';
import { createSetup, type SenderDomain, type Setup } from '../setup.ts';
import { createPeople, type SlackPeople } from './actor.ts';
import { register } from './register.ts';
import { isSignedBySlack } from './signature.ts';

const INTERACTIVE_TIMEOUT_MS = 2_500;
const JOB_TIMEOUT_MS = 10_000;

export type SlackParts = {
  botToken: string;
  signingSecret: string | null;
  appToken: string | null;
  apiUrl: string;
  log: Log;
  clock: Clock;
  policy: Policy;
  approvalsChannel: string | null;
  /** Asked when Home is opened and at start. */
  senderDomain(): Promise<SenderDomain>;
  contextOf(actor: Actor): Context;
  /** True for the first that asks about a request; every other delivery of it has no effect. */
  takeReceipt(receipt: { teamId: string; kind: string; id: string; receivedAt: Date }): Promise<boolean>;
  /** Lets so many work at once that the next acknowledgement need not wait for them all. */
  inTurn(work: () => Promise<void>): Promise<void>;
  /** Slack said that somebody is no full member any more: deactivated, made a guest. */
  onPersonGone(teamId: string, userId: string): Promise<void>;
  /** Slack took the app or its token away. */
  onRevoked(teamId: string, why: 'app_uninstalled' | 'tokens_revoked'): Promise<void>;
};

export type SlackSurface = {
  teamId: string;
  listener: RequestListener;
  /** For work that no person waits for. */
  client: WebClient;
  people: SlackPeople;
  setup: Setup;
  start(): Promise<void>;
  /** Waits for the handlers that still run. */
  stop(): Promise<void>;
};

export async function createSlackSurface(parts: SlackParts): Promise<SlackSurface> {
  const { log, clock } = parts;
  const client = createClient(parts, { timeout: JOB_TIMEOUT_MS, retries: 2 });
  const interactive = createClient(parts, { timeout: INTERACTIVE_TIMEOUT_MS, retries: 0 });
  const identity = await client.auth.test();
  const teamId = String(identity.team_id);
  const people = createPeople(interactive, teamId, clock);
  const { approvalsChannel, senderDomain } = parts;
  const setup = createSetup({ client: interactive, people, clock, approvalsChannel, senderDomain });
  const logger = boltLogger(log);
  const receiver = parts.appToken
    ? new SocketModeReceiver({
        appToken: parts.appToken,
        logger,
        installerOptions: { clientOptions: { slackApiUrl: parts.apiUrl } },
      })
    : new HTTPReceiver({
        // Verified before Bolt sees it, on the raw bytes and with a window to both sides.
        signatureVerification: false,
        signingSecret: parts.signingSecret ?? '',
        endpoints: SLACK_PATH,
        logger,
        customPropertiesExtractor: (req) => ({
          receiptId: receiptIdOf(
            String((req as { headers: Record<string, unknown> }).headers['x-slack-signature']),
          ),
        }),
      });
  const app = new App({
    receiver,
    logger,
    authorize: async () => ({
      botToken: parts.botToken,
      botId: String(identity.bot_id),
      botUserId: String(identity.user_id),
      teamId,
    }),
    clientOptions: {
      slackApiUrl: parts.apiUrl,
      retryConfig: { retries: 0 },
      timeout: INTERACTIVE_TIMEOUT_MS,
    },
  });
  app.error(async (error) => log.error({ err: error }, 'slack handler failed'));

  const inFlight = new Set<Promise<void>>();
  const inBackground = (work: () => Promise<void>): void => {
    const running = parts
      .inTurn(work)
      .catch((error: unknown) => log.error({ err: error }, 'slack work failed'));
    inFlight.add(running);
    void running.finally(() => inFlight.delete(running));
  };
  register(app, { ...parts, people, client: interactive, teamId, setup }, inBackground);

  return {
    teamId,
    client,
    people,
    setup,
    listener: verifying(parts, receiver instanceof HTTPReceiver ? receiver.requestListener : null),
    async start() {
      if (parts.appToken) await app.start();
      inBackground(async () => {
        for (const { code, words } of (await setup.look()).missing) log.warn({ code }, words);
      });
    },
    async stop() {
      if (parts.appToken) await app.stop();
      await Promise.allSettled([...inFlight]);
    },
  };
}

function createClient(parts: SlackParts, how: { timeout: number; retries: number }): WebClient {
  const client = new WebClient(parts.botToken, {
    slackApiUrl: parts.apiUrl,
    allowAbsoluteUrls: false,
    timeout: how.timeout,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: how.retries, maxTimeout: 2_000 },
    logger: boltLogger(parts.log),
  });
  client.on(WebClientEvent.RATE_LIMITED, () => parts.log.warn('slack asks us to wait'));
  return client;
}

/** Verifies a request, whose body the server has read, before Bolt hears of it: what isn't signed is never parsed. */
function verifying(parts: SlackParts, next: RequestListener | null): RequestListener {
  return (req, res) => {
    const answer = (status: number) => void res.writeHead(status, { connection: 'close' }).end();
    const body = (req as IncomingMessage & { rawBody?: Buffer }).rawBody;
    if (!next || !parts.signingSecret || req.method !== 'POST' || !body) return answer(404);
    const timestamp = onlyHeader(req, 'x-slack-request-timestamp');
    const signature = onlyHeader(req, 'x-slack-signature');
    const { signingSecret } = parts;
    if (!isSignedBySlack({ signingSecret, timestamp, signature, body, now: parts.clock() }))
      return answer(401);
    return next(req, res);
  };
}

/** A header that came twice says nothing. */
function onlyHeader(req: IncomingMessage, name: string): string | undefined {
  const values = req.headersDistinct[name];
  return values?.length === 1 ? values[0] : undefined;
}

function receiptIdOf(signature: string): string {
  return createHash('sha256').update(signature).digest('hex');
}

/** Bolt's and the client's own words may hold bodies and addresses; that something went wrong is enough. */
function boltLogger(log: Log): Logger {
  return {
    debug: () => {},
    info: () => {},
    warn: () => log.debug('slack library warning'),
    error: (...words) =>
      log.warn({ err: words.find((word) => word instanceof Error) }, 'slack library error'),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}
