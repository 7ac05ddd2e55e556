// Random requests to the management API: none is a fault, each answer has Azure's form, and a refusal writes no row.
import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createToken } from '../../src/operations/tokens/create.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type Hostile, hostileRequest } from '../support/hostile-requests.ts';
import { BASE } from '../support/management.ts';

/** 4,000 in all, and others in each run. */
const BATCHES = 2;
const REQUESTS = 2_000;
const AT_ONCE = 20;
/** Each client may send 1,200 writes a minute. */
const TOKENS = 12;
const HANGS_MS = 10_000;

/** Without the tables that the server writes by itself or at every request: audit, counts, cards, receipts, tokens. */
const WATCHED = [
  ...[
    'accounts',
    'groups',
    'account_groups',
    'invitations',
    'invitation_groups',
    'tickets',
    'sessions',
    'approvals',
  ],
  ...['apis', 'products', 'product_apis', 'product_groups', 'subscriptions', 'subscription_keys'],
  ...['mail_texts', 'notification_recipients', 'batches', 'operators', 'workspaces', 'services'],
];
/** Tables whose rows make work for the worker. */
const WATCHED_FOR_NEW = ['mails', 'tokens'];

const app = forAllTests(() =>
  startTestApp({
    TRUSTED_PROXIES: '127.0.0.1',
    SECOND_OPERATOR_FOR: 'accounts/delete',
    MANAGEMENT_CLIENT_CREDENTIALS: 'on',
  }),
);
const beside = forAllTests(() => besideApp(app));
const tokens = { admin: [] as string[], reader: [] as string[] };
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
beforeAll(async () => {
  for (let index = 0; index < TOKENS; index++)
    for (const role of ['admin', 'reader'] as const) tokens[role].push(await token(role, `${role} ${index}`));
  for (const id of ['ann', 'bob'])
    await make(`users/${id}`, { email: `${id}@example.com`, firstName: 'A', lastName: 'B' });
  await make('groups/partners', { displayName: 'Partners' });
  await make('apis/orders', { displayName: 'Orders', path: 'orders' });
  await make('products/gold', { displayName: 'Gold', state: 'published' });
  await make('subscriptions/sub', { displayName: 'Sub', scope: '/products/gold', ownerId: '/users/ann' });
  await watch();
});
afterAll(async () => {
  agent.destroy();
});

async function token(role: 'admin' | 'reader', name: string): Promise<string> {
  const [workspace] = await beside.sql`select team_id from workspaces limit 1`;
  const grants = role === 'admin' ? (['list-secrets', 'sso'] as const) : [];
  const wish = { name, role, grants: [...grants], teamId: workspace?.team_id, userId: app.ids.admin };
  return (await createToken(beside.console(), wish)).token;
}
async function make(path: string, properties: object): Promise<void> {
  const asked = {
    method: 'PUT',
    path: `${BASE}/${path}?api-version=2024-05-01`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ properties }),
    by: 'admin' as const,
  };
  expect((await send(asked, 0)).status, path).toBe(201);
}

/** Records each change of a row, and each audit row, with its transaction: the audit row names the request. */
async function watch(): Promise<void> {
  const { sql } = beside;
  await sql.unsafe(`
    create table seen_changes (tx xid8, what text);
    create table seen_audit (tx xid8, request_id text);
    create function see_change() returns trigger language plpgsql as $$
      begin insert into seen_changes values (pg_current_xact_id(), tg_op || ' ' || tg_table_name); return null; end $$;
    create function see_audit() returns trigger language plpgsql as $$
      begin if new.outcome <> 'refused' then
        insert into seen_audit values (pg_current_xact_id(), split_part(new.request_id, '/', 1)); end if; return null; end $$;
    create trigger see_audit after insert on audit for each row execute function see_audit();`);
  for (const table of [...WATCHED, ...WATCHED_FOR_NEW]) {
    // The server by itself notes each hour what Slack says about an operator.
    const change = table === 'operators' ? 'update of role, name' : 'update';
    const when = WATCHED.includes(table) ? `insert or ${change} or delete` : 'insert';
    await sql.unsafe(
      `create trigger see_change after ${when} on ${table} for each row execute function see_change()`,
    );
  }
}

/** The changes without a request, or by a request that was refused. */
async function strayChanges(accepted: readonly string[]): Promise<unknown[]> {
  const rows = await beside.sql`
    select distinct change.what, done.request_id from seen_changes change left join seen_audit done using (tx)
    where done.request_id is null or done.request_id <> all (string_to_array(${accepted.join()}, ',')) limit 10`;
  return [...rows];
}

type Answered = { status: number; headers: Record<string, unknown>; text: string };

function send(one: Hostile, index: number): Promise<Answered> {
  const isTaken = !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(one.method);
  const payload = isTaken && one.body !== null ? Buffer.from(one.body) : null;
  const bearer = one.by === 'none' ? null : tokens[one.by][index % TOKENS];
  const headers = {
    ...one.headers,
    // Wrong tokens are counted by client.
    'x-forwarded-for': `10.${(index >> 8) & 255}.${index & 255}.${one.method.length}`,
    ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    ...(payload ? { 'content-length': payload.byteLength } : {}),
  };
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const req = request({ agent, hostname, port, path: one.path, method: one.method, headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    req.setTimeout(HANGS_MS, () => req.destroy(new Error(`hangs: ${JSON.stringify(one)}`)));
    req.on('error', (error) => reject(new Error(`${error.message}: ${JSON.stringify(one)}`)));
    req.end(payload ?? undefined);
  });
}

