// How long the keys of a subscription work, and what their owner is told of it.
import { describe, expect, it } from 'vitest';
import { addUsage } from '../../../src/db/usage/write.ts';
import { keyMark } from '../../../src/domain/key-life.ts';
import { runEveryMinute } from '../../../src/jobs/schedule.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { editProduct } from '../../../src/operations/products/edit.ts';
import { endFormerKey } from '../../../src/operations/subscriptions/end-former-key.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { listOwnSubscriptions } from '../../../src/operations/subscriptions/list-own.ts';
import { regenerateKey } from '../../../src/operations/subscriptions/regenerate-key.ts';
import { rotateKey } from '../../../src/operations/subscriptions/rotate-key.ts';
import { showKeys } from '../../../src/operations/subscriptions/show-keys.ts';
import { suspendSubscription } from '../../../src/operations/subscriptions/suspend.ts';
import { tellOfEndingKeys } from '../../../src/operations/subscriptions/tell-of-ending-keys.ts';
import { templatesTo } from '../../support/accounts.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { eventually } from '../../support/eventually.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct } from '../../support/subscriptions.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const t = forAllTests(createTestContext);

async function subscribed(wanted: Parameters<typeof aProduct>[1] = {}) {
  const developer = await aDeveloper(t);
  const productId = await aProduct(t, wanted);
  const { accountId } = developer;
  const { subscription } = await grantSubscription(t.as(ADMIN), {
    accountId,
    productId,
    tellDeveloper: false,
  });
  return { ...developer, productId, subscriptionId: subscription.id, createdAt: subscription.createdAt };
}
type Subscribed = Awaited<ReturnType<typeof subscribed>>;

type KeyRow = { slot: string; hash: string; sealed: string; endsAt: Date | null };
async function rowsOf({ subscriptionId }: Subscribed): Promise<KeyRow[]> {
  const rows = await t.sql<KeyRow[]>`select slot, hash, sealed, ends_at as "endsAt" from subscription_keys
    where subscription_id = ${subscriptionId} order by slot desc`;
  return rows.map((row) => ({ ...row, endsAt: row.endsAt && new Date(row.endsAt) }));
}
async function viewOf({ subscriptionId, context }: Subscribed) {
  const [view] = await listOwnSubscriptions(context(), { subscriptionId });
  if (!view) throw new Error('it is gone');
  return view;
}
const mailsTo = async ({ email }: Subscribed) =>
  (await templatesTo(t, email)).filter((name) => name.startsWith('Key'));
const log = { info: () => undefined, error: () => undefined, warn: () => undefined };
const slack = { isReachable: () => null, trouble: () => null };
const minute = () =>
  runEveryMinute({ context: t.as(SYSTEM), log: log as never, slack, isClockSure: () => true });
/** Lets time pass, and the minute's job run once. */
async function pass(days: number): Promise<void> {
  t.advance(days * DAY_MS);
  await minute();
}

