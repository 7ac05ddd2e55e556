// Everything that chaos runs: a Postgres, two processes of the product, proxies that can be cut, gateways that ask them
// or judge calls themselves, and the stand-ins for Slack, the mail provider and Azure.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { openDependencies } from '../../src/dependencies.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { startAzureService } from '../support/azure-service.ts';
import { compilePrograms } from '../support/compile-programs.ts';
import { freePort } from '../support/free-port.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { startMortalPostgres } from '../support/mortal-postgres.ts';
import { documentedNginx, findNginx, startNginx } from '../support/nginx.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { startTcpProxy, throughProxy } from '../support/tcp-proxy.ts';
import { NO_PEOPLE, TEST_SECRET_KEY } from '../support/test-settings.ts';
import { startMailStandIn } from './mail-stand-in.ts';
import { USERS } from './mirror.ts';
import { FOLLOW_SECRET, openPushed } from './pushed.ts';
import { createServer, type Server } from './server.ts';
import { CHANNEL, SIGNING_SECRET, startSlackStandIn } from './slack-stand-in.ts';
import type { Trouble } from './stand-in.ts';

const GATEWAY_SECRET = 'chaos-gateway-secret';
const PUBLIC_URL = 'http://developers.example.test';
/** Who types and clicks, and the operators that Slack deactivates. */
export const ADMINS = Array.from({ length: 12 }, (_, at) => `U0ADMIN${at}`);
export const LEAVERS = Array.from({ length: 40 }, (_, at) => `U0LEAVER${at}`);

export type World = Awaited<ReturnType<typeof openWorld>>;
type Status = { from: number; to: number; status: number; what: string };

type Choices = {
  seed: number;
  /** The process that Slack's next request goes to. */
  target: () => number;
  slackTrouble: () => Trouble;
  mailTrouble: () => Trouble;
};

