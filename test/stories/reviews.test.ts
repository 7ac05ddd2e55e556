// Access reviews: from the start to the report, by people and by time.
import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { startTestApp } from '../support/app.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';

const SLOW_MS = 60_000;
const DAY_MS = 86_400_000;
const BO = 'U0BOOWNER';

let offset = 0;
const app = forAllTests(() => startTestApp({}, { clock: () => new Date(Date.now() + offset) }));
const beside = forAllTests((): Promise<BesideApp> => besideApp(app));
beforeAll(async () => {
  app.addPerson('bo', { id: BO, realName: 'Bo Owner' });
});

const admin = () => app.as('admin');
const approver = () => app.as('approver');
const bo = () => app.as(BO);
const minute = () => app.sql`select graphile_worker.add_job('every-minute')`;
const stateOf = async (email: string) =>
  (await app.sql`select state from accounts where email = ${email}`)[0]?.state as string;
const run = (program: 'operate' | 'audit', ...words: string[]) =>
  runProgram(program, words, {
    DATABASE_URL: app.databaseUrl,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    PUBLIC_URL: app.publicUrl,
  });

/** A product with so many subscribers: Ann, Bea, Cleo … and their emails. */
async function programme(product: string, names: readonly string[], groupIds: string[] = []) {
  const console = beside.console();
  const { product: made } = await createProduct(console, {
    id: product.toLowerCase(),
    name: product,
    isPublished: true,
  });
  const accounts = [];
  for (const firstName of names) {
    const email = `${firstName}@${product}.example`.toLowerCase();
    const { account } = await addAccount(console, { email, firstName, lastName: product, groupIds });
    const { subscription } = await grantSubscription(console, { accountId: account.id, productId: made.id });
    accounts.push({ id: account.id, email, subscriptionId: subscription.id });
  }
  return accounts;
}

/** Starts a review by command, form and confirmation; returns what the confirmation says. */
async function starts(words: string, fields: Record<string, string | string[]>): Promise<string> {
  await admin().types(`/apim-user review start ${words}`);
  const form = await admin().modal('Start an access review');
  await form.fill(fields);
  await form.submit();
  const said = await form.sees(/until/);
  await form.submit();
  await form.sees(/Started/);
  await form.closeAll();
  return said;
}