describe('T113: a rotated key', () => {
  it('goes on beside the new one until the moment that its owner is told, without being readable', async () => {
    const its = await subscribed();
    const before = (await rowsOf(its)).find(({ slot }) => slot === 'primary');
    const until = new Date(t.clock().getTime() + 24 * HOUR_MS);
    const of = { subscriptionId: its.subscriptionId, slot: 'primary' as const, overlapHours: 24 };
    const { formerEndsAt } = await rotateKey(its.context(), of);
    expect(Math.abs((formerEndsAt?.getTime() ?? 0) - until.getTime())).toBeLessThan(60_000);
    const rows = await rowsOf(its);
    const former = rows.find(({ slot }) => slot === 'former-primary');
    expect(former).toMatchObject({ hash: before?.hash, sealed: '', endsAt: formerEndsAt });
    const { keys } = await viewOf(its);
    expect(keys.map(({ slot, former: one }) => [slot, one?.endsAt ?? null])).toEqual([
      ['primary', formerEndsAt],
      ['secondary', null],
    ]);
    expect(Object.keys(await showKeys(its.context(), { subscriptionId: its.subscriptionId }))).toEqual([
      'primary',
      'secondary',
    ]);
    await rotateKey(t.as(APPROVER), { ...of, slot: 'secondary' });
    expect(await mailsTo(its)).toEqual(['KeyRotatedInPortal', 'KeyRotated']);
  });

  it('ends the older one of its slot, and a replacement without an overlap ends both', async () => {
    const its = await subscribed();
    const of = { subscriptionId: its.subscriptionId, slot: 'primary' as const };
    await rotateKey(its.context(), { ...of, overlapHours: 720 });
    const [first] = (await rowsOf(its)).filter(({ slot }) => slot === 'primary');
    await rotateKey(its.context(), { ...of, overlapHours: 1 });
    const rows = await rowsOf(its);
    expect(rows.filter(({ slot }) => slot.startsWith('former')).map(({ hash }) => hash)).toEqual([
      first?.hash,
    ]);
    await regenerateKey(its.context(), of);
    expect((await rowsOf(its)).map(({ slot }) => slot)).toEqual(['secondary', 'primary']);
  });

  it('is ended before its time by its owner alone', async () => {
    const its = await subscribed();
    const of = { subscriptionId: its.subscriptionId, slot: 'primary' as const };
    await rotateKey(its.context(), { ...of, overlapHours: 24 });
    const other = await aDeveloper(t);
    expect(await refusalOf(endFormerKey(other.context(), of))).toBe('subscription_not_found');
    await endFormerKey(its.context(), of);
    expect((await viewOf(its)).keys[0]?.former).toBeNull();
    // Nothing is left to end.
    await endFormerKey(its.context(), of);
    const rows = await t.sql`select from audit where operation = 'subscriptions/end-former-key'
      and target_id = ${its.subscriptionId} and outcome = 'done'`;
    expect(rows).toHaveLength(1);
  });

  it('is forgotten 30 days after its end, and not before', async () => {
    const its = await subscribed();
    await rotateKey(its.context(), { subscriptionId: its.subscriptionId, slot: 'primary', overlapHours: 24 });
    await pass(30.9);
    expect(await rowsOf(its)).toHaveLength(3);
    await pass(0.2);
    expect((await rowsOf(its)).map(({ slot }) => slot)).toEqual(['secondary', 'primary']);
  });

  it('never outlives its own end, and one that has ended does not go on', async () => {
    const its = await subscribed({ keysExpireAfterDays: 2 });
    const [{ endsAt } = { endsAt: null }] = await rowsOf(its);
    const of = { subscriptionId: its.subscriptionId, slot: 'primary' as const, overlapHours: 720 };
    expect((await rotateKey(its.context(), of)).formerEndsAt).toEqual(endsAt);
    t.advance(3 * DAY_MS);
    expect((await rotateKey(its.context(), of)).formerEndsAt).toBeNull();
    expect((await rowsOf(its)).map(({ slot }) => slot)).toEqual(['secondary', 'primary']);
  });

  it('T29: by two people at once, twenty times, leaves one new key and at most one that goes on in each slot', async () => {
    const its = await subscribed();
    const of = { subscriptionId: its.subscriptionId, slot: 'primary' as const, overlapHours: 24 };
    for (let round = 0; round < 20; round++) {
      const { version } = await viewOf(its);
      const before = await rowsOf(its);
      const seen = { ...of, expectedVersion: version };
      const outcomes = await Promise.all([
        refusalOf(rotateKey(its.context(), seen)),
        refusalOf(rotateKey(t.as(APPROVER), seen)),
      ]);
      // What both saw is replaced once, so the key that a program uses goes on.
      expect(outcomes.toSorted()).toEqual(['done', 'subscription_changed']);
      const rows = await rowsOf(its);
      expect(rows.map(({ slot }) => slot)).toEqual(['secondary', 'primary', 'former-primary']);
      const hashIn = (list: readonly KeyRow[], slot: string) => list.find((row) => row.slot === slot)?.hash;
      expect(hashIn(rows, 'former-primary')).toBe(hashIn(before, 'primary'));
      expect(hashIn(rows, 'primary')).not.toBe(hashIn(before, 'primary'));
    }
  });
});

