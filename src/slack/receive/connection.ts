// Slack may be away when the process starts, or refuse its token: everything else goes on, and what is for Slack waits.
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode } from '@slack/web-api';
import type { Context, People } from '../../operations/frame/context.ts';
import { grantFirstOperator } from '../../operations/operators/grant-first.ts';
import { loseRole } from '../../operations/operators/lose.ts';
import { bindWorkspace } from '../../operations/workspaces/bind.ts';
import { revokeWorkspace } from '../../operations/workspaces/revoke.ts';
import { within } from '../../web/within.ts';
import { createSlackJobs, type SlackJobs } from '../jobs/jobs.ts';
import { slackErrorOf } from '../modals/open.ts';
import { createSlackSurface, type SlackParts, type SlackSurface } from './app.ts';

/** A start waits so long for Slack, then goes on without it. */
const MAX_START_WAIT_MS = 8_000;
const MAX_STOP_WAIT_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** How often Slack is asked whether it is still there. */
const LOOK_EVERY_MS = 20_000;

const NO_ANSWER = 'no_answer';

/** Slack's words for a token that will never work again. Anything else may pass. */
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
  system(name: string): Context;
  /** The user group that approval cards call upon. */
  approversGroup: string | null;
  firstOperators: { admins: readonly string[]; approvers: readonly string[] };
  /** What waited for Slack may be done. */
  onConnected(): Promise<void>;
};

export type SlackConnection = {
  /** Null while it was asked and has not answered yet. */
  isReachable(): boolean | null;
  /** Why it isn't: Slack's word, or `no_answer`. Null when it is, or when that is not known yet. */
  trouble(): string | null;
  /** Answers 503 while there is no connection. */
  listener: RequestListener;
  people: People;
  /** What background tasks need of Slack. Throws while there is no connection, so that they are tried again. */
  jobs(): SlackJobs;
  /** Resolves when Slack answered or refused, or when that takes too long; then it is tried on behind. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

type State = 'new' | 'connected' | 'unreachable' | 'token refused';

export function createSlackConnection(parts: ConnectionParts): SlackConnection {
  const { log } = parts;
  const stopping = new AbortController();
  let state: State = 'new';
  let surface: SlackSurface | null = null;
  let jobs: SlackJobs | null = null;
  let trying: Promise<void> | null = null;
  let trouble: string | null = null;

  const system = () => parts.system('slack');
  const refuse = (why: string) => {
    state = 'token refused';
    trouble = why;
    log.error({ why }, 'slack refuses our token; nothing is posted until a new one is set');
  };
  const open = async () => {
    const apiUrl = parts.apiUrl();
    surface = await createSlackSurface({
      ...parts,
      apiUrl,
      async onPersonGone(teamId, userId) {
        await loseRole(system(), { teamId, userId });
      },
      async onRevoked(teamId, why) {
        refuse(why);
        await revokeWorkspace(system(), { teamId, why });
      },
    });
    const { teamId } = surface;
    const tokenHash = createHash('sha256').update(parts.botToken).digest('hex');
    const { isBound } = await bindWorkspace(parts.system('start'), { teamId, tokenHash });
    if (!isBound) return refuse('revoked before');
    await grantFirst(parts.system('settings'), teamId, parts.firstOperators);
    const { client, setup } = surface;
    const { approvalsChannel, approversGroup } = parts;
    const { isExposed } = setup;
    jobs = createSlackJobs({ client, apiUrl, teamId, approvalsChannel, approversGroup, system, isExposed });
    state = 'connected';
    trouble = null;
    await surface.start();
    await parts.onConnected();
  };

  const stopSurface = async () => {
    const former = surface;
    surface = null;
    if (former) await within(MAX_STOP_WAIT_MS, former.stop()).catch(() => {});
  };
  const keepTrying = async () => {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
      try {
        return await open();
      } catch (error) {
        if (stopping.signal.aborted) return;
        await stopSurface();
        const why = slackErrorOf(error);
        if (REFUSED_TOKEN.has(why)) return refuse(why);
        state = 'unreachable';
        trouble = why || NO_ANSWER;
        log.error({ err: error, why }, 'no connection to slack; all else goes on, and it is tried again');
      }
      await delay(waitMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  };
  /** Slack may go while we run, and come back: what waited meanwhile would wait on for hours by the job store's formula. */
  const look = async () => {
    if (state !== 'connected' || !surface) return;
    const former = trouble;
    const now = await surface.client.auth.test().then(() => null, troubleOf);
    if (state !== 'connected') return;
    trouble = now;
    if (now && now !== former) log.error({ why: now }, 'slack can not be used now; what is for it waits');
    if (former && !now) await parts.onConnected();
  };
  const keepLooking = async () => {
    for (;;) {
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
      await look().catch((error: unknown) => log.error({ err: error }, 'looking after slack failed'));
    }
  };
  return {
    isReachable: () => (state === 'new' ? null : state === 'connected' && trouble === null),
    trouble: () => trouble,
    listener(req, res) {
      if (state === 'connected' && surface) return surface.listener(req, res);
      res.writeHead(503).end();
    },
    people: {
      async actorOf(userId, teamId) {
        if (!surface) throw new Error('slack is not there');
        return surface.people.actorOf(userId, teamId);
      },
    },
    jobs() {
      if (state !== 'connected' || !jobs) throw new Error('slack is not there');
      return jobs;
    },
    async start() {
      trying = keepTrying();
      await within(MAX_START_WAIT_MS, trying).catch(() => {});
      void keepLooking();
    },
    async stop() {
      stopping.abort();
      await surface?.stop();
      await within(MAX_STOP_WAIT_MS, Promise.resolve(trying)).catch(() => {});
    },
  };
}

/** Being asked to wait is an answer. */
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
