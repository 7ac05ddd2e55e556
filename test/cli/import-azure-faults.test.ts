// Things that can't be copied, and sources that break Azure's form.

import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { saveTemplate } from '../../src/operations/templates/save.ts';
import { type ArmStandIn, startArmStandIn } from '../support/arm-stand-in.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SLOW_MS = 60_000;
const BY = ['--as', 'Connie', '--reason', 'we move'];
const INSTANCE = [
  ...['--subscription', '00000000-0000-0000-0000-000000000000'],
  ...['--resource-group', 'rg1', '--service', 'apimService1'],
];
const KEY = (n: number) => `0123456789abcdef${String(n).padStart(16, '0')}`;

const t = forAllTests(createTestConsole, SLOW_MS);
const folder = forAllTests(() => temporaryFolder('azure'), SLOW_MS);
let files = 0;
beforeAll(async () => {
  await writeFile(join(folder.path, 'token'), 'apimtok_anything\n');
  const as = t.own();
  const person = { firstName: 'Ann', lastName: 'Lee', tellDeveloper: false };
  await addAccount(as, { accountId: 'here', email: 'ann@example.com', ...person });
  await addAccount(as, { accountId: 'gone', email: 'gone@example.com', ...person });
  await deleteAccount(as, { accountId: 'gone' });
  await createGroup(as, { groupId: 'ours', name: 'Partners' });
  await createApi(as, { id: 'orders-here', name: 'Orders', path: 'orders' });
  await grantSubscription(as, { id: 'here', primaryKey: KEY(99), tellDeveloper: false });
  await saveTemplate(as, { template: 'AccountBlocked', subject: 'Ours', body: 'Blocked here.' });
}, SLOW_MS);

const HEAD = { export: 'apim-user/azure-export/1', from: 'a test', at: '2026-11-24T00:00:00Z' };
const group = (id: string, name: string, type = 'custom') => ({
  kind: 'group',
  id,
  name,
  description: '',
  type,
});
const api = (id: string, path: string, more = {}) => ({
  kind: 'api',
  id,
  name: id,
  path,
  isCurrent: true,
  ...more,
});
const product = (id: string, more = {}) => ({
  kind: 'product',
  id,
  name: id,
  description: '',
  terms: '',
  isPublished: true,
  isSubscriptionRequired: true,
  isApprovalRequired: false,
  subscriptionsLimit: null,
  apiIds: [],
  groupIds: [],
  ...more,
});
const account = (id: string, more = {}) => ({
  kind: 'account',
  id,
  email: `${id}@example.com`,
  firstName: 'Bo',
  lastName: 'Li',
  note: '',
  state: 'active',
  registeredAt: null,
  groups: [],
  identities: ['Basic'],
  ...more,
});
const subscription = (id: string, n: number, more = {}) => ({
  kind: 'subscription',
  id,
  owner: '/users/bo',
  scope: '/apis',
  name: null,
  state: 'active',
  stateComment: '',
  startsAt: null,
  endsAt: null,
  primaryKey: KEY(2 * n),
  secondaryKey: KEY(2 * n + 1),
  ...more,
});

const POLICY = `<policies>
  <inbound>
    <base />
    <rate-limit calls="9" renewal-period="60" />
    <quota calls="1000" renewal-period="3600" />
    <set-header name="X-Plan" exists-action="override">
      <value>sky</value>
    </set-header>
  </inbound><base />
</policies>`;
const template = (id: string, body: string, subject = 'Hello') => ({ kind: 'template', id, subject, body });
const letter = (line: string) => `<!DOCTYPE html >\r\n<html>\r\n<body>\r\n${line}\r\n</body></html>`;

const env = (more: Record<string, string> = {}) => ({
  DATABASE_URL: t.databaseUrl,
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  PUBLIC_URL: 'http://localhost:3999',
  SECOND_OPERATOR_FOR: 'none',
  ...more,
});
async function saved(records: object[], last: object | null = { end: records.length }): Promise<string> {
  files += 1;
  const file = join(folder.path, `export-${files}.jsonl`);
  const lines = [HEAD, ...records, ...(last ? [last] : [])].map((line) => JSON.stringify(line));
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}
const run = (words: string[], more: Record<string, string> = {}) =>
  runProgram('import-azure', words, env(more));

