// The composition root: every part is built here, by plain function calls.
import { RateLimiterDrizzle } from 'rate-limiter-flexible';
import { createGatewaySource } from './db/gateway/source.ts';
import { openJobPool } from './db/outbox/job-pool.ts';
import { findOldestWaitingJobSeconds, retryJobsNow } from './db/outbox/jobs.ts';
import { createReceipts } from './db/outbox/receipts.ts';
import { rateLimits } from './db/rate-limits.ts';
import { openDependencies } from './dependencies.ts';
import { SLACK_JOBS } from './domain/jobs.ts';
import { createGatewayAlerts } from './gateway/alerts.ts';
import { createGateway } from './gateway/gateway.ts';
import { createInternalServer } from './gateway/internal-server.ts';
import { runEveryMinute } from './jobs/schedule.ts';
import { createTasks } from './jobs/tasks.ts';
import { startWorker } from './jobs/worker.ts';
import type { Log } from './log.ts';
import { verifyMailEvent } from './mail/delivery/mail-event.ts';
import { createResendDelivery } from './mail/delivery/resend.ts';
import { checkSenderDomain } from './mail/delivery/sender-domain.ts';
import { createManagement, MAX_MANAGEMENT_BYTES, refusalInAzuresForm } from './management/app.ts';
import type { Clock } from './operations/frame/context.ts';
import { sweepImports } from './operations/imports/sweep.ts';
import { countMails } from './operations/mails/count.ts';
import { recordMailEvent } from './operations/mails/record-event.ts';
import { sweepMails } from './operations/mails/sweep.ts';
import type { Playground } from './playground/playground.ts';
import { createPortal } from './portal/app.tsx';
import { createConcurrencyLimit } from './security/concurrency-limit.ts';
import { type Settings, SettingsError } from './settings/settings.ts';
import { COMMANDS, SHORTCUTS } from './slack/handlers.ts';
import { createSlackConnection } from './slack/receive/connection.ts';
import { createHealth } from './web/health.ts';
import { createMailWebhook } from './web/mail-webhook.ts';
import { createMetrics } from './web/metrics.ts';
import { createRateLimits } from './web/rate-limit.ts';
import { createRootApp } from './web/root-app.ts';
import { createHttpServer, type HttpServerOptions } from './web/server.ts';

const POOL_SIZE = 10;
const STOP_GRACE_MS = 8_000;
const MAX_SLACK_WORK = 40;
const MAX_SLACK_WORK_WAITING = 20_000;

/** `url` is where people reach it, `localUrl` where this process listens, `internalUrl` where its `INTERNAL_PORT` is. */
export type RunningApp = {
  url: string;
  localUrl: string;
  internalUrl: string | null;
  hasPlayground: boolean;
  stop(): Promise<void>;
};

/** What tests may set besides the settings. */
export type AppOptions = { clock?: Clock; passwordCost?: number; say?: (message: string) => void };

