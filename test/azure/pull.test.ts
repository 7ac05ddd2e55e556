// Reading everything in Azure: the first comparison, and those after it.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { claimPull } from '../../src/operations/azure/claim-pull.ts';
import { compareAndTakeIn } from '../../src/operations/azure/compare-and-take-in.ts';
import { openShownDrift } from '../../src/operations/azure/drifts.ts';
import { observeAzure } from '../../src/operations/azure/observe.ts';
import { takeIn } from '../../src/operations/azure/take-in.ts';
import { planCards } from '../../src/operations/cards/plan.ts';
import { ADMIN, SYSTEM } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startMirror } from './mirror.ts';

const USERS = 120;
const m = forAllTests(startMirror);
const portal = () => m.arm.asPortal('Paula Portal');
const azure = () => m.pair.inAzure.console();

type User = Partial<Parameters<typeof addAccount>[1]>;
async function addInAzure(id: string, more: User = {}): Promise<void> {
  const person = { accountId: id, email: `${id}@example.com`, firstName: 'Dev', lastName: id };
  await addAccount(azure(), { ...person, tellDeveloper: false, ...more });
}
const accounts = () => m.sql`
  select * from accounts where service_id = 'ours' and state <> 'deleted' order by id collate "C"`;
const accountOf = async (id: string) =>
  (await m.sql`select * from accounts where service_id = 'ours' and id = ${id}`)[0];
const openDrifts = async () =>
  (await m.drifts()).filter(({ state }) => state === 'open').map((row) => `${row.thing_id} ${row.field}`);

afterEach(() => m.arm.behaveWell());

/** Everything that is there before the service is bound, and a comparison whose process is killed again and again. */
beforeAll(async () => {
  const p = portal();
  await p.put('groups/partners', { displayName: 'Partners', description: 'Our partners' });
  await p.put('apis/orders', { displayName: 'Orders', path: 'orders', protocols: ['https'] });
  await p.put('products/gold', { displayName: 'Gold', state: 'published', subscriptionRequired: true });
  await p.put('products/gold/apis/orders');
  await p.put('products/gold/groups/partners');
  await Promise.all(
    Array.from({ length: USERS }, (_, n) =>
      addInAzure(`dev-${n}`, { state: n % 10 === 0 ? 'blocked' : 'active' }),
    ),
  );
  await p.put('groups/partners/users/dev-1');
  const scope = { scope: `${m.path}/products/gold`, ownerId: `${m.path}/users/dev-1` };
  await p.put('subscriptions/sub-1', { displayName: 'Gold of dev-1', ...scope, state: 'active' });
  m.arm.forgetSeen();
  for (let page = 0; (await m.row()).pass_ended_at === null; page++) {
    if (page % 2 === 0) await dieOnAPage(page % 4 === 0);
    await m.pull();
  }
}, 60_000);

/** A process leases the comparison and dies: before it did anything, or before it stored that the page is done. */
async function dieOnAPage(afterItsEffects: boolean): Promise<void> {
  const claimed = await claimPull(m.as(SYSTEM), { path: m.path });
  expect(await claimPull(m.as(SYSTEM), { path: m.path }), 'a second process').toBeNull();
  if (claimed && claimed.phase !== 'missing' && afterItsEffects) {
    const { records, askedAt } = await m.instance.page(claimed.phase, claimed.cursor);
    for (let at = 0; at < records.length; at += 100) {
      const observations = records.slice(at, at + 100).map((record) => ({ id: record.id, record }));
      await compareAndTakeIn(m.as(SYSTEM), {
        kind: claimed.phase,
        askedAt,
        pass: claimed.pass,
        observations,
      });
    }
  }
  m.advance(3 * 60_000);
}