const mailCount = async () => (await t.sql`select count(*)::int as n from mails`)[0]?.n;

describe('npm run import:azure', () => {
  it(
    'names each thing that it can’t copy with the reason, and leaves out what depends on it',
    async () => {
      const file = await saved([
        group('dev-group', 'Developers', 'system'),
        group('aad', 'Staff', 'external'),
        group('theirs', 'partners'),
        group('a b', 'Spaced'),
        api('orders', 'Orders'),
        api('weather', 'weather'),
        api('weather2', '/Weather/'),
        api('weather;rev=2', 'weather', { isCurrent: false }),
        product('shop', { apiIds: ['orders'] }),
        product('named', { name: 'x'.repeat(101) }),
        product('sky', {
          apiIds: ['weather'],
          groupIds: ['dev-group', 'aad', 'theirs'],
          policy: POLICY,
          keysExpireAfterDays: 90,
        }),
        product('brief', { keysExpireAfterDays: 0 }),
        account('1', { identities: ['Azure'] }),
        account('bo', { groups: ['Developers', 'Staff', 'PARTNERS'], identities: ['Aad'] }),
        account('dup', { email: 'ANN@example.com' }),
        account('gone', { email: 'other@example.com' }),
        account('closed', { state: 'deleted' }),
        account('nameless', { firstName: '', lastName: '' }),
        account('long', { note: 'x'.repeat(1_001) }),
        account('odd id', {}),
        account('odd', { email: 'no address' }),
        account('late', { state: 'pending' }),
        account('twin', { email: 'BO@example.com' }),
        account('spaced', { groups: ['Spaced'] }),
        account('\u001b[2J', { firstName: '\u001b[31m' }),
        subscription('good', 1, { scope: '/subscriptions/x/service/y/products/sky' }),
        subscription('of-lost', 2, { owner: '/users/dup' }),
        subscription('of-shop', 3, { scope: '/products/shop' }),
        subscription('of-orders', 4, { scope: '/apis/orders' }),
        subscription('short', 5, { primaryKey: 'short' }),
        subscription('unread', 6, { primaryKey: null }),
        subscription('taken', 7, { primaryKey: KEY(99) }),
        subscription('master', 8, { scope: '/subscriptions/x/service/y/', owner: null }),
        subscription('of-admin', 9, { owner: '/subscriptions/x/users/1' }),
        subscription('over', 10, { endsAt: '2020-01-01T00:00:00Z' }),
        subscription('same-keys', 11, { secondaryKey: KEY(22) }),
        template('InviteUserNotificationMessage', letter('<p><a href="$ConfirmUrl">Come</a></p>')),
        template('newDeveloperNotificationMessage', letter('<p>a</p>#if ($IdentityProvider == "Basic")')),
        template('PasswordResetByAdminNotificationMessage', letter('<p>$DevPassword</p>')),
        template('ConfirmSignUpIdentityDefault', letter('<p>No link</p>')),
        template('AccountClosedDeveloper', letter('<p>Bye&nbsp;!</p>'), ''),
        template('EmailChangeIdentityDefault', `<p>$ConfirmUrl ${'x'.repeat(40_000)}</p>`),
        template('NewIssueNotificationMessage', letter('<p>$IssueName</p>')),
        template('AccountBlocked', letter('<p>Blocked</p>')),
      ]);
      const seen = await run([file]);
      expect([seen.code, seen.err]).toEqual([0, '']);
      const lines = (out: string) => out.split('\n');
      const said = lines(seen.out);
      for (const line of [
        'skipped group dev-group (Developers): Developers is built in, as it is here',
        'skipped group aad (Staff): Staff is external: its members are kept by a directory elsewhere',
        'same group theirs (partners): the group of that name here, ours, stands for it',
        'impossible group a b (Spaced): groupId: must not hold spaces or any of * # & + : < > ? / \\ %',
        'conflict api orders (orders): its path, "Orders", is that of orders-here here',
        'conflict api weather2 (weather2): its path, "Weather", is that of weather before it',
        'skipped api weather;rev=2 (weather;rev=2): a revision that calls do not reach',
        'impossible product shop (shop): its API orders is not copied',
        `impossible product named (${'x'.repeat(101)}): name: at most 100 characters`,
        'impossible product brief (brief): keysExpireAfterDays: at least 1 day',
        'new product sky (sky): without the groups that are not copied; limits from its policy: 9 calls per minute; not copied from its policy: <quota> with a renewal-period that is no day, week or month in line 5, <set-header> in line 6, <base> in line 9',
        'Of policies, only rate-limit and quota of products are copied. Those of APIs, operations and the service stay in the gateway.',
        'skipped account 1 <1@example.com>: the built-in administrator, who has no account here',
        'conflict account dup <ANN@example.com>: its address is that of the account here here',
        'conflict account gone <other@example.com>: an account with this id was deleted here',
        'skipped account closed <closed@example.com>: was deleted there',
        'impossible account nameless <nameless@example.com>: firstName: is needed; one name is enough',
        'impossible account long <long@example.com>: note: at most 1000 characters',
        'impossible account odd id <odd id@example.com>: accountId: must be letters, digits and any of . _ @ + ~ -',
        'impossible account spaced <spaced@example.com>: its group Spaced is not copied',
        'impossible subscription of-lost: its owner dup is not copied',
        'impossible subscription of-shop: its product shop is not copied',
        'impossible subscription of-orders: its API orders is not copied',
        'impossible subscription short: primaryKey: at least 20 characters',
        'impossible subscription unread: its keys could not be read there',
        'conflict subscription taken: one of its keys is that of the subscription here here',
        'skipped subscription master: is for the whole service, with no product, API or all APIs',
        "new subscription of-admin: was the built-in administrator's; here it has no owner",
        'new subscription over: its end, 2020-01-01T00:00:00Z, is past and never held there: without an end',
        'impossible template newDeveloperNotificationMessage: template_invalid: body: Line 4 has “#if”: there are no conditions or loops here. A paragraph whose optional variable is empty is left out by itself.',
        'impossible template EmailChangeIdentityDefault: body: at most 30000 characters',
        'skipped template NewIssueNotificationMessage: nothing here sends such a mail',
        'different template AccountBlocked: subject, text; left as it is here',
        'templates: 1 new, 5 impossible, 1 skipped, 1 different',
        '1 sign in with Aad there; here they need a password.',
      ])
        expect(said).toContain(line);
      expect(said.find((line) => line.startsWith('impossible account odd <'))).toMatch(
        /email_invalid: email: /,
      );
      const why = (id: string) => said.find((line) => line.startsWith(`impossible template ${id}: `));
      expect(why('PasswordResetByAdminNotificationMessage')).toMatch(/a password is never mailed/);
      expect(why('ConfirmSignUpIdentityDefault')).toMatch(/of no use without its link/);
      expect(why('AccountClosedDeveloper')).toMatch(
        /subject: A mail needs a subject.*body: Line 4 has an entity/,
      );
      expect(seen.out).not.toContain('\u001b');

      const mailed = await mailCount();
      const applied = await run([file, '--apply', ...BY]);
      expect([applied.code, applied.err]).toEqual([1, '']);
      // Faults that only the copy itself meets, and what depends on them.
      expect(lines(applied.out)).toContain('refused account twin <BO@example.com>: email_taken: bo');
      expect(lines(applied.out)).toContain('refused subscription same-keys: key_taken');
      const rows = await t.sql`select
        array(select id from accounts order by id) as accounts, array(select id from apis order by id) as apis,
        array(select concat_ws(' ', id, rate->>'calls', quota, keys_expire_after_days) from products) as products, array(select id from subscriptions order by id) as subscriptions,
        array(select group_id || ' ' || account_id from account_groups) as members,
        array(select template || ' ' || syntax from mail_texts order by template) as templates,
        array(select group_id from product_groups order by group_id) as seers`;
      expect(rows[0]).toEqual({
        accounts: '{bo,gone,here,late}',
        apis: '{orders-here,weather}',
        products: '{"sky 9 90"}',
        subscriptions: '{good,here,of-admin,over}',
        members: '{"ours bo"}',
        templates: '{"AccountBlocked markdown","InviteUserNotificationMessage xhtml"}',
        seers: '{developers,ours}',
      });
      expect(await mailCount()).toBe(mailed);
      // The keys of its subscriptions begin their life with the copy.
      const ends = await t.sql`select round(extract(epoch from ends_at - now()) / 86400)::int as days
        from subscription_keys where subscription_id = 'good' order by slot`;
      expect(ends.map(({ days }) => days)).toEqual([90, 90]);
      const [over] = await t.sql`select state, ends_at from subscriptions where id = 'over'`;
      expect(over).toEqual({ state: 'active', ends_at: null });
    },
    SLOW_MS,
  );

  it(
    'finds the account that has an id by now, in any case, and gives it the subscriptions',
    async () => {
      const file = await saved([
        account('BACK', { email: 'back@example.com' }),
        subscription('of-back', 40, { owner: '/users/Back', scope: '/apis' }),
      ]);
      const { firstName, lastName } = account('back') as { firstName: string; lastName: string };
      const person = {
        accountId: 'back',
        email: 'back@example.com',
        firstName,
        lastName,
        tellDeveloper: false,
      };
      await addAccount(t.own(), person);
      await deleteAccount(t.own(), { accountId: 'back' });
      const { account: again } = await addAccount(t.own(), person);
      expect(again.id).not.toBe('back');
      const { out } = await run([file, '--apply', ...BY]);
      expect(out).toContain('accounts: 1 same\n');
      expect(out).toContain('subscriptions: 1 copied\n');
      const [row] = await t.sql`select account_id from subscriptions where id = 'of-back'`;
      expect(row?.account_id).toBe(again.id);
    },
    SLOW_MS,
  );

  it.each<[string, () => Promise<string>, string]>([
    ['is torn', () => saved([account('a')], null), 'is not whole'],
    ['lacks a line', () => saved([account('a')], { end: 2 }), 'is not whole'],
    ['has a field that is none', () => saved([account('a', { password: 'x' })]), 'line 2: '],
    [
      'has things out of order',
      () => saved([account('a'), group('b', 'B')]),
      'line 3: groups come before accounts',
    ],
    ['is none', async () => join(folder.path, 'token'), 'line 1: is no record'],
    ['is nowhere', async () => join(folder.path, 'nowhere'), 'File not found'],
  ])(
    'refuses an export that %s before it writes anything, and prints nothing of the export',
    async (_what, file, words) => {
      const { code, out, err } = await run([await file(), '--apply', ...BY]);
      expect([code, out]).toEqual([64, '']);
      expect(err).toContain(words);
      expect(err).not.toContain('apimtok_');
    },
  );

  it.each<[string, string[], string]>([
    ['neither file nor service', [], '--resource-group'],
    ['no name', ['x.jsonl', '--apply'], '--as'],
    ['half a service', ['--service', 'a'], '--subscription'],
    ['a token in clear', [...INSTANCE, '--endpoint', 'http://localhost:1'], 'must not be sent unencrypted'],
    ['Azure’s token for elsewhere', [...INSTANCE, '--endpoint', 'https://localhost:1'], '--token-file'],
    ['too many mails', ['x.jsonl', '--mail-passwords', '0', ...BY], 'from 1 to'],
  ])('refuses %s', async (_what, words, said) => {
    const { code, err } = await run(words);
    expect(code).toBe(64);
    expect(err).toContain(said);
  });

  it('offers no mails when each of them would wait for a second operator', async () => {
    const file = await saved([account('bo')]);
    const mailed = await mailCount();
    const { code, err } = await run([file, '--mail-passwords', '5', ...BY], {
      SECOND_OPERATOR_FOR: 'passwords/send-reset',
    });
    expect([code, err]).toEqual([1, expect.stringContaining('waits for a second operator')]);
    expect(await mailCount()).toBe(mailed);
  });
});

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../management/azure-examples/${name}.json`, import.meta.url), 'utf8'))
    .responses['200'].body;

describe('a source over HTTPS', () => {
  const runAgainst = ({ url, certificate }: ArmStandIn, ...words: string[]) =>
    run([...INSTANCE, '--endpoint', url, '--token-file', join(folder.path, 'token'), ...words], {
      NODE_EXTRA_CA_CERTS: certificate.certFile,
    });
  const startAzure = async () => {
    const azure = await startArmStandIn({
      base: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/apimService1',
    });
    azure.admit('apimtok_anything', 'import');
    return azure;
  };

  it(
    'is read in the form that Azure publishes, waits as long as Azure asks, and gives the keys by id',
    async () => {
      const azure = await startAzure();
      const tooMany = { error: { code: 'TooManyRequests' } };
      azure.next({ status: 429, headers: { 'retry-after': '2' }, body: tooMany }, { kind: 'users' });
      for (const [kind, body] of Object.entries({
        groups: example('ApiManagementListGroups'),
        users: example('ApiManagementListUsers'),
        subscriptions: { value: [{ name: 's1', properties: SUBSCRIBED }], count: 1 },
        templates: { value: TEMPLATES, count: 2, nextLink: '' },
        'subscriptions/{}/listSecrets': { primaryKey: KEY(700), secondaryKey: KEY(701) },
      }))
        azure.next({ status: 200, body }, { kind });
      try {
        const { code, out, err } = await runAgainst(azure, '--all');
        expect([code, err]).toEqual([0, '']);
        expect(
          out.split('\n').filter((line) => /^\S+ (group|account|subscription|template) /.test(line)),
        ).toEqual([
          expect.stringMatching(/^skipped group 5600b59375ff190048020001 \(Administrators\)/),
          expect.stringMatching(/^skipped group 59306a29e4bbd510dc24e5f9 .* external/),
          expect.stringMatching(/^skipped group 5600b59375ff190048020002 \(Developers\)/),
          expect.stringMatching(/^skipped group 5600b59375ff190048020003 \(Guests\)/),
          expect.stringMatching(/^skipped account 1 <admin@live.com>/),
          'new account 56eaec62baf08b06e46d27fd <foo.bar.83@gmail.com>',
          'new account 5931a75ae4bbd512a88c680b <foobar@outlook.com>',
          'new subscription s1',
          'new template PasswordResetIdentityDefault',
        ]);
        expect(out).toContain('1 sign in with Microsoft there; here they need a password.');
        const [first, second] = azure.seen({ kind: 'users' });
        expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
      } finally {
        await azure.close();
      }
    },
    SLOW_MS,
  );

  it(
    'that refuses is reported with its code and without the token, and nothing is saved',
    async () => {
      const azure = await startAzure();
      const refusal = { error: { code: 'AuthorizationFailed', message: 'no' } };
      azure.next({ status: 403, body: refusal }, { kind: 'groups' });
      try {
        const file = join(folder.path, 'refused.jsonl');
        const { code, out, err } = await runAgainst(azure, '--save', file);
        expect([code, out, err]).toEqual([1, '', 'The source answered 403 AuthorizationFailed.\n']);
        expect((await run([file])).err).toContain('File not found');
        expect(existsSync(`${file}.part`)).toBe(false);
      } finally {
        await azure.close();
      }
    },
    SLOW_MS,
  );
});

const TEMPLATES = ['PasswordResetIdentityDefault', 'InviteUserNotificationMessage'].map((name, index) => ({
  name,
  properties: { subject: 'Hello', body: letter('<p>$ConfirmUrl</p>'), isDefault: index > 0 },
}));
const SUBSCRIBED = {
  ownerId:
    '/subscriptions/0/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/a/users/56eaec62baf08b06e46d27fd',
  scope: '/subscriptions/0/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/a/apis',
  displayName: null,
  state: 'active',
  createdDate: '2017-06-02T17:59:06.223Z',
  expirationDate: null,
};