/** `signal` ends the opening between two steps, and what is open by then is closed. Later it ends faults. */
export async function openWorld(choose: Choices, signal: AbortSignal) {
  const closing: (() => unknown)[] = [];
  const close = () => closeAll(closing);
  try {
    const statuses: Status[] = [];
    const note = (status: number, what: string, from: number) =>
      void statuses.push({ from, to: performance.now(), status, what });
    const disk = await mountSmallDisk();
    if (disk) closing.push(disk.close);
    const database = await startMortalPostgres(disk?.folder);
    closing.push(database.close);
    const servers: Server[] = [];
    const slack = await startSlackStandIn({
      target: () => servers[choose.target()]?.url ?? '',
      trouble: choose.slackTrouble,
      onStatus: note,
    });
    const mail = await startMailStandIn(choose.mailTrouble);
    closing.push(slack.close, mail.close);
    const azure = await startAzureService({ users: USERS, seed: choose.seed });
    closing.push(azure.stop);
    signal.throwIfAborted();
    const settings = { ...(await commonSettings({ slack: slack.url, mail: mail.url })), ...azure.settings };
    closing.push(() => rm(settings.DATA_DIR, { recursive: true, force: true }));
    const programs = await compilePrograms(join(settings.DATA_DIR, 'programs'));
    signal.throwIfAborted();
    const cuts = await startServers(
      servers,
      { programs, databaseUrl: database.url, settings },
      closing,
      signal,
    );
    const api = await startForgetfulApi(closing);
    const asked = await startAskedGateways(servers, cuts.toGateway, api, closing);
    const sources = cuts.toGateway.map(({ port }) => `http://127.0.0.1:${port}`);
    const pushed = await openPushed({ upstream: api, programs, sources, closing });
    signal.throwIfAborted();
    const beside = await openBeside(database.url, settings, closing);
    return {
      disk,
      database,
      databaseUrl: database.url,
      settings,
      programs,
      signal,
      servers,
      slack,
      mail,
      azure,
      ...cuts,
      ...beside,
      gateways: [...asked, ...pushed] as Gateway[],
      pushed,
      statuses,
      note,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The last one first, and each even if another one fails. */
async function closeAll(closing: (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of closing.splice(0).reverse()) {
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function commonSettings(stand: { slack: string; mail: string }) {
  return {
    DATA_DIR: await mkdtemp(join(tmpdir(), 'apim-user-chaos-')),
    SECRET_KEY: TEST_SECRET_KEY,
    PUBLIC_URL,
    SLACK_BOT_TOKEN: 'xoxb-chaos',
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: `${stand.slack}/api/`,
    SLACK_APPROVALS_CHANNEL: CHANNEL,
    SLACK_ADMINS: ADMINS.join(),
    SLACK_APPROVERS: LEAVERS.join(),
    RESEND_API_KEY: 're_chaos',
    RESEND_BASE_URL: stand.mail,
    MAIL_FROM: 'Example APIs <apis@example.com>',
    TRUSTED_PROXIES: '127.0.0.1',
    GATEWAY_SECRET,
    GATEWAY_FOLLOW_SECRET: FOLLOW_SECRET,
    LOG_LEVEL: 'warn',
  };
}

async function startServers(
  servers: Server[],
  product: { programs: string; databaseUrl: string; settings: Record<string, string> },
  closing: (() => unknown)[],
  signal: AbortSignal,
) {
  const { programs, databaseUrl, settings } = product;
  const to = { host: '127.0.0.1', port: Number(new URL(databaseUrl).port) };
  const toDatabase = [await startTcpProxy(to), await startTcpProxy(to)];
  for (const [at, proxy] of toDatabase.entries()) {
    closing.push(proxy.close);
    const env = { ...settings, DATABASE_URL: throughProxy(databaseUrl, proxy) };
    const server = createServer(`process ${at + 1}`, await freePort(), programs, env);
    servers.push(server);
    closing.push(() => server.kill('SIGKILL'));
    // One after the other: the first one migrates.
    server.start();
    if (!(await server.ready(signal))) throw new Error(`${server.name} did not start: ${server.output()}`);
    signal.throwIfAborted();
  }
  const toGateway = [];
  for (const { port } of servers) {
    const proxy = await startTcpProxy({ host: '127.0.0.1', port });
    toGateway.push(proxy);
    closing.push(proxy.close);
  }
  return { toDatabase, toGateway };
}

/** `by` is the process that answered; null: none did. */
type Checked = { status: number | null; by: string | null };
type Gateway = { name: string; check(path: string, key: string): Promise<Checked> };

/** Gives its host. It keeps nothing of the calls. */
async function startForgetfulApi(closing: (() => unknown)[]): Promise<string> {
  const api = await startGuardedApi();
  const forgetting = setInterval(api.takeArrived, 1_000);
  closing.push(api.close, () => clearInterval(forgetting));
  return api.host;
}

/** Each process asked directly, and both through an nginx where there is one. */
async function startAskedGateways(
  servers: readonly Server[],
  proxies: readonly { port: number }[],
  api: string,
  closing: (() => unknown)[],
): Promise<Gateway[]> {
  const gateways: Gateway[] = servers.map(({ name, url }) => ({
    name,
    async check(path, key) {
      const { status } = await ask(`${url}/gateway/check`, {
        'x-gateway-secret': GATEWAY_SECRET,
        'x-original-uri': path,
        'ocp-apim-subscription-key': key,
      });
      return { status, by: name };
    },
  }));
  const path = findNginx();
  if (!path) return gateways;
  const port = await freePort();
  const [one, two] = proxies;
  const http = await documentedNginx('docs/gateways.md', [
    ['127.0.0.1:3001', `127.0.0.1:${one?.port}`],
    ['127.0.0.1:3002', `127.0.0.1:${two?.port}`],
    // Says which process it asked last.
    ['listen 8080;', `listen 127.0.0.1:${port}; add_header x-asked $asked always;`],
    ['auth_request /_may_call;', 'auth_request /_may_call; auth_request_set $asked $upstream_addr;'],
    ['127.0.0.1:9000', api],
    ['what-the-gateway-sends', GATEWAY_SECRET],
  ]);
  const nginx = await startNginx(path, http, port);
  closing.push(nginx.stop);
  return [
    ...gateways,
    {
      name: 'nginx',
      async check(path, key) {
        const { status, asked } = await ask(`http://127.0.0.1:${port}${path}`, {
          'ocp-apim-subscription-key': key,
        });
        const at = proxies.findIndex((proxy) => asked.endsWith(`:${proxy.port}`));
        return { status, by: servers[at]?.name ?? null };
      },
    },
  ];
}

async function ask(url: string, headers: Record<string, string>) {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return { status: response.status, asked: response.headers.get('x-asked') ?? '' };
  } catch {
    return { status: null, asked: '' };
  }
}

/** Operations and statements of chaos itself, on connections that no fault cuts. */
async function openBeside(databaseUrl: string, settings: Record<string, string>, closing: (() => unknown)[]) {
  const sql = postgres(databaseUrl, {
    max: 3,
    onnotice: () => {},
    connection: { application_name: 'chaos', options: '-c default_transaction_read_only=off' },
  });
  closing.push(() => sql.end({ timeout: 1 }));
  const ends: (() => Promise<unknown>)[] = [];
  const { contextOf } = await openDependencies(
    readSettings({ DATABASE_URL: databaseUrl, SECRET_KEY: TEST_SECRET_KEY, SECOND_OPERATOR_FOR: 'none' }),
    {
      clock: () => new Date(),
      people: NO_PEOPLE,
      publicUrl: () => settings.PUBLIC_URL ?? '',
      poolSize: 3,
      atStop: (end) => void ends.push(end),
      isBesideServer: true,
    },
  );
  closing.push(async () => {
    for (const end of ends.reverse()) await end().catch(() => {});
  });
  return {
    sql,
    console: () => contextOf({ kind: 'console', name: 'Connie' }),
    system: () => contextOf({ kind: 'system', name: 'azure' }),
  };
}
