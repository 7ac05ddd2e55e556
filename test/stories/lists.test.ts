import { beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp, 60_000);
beforeAll(async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user groups');
  await admin.clicks('Create');
  const modal = await admin.modal('Create a group');
  await modal.fill({ Name: 'Early birds' });
  await modal.submit();
  await modal.sees(/Created the group/);
  await modal.closeAll();
  await app.sql`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state,
      state_changed_at, state_changed_by, registered_at, updated_at)
    select 'default', 'dev-' || n, 'dev' || n || '@example.com', 'dev' || n || '@example.com', 'Dev', 'Number' || n,
      'active', now(), 'a test', now() + n * interval '1 ms', now()
    from generate_series(1, 22) n`;
}, 60_000);

/** The names on the newest page, in its order. */
const names = (text: string) => [...text.matchAll(/\*Dev (Number\d+)\*/g)].map((found) => found[1]);

describe('list', () => {
  it('shows twenty a page, newest first, and turns pages in place without losing or repeating an account', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user list');
    await admin.sees(/1–20 of 22/);
    const page = await admin.message(/1–20 of 22/);
    const first = names(page.text());
    expect(first).toEqual(Array.from({ length: 20 }, (_, n) => `Number${22 - n}`));
    expect(page.buttons()).not.toContain('Previous');
    await page.clicks('Next');
    await eventually('the second page', () => names(page.text())[0] === 'Number2');
    expect(page.text()).toContain('21–22 of 22');
    expect(names(page.text())).toEqual(['Number2', 'Number1']);
    expect(page.buttons()).not.toContain('Next');
    await page.clicks('Previous');
    await eventually('the first page', () => names(page.text())[0] === 'Number22');
    expect(names(page.text())).toEqual(first);
  });

  it('has pages far below the size that Slack takes', () => {
    const sent = app
      .everythingSent()
      .filter(({ sent: payload }) => JSON.stringify(payload).includes('Number22'));
    expect(sent.length).toBeGreaterThan(0);
    const sizes = sent.map(({ sent: payload }) => JSON.stringify(payload).length);
    expect(Math.max(...sizes)).toBeLessThan(30_000);
  });

  it('filters by text, state and group, and explains an empty page', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user block dev7@example.com late again');
    await admin.sees(/Blocked: Dev Number7/);
    await admin.types('/apim-user groups dev9@example.com');
    const modal = await admin.modal('Groups of an account');
    await modal.fill({ Groups: ['Early birds'] });
    await modal.submit();
    await modal.sees(/Early birds/);
    await modal.closeAll();

    await admin.types('/apim-user list state:blocked');
    expect(names(await admin.sees(/Number7/))).toEqual(['Number7']);
    await admin.types('/apim-user list group:"Early birds"');
    expect(names(await admin.sees(/Number9/))).toEqual(['Number9']);
    await admin.types('/apim-user list dev11@example.com');
    expect(names(await admin.sees(/Number11/))[0]).toBe('Number11');
    await admin.types('/apim-user list group:developers state:active');
    expect(names(await admin.sees(/Number22/))).toHaveLength(20);
    await admin.types('/apim-user list group:guests');
    await admin.sees(/No account matches/);
    await admin.types('/apim-user list zzzzzz');
    await admin.sees(/No account matches/);
    await admin.types('/apim-user list state:asleep');
    await admin.sees(/write active, pending, blocked or deleted/);
    await admin.types('/apim-user list group:nobody');
    await admin.sees(/Group not found/);
  });

  it('T124: finds who has not been there, in pages that keep the filter, and says how a filter is written', async () => {
    const admin = app.as('admin');
    await app.sql`update accounts set registered_at = now() - interval '200 days' where id like 'dev-%'`;
    await app.sql`update account_activity set last_sign_in_on = current_date - 100 + right(account_id, 1)::int
      where account_id in ('dev-3', 'dev-4')`;
    await app.sql`update account_activity set last_call_on = current_date - 5 where account_id = 'dev-5'`;
    await admin.types('/apim-user list idle:90d state:active sort:-idle');
    await admin.sees(/Active accounts without a sign-in or call for 90 days\* · 1–20 of 20/);
    await admin.types('/apim-user list Idle:12w');
    await admin.sees(/\*Accounts without a sign-in or call for 84 days\* · 1–20 of 21/);
    const page = await admin.message(/for 84 days/);
    expect(names(page.text())).not.toContain('Number5');
    await page.clicks('Next');
    await eventually('the longest idle first', () => names(page.text()).join() === 'Number4');
    expect(page.text()).toMatch(/Last sign-in 20\d\d-\d\d-\d\d · last call never/);
    await page.clicks(/^Blocked/);
    await eventually('the same filter of the blocked', () => names(page.text()).join() === 'Number7');
    await admin.types('/apim-user list dev3@example.com last-sign-in:<2100-01-01 never-signed-in');
    await admin.sees(
      /There are no accounts that match “dev3@example.com” and never signed in, without a sign-in since 2100-01-01/,
    );
    await admin.types('/apim-user list last-call:>2026-01-01 sort:last-call');
    expect(names(await admin.sees(/with a call after 2026-01-01/))).toEqual(['Number5']);
    for (const [typed, shown] of [
      ['idle:long', /such as idle:90d/],
      ['last-call:yesterday', /such as last-call:&lt;2026-08-01/],
      ['sort:name', /write idle, last-call, last-sign-in or registered, such as sort:idle/],
      ['idel:90d', /there are state, group, idle, .* and never-signed-in/],
    ] as const) {
      await admin.types(`/apim-user list ${typed}`);
      await admin.sees(shown);
    }
    await admin.types('/apim-user show dev5@example.com');
    await admin.sees(/\*Last sign-in:\* never · \*Last call:\* 20\d\d-/);
  });

  it('leaves out accounts that were deleted and invitations that were not accepted yet', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user delete dev1@example.com');
    const modal = await admin.modal('Delete an account');
    await modal.submit();
    await modal.sees(/Deleted/);
    await modal.closeAll();
    await admin.types('/apim-user invite someone@example.com');
    await admin.sees(/1 invitation is on its way/);
    await admin.types('/apim-user list dev1@example.com');
    expect(names(await admin.sees(/Accounts that match/))).not.toContain('Number1');
    await admin.types('/apim-user list someone');
    await admin.sees(/No account matches/);
  });
});

