// Keeps the connection to Slack. While Slack is away or refuses the token, the rest of the app works and jobs for Slack wait.
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode } from '@slack/web-api';
import type { Context, People } from '../../operations/frame/context.ts';
import { serviceOf } from '../../operations/frame/services.ts';
import { doubtOperator } from '../../operations/operators/doubt.ts';
import { grantFirstOperator } from '../../operations/operators/grant-first.ts';
import { bindWorkspace } from '../../operations/workspaces/bind.ts';
import { revokeWorkspace } from '../../operations/workspaces/revoke.ts';
import { withTimeout } from '../../web/with-timeout.ts';
import { markingClient, markOf } from '../frame/service-mark.ts';
import { slackErrorOf } from '../frame/slack-error.ts';
import type { SlackJobDependencies } from '../jobs/dependencies.ts';
import { createSlackJobs, type SlackJobs } from '../jobs/jobs.ts';
import { createSlackSurface, type SlackParts, type SlackSurface } from './app.ts';

/** A start waits this long for Slack, then goes on without it. */
const MAX_START_WAIT_MS = 8_000;
const MAX_STOP_WAIT_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const CHECK_EVERY_MS = 20_000;

const NO_ANSWER = 'no_answer';

/** Slack's errors for a token that will never work again. After any other error the app tries again. */
const REFUSED_TOKEN = new Set([
  'account_inactive',
  'invalid_auth',
  'not_allowed_token_type',
  'not_authed',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
]);

type ConnectionParts = Omit<SlackParts, 'apiUrl' | 'onPersonGone' | 'onRevoked'> & {
  apiUrl(): string;
  /** Where the cards of a service go; null for direct messages. */
  approvalsChannelOf(serviceId: string): string | null;
  /** The user group that approval cards mention. */
  approversGroup: string | null;
  firstOperators: { admins: readonly string[]; approvers: readonly string[] };
  /** Slack answers, so the work that waited for it can run. */
  onConnected(): Promise<void>;
};