export async function startApp(settings: Settings, log: Log, options: AppOptions = {}): Promise<RunningApp> {
  const clock = options.clock ?? (() => new Date());
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) {
      await one().catch((error: unknown) => log.error({ err: error }, 'stopping failed'));
    }
  };
  try {
    // The address is known once the port is; nothing is served before that.
    let url = settings.publicUrl ?? '';
    let localUrl = '';
    const { db, sql, databaseUrl, keyring, policy, serviceId, contextOf } = await openDependencies(settings, {
      clock,
      publicUrl: () => url,
      poolSize: POOL_SIZE,
      passwordCost: options.passwordCost,
      say: options.say,
      atEnd: (one) => void stops.push(one),
      people: { actorOf: (userId, teamId) => slack.people.actorOf(userId, teamId) },
      afterCommit: () => gateway.noteCommit(),
    });
    const system = (name: string) => contextOf({ kind: 'system', name });

    const playground: Playground | null = settings.slack
      ? null
      : await openPlayground({ dataDir: settings.dataDir, appUrl: () => localUrl, log, clock });
    if (playground) stops.push(() => playground.stop());
    const mail = settings.resend ?? playground?.resend;
    if (!mail) throw new SettingsError(['RESEND_API_KEY: needed']);
    const mailUrl = () => ('basePath' in mail ? `${localUrl}${mail.basePath}` : mail.baseUrl);
    const mailing = {
      delivery: () => createResendDelivery({ apiKey: mail.apiKey, baseUrl: mailUrl() }),
      from: settings.mailFrom,
      replyTo: settings.supportEmail,
    };
    const tellStale = createGatewayAlerts({
      ...mailing,
      log,
      clock,
      to: settings.alertEmails,
      brand: policy,
      staleSeconds: settings.gateway.staleSeconds,
    });
    const gateway = createGateway({
      ...settings.gateway,
      source: createGatewaySource(db, databaseUrl, serviceId),
      log,
      clock,
      tellStale,
    });
    stops.push(gateway.stop);

    const slack = createSlackConnection({
      ...slackKeys(settings, playground),
      apiUrl: () => (playground ? `${localUrl}${playground.slack.apiPath}` : settings.slackApiUrl),
      log,
      clock,
      policy,
      system,
      approversGroup: settings.approversGroup,
      senderDomain: async () =>
        settings.resend ? checkSenderDomain({ ...settings.resend, from: settings.mailFrom }) : 'verified',
      contextOf: (actor) => contextOf(actor),
      takeReceipt: createReceipts(db).take,
      limitConcurrency: createConcurrencyLimit(MAX_SLACK_WORK, MAX_SLACK_WORK_WAITING),
      onConnected: () => retryJobsNow(db, SLACK_JOBS),
    });

    const limits = createRateLimits(
      (limiter) => new RateLimiterDrizzle({ ...limiter, storeClient: db, schema: rateLimits }),
      keyring.current.rateLimit,
    );
    const metrics = createMetrics(
      async () => ({
        isSlackReachable: slack.isReachable(),
        oldestWaitingJobSeconds: await findOldestWaitingJobSeconds(db),
        mailsByState: await countMails(system('metrics'), {}),
      }),
      gateway.readings,
    );
    const portal = createPortal({
      policy,
      limits,
      contextOf: (requestId, actor = { kind: 'developer' }) => contextOf(actor, requestId),
    });
    const root = createRootApp({ log, respond: portal.refusalPage });
    root.route('/', portal.app);
    const { webhookSecret } = mail;
    if (webhookSecret) {
      root.route(
        '/mail/events',
        createMailWebhook({
          verify: (body, headers) => verifyMailEvent({ ...mail, webhookSecret }, body, headers),
          record: (report) => recordMailEvent(system('mail events'), report),
        }),
      );
    }
    const database = () => sql`select 1`;
    root.route(
      '/',
      createHealth({
        checks: {
          database,
          gateway: async () => gateway.isLoaded() || Promise.reject(new Error('not loaded')),
        },
        reported: { slack: async () => slack.isReachable() || Promise.reject(new Error('not reachable')) },
        metrics: settings.internal ? null : metrics,
      }),
    );
    root.route(
      '/subscriptions',
      createManagement({
        log,
        limits,
        publicUrl: () => url,
        oidc: settings.oidc,
        clock,
        contextOf,
        system: () => system('management'),
      }),
    );
    const serverOptions: HttpServerOptions = {
      log,
      clock,
      metrics,
      trustedProxies: settings.trustedProxies,
      isHttps: settings.publicUrl?.startsWith('https://') ?? false,
      fetch: root.fetch,
      bodyLimits: { '/mail/events': 65_536, '/subscriptions': MAX_MANAGEMENT_BYTES },
      refusals: { '/subscriptions': refusalInAzuresForm },
      routes: {
        '/slack/events': slack.listener,
        ...(settings.internal ? {} : { '/gateway/check': gateway.listener }),
        ...(playground ? { '/playground': playground.listener } : {}),
      },
    };
    const server = createHttpServer({ ...serverOptions, tls: settings.tls });
    const { port } = await server.listen(settings.host, settings.port);
    stops.push(() => server.stop(STOP_GRACE_MS));
    const scheme = settings.tls ? 'https' : 'http';
    localUrl = `${scheme}://127.0.0.1:${port}`;
    url ||= `${scheme}://localhost:${port}`;
    if (settings.tls && playground) {
      // The playground's Slack and Resend come by plain HTTP: no certificate is for 127.0.0.1.
      const inner = createHttpServer(serverOptions);
      stops.push(() => inner.stop(STOP_GRACE_MS));
      localUrl = `http://127.0.0.1:${(await inner.listen('127.0.0.1', 0)).port}`;
    }

    let internalUrl: string | null = null;
    if (settings.internal) {
      const { host, port } = settings.internal;
      const internal = createInternalServer({ log, clock, metrics, gateway, database });
      internalUrl = `http://${host}:${(await internal.listen(host, port)).port}`;
      stops.push(() => internal.stop(STOP_GRACE_MS));
      internal.setReady(true);
    }
    gateway.start();

    await slack.start();
    stops.push(() => slack.stop());
    const jobPool = openJobPool(databaseUrl, (error) => log.warn({ err: error }, 'job store away'));
    stops.push(() => jobPool.close());
    const worker = await startWorker(jobPool, {
      log,
      db,
      tasks: createTasks({ log, system, ...mailing, delivery: mailing.delivery(), slack: slack.jobs }),
      everyMinute: () => runEveryMinute(system('schedule'), log, slack),
    });
    stops.push(() => worker.stop());
    // Not only at the next full minute: whatever a killed process left.
    await sweepMails(system('start'), {});
    await sweepImports(system('start'), {});
    server.setReady(true);
    stops.push(async () => server.setReady(false));
    return { url, localUrl, internalUrl, hasPlayground: playground !== null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Loaded only where it may exist. */
async function openPlayground(options: {
  dataDir: string;
  appUrl: () => string;
  log: Log;
  clock: Clock;
}): Promise<Playground> {
  const { createPlayground } = await import('./playground/playground.ts');
  const shortcuts = SHORTCUTS.map(({ run: _run, ...shortcut }) => shortcut);
  const subcommands = COMMANDS.map(({ name, usage }) => ({ name, hint: usage }));
  return createPlayground({ ...options, features: () => ({ shortcuts, subcommands }) });
}

function slackKeys(settings: Settings, playground: Playground | null) {
  const own = playground?.slack;
  return {
    botToken: settings.slack?.botToken ?? own?.botToken ?? '',
    signingSecret: settings.slack?.signingSecret ?? own?.signingSecret ?? null,
    appToken: settings.slack?.appToken ?? null,
    approvalsChannel: settings.approvalsChannel ?? own?.approvalsChannel ?? null,
    firstOperators: {
      admins: [...settings.admins, ...(own?.admins ?? [])],
      approvers: [...settings.approvers, ...(own?.approvers ?? [])],
    },
  };
}