describe("a row's menu", () => {
  const rowOf = async (who: 'admin' | 'approver', address: string) => {
    await app.as(who).types(`/apim-user list ${address}`);
    await app.as(who).sees(/1–\d of \d/);
    return app.as(who).message(/1–\d of \d/);
  };
  /** Every entry of every menu on the page, by the account that it stands with. */
  const entriesOf = (message: Awaited<ReturnType<typeof rowOf>>) =>
    (message.message.blocks as { accessory?: { options?: { text: { text: string } }[] } }[])
      .flatMap(({ accessory }) => (accessory ? [accessory.options ?? []] : []))
      .map((options) => options.map((option) => option.text.text));

  it('offers an admin everything that fits the state, and an approver what approvers may do', async () => {
    expect(entriesOf(await rowOf('admin', 'dev22@example.com'))[0]).toEqual([
      'Show',
      'Block',
      'Reset password',
      'Edit',
      'Delete',
    ]);
    expect(entriesOf(await rowOf('approver', 'dev22@example.com'))[0]).toEqual(['Show', 'Block']);
    await app.as('admin').types('/apim-user list state:blocked');
    await app.as('admin').sees(/1–1 of 1/);
    const blocked = await app.as('admin').message(/1–1 of 1/);
    expect(entriesOf(blocked)).toEqual([['Show', 'Activate', 'Edit', 'Delete']]);
  });

  it('opens the modals and does the actions of that account', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user list state:blocked');
    await admin.sees(/1–1 of 1/);
    const page = await admin.message(/1–1 of 1/);
    for (const [entry, title] of [
      ['Edit', 'Edit an account'],
      ['Delete', 'Delete an account'],
    ] as const) {
      await page.chooses(entry);
      const modal = await admin.modal(title);
      if (entry === 'Edit') expect(await modal.value('Email')).toBe('dev7@example.com');
      else expect(modal.text()).toContain('Dev Number7');
      await modal.closeAll();
    }
    await page.chooses('Show');
    await admin.sees(/late again/);
    await page.chooses('Activate');
    await admin.sees(/Activated: Dev Number7/);
    await eventually('the list without the account', () => /No account matches/.test(page.text()));
    await admin.types('/apim-user show dev7@example.com');
    await admin.sees(/State:\* active/);
  });

  it('drawn before a change does nothing, and says what state the account is in', async () => {
    const approver = app.as('approver');
    await approver.types('/apim-user list Number5');
    await approver.sees(/Number5/);
    const page = await approver.message(/Number5/);
    await app.as('admin').types('/apim-user block dev5@example.com first');
    await app.as('admin').sees(/Blocked/);
    await page.chooses('Block');
    const modal = await approver.modal('Block an account');
    await modal.submit();
    await modal.sees(/Someone changed this account.*\*blocked\*/);
    await modal.clicks('Show account');
    await modal.sees(/first/);
    await modal.closeAll();
  });
});

it('Slack refused nothing that was sent to it', () => {
  expect(app.refusals()).toEqual([]);
});