export type SlackConnection = {
  /** Null until Slack answers for the first time. */
  isReachable(): boolean | null;
  /** Why Slack is not reachable: Slack's error, or `no_answer`. Null when it is, or before its first answer. */
  trouble(): string | null;
  /** Answers 503 while there is no connection. */
  listener: RequestListener;
  people: People;
  /** The jobs that run at Slack. Throws while there is no connection, so the worker retries them. */
  jobs(): SlackJobs;
  /** Resolves when Slack answered or refused. After 8 s it resolves too, and connecting goes on in the background. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

type State = 'new' | 'connected' | 'unreachable' | 'token refused';

type Link = {
  state: State;
  trouble: string | null;
  surface: SlackSurface | null;
  jobs: SlackJobs | null;
  stopping: AbortSignal;
};

export function createSlackConnection(parts: ConnectionParts): SlackConnection {
  const stopping = new AbortController();
  const link: Link = { state: 'new', trouble: null, surface: null, jobs: null, stopping: stopping.signal };
  let connecting: Promise<void> | null = null;
  return {
    isReachable: () => (link.state === 'new' ? null : link.state === 'connected' && link.trouble === null),
    trouble: () => link.trouble,
    listener(req, res) {
      if (link.state === 'connected' && link.surface) return link.surface.listener(req, res);
      res.writeHead(503).end();
    },
    people: {
      async actorOf(...who) {
        if (!link.surface) throw new Error('slack is not connected');
        return link.surface.people.actorOf(...who);
      },
    },
    jobs() {
      if (link.state !== 'connected' || !link.jobs) throw new Error('slack is not connected');
      return link.jobs;
    },
    async start() {
      connecting = keepConnecting(parts, link);
      // After this wait `keepConnecting` continues in the background, and logs its own failures.
      await withTimeout(MAX_START_WAIT_MS, connecting).catch(() => {});
      // Runs until the app stops, and logs its own failures.
      void keepChecking(parts, link);
    },
    async stop() {
      stopping.abort();
      await link.surface?.stop();
      await withTimeout(MAX_STOP_WAIT_MS, Promise.resolve(connecting)).catch(() => {});
    },
  };
}

async function keepConnecting(parts: ConnectionParts, link: Link): Promise<void> {
  const { log } = parts;
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
    try {
      return await connect(parts, link);
    } catch (error) {
      if (link.stopping.aborted) return;
      await stopSurface(link);
      const why = slackErrorOf(error);
      if (REFUSED_TOKEN.has(why)) return markTokenRefused(parts, link, why);
      link.state = 'unreachable';
      link.trouble = why || NO_ANSWER;
      log.error({ err: error, why }, 'no connection to slack; trying again while everything else runs');
    }
    await delay(waitMs, undefined, { signal: link.stopping, ref: false }).catch(() => {});
    if (link.stopping.aborted) return;
  }
}

async function connect(parts: ConnectionParts, link: Link): Promise<void> {
  const apiUrl = parts.apiUrl();
  const { services } = parts;
  link.surface = await createSlackSurface({
    ...parts,
    apiUrl,
    async onPersonGone(teamId, userId) {
      for (const { system } of services) await doubtOperator(system('slack'), { teamId, userId });
    },
    async onRevoked(teamId, why) {
      markTokenRefused(parts, link, why);
      for (const { system } of services) await revokeWorkspace(system('slack'), { teamId, why });
    },
  });
  const { teamId, takeUp } = link.surface;
  const tokenHash = createHash('sha256').update(parts.botToken).digest('hex');
  for (const { system } of services) {
    const { isBound } = await bindWorkspace(system('start'), { teamId, tokenHash });
    if (!isBound) return markTokenRefused(parts, link, 'revoked before');
    await grantFirst(system('settings'), teamId, parts.firstOperators);
  }
  link.jobs = createSlackJobs(jobDependencies(parts, link.surface), takeUp);
  link.state = 'connected';
  link.trouble = null;
  await link.surface.start();
  await parts.onConnected();
}

/** By service: each posts in its own approvals channel, and marks what it posts. */
function jobDependencies(parts: ConnectionParts, { teamId, client, setupCheck }: SlackSurface) {
  const { log, approversGroup, services } = parts;
  return (serviceId: string): SlackJobDependencies => {
    const service = serviceOf(services, serviceId);
    return {
      client: markingClient(client, markOf(services, service)),
      apiUrl: parts.apiUrl(),
      teamId,
      approvalsChannel: parts.approvalsChannelOf(serviceId),
      approversGroup,
      system: () => service.system('slack'),
      isExposed: setupCheck.isExposed,
      log,
    };
  };
}

function markTokenRefused({ log }: ConnectionParts, link: Link, why: string): void {
  link.state = 'token refused';
  link.trouble = why;
  log.error({ why }, 'slack refuses our token; nothing is posted until a new one is set');
}

async function stopSurface(link: Link): Promise<void> {
  const { surface } = link;
  link.surface = null;
  if (surface) await withTimeout(MAX_STOP_WAIT_MS, surface.stop()).catch(() => {});
}

async function keepChecking(parts: ConnectionParts, link: Link): Promise<void> {
  for (;;) {
    await delay(CHECK_EVERY_MS, undefined, { signal: link.stopping, ref: false }).catch(() => {});
    if (link.stopping.aborted) return;
    await check(parts, link).catch((error: unknown) =>
      parts.log.error({ err: error }, 'the check of slack failed'),
    );
  }
}

/**
 * Notices when Slack goes away and comes back while the app runs. The job store would retry the waiting work only hours
 * later, so `onConnected` retries it at once.
 */
async function check(parts: ConnectionParts, link: Link): Promise<void> {
  if (link.state !== 'connected' || !link.surface) return;
  const former = link.trouble;
  const trouble = await link.surface.client.auth.test().then(() => null, troubleOf);
  // The token may have been revoked during the call.
  if (!isConnected(link)) return;
  link.trouble = trouble;
  if (trouble && trouble !== former)
    parts.log.error({ why: trouble }, 'slack is not reachable; jobs for it wait');
  if (former && !trouble) await parts.onConnected();
}

const isConnected = (link: Link): boolean => link.state === 'connected';

/** Null for a rate limit, because only a working Slack sends one. */
function troubleOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return code === ErrorCode.RateLimitedError ? null : slackErrorOf(error) || NO_ANSWER;
}

async function grantFirst(
  context: Context,
  teamId: string,
  { admins, approvers }: ConnectionParts['firstOperators'],
): Promise<void> {
  const grants = [
    ...admins.map((slackUserId) => ({ slackUserId, role: 'admin' as const })),
    ...approvers.map((slackUserId) => ({ slackUserId, role: 'approver' as const })),
  ];
  for (const grant of grants)
    await grantFirstOperator(context, { ...grant, teamId, name: grant.slackUserId });
}
