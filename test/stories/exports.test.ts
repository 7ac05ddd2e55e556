import { beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../src/domain/csv.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const DAY_MS = 86_400_000;
let now = Date.now();
const app = forAllTests(() => startTestApp({}, { clock: () => new Date(now) }), 60_000);
const admin = () => app.as('admin');
const minute = () => app.sql`select graphile_worker.add_job('every-minute')`;

beforeAll(async () => {
  await app.sql`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, note, state,
      state_changed_at, state_changed_by, registered_at, updated_at)
    select 'default', 'dev-' || n, 'dev' || n || '@example.com', 'dev' || n || '@example.com',
      case n when 3 then '=cmd|calc' else 'Zoë' end, 'Number' || n, '', case when n % 4 = 0 then 'blocked' else 'active' end,
      now(), 'a test', now() - interval '200 days' + n * interval '1 ms', now() from generate_series(1, 1200) n`;
}, 60_000);

/** The file that came with a message like this, once it is there. */
const fileWith = (words: RegExp) =>
  eventually(`a file with ${words}`, () => {
    const message = app.workspace.conversations
      .all()
      .findLast(({ text, files }) => files && words.test(text));
    const [file] = message?.files ?? [];
    const bytes = file && app.workspace.files.find(file.id)?.bytes;
    return message && file && bytes ? { message, file, text: bytes.toString() } : undefined;
  });
const exportRows = () => app.sql`select file_id as "fileId" from exported_files`;
const liveFiles = (name: RegExp) =>
  app.workspace.conversations
    .all()
    .flatMap(({ files = [] }) => files)
    .filter((file) => name.test(file.name) && app.workspace.files.find(file.id));

describe('T125: an export', () => {
  it('has the rows of the list, safe for spreadsheets, and the audit says who took how many of what', async () => {
    await admin().types('/apim-user export accounts state:active idle:90d number');
    await admin().sees(
      /Active accounts that match “number”, without a sign-in or call for 90 days\*: 900 rows as CSV.*delete it there after a day.*Personal data: `email`, `first_name`/,
    );
    const { file, text } = await fileWith(/Active accounts .*900 rows/);
    expect(file.name).toBe(`accounts-${new Date(now).toISOString().slice(0, 10)}.csv`);
    const { rows, fault } = readCsv(text);
    expect(fault).toBeNull();
    const [head = [], ...cells] = rows.map((row) => row.cells);
    expect(cells).toHaveLength(900);
    const column = (name: string) => cells.map((row) => row[head.indexOf(name)]);
    expect(new Set(column('id')).size).toBe(900);
    expect(new Set(column('state'))).toEqual(new Set(['active']));
    expect(column('first_name')).toContain("'=cmd|calc");
    expect(column('first_name')).toContain('Zoë');
    expect(text.startsWith('\ufeff')).toBe(true);
    const [row] = await app.sql`select a.actor_name as by, d.after from audit a
      join audit_details d on d.audit_id = a.id where a.operation = 'exports/take'`;
    expect(row).toEqual({
      by: expect.stringMatching(/Ada/),
      // Never the text, which may be an email.
      after: { export: 'accounts', format: 'csv', rows: 900, filters: ['text', 'state active', 'idle 90d'] },
    });
    await admin().types('/apim-user history by:@ada');
    expect(await app.sql`select from exported_files where sealed_wanted like '%number%'`).toHaveLength(0);
  });

  it('comes from the button of the list, the form and as JSON; of invitations, subscriptions and calls too', async () => {
    await admin().types('/apim-user list state:blocked');
    await admin().sees(/1–20 of 300/);
    await admin().clicks('Export');
    expect(readCsv((await fileWith(/Blocked accounts.*300 rows/)).text).rows).toHaveLength(301);
    await admin().types('/apim-user invite cara@example.com');
    await admin().sees(/on its way/);
    await admin().types('/apim-user export');
    const modal = await admin().modal('Export');
    await modal.fill({ What: 'Invitations', Format: 'JSON, for programs', Filter: 'all' });
    await modal.submit();
    await modal.sees(/All invitations\*: 1 row as JSON/);
    await modal.closeAll();
    expect(JSON.parse((await fileWith(/All invitations/)).text)).toMatchObject([
      { email: 'cara@example.com', state: 'open', invited_by: expect.stringMatching(/Ada/) },
    ]);
    await app.sql`insert into products (service_id, id, name, created_at, updated_at, is_published,
        is_subscription_required, is_approval_required, version)
      values ('default', 'gold', 'Gold', now(), now(), true, true, false, 1)`;
    await app.sql`insert into subscriptions (service_id, id, account_id, product_id, name, state, state_changed_at,
        state_changed_by, created_at, updated_at)
      values ('default', 'sub', 'dev-1', 'gold', 'Mine', 'active', now(), '', now(), now())`;
    await app.sql`insert into subscription_calls (service_id, subscription_id, span, starts_at, api_id, outcome, calls)
      values ('default', 'sub', 'day', '2026-01-02T00:00Z', 'orders', 'passed', 5),
        ('default', 'sub', 'hour', '2026-01-02T23:00Z', 'orders', 'passed', 2),
        ('default', 'sub', 'hour', '2026-01-02T23:00Z', 'orders', 'rate_limited', 1),
        ('default', 'sub', 'hour', '2026-01-03T00:00Z', 'orders', 'passed', 9)`;
    await admin().types('/apim-user export subscriptions dev1@example.com as:json');
    expect(JSON.parse((await fileWith(/\*Subscriptions\*/)).text)).toMatchObject([
      { id: 'sub', scope: 'product', scope_id: 'gold', owner_email: 'dev1@example.com', last_used_at: null },
    ]);
    await admin().types('/apim-user export usage product:gold from:2026-01-01 to:2026-01-02 as:json');
    expect(JSON.parse((await fileWith(/Calls by subscription/)).text)).toEqual([
      {
        ...{
          day: '2026-01-02',
          subscription_id: 'sub',
          subscription: 'Mine',
          product_id: 'gold',
          owner_id: 'dev-1',
        },
        ...{ owner_email: 'dev1@example.com', api_id: 'orders', passed: 7, limited: 1, refused: 0 },
      },
    ]);
  });

  it.each([
    ['everything', /write accounts, subscriptions, invitations or usage, such as export accounts idle:90d/],
    ['accounts as:xlsx', /write as:csv or as:json/],
    ['accounts idle:always', /such as idle:90d/],
    ['accounts nobody-is-called-so', /Nothing matches, so there is nothing to export/],
    ['invitations idle:90d', /write all, or nothing for the open ones/],
    ['usage from:yesterday', /write a day like 2026-11-01/],
    ['subscriptions product:none', /Product not found/],
  ])('of %s is refused, and says what to write', async (words, shown) => {
    const before = (await exportRows()).length;
    await admin().types(`/apim-user export ${words}`);
    await admin().sees(shown);
    expect(await exportRows()).toHaveLength(before);
  });

  it('is for admins alone, at the moment when it is sent too', async () => {
    await app.as('approver').types('/apim-user export accounts');
    await app.as('approver').sees(/don't have permission/);
    await app.as('approver').types('/apim-user list');
    await app.as('approver').sees(/1–20/);
    expect((await app.as('approver').message(/1–20/)).buttons()).not.toContain('Export');
    const { length } = liveFiles(/^accounts/);
    await app.sql`update operators set role = 'approver' where slack_user_id = ${app.ids.admin}`;
    const [row] =
      await app.sql`insert into exported_files (service_id, id, kind, format, sealed_wanted, team_id,
        slack_user_id, created_at, ends_at)
      select service_id, gen_random_uuid(), 'invitations', 'csv', sealed_wanted, team_id, slack_user_id, ${new Date(now).toISOString()},
        ${new Date(now + DAY_MS).toISOString()} from exported_files limit 1 returning id`;
    await app.sql`select graphile_worker.add_job('send-export',
      json_build_object('serviceId', 'default', 'exportId', ${row?.id}::text))`;
    await admin().sees(/The export couldn't be sent: Open invitations\. You don't have permission/);
    expect(liveFiles(/^accounts/)).toHaveLength(length);
    await app.sql`update operators set role = 'admin' where slack_user_id = ${app.ids.admin}`;
  });
});

describe('T143: the file of an export', () => {
  it('is deleted after a day, also when Slack is away then', async () => {
    const before = liveFiles(/./);
    expect(before.length).toBeGreaterThan(4);
    now += DAY_MS - 60_000;
    await minute();
    await eventually(
      'the minute',
      async () =>
        (await app.sql`select from graphile_worker.jobs where task_identifier = 'every-minute'`).length < 2,
    );
    expect(liveFiles(/./)).toHaveLength(before.length);
    now += 120_000;
    app.slackFails('files.delete', { kind: 'server-error' }, 2);
    await minute();
    await eventually('no file is left', () => liveFiles(/\.(csv|json)$/).length === 0);
    await eventually('no row is left', async () => (await exportRows()).length === 0);
    await admin().types('/apim-user export accounts state:blocked');
    const { message, file } = await fileWith(/Blocked accounts.*300 rows/);
    app.workspace.files.remove(file.id);
    now += DAY_MS + 60_000;
    await minute();
    await eventually(
      'a file that the person deleted is done too',
      async () => (await exportRows()).length === 0,
    );
    expect(message.text).toMatch(/I delete this file/);
  });

  it('is known before anyone sees it: whatever breaks off, one file is left, and none after its day', async () => {
    for (const method of ['files.getUploadURLExternal', 'files.completeUploadExternal']) {
      app.slackFails(method, { kind: 'accept-then-drop' }, 1);
      await admin().types('/apim-user export accounts state:active as:json');
      await eventually(`one file after a lost answer of ${method}`, async () => {
        const [row] = await app.sql`select file_id as id from exported_files where sent_at is not null`;
        return (
          row &&
          liveFiles(/^accounts/)
            .map(({ id }) => id)
            .join() === row.id
        );
      });
      now += DAY_MS + 60_000;
      await minute();
      await eventually('no file is left', () => liveFiles(/^accounts/).length === 0);
      await eventually('no row is left', async () => (await exportRows()).length === 0);
    }
  });

  it('that this workspace doesn’t take is told, and forgotten', async () => {
    app.slackFails('files.getUploadURLExternal', { kind: 'error', code: 'missing_scope' }, 1);
    await admin().types('/apim-user export accounts state:active');
    await admin().sees(/couldn't be sent: Active accounts\. The app was installed without files:write/);
    await eventually('no row is left', async () => (await exportRows()).length === 0);
  });
});
