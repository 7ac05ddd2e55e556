// A service of another process, read over HTTPS by Azure's SDK and copied into one of its own.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { saveTemplate } from '../../src/operations/templates/save.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { GROUP, SERVICE, startTestManagement } from '../support/management.ts';
import { runProgram, startProgram } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** More than a page of the management API. */
const ACCOUNTS = 150;
const SLOW_MS = 240_000;
const DAY_MS = 86_400_000;
const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const STATES = ['active', 'submitted', 'suspended', 'cancelled', 'rejected', 'expired'] as const;
const BY = ['--as', 'Connie', '--reason', 'we move'];

const folder = forAllTests(() => temporaryFolder('azure'), SLOW_MS);
const source = forAllTests(startTestManagement, SLOW_MS);
const here = forAllTests(() => startTestApp({ PUBLIC_URL: 'http://localhost:3999' }), SLOW_MS);
let sql: postgres.Sql;
let there: postgres.Sql;
let tokenFile: string;
let exported: string;

beforeAll(async () => {
  sql = postgres(here.databaseUrl, { max: 2, onnotice: () => {} });
  there = postgres(source.slack.databaseUrl, { max: 1, onnotice: () => {} });
  tokenFile = join(folder.path, 'token');
  exported = join(folder.path, 'export.jsonl');
  await writeFile(tokenFile, `${await source.token('admin', { grants: ['list-secrets'] })}\n`);
  await fill();
}, SLOW_MS);
afterAll(async () => {
  await sql?.end({ timeout: 5 });
  await there?.end({ timeout: 5 });
}, SLOW_MS);

const idOf = (n: number) => `dev-${String(n).padStart(4, '0')}`;
const addressOf = (n: number) => `Dev${n}@Example.com`;

/** Accounts in every state, and subscriptions in every state and of every scope. */
async function fill(): Promise<void> {
  const as = source.contextOf({ kind: 'console', name: 'Test' });
  await createGroup(as, { groupId: 'partners', name: 'Partners', description: 'who pay' });
  for (const id of ['orders', 'weather', 'drafts'])
    await createApi(as, {
      id,
      name: `${id} API`,
      path: `${id}/v1`,
      ...(id === 'drafts' ? { keyHeader: 'X-Drafts-Key' } : {}),
    });
  const product = { isPublished: true, terms: 'Be kind.', description: 'A start' };
  await createProduct(as, {
    id: 'starter',
    name: 'Starter',
    ...product,
    apiIds: ['orders'],
    groupIds: ['partners', 'guests'],
    rate: { calls: 100, seconds: 60 },
    quota: { calls: 10_000, period: 'month' },
  });
  await createProduct(as, { id: 'drafts', name: 'Drafts', apiIds: ['drafts'], groupIds: [] });
  for (let n = 0; n < ACCOUNTS; n++) {
    const state = n % 10 === 8 ? 'blocked' : n % 10 === 9 ? 'pending' : 'active';
    await addAccount(as, {
      accountId: idOf(n),
      email: addressOf(n),
      firstName: 'Ann',
      lastName: `Lee ${n}`,
      note: n % 3 === 0 ? `note ${n}` : '',
      groupIds: n % 4 === 0 ? ['partners'] : [],
      state,
      tellDeveloper: false,
      registeredAt: new Date(Date.UTC(2020, 0, 1, 0, n)),
    });
    const scope = [{ productId: 'starter' }, { apiId: 'weather' }, {}, { productId: 'drafts' }][n % 4];
    await grantSubscription(as, {
      ...scope,
      accountId: idOf(n),
      id: `sub-${n}`,
      name: `Of ${n}`,
      state: STATES[n % 7] ?? 'active',
      stateComment: n % 7 === 4 ? 'not now' : '',
      ...(n % 11 === 0 ? { endsAt: new Date(Date.now() + 90 * DAY_MS) } : {}),
      ...(n % 2 === 0 ? { primaryKey: `0123456789abcdef${String(n).padStart(16, '0')}` } : {}),
      tellDeveloper: false,
    });
  }
  await grantSubscription(as, { id: 'nobodys', name: 'Nobody’s', tellDeveloper: false });
  await saveTemplate(as, {
    template: 'AccountBlocked',
    subject: 'Blocked',
    body: 'Dear $DevFirstName, **stop**.',
  });
  const xhtml = { subject: 'Come', body: '<p><a href="$ConfirmUrl">Come</a></p>', syntax: 'xhtml' as const };
  await saveTemplate(as, { template: 'InviteUserNotificationMessage', ...xhtml });
}

const env = () => ({
  DATABASE_URL: here.databaseUrl,
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  PUBLIC_URL: 'http://localhost:3999',
  SECOND_OPERATOR_FOR: 'none',
  NODE_EXTRA_CA_CERTS: source.certificate.certFile,
});
const fromThere = () => [
  ...['--endpoint', source.url, '--token-file', tokenFile],
  ...['--subscription', SUBSCRIPTION, '--resource-group', GROUP, '--service', SERVICE],
];
const run = (...words: string[]) => runProgram('import-azure', words, env());

