// The index in memory: what a plain map would hold, whether rows come all at once or one by one.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openGatewayRows } from '../../src/db/gateway/rows.ts';
import type { AccountRow, SubscriptionRow } from '../../src/domain/gateway-rows.ts';
import { HELD_KEY_SLOTS } from '../../src/domain/key-life.ts';
import { loadIndex, readChangedRows } from '../../src/gateway/follow/read-rows.ts';
import { createCallIndex } from '../../src/gateway/index/call-index.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { setGroupsOfAccount } from '../../src/operations/accounts/set-groups.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { apiKeyHash } from '../../src/security/api-key.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';

const RUNS = Number(process.env.INDEX_RUNS ?? 100);
const SUBSCRIPTIONS = 300;
const ACCOUNTS = 40;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** Of several lengths, and of more than one byte a character. */
const idOf = (kind: string, n: number) => `${kind}${'é€'.slice(0, n % 3)}${n}`;

const account = fc
  .record({
    id: fc.nat(ACCOUNTS).map((n) => idOf('account', n)),
    chosenId: fc.option(fc.constantFrom('ann', 'bo'), { nil: null }),
    state: fc.constantFrom('active' as const, 'pending' as const, 'blocked' as const, 'deleted' as const),
    groupIds: fc.subarray(['developers', 'a', 'b', 'a,b']),
  })
  .map(({ chosenId, ...row }) => ({ ...row, resourceId: chosenId ?? row.id }));
const time = fc.option(fc.integer(), { nil: null });
const subscription = fc
  .record({
    n: fc.nat(SUBSCRIPTIONS),
    keys: fc.array(fc.tuple(fc.nat(3), fc.option(fc.integer({ min: 1 }), { nil: null })), { maxLength: 4 }),
    state: fc.constantFrom('active' as const, 'suspended' as const, 'expired' as const),
    createdAt: fc.nat(),
    startsAt: time,
    quotaEndsAt: time,
    ownLimits: fc.record({
      rate: fc.constantFrom(null, 'unlimited' as const, { calls: 5, seconds: 3 }),
      quota: fc.constantFrom(null, 'unlimited' as const, { calls: 9, period: 'day' as const }),
    }),
    endsAt: time,
    scope: fc.constantFrom(
      { productId: null, apiId: null },
      { productId: 'x', apiId: null },
      { productId: null, apiId: 'x' },
    ),
    account: fc.option(account, { nil: null }),
  })
  .map(({ n, keys, scope, ...row }) => ({
    ...row,
    ...scope,
    id: idOf('subscription', n),
    keys: HELD_KEY_SLOTS.flatMap((slot, at) => {
      const [which = 0, endsAt = null] = keys[at] ?? [];
      return which === 0 ? [] : [{ slot, hash: sha256(`${n} ${slot} ${which}`), endsAt }];
    }),
  }));
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), row: subscription }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), row: subscription }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('account' as const), row: account }) },
);

/** As a load does it: each table in turn, with accounts that have no subscription too. */
function loadedInParts(rows: readonly SubscriptionRow[], accounts: Iterable<AccountRow>) {
  const index = createCallIndex();
  for (const { account: its, ...row } of rows)
    index.addSubscription({ ...row, id: Buffer.from(row.id), accountId: its && Buffer.from(its.id) });
  for (const { id, resourceId, ...row } of accounts)
    index.addAccount({ ...row, id: Buffer.from(id), resourceId: resourceId === id ? null : resourceId });
  for (const { id, keys } of rows)
    for (const { hash, ...key } of keys)
      index.addKey({ subscriptionId: Buffer.from(id), hash: Buffer.from(hash), ...key });
  return index;
}