const seen = new Map<number, number>();
const accepted: string[] = [];
const tokenRefusals = new Set<string>();

async function tryOne(one: Hostile, index: number): Promise<number> {
  const { status, headers, text } = await send(one, index);
  const said = `${JSON.stringify(one).slice(0, 1_000)} → ${status} ${text.slice(0, 300)}`;
  seen.set(status, (seen.get(status) ?? 0) + 1);
  expect(status, said).toBeLessThan(500);
  // Wrong secrets are counted by client id, whatever address they come from.
  const { pathname } = new URL(`${app.url}${one.path}`);
  const isToken = one.method === 'POST' && /^\/[^/]+\/oauth2\/(v2\.0\/)?token$/.test(pathname);
  if (!isToken) expect(status, said).not.toBe(429);
  expect(JSON.stringify(headers), said).not.toContain('<script>');
  expect(headers['x-request-id'], said).toBeTruthy();
  if (isToken) {
    // OAuth's form of a refusal, or of the server's limits.
    expect(status, said).toBeGreaterThanOrEqual(400);
    expect(JSON.parse(text), said).toMatchObject({ error: expect.anything() });
    tokenRefusals.add(String(JSON.parse(text).error));
  }
  // Dots in a path may lead out of the API, to a page.
  const isOurs = /^\/(subscriptions|tenants|providers)(\/|$)/i.test(pathname);
  if (!isOurs) return status;
  // A reader and a client without a token change nothing by an accepted request either.
  if (status < 400 && one.by === 'admin') accepted.push(String(headers['x-ms-request-id']));
  if (status < 400 || text === '') return status;
  expect(Object.keys(JSON.parse(text).error), said).toEqual(['code', 'message', 'details']);
  expect(text, said).not.toMatch(/select |postgres|drizzle|\.ts:\d|at \w+ \(/i);
  return status;
}

it.each(Array.from({ length: BATCHES }, (_, batch) => batch))(
  `batch %d of ${BATCHES}: none of ${REQUESTS} hostile requests is a fault, and the refused ones write no row`,
  async (batch) => {
    const seed = Date.now() % 1_000_000;
    const all = fc.sample(hostileRequest, { numRuns: REQUESTS, seed });
    for (let at = 0; at < all.length; at += AT_ONCE)
      await Promise.all(
        all.slice(at, at + AT_ONCE).map((one, offset) => tryOne(one, batch * REQUESTS + at + offset)),
      );
    expect(await strayChanges(accepted), `seed ${seed}`).toEqual([]);
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  },
  120_000,
);

it('the check of this file would see a change that no accepted request made', async () => {
  await beside.sql`update accounts set note = 'by nobody' where id = 'bob'`;
  expect(await strayChanges(accepted)).toEqual([{ what: 'UPDATE accounts', request_id: null }]);
});

const ask = (method: string, path: string, headers = {}, properties: object | null = null): Hostile => ({
  method,
  path: `${BASE}/${path}?api-version=2024-05-01`,
  headers: { 'content-type': 'application/json', ...headers },
  body: properties && JSON.stringify({ properties }),
  by: 'admin',
});
/** The generator reaches these too rarely to rely on it. */
const SELDOM: readonly [status: number, asked: Hostile][] = [
  [412, ask('DELETE', 'groups/seldom', { 'if-match': '"999999"' })],
  [409, ask('PATCH', 'subscriptions/seldom', { 'if-match': '*' }, { state: 'submitted' })],
  [202, ask('DELETE', 'users/leaver', { 'if-match': '*' })],
];

it('an old version, an impossible state and a deletion to approve each have their own status', async () => {
  await make('groups/seldom', { displayName: 'Seldom' });
  await make('users/seldom', { email: 'seldom@example.com', firstName: 'S', lastName: 'D' });
  await make('users/leaver', { email: 'leaver@example.com', firstName: 'L', lastName: 'R' });
  await make('products/seldom', { displayName: 'Seldom', state: 'published' });
  const scope = { scope: '/products/seldom', ownerId: '/users/seldom' };
  await make('subscriptions/seldom', { displayName: 'Seldom', state: 'active', ...scope });
  for (const [status, asked] of SELDOM) expect(await tryOne(asked, 0), asked.path).toBe(status);
});

const askToken = (body: string): Hostile => ({
  method: 'POST',
  path: '/common/oauth2/token',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
  by: 'none',
});

it('a request for an access token is refused by the reason that it has', async () => {
  for (const [reason, body] of [
    ['unsupported_grant_type', 'grant_type=password'],
    ['invalid_request', 'client_id=none'],
    ['invalid_client', 'grant_type=client_credentials&client_id=none&client_secret=wrong'],
  ] as const) {
    const { text } = await send(askToken(body), 0);
    expect(JSON.parse(text).error, body).toBe(reason);
  }
});

it('the requests of this file reached every answer and every reason of refusal', async () => {
  const missing = [200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 412, 415].filter(
    (status) => !seen.has(status),
  );
  expect(missing, JSON.stringify([...seen])).toEqual([]);
  expect(tokenRefusals.size).toBeGreaterThan(1);
  const [row] = await beside.sql`select count(*)::int as rows from seen_changes`;
  expect(row?.rows).toBeGreaterThan(100);
});
