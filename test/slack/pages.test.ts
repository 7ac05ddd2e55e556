import { beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);

const admin = () => app.as('admin');

/** Accounts named First 0001 and on, the highest number registered last. */
const addAccounts = (first: string, count: number, state = 'active') => app.sql`insert into accounts
  (service_id, id, email, email_canonical, first_name, last_name, state, state_reason, state_changed_at,
    state_changed_by, registered_at, updated_at)
  select 'default', ${first} || n, ${first} || n || '@example.com', ${first} || n || '@example.com', ${first},
    lpad(n::text, 4, '0'), ${state}, '', now(), 'a test', timestamptz '2026-01-01' + n * interval '1 s', now()
  from generate_series(1, ${count}::int) n`;

const lastNames = (text: string) => [...text.matchAll(/\*[A-Z][a-z]+ (\d{4})\*/g)].map((found) => found[1]);

describe('the pages of a list', () => {
  beforeAll(async () => {
    await addAccounts('Many', 1_001);
    await addAccounts('Wait', 45, 'pending');
  });

  it('count exactly by state, and say “more than” where an exact count would read too much', async () => {
    await admin().types('/apim-user list');
    await admin().sees(/Accounts\* · 1–20 of 1,046/);
    const list = await admin().message(/of 1,046/);
    expect(list.buttons()).toEqual([
      'All (1,046)',
      'Active (1,001)',
      'Pending (45)',
      'Blocked (0)',
      'Deleted',
      'Select…',
      'Export these accounts as CSV',
      'Next',
    ]);
    await list.clicks('Pending (45)');
    await eventually('the filtered list', () => list.text().includes('Pending accounts* · 1–20 of 45'));
    await admin().types('/apim-user list many');
    await admin().sees(/1–20 of more than 1,000/);
    await admin().types('/apim-user list 0007');
    await admin().sees(/1–2 of 2/);
  });

  it('miss no row when those of the page before are decided in between', async () => {
    await admin().types('/apim-user list state:pending');
    await admin().sees(/1–20 of 45/);
    const list = await admin().message(/1–20 of 45/);
    await list.chooses('Activate', 'Wait 0045');
    await eventually('the list without that row', () => list.text().includes('1–20 of 44'));
    const seen = lastNames(list.text());
    await app.sql`update accounts set state = 'active', version = version + 1 where id in ('Wait44', 'Wait43')`;
    for (const range of ['21–40 of 42', '39–42 of 42']) {
      await list.clicks('Next');
      await eventually(range, () => list.text().includes(range));
      seen.push(...lastNames(list.text()));
    }
    expect(seen).toEqual(Array.from({ length: 44 }, (_, n) => String(44 - n).padStart(4, '0')));
    expect(list.buttons()).not.toContain('Next');
  });

  it('turn back to the first page, and start at 1 there', async () => {
    await admin().types('/apim-user list many');
    const list = await admin().message(/more than 1,000/);
    const first = lastNames(list.text());
    await list.clicks('Next');
    await eventually('the second page', () => list.text().includes('21–40 of more than 1,000'));
    await list.clicks('Previous');
    await eventually('the first page', () => list.text().includes('1–20 of more than 1,000'));
    expect(lastNames(list.text())).toEqual(first);
  });

  it('are the same for history, audit and groups, from App Home too', async () => {
    await admin().types('/apim-user add long@example.com Long Story');
    await admin().sees(/Added/);
    await app.sql`insert into audit (service_id, id, at, operation, outcome, actor_kind, actor_id, actor_name, target_kind,
        target_id, request_id)
      select 'default', gen_random_uuid(), now(), 'accounts/edit', 'done', 'console', 'Connie', 'Connie', 'account',
        (select id from accounts where email = 'long@example.com'), 'test'
      from generate_series(1, 24)`;
    await admin().types('/apim-user history long@example.com');
    await admin().sees(/History of Long Story\* · 1–20 of 25/);
    await (await admin().message(/1–20 of 25/)).clicks('Next');
    await admin().sees(/21–25 of 25/);
    await admin().types('/apim-user groups');
    await admin().sees(/Groups\* · 1–3 of 3/);
    const home = await admin().home();
    await home.clicks('List');
    const modal = await admin().modal(/1–20 of/);
    await modal.clicks('Next');
    await modal.sees(/21–40 of/);
    await modal.closeAll();
  });

  it('stay within Slack’s limits', () => {
    expect(app.refusals()).toEqual([]);
    const sizes = app.everythingSent().map(({ sent }) => JSON.stringify(sent).length);
    expect(Math.max(...sizes)).toBeLessThan(30_000);
  });
});