it('the index answers as plain maps would, after any load and any changes', () => {
  const rowsAtFirst = fc.uniqueArray(subscription, { maxLength: SUBSCRIPTIONS, selector: ({ id }) => id });
  fc.assert(
    fc.property(rowsAtFirst, fc.array(change, { maxLength: 400 }), (atFirst, changes) => {
      const rows = new Map(atFirst.map((row) => [row.id, row]));
      const accounts = new Map(atFirst.flatMap(({ account }) => (account ? [[account.id, account]] : [])));
      const hashes = new Set<string>();
      const index = loadedInParts(atFirst, accounts.values());
      for (const { kind, row } of changes) {
        if (kind === 'account') {
          accounts.set(row.id, row);
          index.changeAccount(row);
        } else if (kind === 'remove') {
          rows.delete(row.id);
          index.removeSubscription(row.id);
        } else {
          // An account with a subscription changes only by its own row.
          const isHeld = [...rows.values()].some(({ account }) => account?.id === row.account?.id);
          if (row.account && !isHeld) accounts.set(row.account.id, row.account);
          rows.set(row.id, row);
          index.putSubscription(row);
        }
        if (kind !== 'account') for (const hash of keysOf(row)) hashes.add(hash);
      }
      for (const hash of hashes) expectFacts(hash);
      for (const row of rows.values()) for (const hash of keysOf(row)) expectFacts(hash);
      const held = new Set([...rows.values()].flatMap(({ account }) => account?.id ?? []));
      const keys = [...rows.values()].flatMap(keysOf).length;
      expect(index.size).toEqual({ keys, subscriptions: rows.size, accounts: held.size });

      function expectFacts(hash: string): void {
        const { subscription: ofHash, key } = index.factsOf(null, hash);
        const its = [...rows.values()].find((row) => keysOf(row).includes(hash));
        const { keys: held = [], ...facts } = its ?? {};
        const account = its?.account && accounts.get(its.account.id);
        expect(ofHash).toEqual(its ? { ...facts, account } : null);
        expect(key?.endsAt).toBe(held.find((one) => one.hash === hash)?.endsAt);
      }
    }),
    { numRuns: RUNS },
  );
});
const keysOf = ({ keys }: SubscriptionRow) => keys.map(({ hash }) => hash);

const t = forAllTests(createTestContext);
let rows: ReturnType<typeof openGatewayRows>;
beforeAll(async () => {
  rows = openGatewayRows(t.databaseUrl, 'ours', 2);
});
afterAll(async () => {
  await rows.close();
});

it('an index that was loaded answers as one that heard of every row', async () => {
  const admin = t.as(ADMIN);
  const programme = createProgramme(() => admin);
  await programme.api('orders', 'orders');
  await programme.product(['orders'], { id: 'starter' });
  const soon = new Date(t.clock().getTime() + 86_400_000);
  const made = [
    await programme.subscription({ productId: 'starter' }),
    await programme.subscription({ apiId: 'orders', startsAt: t.clock(), endsAt: soon }),
    await programme.subscription({ state: 'suspended' }),
    await programme.subscription({ isNobodys: true }),
  ];
  const [limited] = made;
  await t.sql`update products set quota = '{"calls": 9, "period": "day"}' where id = 'starter'`;
  await t.sql`update subscriptions set rate = '{"calls": 5, "seconds": 3}', quota = '"unlimited"' where id = ${limited?.subscriptionId ?? ''}`;
  await t.sql`insert into quota_use (service_id, subscription_id, starts_at, ends_at, calls, is_exhausted)
    values ('ours', ${limited?.subscriptionId ?? ''}, now(), ${soon.toISOString()}, 9, true)`;
  const { groupId } = await createGroup(admin, { name: 'Partners' });
  await setGroupsOfAccount(admin, { accountId: made[0]?.accountId ?? '', groupIds: [groupId] });
  await blockAccount(admin, { accountId: made[1]?.accountId ?? '' });
  await programme.account();

  const heard = createCallIndex();
  const ids = { account: [], product: ['starter'], api: ['orders'], questions: [], beatAt: 0 };
  const subscriptionIds = made.map(({ subscriptionId }) => subscriptionId);
  await readChangedRows(heard, rows, { ...ids, subscription: subscriptionIds });
  const loaded = await loadIndex(rows);
  expect(loaded.size).toEqual({ keys: 8, subscriptions: 4, accounts: 3 });
  for (const key of made.flatMap(({ primaryKey, secondaryKey }) => [primaryKey, secondaryKey])) {
    const facts = heard.factsOf(null, apiKeyHash(key));
    expect(facts.subscription).not.toBeNull();
    expect(loaded.factsOf(null, apiKeyHash(key))).toEqual(facts);
  }
  const facts = loaded.factsOf(null, apiKeyHash(limited?.primaryKey ?? ''));
  expect(facts.product?.limits).toEqual({ rate: null, quota: { calls: 9, period: 'day' } });
  expect(facts.subscription?.ownLimits).toEqual({ rate: { calls: 5, seconds: 3 }, quota: 'unlimited' });
  expect(facts.subscription?.quotaEndsAt).toBe(soon.getTime());
});

it('a row that can not be taken ends the load, not the process', async () => {
  const refuse = () => {
    throw new Error('no room');
  };
  const ignore = () => {};
  await expect(rows.each({ subscription: refuse, account: ignore, key: ignore })).rejects.toThrow('no room');
  expect((await loadIndex(rows)).size.subscriptions).toBe(4);
});