describe('a review of a product', { timeout: SLOW_MS }, () => {
  const NAMES = 'Ann Bea Cleo Dan Eve Fay Gil Hal Ida Jon Kim Lou'.split(' ');
  let accounts: Awaited<ReturnType<typeof programme>>;

  it('asks its reviewers once, with what is known of each account, and each answer counts at once', async () => {
    accounts = await programme('Starter', NAMES);
    const today = new Date().toISOString().slice(0, 10);
    await app.sql`update account_activity set last_sign_in_on = '2026-01-02', last_call_on = ${today}
      where account_id = ${accounts[0]?.id ?? ''}`;
    await app.sql`insert into subscription_calls values
      ('default', ${accounts[0]?.subscriptionId ?? ''}, 'day', ${today}, 'orders', 'passed', 1204)`;
    const said = await starts('product:Starter until 14d', {
      Reminders: ['Remind after half of the time, and a day before the end'],
    });
    expect(said).toMatch(
      /Ada Admin, Amir Approver.* each get one direct message.*each of 12 accounts.*subscribers of/s,
    );
    expect(said).toMatch(/then go to the admins/);

    const card = await approver().message(/Access review[\s\S]*12 accounts/);
    expect(card.text()).toContain('0 of 12 accounts settled');
    await card.clicks('Review accounts');
    const list = await approver().modal('Access review');
    const text = await list.sees(/1–10 of 12/);
    expect(text).toMatch(
      new RegExp(
        `Ann Starter.*ann@starter.example\\s+Last sign-in 2026-01-02 · last call ${today} · 1,204 calls in 30 days, 1,204 in 90`,
      ),
    );
    expect(text).toMatch(/Added by Connie \(console\), \d{4}-\d\d-\d\d · subscriptions: Starter/);
    await list.clicks('Keep Ann Starter');
    await list.sees(/Kept.*Amir Approver/);
    await list.clicks('Block Bea Starter');
    const block = await approver().modal('Block an account');
    await block.sees(/cuts off 1 subscription/);
    await block.fill({ Reason: 'left the company' });
    await block.submit();
    await block.sees(/Blocked \*Bea Starter\*/);
    await block.cancel();
    await list.sees(/Blocked\*? · Amir Approver[\s\S]*left the company/);
    expect(await stateOf('bea@starter.example')).toBe('blocked');
    await eventually('the progress on the card', () =>
      card.text().includes('2 of 12 accounts settled: 1 kept, 1 blocked'),
    );

    // Undone, and kept instead.
    await list.clicks('Undo the answer for Bea Starter');
    await eventually('Bea to be active', async () => (await stateOf('bea@starter.example')) === 'active');
    await list.clicks('Keep Bea Starter');
    await eventually('two kept', () => card.text().includes('2 kept'));
    await list.clicks('Next');
    await list.sees(/11–12 of 12/);
    await list.closeAll();
  });

  it('lets one of two answers count, and tells the other person who answered', async () => {
    await admin().types('/apim-user review');
    await admin().sees(/Access review\*? of the subscribers of[\s\S]*open until/);
    await admin().clicks('Review accounts of Starter');
    const late = await admin().modal('Access review');
    await late.sees(/1–10 of 12/);
    await (await approver().message(/Access review/)).clicks('Review accounts');
    const list = await approver().modal('Access review');
    await list.clicks('Keep Cleo Starter');
    await list.sees(/3\. Cleo[\s\S]*Kept[\s\S]*4\. Dan/);
    // The admin's list is older.
    const [row] = await app.sql`select id from review_rows where account_id = ${accounts[2]?.id ?? ''}`;
    await late.clicks('Block Cleo Starter');
    await late.sees(/Amir Approver answered for this account/);
    expect(await app.sql`select answer, version from review_rows where id = ${String(row?.id)}`).toEqual([
      { answer: 'keep', version: 2 },
    ]);
    expect(await stateOf('cleo@starter.example')).toBe('active');
    await late.closeAll();
    await list.closeAll();
  });

  it('reminds, then asks the admins for what was not answered, and leaves out what was blocked elsewhere', async () => {
    await blockAccount(beside.console(), { accountId: accounts[3]?.id ?? '' });
    offset += 7 * DAY_MS + 60_000;
    await minute();
    await approver().message(/still has 8 accounts without an answer/);
    offset += 7 * DAY_MS;
    await minute();
    await admin().message(/has reached its end with 8 accounts unanswered/);
    const home = await admin().home();
    await eventually('the review at home', () => /8 accounts wait for an answer/.test(home.text()));

    await admin().types('/apim-user review');
    await admin().clicks('Review accounts of Starter');
    const list = await admin().modal('Access review');
    expect(await list.sees(/4\. Dan/)).toMatch(/4\. Dan[\s\S]*No answer needed: blocked/);
    for (const name of NAMES.slice(4, 10)) {
      await list.clicks(`Keep ${name} Starter`);
      await eventually(`${name} to be kept`, () =>
        new RegExp(`${name} Starter(?![\\s\\S]*Keep ${name})[\\s\\S]*Kept`).test(list.text()),
      );
    }
    await list.closeAll();
  });

  it('T139: ends with a report that says who answered what on which evidence, and names its place in the audit', async () => {
    offset += 7 * DAY_MS + 60_000;
    await minute();
    await eventually('the end', async () => (await app.sql`select state from reviews`)[0]?.state === 'ended');
    await minute();
    await eventually(
      'the link',
      async () => (await app.sql`select reported_at from reviews`)[0]?.reported_at !== null || minute(),
    );
    await admin().message(/The report on the access review of the subscribers of/);
    const csv = await eventually('the table', () => admin().reads('.csv') || null);
    const page = admin().reads('.html');
    expect(csv.split('\r\n')).toHaveLength(14);
    expect(csv).toMatch(/"Bea Starter","bea@starter.example","active".*"Kept","","Amir Approver"/);
    expect(csv).toMatch(/"Dan Starter".*"No answer needed: blocked"/);
    expect(csv).toMatch(/"Kim Starter".*"No answer"/);
    expect(page).toMatch(/<td>9<\/td><td>kept<\/td>[\s\S]*<td>2<\/td><td>without an answer<\/td>/);
    const [, head = ''] = /verify --head (\d+:[0-9a-f]{64})/.exec(page) ?? [];
    const verified = await run('audit', 'verify', '--head', head);
    expect(verified.out).toContain('The chain is whole');
    const [taken] =
      await app.sql`select count(*)::int as count from audit where operation = 'reviews/report'`;
    expect(taken?.count).toBe(2);

    // The console writes the same page.
    const [{ id } = { id: '' }] = await app.sql<{ id: string }[]>`select id from reviews`;
    const printed = await run(
      'operate',
      'reviews/report',
      id,
      '--as',
      'Connie',
      '--reason',
      'for the auditor',
    );
    expect(printed.out).toContain('<!doctype html>');
    expect(printed.out).toContain('made for Connie (console)');
  });

  it('T140: keeps the answers of an account that is erased, and nothing personal of it', async () => {
    const [account] = accounts;
    await app.sql`update accounts set state = 'deleted', deleted_at = now() - interval '400 days' where id = ${account?.id ?? ''}`;
    await minute();
    await eventually('the erasure', async () => (await stateOf('ann@starter.example')) === undefined);
    const rows =
      await app.sql`select evidence, reason, answer, answered_by_name from review_rows where account_id = ${account?.id ?? ''}`;
    expect(rows).toEqual([{ evidence: null, reason: '', answer: 'keep', answered_by_name: 'Amir Approver' }]);
    await admin().types('/apim-user review show Starter');
    await admin().sees(/9 kept/);
    await admin().clicks('Report on the review of Starter');
    await admin().sees(/The report is in our direct message/);
    expect(admin().reads('.html')).toContain('(erased)');
    expect(admin().reads('.html')).not.toContain('ann@starter.example');
  });
});