describe('the first comparison', () => {
  it('brings every account once, in its state, also when its process was killed on every second page', async () => {
    const all = await accounts();
    expect(all.map(({ id }) => id).sort()).toEqual(
      Array.from({ length: USERS }, (_, n) => `dev-${n}`).sort(),
    );
    const blocked = all.filter(({ state }) => state === 'blocked');
    expect(blocked).toHaveLength(USERS / 10);
    expect(new Set(blocked.map(({ state_reason }) => state_reason))).toEqual(new Set(['Blocked in Azure']));
    expect(await openDrifts()).toEqual([]);
    const { first_pass_ended_at, counts, phase } = await m.row();
    expect([first_pass_ended_at !== null, phase]).toEqual([true, null]);
    expect(counts).toMatchObject({ account: USERS + 1, group: 4, product: 1, subscription: 1 });
  });

  it('brings groups, products and subscriptions with what belongs to them', async () => {
    const [product] = await m.sql`select * from products where service_id = 'ours'`;
    expect(product).toMatchObject({ id: 'gold', name: 'Gold', is_published: true });
    expect(await m.sql`select api_id from product_apis where service_id = 'ours'`).toEqual([
      { api_id: 'orders' },
    ]);
    const seenBy = await m.sql`select group_id from product_groups where service_id = 'ours' order by 1`;
    expect(seenBy.map(({ group_id }) => group_id)).toContain('partners');
    const members = await m.sql`select account_id, group_id from account_groups where service_id = 'ours'`;
    expect([...members]).toEqual([{ account_id: 'dev-1', group_id: 'partners' }]);
    const [subscription] = await m.sql`select * from subscriptions where service_id = 'ours'`;
    expect(subscription).toMatchObject({
      id: 'sub-1',
      account_id: 'dev-1',
      product_id: 'gold',
      state: 'active',
    });
  });

  it('mails nobody, writes nothing in Azure, and records each account as brought by the mirror', async () => {
    expect(await m.sql`select template from mails where service_id = 'ours'`).toEqual([]);
    expect(m.arm.seen({ isWrite: true })).toEqual([]);
    const rows = await m.sql`select actor_kind, actor_id, count(*)::int as n from audit
      where service_id = 'ours' and operation = 'accounts/add' group by 1, 2`;
    expect([...rows]).toEqual([{ actor_kind: 'system', actor_id: 'azure', n: USERS }]);
  });

  it("leaves Azure's own groups and administrator alone", async () => {
    expect(await accountOf('1')).toBeUndefined();
    const groups = await m.sql`select id, version from groups where service_id = 'ours' and type = 'system'`;
    expect(groups.map(({ version }) => version)).toEqual([1, 1, 1]);
    expect(await m.sql`select id from azure_things where kind = 'account' and id = '1'`).toEqual([]);
  });
});

describe('a later comparison', () => {
  it('takes in what changed in Azure, as an audited operation, and repaints the cards', async () => {
    await m.sql`delete from graphile_worker._private_jobs`;
    await portal().patch('users/dev-2', { state: 'blocked', firstName: 'Deva' });
    await m.pair.inAzure
      .sql`update accounts set email = 'deva@example.com', email_canonical = 'deva@example.com'
      where id = 'dev-2'`;
    await portal().put('groups/partners/users/dev-2');
    await m.pullAll();
    expect(await accountOf('dev-2')).toMatchObject({
      ...{ state: 'blocked', state_reason: 'Blocked in Azure', state_changed_by: 'azure' },
      ...{ first_name: 'Deva', email: 'deva@example.com', email_canonical: 'deva@example.com' },
    });
    const audit = await m.sql`select operation, actor_kind, actor_name from audit
      where target_id = 'dev-2' and operation <> 'accounts/add' order by operation`;
    const by = { actor_kind: 'system', actor_name: 'azure' };
    expect([...audit]).toEqual(
      ['accounts/block', 'accounts/edit', 'accounts/set-email', 'accounts/set-groups'].map((operation) => ({
        operation,
        ...by,
      })),
    );
    const jobs = await m.sql`select key from graphile_worker.jobs where task_identifier = 'repaint-cards'`;
    expect(jobs.map(({ key }) => key)).toEqual(['cards:ours:dev-2']);
    expect(await m.sql`select template from mails where service_id = 'ours'`).toEqual([]);
    expect(await openDrifts()).toEqual([]);
  });

  it('T98: asks where both sides changed a field, and overwrites neither', async () => {
    await editAccount(m.as(ADMIN), { accountId: 'dev-3', note: 'ours' });
    await portal().patch('users/dev-3', { note: 'theirs' });
    await m.pullAll();
    expect(await accountOf('dev-3')).toMatchObject({ note: 'ours' });
    expect((await portal().get('users/dev-3')).properties).toMatchObject({ note: 'theirs' });
    expect(await openDrifts()).toEqual(['dev-3 note']);
  });

  it('does not take in over a change that came between comparing and taking in', async () => {
    await portal().patch('users/dev-4', { note: 'theirs' });
    const read = await m.instance.read('account', 'dev-4');
    const askedAt = read?.askedAt ?? m.clock();
    const observations = [{ id: 'dev-4', record: read?.record ?? null }];
    const observed = await observeAzure(m.as(SYSTEM), { kind: 'account', askedAt, observations });
    expect(observed).toMatchObject([{ take: ['note'] }]);
    await editAccount(m.as(ADMIN), { accountId: 'dev-4', note: 'ours' });
    await takeIn(m.as(SYSTEM), observed, false);
    expect(await accountOf('dev-4')).toMatchObject({ note: 'ours' });
    await m.pullAll();
    expect(await openDrifts()).toContain('dev-4 note');
  });

  it('asks about an account that is gone there, once Azure said that it is', async () => {
    await portal().delete('users/dev-5');
    // The lists still miss another one, which is there.
    await m.sql`update azure_things set seen_in_pass = 0`;
    const before = (await m.row()).pass;
    m.arm.meanwhile({ method: 'GET', kind: 'users', times: 1 }, async () => {});
    await m.pullAll();
    expect((await m.row()).pass).toBe(before + 1);
    expect(await openDrifts()).toContain('dev-5 exists');
    expect(await accountOf('dev-5')).toMatchObject({ state: 'active' });
  });

  it('keeps an account that the shifting pages did not show', async () => {
    m.arm.behave({ churn: 1 });
    await m.pullAll();
    m.arm.behaveWell();
    await m.pullAll();
    const gone = (await openDrifts()).filter((one) => one.endsWith(' exists') && !one.startsWith('churn'));
    expect(gone).toEqual(['dev-5 exists']);
    const users = await m.pair.inAzure.sql`select id from accounts where state <> 'deleted'`;
    const here = (await accounts()).map(({ id }) => id);
    expect(users.map(({ id }) => id).filter((id) => !here.includes(id))).toEqual([]);
  });
});