describe('T114: keys of a product whose keys end', () => {
  it('end so many days after they were made, and get a new life when they are replaced', async () => {
    const its = await subscribed({ keysExpireAfterDays: 90 });
    const lives = async () =>
      (await rowsOf(its)).map(({ endsAt }) =>
        Math.round(((endsAt?.getTime() ?? 0) - t.clock().getTime()) / DAY_MS),
      );
    expect(await lives()).toEqual([90, 90]);
    t.advance(50 * DAY_MS);
    await regenerateKey(its.context(), { subscriptionId: its.subscriptionId, slot: 'primary' });
    expect(await lives()).toEqual([40, 90]);
  });

  it('get their end from the change on when the product gets it, and lose it with it', async () => {
    const its = await subscribed();
    t.advance(400 * DAY_MS);
    const change = (keysExpireAfterDays: number | null) =>
      editProduct(t.as(ADMIN), { productId: its.productId, keysExpireAfterDays });
    await change(30);
    const ends = (await rowsOf(its)).map(({ endsAt }) => endsAt?.getTime() ?? 0);
    for (const end of ends) expect(Math.abs(end - t.clock().getTime() - 30 * DAY_MS)).toBeLessThan(60_000);
    // The same again counts from the first time.
    t.advance(DAY_MS);
    await change(30);
    expect((await rowsOf(its)).map(({ endsAt }) => endsAt?.getTime())).toEqual(ends);
    await change(null);
    expect((await rowsOf(its)).map(({ endsAt }) => endsAt)).toEqual([null, null]);
    expect(await refusalOf(change(0))).toBe('invalid_input');
  });
});

describe('T115: the owner of keys that end', () => {
  it('is told 30, 7 and 1 days ahead, once each and of both keys in one mail', async () => {
    const its = await subscribed({ keysExpireAfterDays: 90 });
    const told: number[] = [];
    // In hours.
    let left = 90 * 24;
    for (const next of [90 * 24, 30 * 24 + 1, 30 * 24 - 1, 8 * 24, 7 * 24 - 1, 25, 23, 1, -1]) {
      await pass((left - next) / 24);
      left = next;
      const before = told.length;
      for (let more = (await mailsTo(its)).length; more > before; more--) told.push(next);
    }
    expect(told).toEqual([30 * 24 - 1, 7 * 24 - 1, 23]);
    const [mail] = (await t.mailsTo(its.email)).filter(({ template }) => template === 'KeyEnds');
    expect(JSON.stringify(mail)).toContain(`/portal/subscriptions/${its.subscriptionId}#keys`);
  });

  it('gets the last of the mails that are late, and none of a warning that would come with the key', async () => {
    const late = await subscribed({ keysExpireAfterDays: 90 });
    const short = await subscribed({ keysExpireAfterDays: 14 });
    await minute();
    expect(await mailsTo(short)).toEqual([]);
    await pass(89.5);
    expect(await mailsTo(late)).toEqual(['KeyEnds']);
    expect(await mailsTo(short)).toEqual([]);
  });

  it('is not told while calls would be refused for another reason, and is told afterwards of what is left', async () => {
    const [blocked, suspended] = [
      await subscribed({ keysExpireAfterDays: 90 }),
      await subscribed({ keysExpireAfterDays: 90 }),
    ];
    await blockAccount(t.as(ADMIN), { accountId: blocked.accountId });
    const { subscriptionId } = suspended;
    await suspendSubscription(t.as(ADMIN), { subscriptionId, reason: '' });
    await pass(70);
    expect([await mailsTo(blocked), await mailsTo(suspended)]).toEqual([[], []]);
  });

  it('is not told of an end that a change of the product moves meanwhile, and is told of the new one', async () => {
    const its = await subscribed({ keysExpireAfterDays: 90 });
    const { subscriptionId, productId } = its;
    t.advance(85 * DAY_MS);
    let told: Promise<void> = Promise.resolve();
    await t.sql.begin(async (tx) => {
      const [me] = await tx`select pg_backend_pid() as pid`;
      await tx`update subscription_keys set ends_at = ends_at + interval '90 days', told_days = null
        where subscription_id = ${subscriptionId}`;
      told = tellOfEndingKeys(t.as(SYSTEM), { subscriptionId });
      await eventually('it to wait for the change', async () => {
        const rows = await t.sql`select from pg_stat_activity where ${me?.pid} = any(pg_blocking_pids(pid))`;
        return rows.length > 0;
      });
    });
    await told;
    expect(await mailsTo(its)).toEqual([]);
    await editProduct(t.as(ADMIN), { productId, keysExpireAfterDays: 60 });
    await pass(30.5);
    expect(await mailsTo(its)).toEqual(['KeyEnds']);
  });

  it('is told of a new key’s end, not of the replaced one’s', async () => {
    const its = await subscribed({ keysExpireAfterDays: 90 });
    await pass(85);
    expect(await mailsTo(its)).toEqual(['KeyEnds']);
    for (const slot of ['primary', 'secondary'] as const)
      await rotateKey(its.context(), { subscriptionId: its.subscriptionId, slot, overlapHours: 24 });
    await pass(4.5);
    expect((await mailsTo(its)).filter((name) => name === 'KeyEnds')).toHaveLength(1);
  });
});

