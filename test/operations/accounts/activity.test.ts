// Who is still there: the days of the last sign-in and call, and the lists that they make.
import { drizzle } from 'drizzle-orm/postgres-js';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listAccounts as listRows } from '../../../src/db/accounts/lists.ts';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { listAccounts } from '../../../src/operations/accounts/list.ts';
import { readAccount } from '../../../src/operations/accounts/read.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { wantedOf } from '../../../src/operations/accounts/wanted.ts';
import { resumeSession } from '../../../src/operations/sessions/resume.ts';
import { signIn } from '../../../src/operations/sessions/sign-in.ts';
import { type Called, callBy, createCalls, DAY_MS } from '../../db/usage/calls.ts';
import { ADMIN, createTestContext, DEVELOPER, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const PASSWORD = 'three quiet garden chairs';

const t = forAllTests(createTestContext);
let calls: ReturnType<typeof createCalls>;
beforeAll(async () => {
  calls = createCalls(t);
  await calls.programme.api('orders', 'orders');
  await calls.programme.product(['orders'], { id: 'gold' });
});

const day = (daysAgo = 0) => new Date(t.clock().getTime() - daysAgo * DAY_MS).toISOString().slice(0, 10);
const called = (of: Called, daysAgo = 0, more: Parameters<typeof callBy>[1] = {}) =>
  calls.write([callBy(of, { lastAt: t.clock().getTime() - daysAgo * DAY_MS, ...more })], { now: t.clock() });
const viewOf = async (accountId: string) => {
  const view = await readAccount(t.as(ADMIN), { accountId });
  if (!view || !('lastCallOn' in view)) throw new Error('no such account');
  return view as typeof view & {
    lastSignInOn: string | null;
    lastCallOn: string | null;
    idleSince: string | null;
  };
};
const noon = () => t.advance(DAY_MS - ((t.clock().getTime() - DAY_MS / 2) % DAY_MS));

describe('T123: the days of the last sign-in and the last call', () => {
  beforeEach(noon);

  it('are kept once a day, and no late batch, refusal or former subscription moves them', async () => {
    const of = await calls.subscription();
    expect(await viewOf(of.accountId)).toMatchObject({
      lastSignInOn: null,
      lastCallOn: null,
      idleSince: day(),
    });
    t.advance(9 * DAY_MS);
    await called(of, 2);
    expect(await viewOf(of.accountId)).toMatchObject({ lastCallOn: day(2), idleSince: day(2), version: 1 });
    const written = () => t.sql`select xmin from account_activity where account_id = ${of.accountId}`;
    const before = await written();
    await called(of, 2);
    await called(of, 5);
    await called(of, 0, { outcome: 'account_blocked' });
    await called({ ...of, createdAt: of.createdAt - 1 });
    expect(await written()).toEqual(before);
    await called(of);
    expect((await viewOf(of.accountId)).lastCallOn).toBe(day());
    // No call is later than now, whatever the clock of its gateway says.
    await called(of, -3);
    expect((await viewOf(of.accountId)).lastCallOn).toBe(day());
    expect(
      await t.sql`select from audit where operation not like 'accounts/add' and target_id = ${of.accountId}`,
    ).toHaveLength(0);
  });

  it('follow a session that begins and one that is used on a later day', async () => {
    const email = 'ann@example.com';
    const { account } = await addAccount(t.as(ADMIN), {
      email,
      firstName: 'Ann',
      lastName: '',
      password: PASSWORD,
    });
    await t.sql`update accounts set password_must_change = false where id = ${account.id}`;
    const { version } = await viewOf(account.id);
    t.advance(3 * DAY_MS);
    const { secret } = await signIn(t.as(DEVELOPER), { email, password: PASSWORD, agent: 'Firefox' });
    expect(await viewOf(account.id)).toMatchObject({ lastSignInOn: day(), idleSince: day(), version });
    // At noon; the session lives eight hours from its last use.
    for (let hours = 0; hours < 14; hours += 7) {
      t.advance(7 * 3_600_000);
      expect(await resumeSession(t.as(DEVELOPER), { secret })).not.toBeNull();
    }
    expect(await viewOf(account.id)).toMatchObject({ lastSignInOn: day(), version });
    expect(day()).not.toBe(day(1));
    await t.sql`delete from sessions where account_id = ${account.id}`;
    expect((await viewOf(account.id)).lastSignInOn).toBe(day());
  });

  it('are hidden with a deleted account, come back with it, and go with its data', async () => {
    const of = await calls.subscription();
    await called(of);
    const found = async () =>
      (await listAccounts(t.as(ADMIN), { sort: 'last-call', limit: 1_000 })).accounts.map(({ id }) => id);
    const { accountId } = of;
    await deleteAccount(t.as(ADMIN), { accountId, deleteSubscriptions: true, tellDeveloper: false });
    expect(await found()).not.toContain(accountId);
    await restoreAccount(t.as(ADMIN), { accountId });
    expect(await found()).toContain(accountId);
    expect((await viewOf(accountId)).lastCallOn).toBe(day());
    await deleteAccount(t.as(ADMIN), { accountId, deleteSubscriptions: true, tellDeveloper: false });
    t.advance(31 * DAY_MS);
    await eraseAccount(t.as(SYSTEM), { accountId });
    expect(await t.sql`select from account_activity where account_id = ${accountId}`).toHaveLength(0);
    // A batch of its last calls that comes only now.
    await called(of);
    expect(await t.sql`select from account_activity where account_id = ${accountId}`).toHaveLength(0);
  });

  it('neither wait for each other nor for operations: batches, sign-ins, blocks and deletions at once all end', async () => {
    const of = await Promise.all(Array.from({ length: 8 }, () => calls.subscription()));
    await t.sql`update account_activity set last_call_on = '0001-01-01'`;
    const batch = (one: readonly Called[], daysAgo: number) =>
      calls.write(
        one.map((each) => callBy(each, { lastAt: t.clock().getTime() - daysAgo * DAY_MS })),
        {
          now: t.clock(),
        },
      );
    const changes = of.map(async ({ accountId }, at) => {
      await blockAccount(t.as(ADMIN), { accountId, reason: 'test', tellDeveloper: false });
      if (at % 2)
        await deleteAccount(t.as(ADMIN), { accountId, deleteSubscriptions: true, tellDeveloper: false });
      else await activateAccount(t.as(ADMIN), { accountId });
    });
    const batches = Array.from({ length: 24 }, (_, at) => batch(at % 2 ? of.toReversed() : of, 24 - at));
    await Promise.all([...changes, ...batches]);
    const rows = await t.sql`select distinct last_call_on::text as day, state from account_activity
      where account_id in ${t.sql(of.map(({ accountId }) => accountId))} order by state`;
    expect(rows).toEqual([
      { day: day(1), state: 'active' },
      { day: day(1), state: 'deleted' },
    ]);
  });
});

describe('T124: a list of accounts by when they were last there', () => {
  /** Registered, signed in and called so many days ago; never, where nothing is said. */
  const people = {
    old: [400],
    caller: [400, undefined, 100],
    visitor: [400, 95, undefined],
    active: [400, 100, 3],
    fresh: [1],
    border: [90],
    blocked: [400],
  } as const;
  const list = async (input: Parameters<typeof listAccounts>[1]) =>
    (await listAccounts(t.as(ADMIN), { text: 'dormant', ...input })).accounts.map(({ id }) => id.slice(5));

  beforeAll(async () => {
    for (const [name, [registered, signedIn, callDay]] of Object.entries<readonly (number | undefined)[]>(
      people,
    )) {
      const at = new Date(t.clock().getTime() - (registered ?? 0) * DAY_MS).toISOString();
      await t.sql`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state,
          state_changed_at, state_changed_by, registered_at, updated_at)
        values ('ours', ${`idle-${name}`}, ${`${name}@dormant.example`}, ${`${name}@dormant.example`}, ${name}, 'Dormant',
          ${name === 'blocked' ? 'blocked' : 'active'}, now(), 'a test', ${at}, now())`;
      await t.sql`update account_activity set last_sign_in_on = ${signedIn === undefined ? '0001-01-01' : day(signedIn)},
        last_call_on = ${callDay === undefined ? '0001-01-01' : day(callDay)} where account_id = ${`idle-${name}`}`;
    }
  });

  it('has the ones that the words name, in their order, and counts them', async () => {
    expect(await list({ idle: '90d' })).toEqual(['blocked', 'old', 'caller', 'visitor', 'border']);
    expect(await list({ idle: '90d', state: 'active' })).toEqual(['old', 'caller', 'visitor', 'border']);
    expect(await list({ idle: '91d', neverSignedIn: true })).toEqual(['blocked', 'old', 'caller']);
    expect(await list({ idle: '12w', sort: '-idle' })).toEqual([
      'border',
      'visitor',
      'caller',
      'old',
      'blocked',
    ]);
    const never = await list({ neverSignedIn: true });
    expect(never.slice(0, 2)).toEqual(['fresh', 'border']);
    expect(never.toSorted()).toEqual(['blocked', 'border', 'caller', 'fresh', 'old']);
    expect(await list({ lastCall: `<${day(50)}`, state: 'active' })).toEqual([
      'old',
      'caller',
      'visitor',
      'border',
      'fresh',
    ]);
    expect(await list({ lastCall: `>${day(50)}` })).toEqual(['active']);
    expect(await list({ lastSignIn: `>${day(99)}` })).toEqual(['visitor']);
    expect((await list({ sort: 'last-call' })).slice(0, 2)).toEqual(['active', 'caller']);
    expect((await list({ sort: 'last-sign-in' })).slice(0, 2)).toEqual(['visitor', 'active']);
    const { count } = await listAccounts(t.as(ADMIN), { idle: '90d', state: 'blocked', isCounted: true });
    expect(count).toBe(1);
  });

  it('comes whole in pages of any size, by every order, from a button’s cursor', async () => {
    for (const sort of [
      'idle',
      '-idle',
      'last-call',
      '-last-call',
      'last-sign-in',
      '-registered',
      'registered',
    ]) {
      for (const filter of [
        {},
        { idle: '10d' },
        { neverSignedIn: true },
        { idle: '1d', state: 'active' as const },
      ]) {
        const whole = await list({ ...filter, sort, limit: 100 });
        const parts: string[] = [];
        for (let after: unknown = undefined; ; ) {
          const part = await listAccounts(t.as(ADMIN), {
            ...{ text: 'dormant', ...filter, sort, limit: 2 },
            ...(after ? { after: JSON.parse(JSON.stringify(after)) } : {}),
          });
          parts.push(...part.accounts.map(({ id }) => id.slice(5)));
          after = part.next;
          if (!after) break;
        }
        expect(parts, sort).toEqual(whole);
        expect(whole.length).toBeGreaterThan(2);
      }
    }
  });

  it.each([
    [{ idle: 'ninety' }, 'idle:90d'],
    [{ idle: '0d' }, 'idle:90d'],
    [{ idle: '9999w' }, 'idle:90d'],
    [{ lastCall: '2026-08-01' }, 'last-call:<2026-08-01'],
    [{ lastCall: '<2026-02-30' }, 'last-call:<2026-08-01'],
    [{ sort: 'name' }, 'sort:idle'],
  ])('refuses %j with an example', async (input, example) => {
    const [field] = Object.keys(input) as [string];
    await expect(listAccounts(t.as(ADMIN), input)).rejects.toMatchObject({
      code: 'invalid_input',
      detail: { fields: { [field]: expect.stringContaining(example) } },
    });
  });

  it('is read by index, on the first page and far behind, in every order', async () => {
    await t.sql`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state,
        state_changed_at, state_changed_by, registered_at, updated_at)
      select 'ours', 'many-' || n, n || '@many.example', n || '@many.example', 'Many', 'Many',
        case when n % 10 = 0 then 'blocked' else 'active' end, now(), 'a test', now() - n * interval '4 hours', now()
      from generate_series(1, 5000) n`;
    await t.sql`update account_activity set last_call_on = registered_on + 20, last_sign_in_on = registered_on + 10
      where account_id like 'many-%' and account_id not like '%7'`;
    await t.sql`analyze accounts`;
    await t.sql`analyze account_activity`;
    const now = t.clock();
    const after = { at: new Date(now.getTime() - 400 * DAY_MS), id: 'm' };
    const asked = [
      [{ idle: 90 }, 'account_activity_idle'],
      [{ idle: 90, state: 'blocked' as const }, 'account_activity_idle_by_state'],
      [{ sort: { by: 'last-call' as const, isReversed: false } }, 'account_activity_by_call'],
      [{ sort: { by: 'last-sign-in' as const, isReversed: true } }, 'account_activity_by_sign_in'],
      [{ sort: { by: 'registered' as const, isReversed: true } }, 'accounts_by_registration'],
    ] as const;
    for (const [input, index] of asked)
      for (const page of [{ limit: 21 }, { limit: 21, after }]) {
        const wanted = wantedOf({ now }, { neverSignedIn: false, ...input });
        const plan = await explained((db) => listRows(db, 'ours', wanted, page));
        expect(plan, JSON.stringify(input)).toMatch(
          new RegExp(`Index (Only )?Scan (Backward )?using ${index} `),
        );
        expect(plan).not.toMatch(/Seq Scan|Sort/);
      }
  });

  /** The plan of the one statement that a query runs. */
  async function explained(query: (db: Parameters<typeof listRows>[0]) => Promise<unknown>): Promise<string> {
    let [statement, values]: [string, unknown[]] = ['', []];
    const logQuery = (text: string, parameters: unknown[]) => {
      [statement, values] = [text, parameters];
    };
    await query(drizzle(t.sql, { logger: { logQuery } }) as never);
    const plan = await t.sql.unsafe(`explain ${statement}`, values as never[]);
    return plan.map((line) => line['QUERY PLAN']).join('\n');
  }
});