async function countHere() {
  const [row] = await sql`select
    (select count(*)::int from accounts) as accounts, (select count(*)::int from subscriptions) as subscriptions,
    (select count(*)::int from groups) as groups, (select count(*)::int from products) as products,
    (select count(*)::int from apis) as apis, (select count(*)::int from mails) as mails`;
  return row;
}
const auditRows = async () => (await sql`select count(*)::int as n from audit`)[0]?.n;
const EMPTY = { accounts: 0, subscriptions: 0, groups: 3, products: 0, apis: 0, mails: 0 };
const WHOLE = { accounts: ACCOUNTS, subscriptions: ACCOUNTS + 1, groups: 4, products: 2, apis: 3, mails: 0 };

type Key = { primaryKey: string; secondaryKey: string; id: string };
const recordsSaved = async (kind: string) =>
  (await readFile(exported, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((record) => record.kind === kind);

async function check(url: string, key: string): Promise<number[]> {
  const statuses: number[] = [];
  for (const path of ['/orders/v1/1', '/weather/v1', '/drafts/v1', '/other']) {
    const headers = { 'x-original-uri': path, 'ocp-apim-subscription-key': key };
    statuses.push((await fetch(`${url}/gateway/check`, { headers })).status);
  }
  return statuses;
}

describe('npm run import:azure', () => {
  it(
    'saves a service in a file that only its owner can read, says what it would do, and changes nothing',
    async () => {
      const saved = await run(...fromThere(), '--save', exported);
      expect([saved.code, saved.err]).toEqual([0, expect.not.stringContaining('fault')]);
      expect(saved.out).toContain('It holds every key');
      if (process.platform !== 'win32') expect((await stat(exported)).mode & 0o777).toBe(0o600);
      expect((await recordsSaved('account')).length).toBe(ACCOUNTS + 1);
      expect((await run(...fromThere(), '--save', exported)).code).toBe(64);

      const before = await auditRows();
      const { code, out } = await run(exported);
      expect(code).toBe(0);
      expect(out).toContain(`accounts: ${ACCOUNTS} new, 1 skipped\n`);
      expect(out).toContain(`subscriptions: ${ACCOUNTS + 1} new\n`);
      expect(out).toContain('groups: 3 skipped, 1 new\n');
      expect(out).toContain('templates: 2 new\n');
      expect(out).toContain(`new account ${idOf(9)} <${addressOf(9)}>: pending, as it is there`);
      expect(out).toContain("Passwords can't be copied, and no mail was sent.");
      expect([await countHere(), await auditRows()]).toEqual([EMPTY, before]);
      for (const { primaryKey } of await recordsSaved('subscription')) expect(out).not.toContain(primaryKey);
    },
    SLOW_MS,
  );

  it(
    'copies a whole service although it is killed midway and run again, and each key works as it did in Azure',
    async () => {
      const first = startProgram('import-azure', [...fromThere(), '--apply', ...BY], env());
      await eventually('some accounts to be copied', async () => (await countHere())?.accounts >= 60, 60_000);
      first.child.kill('SIGKILL');
      expect((await first.ended).code).toBe('SIGKILL');
      expect((await countHere())?.accounts).toBeLessThan(ACCOUNTS);

      const again = await run(...fromThere(), '--apply', ...BY);
      expect([again.code, again.err]).toEqual([0, expect.not.stringContaining('fault')]);
      expect(again.out).toMatch(/^accounts: \d+ same, \d+ copied, 1 skipped$/m);
      expect(await countHere()).toEqual(WHOLE);
      expect(here.inbox.mails()).toEqual([]);

      const answers = { same: 0, passed: 0 };
      for (const { primaryKey, secondaryKey } of (await recordsSaved('subscription')) as Key[]) {
        for (const key of [primaryKey, secondaryKey]) {
          const before = await check(source.slack.url, key);
          expect([key, ...(await check(here.url, key))]).toEqual([key, ...before]);
          answers.same += 1;
          if (before.includes(200)) answers.passed += 1;
        }
      }
      expect(answers.same).toBe(2 * (ACCOUNTS + 1));
      // Active, of an active account, for what is published: by the arithmetic of `fill`.
      expect(answers.passed).toBe(2 * (1 + passing()));
    },
    SLOW_MS,
  );

  it('keeps what belongs to an account: id, state, note, groups and registration date', async () => {
    const facts = (db: postgres.Sql) => db`
      select id, email, first_name, last_name, note, state, registered_at,
        (select array_agg(group_id) from account_groups where account_id = accounts.id) as groups
      from accounts order by id`;
    expect(await facts(sql)).toEqual(await facts(there));
    const subscriptions = (db: postgres.Sql) => db`
      select id, account_id, product_id, api_id, name, state, state_comment, starts_at, ends_at
      from subscriptions order by id`;
    expect(await subscriptions(sql)).toEqual(await subscriptions(there));
    const products = (db: postgres.Sql) => db`
      select id, name, description, terms, is_published, is_subscription_required, is_approval_required, rate, quota,
        (select array_agg(group_id order by group_id) from product_groups where product_id = products.id) as groups,
        (select array_agg(api_id) from product_apis where product_id = products.id) as apis
      from products order by id`;
    expect(await products(sql)).toEqual(await products(there));
    const keyNames = (of: postgres.Sql) => of`select id, key_header, key_query from apis order by id`;
    expect([...(await keyNames(sql))]).toEqual([...(await keyNames(there))]);
    expect((await keyNames(sql))[0]).toMatchObject({ id: 'drafts', key_header: 'X-Drafts-Key' });
    const texts = await sql`select template, subject, syntax, body from mail_texts order by template`;
    expect(texts.map(({ template, subject, syntax }) => [template, subject, syntax])).toEqual([
      ['AccountBlocked', 'Blocked', 'xhtml'],
      ['InviteUserNotificationMessage', 'Come', 'xhtml'],
    ]);
    expect(texts[0]?.body).toContain('<p>Dear $DevFirstName, <strong>stop</strong>.</p>');
    const [row] =
      await sql`select actor_name, (select reason from audit_details where audit_id = audit.id) as reason
      from audit where operation = 'accounts/add' limit 1`;
    expect(row).toEqual({ actor_name: 'Connie (console)', reason: 'we move' });
  });

  it(
    'changes nothing when it runs again, and reports what differs by then',
    async () => {
      const before = await auditRows();
      const { code, out } = await run(exported, '--apply', ...BY);
      expect(code).toBe(0);
      expect(out).toContain(`accounts: ${ACCOUNTS} same, 1 skipped\n`);
      expect(out).toContain(`subscriptions: ${ACCOUNTS + 1} same\n`);
      expect(out).toContain('templates: 2 same\n');
      expect([await countHere(), await auditRows()]).toEqual([WHOLE, before]);

      const operate = (...words: string[]) => runProgram('operate', [...words, ...BY], env());
      expect((await operate('block', idOf(0))).code).toBe(0);
      expect((await operate('subscriptions/suspend', 'sub-7')).code).toBe(0);
      const changed = await run(exported, '--apply', ...BY);
      expect(changed.code).toBe(0);
      expect(changed.out).toContain(
        `different account ${idOf(0)} <${addressOf(0)}>: state; left as it is here\n`,
      );
      expect(changed.out).toContain('different subscription sub-7: state; left as it is here\n');
      const [row] = await sql`select state from accounts where id = ${idOf(0)}`;
      expect(row?.state).toBe('blocked');
    },
    SLOW_MS,
  );

  it(
    'mails links to set a password on request, to as many accounts as asked, and to none of them twice',
    async () => {
      const mailed = async () =>
        (
          await sql`select account_id as id, template, next_attempt_at as at from mails
            where template = 'PasswordResetIdentityDefault' order by next_attempt_at`
        ).map(({ id, at }) => ({ id: String(id), at: (at as Date).getTime() }));
      const first = await run(exported, '--mail-passwords', '5', ...BY);
      expect([first.code, first.err]).toEqual([0, '']);
      const five = await mailed();
      expect(five.length).toBe(5);
      expect(first.out.match(/^mailed /gm)?.length).toBe(5);
      for (const [n, { at }] of five.entries())
        expect(at - (five[n - 1]?.at ?? 0)).toBeGreaterThanOrEqual(900);
      const second = await run(exported, '--mail-passwords', '7', ...BY);
      expect(second.out).toContain('7 links to set a password are being mailed');
      const all = await mailed();
      expect(new Set(all.map(({ id }) => id)).size).toBe(12);
      const states =
        await sql`select distinct state, password_hash from accounts where id in ${sql(all.map(({ id }) => id))}`;
      expect([...states]).toEqual([{ state: 'active', password_hash: null }]);
      // The link's time starts when the mail may leave, not when the mail was written.
      const lives =
        await sql`select extract(epoch from tickets.expires_at - mails.next_attempt_at)::int as seconds
        from mails join tickets on tickets.id = mails.ticket_id where mails.attempts = 0`;
      for (const { seconds } of lives) expect(seconds).toBe(3_600);
      // No developer got another mail, except the two that Connie blocked and suspended.
      const told = [addressOf(0), addressOf(7)];
      const addresses = new Set(
        (await sql`select email from accounts where id in ${sql(all.map(({ id }) => id))}`).map(
          (one) => one.email,
        ),
      );
      for (const mail of here.inbox.mails())
        for (const to of mail.to) expect([...addresses, ...told]).toContain(to);
    },
    SLOW_MS,
  );
});

function passing(): number {
  let count = 0;
  for (let n = 0; n < ACCOUNTS; n++) {
    const isActive = n % 10 < 8 && (STATES[n % 7] ?? 'active') === 'active';
    if (isActive && n % 4 !== 3) count += 1;
  }
  return count;
}