describe('T116: the last use', () => {
  let batch = 0;
  async function call(its: Subscribed, hash: string, at: Date): Promise<void> {
    batch += 1;
    const subscription = { id: its.subscriptionId, createdAt: its.createdAt.getTime() };
    const row = { subscription, productId: its.productId, apiId: null, outcome: 'passed' as const, calls: 1 };
    const calls = [{ ...row, keyMark: keyMark(hash), lastAt: at.getTime() }];
    await addUsage(t.db, 'ours', { source: 'keys', number: batch, calls }, t.clock());
  }

  it('of each key is its own, goes with the key when it is replaced, and never goes back', async () => {
    const its = await subscribed();
    const hashOf = async (slot: string) => (await rowsOf(its)).find((row) => row.slot === slot)?.hash ?? '';
    const used = async () =>
      (await viewOf(its)).keys.map(({ lastUsedAt, former }) => [
        lastUsedAt?.getTime() ?? null,
        former?.lastUsedAt?.getTime() ?? null,
      ]);
    expect(await used()).toEqual([
      [null, null],
      [null, null],
    ]);
    const first = t.clock();
    await call(its, await hashOf('primary'), first);
    await call(its, await hashOf('primary'), new Date(first.getTime() - DAY_MS));
    expect(await used()).toEqual([
      [first.getTime(), null],
      [null, null],
    ]);
    await rotateKey(its.context(), { subscriptionId: its.subscriptionId, slot: 'primary', overlapHours: 24 });
    const second = t.clock();
    await call(its, await hashOf('former-primary'), second);
    expect(await used()).toEqual([
      [null, second.getTime()],
      [null, null],
    ]);
  });

  it('of keys that are gone is kept nowhere', async () => {
    const its = await subscribed();
    for (let round = 0; round < 5; round++) {
      await call(its, (await rowsOf(its)).find(({ slot }) => slot === 'primary')?.hash ?? '', t.clock());
      await regenerateKey(its.context(), { subscriptionId: its.subscriptionId, slot: 'primary' });
    }
    await call(its, (await rowsOf(its)).find(({ slot }) => slot === 'secondary')?.hash ?? '', t.clock());
    const [row] = await t.sql`select key_uses as uses from subscription_usage
      where subscription_id = ${its.subscriptionId}`;
    expect(Object.keys(row?.uses)).toHaveLength(1);
  });
});