describe('a review by a person without a role', { timeout: SLOW_MS }, () => {
  it('T141: makes a block a request, shows its accounts to no one else, and goes to the admins when they leave', async () => {
    const { groupId } = await createGroup(beside.console(), { name: 'Partners' });
    await programme('Basic', ['Mia', 'Ned'], [groupId]);
    await starts('group:Partners', {
      'Who answers': ['Bo Owner'],
      Ends: '3 days',
      'Note to the reviewers': 'Ask your team',
    });
    const card = await bo().message(/Ask your team/);
    await card.clicks('Review accounts');
    const list = await bo().modal('Access review');
    await list.clicks('Block Mia Basic');
    const form = await bo().modal('Block an account');
    await form.sees(/asks the operators to block/);
    await form.submit();
    await form.sees(/An operator decides/);
    await form.cancel();
    await list.sees(/Block requested, waits for an operator/);
    await list.closeAll();
    expect(await stateOf('mia@basic.example')).toBe('active');
    await (await approver().message(/Block Mia Basic\?/)).clicks(/Approve: Block Mia Basic/);
    await eventually('the block', async () => (await stateOf('mia@basic.example')) === 'blocked');

    // Another member can't open the list, whatever the button says.
    const [{ id } = { id: '' }] = await app.sql<
      { id: string }[]
    >`select id from reviews where state = 'open'`;
    expect(await app.sql`select person from review_people where review_id = ${id}`).toHaveLength(1);
    await app.changePerson(BO, { isDeactivated: true });
    offset += 2 * DAY_MS;
    await minute();
    await admin().message(/has no reviewer left who can answer/);
    await admin().types('/apim-user review');
    await admin().clicks('Stop the review of Partners');
    const stop = await admin().modal('Stop a review');
    await stop.fill({ Reason: 'Bo left' });
    await stop.submit();
    await stop.sees(/Stopped the review/);
    await stop.closeAll();
  });
});

describe('a review that blocks', { timeout: SLOW_MS }, () => {
  it('T142: blocks at its end what no one answered, each once, and keeps what was answered', async () => {
    await programme('Legacy', ['Ola', 'Pia', 'Quinn']);
    await starts('Legacy until 2d', { 'Accounts without an answer then': 'Block them, with a mail' });
    await (await approver().message(/subscribers of.*Legacy/)).clicks('Review accounts');
    const list = await approver().modal('Access review');
    await list.clicks('Keep Ola Legacy');
    await list.sees(/Kept/);
    await list.closeAll();
    offset += 2 * DAY_MS + 60_000;
    await Promise.all([minute(), minute()]);
    await eventually(
      'both to be blocked',
      async () =>
        (await stateOf('quinn@legacy.example')) === 'blocked' &&
        (await stateOf('pia@legacy.example')) === 'blocked',
    );
    expect(await stateOf('ola@legacy.example')).toBe('active');
    await minute();
    await eventually(
      'the end',
      async () =>
        (await app.sql`select state from reviews where scope_name = 'Legacy'`)[0]?.state === 'ended',
    );
    const blocks =
      await app.sql`select target_id from audit where operation = 'accounts/block' and actor_kind = 'system'`;
    expect(blocks).toHaveLength(2);
    expect(
      app.inbox.mails().filter(({ to }) => JSON.stringify(to).includes('pia@legacy')).length,
    ).toBeLessThanOrEqual(2);
  });
});
