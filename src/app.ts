// The composition root: every part is built here, by plain function calls.
import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { type BoundInstance, bindInstance } from './azure/bound-instance.ts';
import { AzureFault } from './azure/fault.ts';
import { listChangesOfRequest } from './db/audit/rows.ts';
import { probeDatabase } from './db/connection/probe.ts';
import { listFollowers } from './db/gateway/followers.ts';
import { createGatewaySource } from './db/gateway/source.ts';
import { findServiceOfChannel } from './db/operators/workspaces.ts';
import { openJobPool } from './db/outbox/job-pool.ts';
import { addMinutelyJob, findOldestWaitingJobSeconds, retryJobsNow } from './db/outbox/jobs.ts';
import { createReceipts } from './db/outbox/receipts.ts';
import { createLimiter } from './db/rate-limits.ts';
import { createStops, type Dependencies, openDependenciesWhenWell } from './dependencies.ts';
import { isSameInstance } from './domain/azure-instance.ts';
import { addUp } from './domain/call-counts.ts';
import { SLACK_JOBS } from './domain/jobs.ts';
import { createGatewayAlerts } from './gateway/alerts.ts';
import { createGateway, type Gateway, readTogether, routesOf } from './gateway/gateway.ts';
import { createInternalServer } from './gateway/internal-server.ts';
import { createSignInProviders } from './identity/providers.ts';
import { createWebhookSender, type WebhookSender } from './jobs/events/webhook-sender.ts';
import { runEveryMinute } from './jobs/schedule.ts';
import { createTasks } from './jobs/tasks.ts';
import { startTimer } from './jobs/timer.ts';
import { type RunningWorker, startWorker } from './jobs/worker.ts';
import { LANGUAGES, type Languages } from './languages/languages.ts';
import type { Log } from './log.ts';
import { verifyMailEvent } from './mail/delivery/mail-event.ts';
import { createResendDelivery } from './mail/delivery/resend.ts';
import { checkSenderDomain } from './mail/delivery/sender-domain.ts';
import { createDefinitions } from './management/api-definition.ts';
import {
  createManagement,
  maxManagementBytes,
  RESOURCE_MANAGER,
  refusalInAzuresForm,
} from './management/app.ts';
import { createAuthority, isTokenRequest } from './management/authority.ts';
import { FEED_PATHS } from './management/feeds.ts';
import { refusalInOAuthsForm } from './management/oauth.ts';
import { bindToAzure } from './operations/azure/bind.ts';
import { queueLook } from './operations/azure/queue-look.ts';
import { sweepOrders } from './operations/azure/sweep-orders.ts';
import { sweepPull } from './operations/azure/sweep-pull.ts';
import { sweepBatches } from './operations/batches/sweep.ts';
import type { Clock, Context, Served, Services } from './operations/frame/context.ts';
import { forEachService, serviceOf } from './operations/frame/services.ts';
import { reportInEveryService } from './operations/leaked-keys/report-in-every-service.ts';
import { countMails } from './operations/mails/count.ts';
import { recordMailEvent } from './operations/mails/record-event.ts';
import { sweepMails } from './operations/mails/sweep.ts';
import type { Playground } from './playground/playground.ts';
import { createPortal } from './portal/app.tsx';
import type { Delegation } from './portal/delegation-cookie.ts';
import { createConcurrencyLimit } from './security/concurrency-limit.ts';
import { isDelegationSigned } from './security/delegation-signature.ts';
import { isSameSecret } from './security/same-secret.ts';
import { openSealedText, sealText } from './security/sealed-text.ts';
import { type Settings, SettingsError, settingsOf } from './settings/settings.ts';
import { COMMANDS, SHORTCUTS } from './slack/handlers.ts';
import type { RequestStore } from './slack/receive/app.ts';
import { createSlackConnection, type SlackConnection } from './slack/receive/connection.ts';
import { createAzureWebhook, MAX_AZURE_EVENT_BYTES } from './web/azure-webhook.ts';
import { createHealth } from './web/health.ts';
import { createLeakReports, LEAKED_KEYS_PATH, MAX_LEAK_REPORT_BYTES } from './web/leaked-keys.ts';
import { createMailWebhook } from './web/mail-webhook.ts';
import { createMetrics, type Metrics, type Readings } from './web/metrics.ts';
import { createProxyWatch, type ProxyWatch } from './web/proxy-watch.ts';
import { createRateLimits, type RateLimits } from './web/rate-limit.ts';
import type { WebEnv } from './web/request-facts.ts';
import { isAt } from './web/request-target.ts';
import { createRootApp } from './web/root-app.ts';
import { createScannerKeys } from './web/scanner-keys.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './web/server.ts';
import { createWaitingServers } from './web/waiting-servers.ts';