describe('an account that our rules refuse', () => {
  it('becomes a difference with the reason, once, and holds up no other', async () => {
    await addAccount(m.as(ADMIN), {
      email: 'Taken@example.com',
      firstName: 'Tak',
      lastName: 'En',
      accountId: 'taken',
    });
    await m.sql`insert into azure_things (service_id, kind, id, azure_id, our_id, memory, seen, seen_at)
      select 'ours', 'account', 'other', 'other', 'taken', memory, seen, seen_at from azure_things where id = 'dev-9'`;
    const read = (id: string, email: string, more: object = {}) => ({
      id,
      record: {
        ...{
          kind: 'account' as const,
          id,
          email,
          firstName: 'Ann',
          lastName: 'Lee',
          note: '',
          state: 'active',
        },
        ...{ registeredAt: null, groups: [], identities: [], ...more },
      },
    });
    const observations = [
      read('same-email', 'TAKEN@example.com'),
      read('no-name', 'no-name@example.com', { firstName: '', lastName: '' }),
      read('no-email', 'no email at all'),
      read('odd/id', 'odd@example.com'),
      read('half', 'half@example.com', { note: 'a NUL \0 and half a \ud800' }),
      read('Twice', 'twice@example.com'),
      read('twice-2', 'Twice@example.com'),
      // In a directory's group, which is not here.
      read('fine', 'fine@example.com', { groups: ['Developers', 'All staff'] }),
    ];
    const compare = () =>
      compareAndTakeIn(m.as(SYSTEM), { kind: 'account', askedAt: m.clock(), observations });
    await compare();
    expect(await accountOf('fine')).toMatchObject({ email: 'fine@example.com' });
    expect(await accountOf('half')).toMatchObject({ note: 'a NUL \ufffd and half a \ufffd' });
    expect(await accountOf('Twice')).toMatchObject({ email: 'twice@example.com' });
    const rows = await m.sql`select thing_id, field, sealed from azure_drifts where service_id = 'ours'
      and state = 'open' and thing_id in ${m.sql(observations.map(({ id }) => id.toLowerCase()))} order by 1`;
    const reasons = rows.map((row) => [
      `${row.thing_id} ${row.field}`,
      openShownDrift(m, { sealed: row.sealed })?.refusal ?? '',
    ]);
    expect(reasons).toEqual([
      ['no-email exists', expect.stringContaining('email')],
      ['no-name exists', expect.stringContaining('firstName')],
      ['odd/id exists', expect.stringContaining('accountId')],
      ['same-email exists', expect.stringContaining('email_taken')],
      ['twice-2 exists', expect.stringContaining('email_taken')],
    ]);
    const refused = async () =>
      (await m.sql`select count(*)::int as n from audit where service_id = 'ours' and outcome = 'refused'`)[0]
        ?.n;
    const before = await refused();
    await compare();
    expect(await refused()).toBe(before);
  });
});

describe('an account that is pending in Azure', () => {
  it('asks nobody about what waits in Azure for its developer', async () => {
    await addInAzure('waits', { state: 'pending' });
    await m.pullAll();
    expect(await accountOf('waits')).toMatchObject({ state: 'pending', state_reason: 'came from Azure' });
    const planned = await planCards(m.as(SYSTEM), { accountId: 'waits', channels: ['C0APPROVALS'] });
    expect(planned.cards).toEqual([]);
    expect(planned.mirror).toMatchObject({ mode: 'watch', isSame: true });
    await editAccount(m.as(ADMIN), { accountId: 'waits', note: 'asked by mail' });
    const changed = await planCards(m.as(SYSTEM), { accountId: 'waits', channels: ['C0APPROVALS'] });
    expect(changed.mirror).toMatchObject({ isSame: false });
  });
});
