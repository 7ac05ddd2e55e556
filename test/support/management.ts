// Two processes of the product on one database: one that Slack reaches, and one that speaks HTTPS to programs, here the SDK.
import { request } from 'node:https';
import { ApiManagementClient } from '@azure/arm-apimanagement';
import { openDependencies } from '../../src/dependencies.ts';
import type { Actor, Grant } from '../../src/operations/frame/context.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { startTestApp } from './app.ts';
import { freePort } from './free-port.ts';
import { NO_PEOPLE, TEST_PASSWORD_COST, TEST_SECRET_KEY } from './test-settings.ts';
import { createTestCertificate } from './tls.ts';

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
export const GROUP = 'rg1';
export const SERVICE = 'default';
export const BASE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.ApiManagement/service/${SERVICE}`;

export type TestManagement = Awaited<ReturnType<typeof startTestManagement>>;
export type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into.
  body: any;
};
type Asked = { method?: string; body?: unknown; headers?: Record<string, string>; token?: string | null };

export async function startTestManagement(env: Record<string, string> = {}, clock?: () => Date) {
  const certificate = await createTestCertificate();
  const port = await freePort();
  const url = `https://localhost:${port}`;
  const options = clock ? { clock } : {};
  const slack = await startTestApp({ PUBLIC_URL: url, ...env }, options);
  const programs = await startTestApp(
    {
      PUBLIC_URL: url,
      PORT: String(port),
      TLS_CERT_FILE: certificate.certFile,
      TLS_KEY_FILE: certificate.keyFile,
      ...env,
    },
    { beside: slack, ...options },
  );
  const ends: (() => Promise<unknown>)[] = [];
  const dependencies = await openDependencies(
    readSettings({
      DATABASE_URL: slack.databaseUrl,
      SECRET_KEY: TEST_SECRET_KEY,
      PUBLIC_URL: url,
      ...env,
    }),
    {
      clock: clock ?? (() => new Date()),
      people: NO_PEOPLE,
      publicUrl: () => url,
      poolSize: 3,
      passwordCost: TEST_PASSWORD_COST,
      isBesideServer: true,
      atStop: (end) => void ends.push(end),
    },
  );
  const { sql } = dependencies;
  const [workspace] = await sql`select team_id from workspaces limit 1`;

  async function token(
    role: 'admin' | 'approver' | 'reader' = 'admin',
    {
      grants = [],
      userId = slack.ids.admin,
      days,
    }: { grants?: Grant[]; userId?: string; days?: number } = {},
  ): Promise<string> {
    const context = dependencies.contextOf({ kind: 'console', name: 'Connie' });
    const program = { name: `ci ${role}`, role, grants, teamId: workspace?.team_id, userId };
    return (await createToken(context, { ...program, ...(days ? { days } : {}) })).token;
  }
  const ours = await token('admin', { grants: ['list-secrets', 'sso'] });

  /** Sends raw bytes, for requests that no client would send. */
  function send(
    path: string,
    { method = 'GET', body, headers = {}, token: bearer = ours }: Asked = {},
  ): Promise<Answer> {
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const req = request(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          ca: certificate.cert,
          servername: 'localhost',
          headers: {
            host: `localhost:${port}`,
            ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
            ...(payload === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
            ...headers,
          },
        },
        (res) => {
          let text = '';
          res.setEncoding('utf8');
          res.on('data', (chunk) => {
            text += chunk;
          });
          res.on('end', () =>
            resolve({
              status: res.statusCode ?? 0,
              headers: res.headers,
              text,
              body: parsed(text),
            }),
          );
        },
      );
      req.on('error', reject);
      req.end(payload);
    });
  }

  return {
    slack,
    url,
    sql,
    token,
    send,
    certificate,
    contextOf: (actor: Actor) => dependencies.contextOf(actor),
    /** A request below the service. */
    ask: (path: string, asked: Asked = {}) =>
      send(`${BASE}/${path}${path.includes('?') ? '&' : '?'}api-version=2024-05-01`, asked),
    /** The SDK as any program uses it, except for the certificate. */
    client: (bearer = ours) =>
      new ApiManagementClient(
        { getToken: async () => ({ token: bearer, expiresOnTimestamp: Date.now() + 3_600_000 }) },
        SUBSCRIPTION,
        { endpoint: url, tlsOptions: { ca: certificate.cert }, retryOptions: { maxRetries: 0 } },
      ),
    async close() {
      for (const end of ends.reverse()) await end();
      await programs.close();
      await slack.close();
      await certificate.remove();
    },
  };
}

/** What the SDK throws: Azure's error body. */
export async function failureOf(attempt: Promise<unknown>) {
  try {
    await attempt;
  } catch (error) {
    const { statusCode, code, details } = error as {
      statusCode: number;
      code: string;
      details?: { error?: { details?: { target: string }[] | null } };
    };
    return { status: statusCode, code, targets: details?.error?.details?.map(({ target }) => target) };
  }
  return 'done';
}

function parsed(text: string) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}