const POOL_SIZE = 10;
const STOP_GRACE_MS = 8_000;
const MAX_SLACK_WORK = 40;
const MAX_SLACK_WORK_WAITING = 20_000;
const MAX_MAIL_EVENT_BYTES = 65_536;

/** People use `url`, this machine `localUrl`. `internalUrl` is the address of `INTERNAL_PORT`. */
export type RunningApp = {
  url: string;
  localUrl: string;
  internalUrl: string | null;
  hasPlayground: boolean;
  stop(): Promise<void>;
};

/** `clock`, `passwordCost` and `languages` are for tests. `print` shows a person how the start proceeds. */
export type AppOptions = {
  clock?: Clock;
  passwordCost?: number;
  languages?: Languages;
  print?: (message: string) => void;
};

/**
 * Starts every part. Resolves when the app serves requests and runs jobs.
 * Throws a `SettingsError` when the settings don't fit together. Stops what it had started before it throws.
 */
export async function startApp(given: Settings, log: Log, options: AppOptions = {}): Promise<RunningApp> {
  const { atStop, stop } = createStops((error) => log.error({ err: error }, 'stopping failed'));
  const addresses = { url: given.publicUrl ?? '', localUrl: '' };
  try {
    const settings = given.slack ? given : await withCompany(given);
    const jobs = { worker: null };
    const proxyWatch = createProxyWatch(log);
    const { languages = LANGUAGES } = options;
    const webhooks = new Map<string, WebhookSender>();
    const base = { settings, log, addresses, jobs, proxyWatch, webhooks, atStop, languages };
    const parts = await openParts(base, options);
    const { server, internalUrl } = await startServers(parts);
    for (const gateway of parts.gateways.values()) gateway.start();
    await parts.slack.start();
    atStop(() => parts.slack.stop());
    await startJobs(parts);
    server.setReady(true);
    atStop(async () => server.setReady(false));
    return { ...addresses, internalUrl, hasPlayground: parts.playground !== null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The playground has a company to sign in with, unless the settings name a provider. */
async function withCompany(settings: Settings): Promise<Settings> {
  const { COMPANY_SETTINGS } = await import('./playground/company/mounted.ts');
  const added = <Own extends Pick<Settings, 'signIn'>>(own: Own): Own =>
    own.signIn.providers.length > 0
      ? own
      : { ...own, signIn: { ...own.signIn, providers: [COMPANY_SETTINGS] } };
  return { ...added(settings), services: settings.services.map(added) };
}

type Base = {
  settings: Settings;
  log: Log;
  /** Complete once the server listens. No request is served before that. */
  addresses: { url: string; localUrl: string };
  /** Null until the worker was started. */
  jobs: { worker: RunningWorker | null };
  proxyWatch: ProxyWatch;
  /** By the id of the service; empty until the jobs were started. */
  webhooks: Map<string, WebhookSender>;
  /** Those that developers can choose from. */
  languages: Languages;
  atStop(stop: () => Promise<unknown>): void;
};

/** The parts that Slack and the gateway are made from. */
type Opened = Base &
  Dependencies & {
    system(name: string): Context;
    playground: Playground | null;
    mail: Mail;
    /** The instance of Azure API Management of each service that is bound to one, by the service's id. */
    mirrors: ReadonlyMap<string, BoundInstance>;
  };

/** `gateways` has one for each service, by its name. */
type Parts = Opened & { gateways: ReadonlyMap<string, Gateway>; slack: SlackConnection };

async function openParts(base: Base, { clock, passwordCost, print }: AppOptions): Promise<Parts> {
  const { settings, log, addresses, atStop } = base;
  const company = settings.slack ? null : await import('./playground/company/mounted.ts');
  const waiting = createWaitingServers(settings, log);
  atStop(waiting.stop);
  const dependencies = await openDependenciesWhenWell(settings, {
    clock,
    onClockJump: (jumpMs) =>
      log.warn({ jumpMs }, "the database's clock jumped: for five minutes nothing is erased or expires"),
    publicUrl: () => addresses.url,
    poolSize: POOL_SIZE,
    passwordCost,
    providersOf: ({ providers }, at) =>
      createSignInProviders(providers, {
        log,
        clock: at,
        ...(company ? { addressOf: (url) => company.addressOfCompany(url, addresses.localUrl) } : {}),
      }),
    print,
    wakeWebhooks: (serviceId) => base.webhooks.get(serviceId)?.wake(),
    atStop,
    onOutage: waiting.tell,
    // Slack and the gateway need the dependencies, so they are made below.
    people: { actorOf: (...who) => slack.people.actorOf(...who) },
  });
  await waiting.stop();
  const playground = settings.slack ? null : await openPlayground(base, dependencies);
  const opened: Opened = {
    ...base,
    ...dependencies,
    system: dependencies.services[0].system,
    playground,
    mail: openMail(base, playground),
    mirrors: await bindMirrors(settings, dependencies),
  };
  const gateways = new Map(opened.services.map((service) => [service.name, openGateway(opened, service)]));
  const slack = openSlack(opened);
  return { ...opened, gateways, slack };
}

/** Loads the playground's code only here: production images leave it out. */
async function openPlayground(
  { settings, addresses, log, atStop }: Base,
  { clock, services }: Dependencies,
): Promise<Playground> {
  const { createPlayground } = await import('./playground/playground.ts');
  const shortcuts = SHORTCUTS.map(({ run: _run, ...shortcut }) => shortcut);
  const subcommands = COMMANDS.map(({ name, usage }) => ({ name, hint: usage }));
  const playground = await createPlayground({
    dataDir: settings.dataDir,
    appUrl: () => addresses.localUrl,
    log,
    clock,
    portalUrls: () => services.map(({ policy }) => policy.publicUrl),
    features: () => ({ shortcuts, subcommands }),
  });
  atStop(() => playground.stop());
  return playground;
}

/** Throws a `SettingsError` when a service is bound to another instance than its setting says. */
async function bindMirrors(
  settings: Settings,
  { services, clock }: Pick<Dependencies, 'services' | 'clock'>,
): Promise<ReadonlyMap<string, BoundInstance>> {
  const mirrors = new Map<string, BoundInstance>();
  for (const { id, name, system } of services) {
    const { azure } = settingsOf(settings, id);
    if (!azure) continue;
    const bound = await bindToAzure(system('start'), { path: azure.path });
    if (!isSameInstance(bound.path, azure.path))
      throw new SettingsError([
        `AZURE_API_MANAGEMENT: ${name} is bound to ${bound.path}. Set that instance, or bind it to another one with \`npm run azure -- attach\`.`,
      ]);
    mirrors.set(id, bindInstance(azure, clock));
  }
  return mirrors;
}

/** Event Grid's events, for each service whose settings have a secret for them. */
const openAzureWebhook = ({ settings, services }: Parts): Hono<WebEnv> =>
  createAzureWebhook((received) => {
    for (const { id, system } of services) {
      const { azure } = settingsOf(settings, id);
      if (azure?.eventsSecret && isSameSecret(received, azure.eventsSecret))
        return { path: azure.path, note: (thing) => queueLook(system('azure events'), thing) };
    }
    return null;
  });

type Mail = ReturnType<typeof openMail>;

/** Resend, or the inbox of the playground. */
function openMail({ settings, addresses }: Base, playground: Playground | null) {
  const resend = settings.resend ?? playground?.resend;
  if (!resend) throw new SettingsError(['RESEND_API_KEY: needed']);
  const { apiKey, webhookSecret } = resend;
  const baseUrl = () => ('basePath' in resend ? `${addresses.localUrl}${resend.basePath}` : resend.baseUrl);
  return {
    apiKey,
    webhookSecret,
    sender: {
      delivery: () => createResendDelivery({ apiKey, baseUrl: baseUrl() }),
      from: settings.mailFrom,
      replyTo: settings.supportEmail,
    },
  };
}

function openGateway(opened: Opened, { id, policy, system }: Served): Gateway {
  const { settings, log, clock, db, databaseUrl, mail, atStop } = opened;
  const own = settingsOf(settings, id).gateway;
  const gateway = createGateway({
    ...own,
    source: createGatewaySource(db, databaseUrl, id, clock),
    log,
    clock,
    writeAllUsage: system('gateway').writeUsage,
    tellStale: createGatewayAlerts({
      ...mail.sender,
      log,
      clock,
      to: settings.alertEmails,
      brand: policy,
      staleSeconds: own.staleSeconds,
    }),
  });
  atStop(gateway.stop);
  return gateway;
}

function openSlack(opened: Opened): SlackConnection {
  const { settings, addresses, log, clock, db, services, playground, proxyWatch } = opened;
  const access = slackAccess(settings, playground);
  return createSlackConnection({
    ...access,
    apiUrl: () => (playground ? `${addresses.localUrl}${playground.slack.apiPath}` : settings.slackApiUrl),
    log,
    clock,
    services,
    serviceOfChannel: (of) => findServiceOfChannel(db, of),
    approvalsChannelOf: (id) => settingsOf(settings, id).approvalsChannel ?? access.approvalsChannel,
    approversGroup: settings.approversGroup,
    senderDomain: async () =>
      settings.resend ? checkSenderDomain({ ...settings.resend, from: settings.mailFrom }) : 'verified',
    undeclaredProxy: proxyWatch.seen,
    gateways: async (id) => (await listFollowers(db, id)).filter(({ kind }) => kind !== 'process'),
    requests: openRequestStore(opened),
    changesOf: (of) => listChangesOfRequest(db, of),
    limitConcurrency: createConcurrencyLimit(MAX_SLACK_WORK, MAX_SLACK_WORK_WAITING),
    onConnected: () => retryJobsNow(db, SLACK_JOBS),
  });
}

/** A stored request can hold passwords and emails, so it is sealed. */
function openRequestStore({ db, keyring, serviceId }: Opened): RequestStore {
  const receipts = createReceipts(db, serviceId);
  const seal = (request: string) => sealText(keyring, 'slack request', request, (size) => randomBytes(size));
  return {
    ...receipts,
    take: ({ request, ...receipt }) =>
      receipts.take({ ...receipt, ...(request ? { sealed: seal(request) } : {}) }),
    store: ({ request, ...key }) => receipts.store({ ...key, sealed: seal(request) }),
    async takeUp(key) {
      const taken = await receipts.takeUp(key);
      if (!taken) return null;
      const { sealed, receivedAt } = taken;
      return { request: openSealedText(keyring, 'slack request', sealed), receivedAt };
    },
  };
}

function slackAccess(settings: Settings, playground: Playground | null) {
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

/** Listens on `HOST` and `PORT`, and on `INTERNAL_PORT` where it is set. The public server isn't ready yet. */
async function startServers(parts: Parts): Promise<{ server: HttpServer; internalUrl: string | null }> {
  const { settings, addresses, atStop } = parts;
  const metrics = createMetrics(
    () => readMetrics(parts),
    () => readTogether(parts.gateways),
  );
  const options = serverOptions(parts, metrics);
  const server = createHttpServer({ ...options, tls: settings.tls });
  const { port } = await server.listen(settings.host, settings.port);
  atStop(() => server.stop(STOP_GRACE_MS));
  const scheme = settings.tls ? 'https' : 'http';
  addresses.localUrl = `${scheme}://127.0.0.1:${port}`;
  addresses.url ||= `${scheme}://localhost:${port}`;
  if (settings.tls && parts.playground) {
    // The playground's Slack and Resend call the app by plain HTTP: no certificate covers 127.0.0.1.
    const inner = createHttpServer(options);
    atStop(() => inner.stop(STOP_GRACE_MS));
    addresses.localUrl = `http://127.0.0.1:${(await inner.listen('127.0.0.1', 0)).port}`;
  }
  const internalUrl = await startInternalServer(parts, metrics);
  // Before the servers, which wait for open requests.
  for (const gateway of parts.gateways.values()) atStop(gateway.endStreams);
  return { server, internalUrl };
}

async function readMetrics({ db, services, slack }: Parts): Promise<Readings> {
  const mails = await Promise.all(services.map(({ system }) => countMails(system('metrics'), {})));
  const followers = await Promise.all(services.map(({ id }) => listFollowers(db, id)));
  return {
    isSlackReachable: slack.isReachable(),
    oldestWaitingJobSeconds: await findOldestWaitingJobSeconds(db),
    mailsByState: addUp(mails),
    followers: followers.flat(),
  };
}

function serverOptions(parts: Parts, metrics: Metrics): HttpServerOptions {
  const { settings, log, clock, slack, gateways, playground, proxyWatch } = parts;
  return {
    log,
    clock,
    metrics,
    trustedProxies: settings.trustedProxies,
    onUndeclaredProxy: proxyWatch.see,
    isHttps: settings.publicUrl?.startsWith('https://') ?? false,
    fetch: mountSurfaces(parts, metrics),
    // As Azure compares it.
    caselessPaths: [...RESOURCE_MANAGER, '/metadata/endpoints'],
    bodyLimits: {
      '/mail/events': MAX_MAIL_EVENT_BYTES,
      '/azure/events': MAX_AZURE_EVENT_BYTES,
      [LEAKED_KEYS_PATH]: MAX_LEAK_REPORT_BYTES,
      '/subscriptions': maxManagementBytes,
    },
    refusalAt: (target) => {
      if ([...RESOURCE_MANAGER, ...FEED_PATHS].some((path) => isAt(path, target))) return refusalInAzuresForm;
      return isTokenRequest(target) ? refusalInOAuthsForm : null;
    },
    routes: {
      '/slack/events': slack.listener,
      ...(settings.internal ? {} : routesOf(gateways)),
      ...(playground ? { '/playground': playground.listener } : {}),
    },
  };
}

type RootApp = ReturnType<typeof createRootApp>;

/** Each portal is at the host of its service's address; an unknown host has that of the default service. */
function mountSurfaces(parts: Parts, metrics: Metrics): HttpServerOptions['fetch'] {
  const { db, keyring, services } = parts;
  const limits = createRateLimits((limiter) => createLimiter(db, limiter), keyring.current.rateLimit);
  const shared = openSharedSurfaces(parts, limits, metrics);
  const mounted = services.map((service) => {
    const root = mountPortal(parts, service, limits);
    for (const [path, surface] of shared) root.route(path, surface);
    return { hostOf: () => new URL(service.policy.publicUrl).host, root };
  });
  return (request, env) => {
    const { host } = new URL(request.url);
    const { root } = mounted.find(({ hostOf }) => hostOf() === host) ?? (mounted[0] as (typeof mounted)[0]);
    return root.fetch(request, env);
  };
}

function mountPortal(parts: Parts, served: Served, limits: RateLimits): RootApp {
  const { log, languages } = parts;
  const { policy, contextOf } = served;
  const portal = createPortal({
    delegation: delegationOf(parts, served),
    policy,
    limits,
    languages,
    contextOf: (requestId, actor = { kind: 'developer' }) => contextOf(actor, requestId),
  });
  const root = createRootApp({ log, respond: portal.refusalPage });
  root.route('/', portal.app);
  return root;
}

/** What Azure's developer portal needs of us, when it delegates to this service. */
function delegationOf({ settings, mirrors, log }: Parts, { id }: Served): Delegation | null {
  const { key, portalUrl } = settingsOf(settings, id).azure?.delegation ?? {};
  const azure = mirrors.get(id);
  if (!azure || !key || !portalUrl) return null;
  return {
    portalUrl,
    isSigned: (text, signature) => isDelegationSigned(key, text, signature),
    async tokenFor(userId, expiresAt) {
      try {
        return await (await azure.open()).portalToken(userId, expiresAt);
      } catch (error) {
        if (!(error instanceof AzureFault)) throw error;
        log.warn({ azure: { code: error.code, answer: error.answer } }, 'no token for the developer portal');
        return null;
      }
    },
  };
}

/** Resend's webhook, health and the management API, which are the same at every host, each with its path. */
function openSharedSurfaces(parts: Parts, limits: RateLimits, metrics: Metrics): [string, Hono<WebEnv>][] {
  const { settings, log, clock, addresses, services, mail } = parts;
  const { apiKey, webhookSecret } = mail;
  const forPrograms = {
    ...{ log, limits, services, oidc: settings.oidc },
    publicUrl: () => addresses.url,
  };
  const { preconditions, place, hasClientCredentials } = settings;
  const management = createManagement({
    ...forPrograms,
    clock,
    preconditions,
    place,
    hasClientCredentials,
  });
  const shared: [string, Hono<WebEnv>][] = [
    ['/', openHealth(parts, limits, settings.internal ? null : metrics)],
    ...[...RESOURCE_MANAGER, ...FEED_PATHS].map((path): [string, Hono<WebEnv>] => [path, management]),
    ['/', createDefinitions(forPrograms)],
    ['/azure/events', openAzureWebhook(parts)],
    ['/', createAuthority({ ...forPrograms, isOn: hasClientCredentials })],
  ];
  if (settings.leakedKeys) shared.unshift([LEAKED_KEYS_PATH, openLeakReports(parts, limits)]);
  if (!webhookSecret) return shared;
  const webhook = createMailWebhook({
    verify: (body, headers) => verifyMailEvent({ apiKey, webhookSecret }, body, headers),
    record: (report) => firstKnown(services, report),
  });
  return [['/mail/events', webhook], ...shared];
}

function openLeakReports({ settings, services, log }: Parts, limits: RateLimits): Hono<WebEnv> {
  const { from, endsAtOnce } = settings.leakedKeys as NonNullable<Settings['leakedKeys']>;
  const keys = createScannerKeys(from, {
    onFault: (error) =>
      log.warn({ err: error }, 'the public keys of the scanner of leaked keys are not known'),
  });
  return createLeakReports({
    limits,
    keys,
    report: (placesByHash) => reportInEveryService(services, { placesByHash, endsAtOnce }),
  });
}

/** The provider doesn't say which service sent a mail. False when none knows it. */
async function firstKnown(
  services: Services,
  report: Parameters<typeof recordMailEvent>[1],
): Promise<boolean> {
  for (const { system } of services) if (await recordMailEvent(system('mail events'), report)) return true;
  return false;
}

function openHealth(
  { sql, gateways, slack, jobs, proxyWatch }: Parts,
  limits: RateLimits,
  metrics: Metrics | null,
) {
  return createHealth({
    checks: {
      database: () => probeDatabase(sql),
      limits: async () => {
        const allowance = await limits.look('wrongTokens', 'readyz');
        if (!allowance.isAllowed && allowance.isStoreDown) throw new Error('the counters are away');
      },
      gateway: async () => {
        if (![...gateways.values()].every((one) => one.isLoaded())) throw new Error('not loaded');
      },
      worker: async () => jobs.worker?.check(),
    },
    reported: {
      slack: async () => slack.isReachable() || Promise.reject(new Error('not reachable')),
      trustedProxies: async () => proxyWatch.seen() === null || Promise.reject(new Error('one is missing')),
    },
    metrics,
  });
}

async function startInternalServer(parts: Parts, metrics: Metrics): Promise<string | null> {
  const { settings, log, clock, sql, gateways, atStop } = parts;
  if (!settings.internal) return null;
  const { host, port } = settings.internal;
  const server = createInternalServer({ log, clock, metrics, gateways, database: () => sql`select 1` });
  const listening = await server.listen(host, port);
  atStop(() => server.stop(STOP_GRACE_MS));
  server.setReady(true);
  return `http://${host}:${listening.port}`;
}

async function startJobs(parts: Parts): Promise<void> {
  const { log, db, databaseUrl, serviceId, services, isClockSure, mail, mirrors, slack, jobs, atStop } =
    parts;
  const jobPool = openJobPool(databaseUrl, (error) => log.warn({ err: error }, 'job store failing'));
  const delivery = mail.sender.delivery();
  const worker = startWorker(jobPool, {
    log,
    db,
    tasks: createTasks({
      log,
      system: (name, id) => serviceOf(services, id).system(name),
      azure: (id) => mirrors.get(id) ?? null,
      ...mail.sender,
      delivery,
      slack: slack.jobs,
    }),
    everyMinute: () =>
      forEachService(services, ({ system }) =>
        runEveryMinute({ context: system('schedule'), log, slack, isClockSure }),
      ),
  });
  jobs.worker = worker;
  atStop(() => worker.stop());
  startWebhooks(parts);
  const timer = startTimer(() => addMinutelyJob(db, serviceId), log);
  atStop(() => timer.stop());
  // The mails and batches of a killed process must not wait for the next full minute.
  for (const { system } of services)
    for (const sweep of [sweepMails, sweepBatches, sweepPull, sweepOrders])
      await sweep(system('start'), {}).catch((error: unknown) => log.warn({ err: error }, 'not swept'));
}

/** What was due when a process died must not wait for the next full minute either. */
function startWebhooks({ services, webhooks, log, atStop }: Parts): void {
  for (const { id, system } of services) {
    // Without `wakeWebhooks`: what the sender stores is no news to it.
    const { wakeWebhooks: _, ...context } = system('webhooks');
    const sender = createWebhookSender({
      log,
      context: () => ({ ...context, requestId: crypto.randomUUID() }),
    });
    webhooks.set(id, sender);
    atStop(() => sender.stop());
    sender.wake();
  }
}
