// Sets up Bolt's receivers and Slack's clients, and verifies the signature of every request before Bolt parses it.
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { type App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient, WebClientEvent } from '@slack/web-api';
import type { SeenFollower } from '../../domain/gateway-rows.ts';
import type { Log } from '../../log.ts';
import type { Clock, Services } from '../../operations/frame/context.ts';
import { SLACK_PATH } from '../manifest.ts';
import { createDeliveries } from './delivery.ts';
import { createIntake, requestKinds } from './intake.ts';
import { createPeople, type SlackPeople } from './people.ts';
import { createSetupCheck, type SenderDomain, type SetupCheck } from './setup-check.ts';
import { isSignedBySlack } from './signature.ts';

const INTERACTIVE_TIMEOUT_MS = 2_500;
const JOB_TIMEOUT_MS = 10_000;

type RequestKey = { teamId: string; kind: string; id: string };

/** What is kept of requests, so that each has one effect and none is lost after its acknowledgement. */
export type RequestStore = {
  /**
   * True for the first delivery of a request. Slack's later deliveries of it must have no effect. With `request` it is
   * stored too.
   */
  take(receipt: RequestKey & { receivedAt: Date; request?: string }): Promise<boolean>;
  /** Stores a request until `finish`. Another process takes it up when this one dies. */
  store(request: RequestKey & { request: string }): Promise<void>;
  finish(key: RequestKey): Promise<void>;
  /** Lets another process try again. */
  leave(key: RequestKey): void;
  /** Null unless the process that worked on the request has died or failed. */
  takeUp(key: RequestKey): Promise<{ request: string; receivedAt: Date } | null>;
};

type EarlierChange = { operation: string; outcome: 'done' | 'asked'; targetId: string | null };

export type SlackParts = {
  botToken: string;
  signingSecret: string | null;
  appToken: string | null;
  apiUrl: string;
  log: Log;
  clock: Clock;
  /** Those of this process, in this one workspace. */
  services: Services;
  /** The id of the service that commands in a channel mean; null for the default one. */
  serviceOfChannel(of: { teamId: string; channelId: string }): Promise<string | null>;
  approvalsChannel: string | null;
  /** What the mail provider says about our sender domain. Runs at the start and when a person opens App Home. */
  senderDomain(): Promise<SenderDomain>;
  /** The address of a proxy in front that `TRUSTED_PROXIES` doesn't name; null for none. */
  undeclaredProxy(): string | null;
  /** The gateways that decide themselves, also those that fell silent. */
  gateways(serviceId: string): Promise<SeenFollower[]>;
  requests: RequestStore;
  /** The changes of one actor's request, from when it came in. */
  changesOf(of: { serviceId: string; requestId: string; by: string; from: Date }): Promise<EarlierChange[]>;
  /** Limits how many tasks run at once, so that the next acknowledgement comes in time. */
  limitConcurrency(work: () => Promise<void>): Promise<void>;
  /** Slack reports that a person is no longer a full member: deactivated, or a guest now. Asks Slack later. */
  onPersonGone(teamId: string, userId: string): Promise<void>;
  /** Slack reports that the app was uninstalled or its token revoked. */
  onRevoked(teamId: string, why: 'app_uninstalled' | 'tokens_revoked'): Promise<void>;
};

export type SlackSurface = {
  teamId: string;
  listener: RequestListener;
  /** For background tasks: its timeout is longer than people would wait. */
  client: WebClient;
  people: SlackPeople;
  setupCheck: SetupCheck;
  /** Finishes a stored request whose process has died. */
  takeUp(request: { kind: string; id: string }): Promise<void>;
  start(): Promise<void>;
  /** Waits for the work in flight. */
  stop(): Promise<void>;
};

export async function createSlackSurface(parts: SlackParts): Promise<SlackSurface> {
  const { log } = parts;
  const client = createClient(parts, { timeout: JOB_TIMEOUT_MS, retries: 2 });
  const interactive = createClient(parts, { timeout: INTERACTIVE_TIMEOUT_MS, retries: 0 });
  const teamId = String((await client.auth.test()).team_id);
  const people = createPeople(interactive, teamId, parts.clock);
  const setupCheck = createSetupCheck({ ...parts, client: interactive, people });
  const receiver = createReceiver(parts);
  const background = createBackground(parts);
  const dependencies = { ...parts, people, client: interactive, teamId, setupCheck };
  const deliveries = createDeliveries(dependencies, requestKinds(dependencies), background.run);
  // Of Bolt's own app the receivers use this alone. It would run every request past each of its listeners.
  receiver.init({ processEvent: createIntake(dependencies, deliveries, background.run) } as App);
  return {
    teamId,
    client,
    people,
    setupCheck,
    takeUp: deliveries.takeUp,
    listener: verifying(parts, receiver instanceof HTTPReceiver ? receiver.requestListener : null),
    async start() {
      if (receiver instanceof SocketModeReceiver) await receiver.start();
      background.run(async () => {
        for (const { code, text } of (await setupCheck.run()).problems) log.warn({ code }, text);
      });
    },
    async stop() {
      if (receiver instanceof SocketModeReceiver) await receiver.stop();
      await background.finish();
    },
  };
}

function createReceiver(parts: SlackParts): HTTPReceiver | SocketModeReceiver {
  const logger = boltLogger(parts.log);
  if (parts.appToken)
    return new SocketModeReceiver({
      appToken: parts.appToken,
      logger,
      installerOptions: { clientOptions: { slackApiUrl: parts.apiUrl } },
    });
  return new HTTPReceiver({
    // `verifying` checks it before Bolt parses the body. Bolt's own check accepts timestamps from the future.
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
}

/** Knows when all the work that it runs is done. */
function createBackground({ log }: SlackParts) {
  const inFlight = new Set<Promise<void>>();
  return {
    run(work: () => Promise<void>): void {
      const running = work().catch((error: unknown) => log.error({ err: error }, 'slack work failed'));
      inFlight.add(running);
      // Can't reject: the line above handles every error.
      void running.finally(() => inFlight.delete(running));
    },
    async finish(): Promise<void> {
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

/** Checks the signature over the raw body that the server read. Nothing parses a request that Slack did not sign. */
function verifying(parts: SlackParts, next: RequestListener | null): RequestListener {
  return (req, res) => {
    const respond = (status: number) => void res.writeHead(status, { connection: 'close' }).end();
    const body = (req as IncomingMessage & { rawBody?: Buffer }).rawBody;
    if (!next || !parts.signingSecret || req.method !== 'POST' || !body) return respond(404);
    const timestamp = onlyHeader(req, 'x-slack-request-timestamp');
    const signature = onlyHeader(req, 'x-slack-signature');
    const { signingSecret } = parts;
    if (!isSignedBySlack({ signingSecret, timestamp, signature, body, now: parts.clock() }))
      return respond(401);
    return next(req, res);
  };
}

/** Undefined when the header is missing or was sent twice. */
function onlyHeader(req: IncomingMessage, name: string): string | undefined {
  const values = req.headersDistinct[name];
  return values?.length === 1 ? values[0] : undefined;
}

/** A replayed request has the same signature. */
function receiptIdOf(signature: string): string {
  return createHash('sha256').update(signature).digest('hex');
}

/** Bolt's messages can contain request bodies and emails, so the log only says that something went wrong. */
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
