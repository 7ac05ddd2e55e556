// What the owner of a subscription is told of its quota, and what a changed quota does at once.
import { beforeAll, describe, expect, it } from 'vitest';
import { addUsage } from '../../../src/db/usage/write.ts';
import type { CallOutcome } from '../../../src/domain/call-counts.ts';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { editProduct } from '../../../src/operations/products/edit.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { limitSubscription } from '../../../src/operations/subscriptions/limit.ts';
import { listSubscriptions } from '../../../src/operations/subscriptions/list.ts';
import { suspendSubscription } from '../../../src/operations/subscriptions/suspend.ts';
import { tellOfQuota } from '../../../src/operations/subscriptions/tell-of-quota.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct } from '../../support/subscriptions.ts';

const DAY_MS = 86_400_000;

const t = forAllTests(createTestContext);
beforeAll(async () => {
  // Noon, so that no period ends in between.
  const now = t.clock().getTime();
  t.advance(DAY_MS + DAY_MS / 2 - (now % DAY_MS));
});

async function subscribed() {
  const developer = await aDeveloper(t);
  const productId = await aProduct(t, { quota: '100 per day' });
  const { subscription } = await grantSubscription(t.as(ADMIN), {
    accountId: developer.accountId,
    productId,
    tellDeveloper: false,
  });
  return { ...developer, productId, subscriptionId: subscription.id, createdAt: subscription.createdAt };
}
type Subscribed = Awaited<ReturnType<typeof subscribed>>;

let batch = 0;
async function calls(
  { subscriptionId: id, createdAt, productId }: Subscribed,
  calls: number,
  outcome: CallOutcome = 'passed',
) {
  batch += 1;
  const now = t.clock();
  const row = { subscription: { id, createdAt: createdAt.getTime() }, keyMark: null, productId, apiId: null };
  await addUsage(
    t.db,
    'ours',
    {
      source: `batch ${batch}`,
      number: 1,
      calls: [{ ...row, outcome, calls, lastAt: now.getTime() }],
    },
    now,
  );
}
const tell = ({ subscriptionId }: Subscribed, news: 'near' | 'used_up') =>
  tellOfQuota(t.as(SYSTEM), { subscriptionId, news });
const mails = async ({ email }: Subscribed) =>
  (await t.mailsTo(email)).map(({ template }) => template).filter((name) => name.startsWith('Quota'));
const NEAR = 'QuotaLimitApproachingDeveloperNotificationMessage';
const isExhausted = async ({ subscriptionId }: Subscribed) =>
  (await t.sql`select is_exhausted from quota_use where subscription_id = ${subscriptionId}`)[0]
    ?.is_exhausted;

describe('the owner of a subscription', () => {
  it('is told at 80 % and at the end of a quota, each once a period, also when the job runs again or the quota was raised', async () => {
    const one = await subscribed();
    await calls(one, 79);
    expect(await tell(one, 'near')).toBe(false);
    await calls(one, 1);
    expect(await Promise.all([tell(one, 'near'), tell(one, 'near')])).toContain(true);
    expect(await tell(one, 'near')).toBe(false);
    await calls(one, 20);
    expect(await tell(one, 'used_up')).toBe(true);
    expect(await tell(one, 'used_up')).toBe(false);
    await editProduct(t.as(ADMIN), { productId: one.productId, quota: '110 per day' });
    expect(await tell(one, 'near')).toBe(false);
    await calls(one, 10);
    expect(await tell(one, 'used_up')).toBe(false);
    expect(await mails(one)).toEqual([NEAR, 'QuotaUsedUp']);
    t.advance(DAY_MS);
    expect(await tell(one, 'used_up')).toBe(false);
    await calls(one, 90);
    expect(await tell(one, 'near')).toBe(true);
    expect(await mails(one)).toEqual([NEAR, 'QuotaUsedUp', NEAR]);
  });

  it('reads what was used, of which quota, when it begins again, and where the calls are shown', async () => {
    const one = await subscribed();
    await limitSubscription(t.as(ADMIN), { subscriptionId: one.subscriptionId, quota: '1,000 per day' });
    await calls(one, 876);
    await tell(one, 'near');
    const [mail] = (await t.mailsTo(one.email)).filter(({ template }) => template === NEAR);
    const tomorrow = new Date(Math.ceil(t.clock().getTime() / DAY_MS) * DAY_MS);
    expect(mail?.variables).toMatchObject({
      QuotaUsed: '876',
      QuotaLimit: '1,000 per day',
      QuotaResetDate: expect.stringMatching(new RegExp(`${tomorrow.getUTCDate()} .*00:00 UTC`)),
      UsageUrl: `https://apis.example.com/portal/subscriptions/${one.subscriptionId}#usage`,
    });
  });

  it('is not told while the account is blocked or the subscription suspended, and not of the near end after the end', async () => {
    const one = await subscribed();
    await calls(one, 100);
    expect(await tell(one, 'near')).toBe(false);
    await blockAccount(t.as(ADMIN), { accountId: one.accountId, tellDeveloper: false });
    expect(await tell(one, 'used_up')).toBe(false);
    await activateAccount(t.as(ADMIN), { accountId: one.accountId, tellDeveloper: false });
    await suspendSubscription(t.as(ADMIN), { subscriptionId: one.subscriptionId });
    expect(await tell(one, 'used_up')).toBe(false);
    expect(await mails(one)).toEqual([]);
  });
});

describe('the list of limited subscriptions', () => {
  it('has those whose quota is used up, and those over their rate in the last 24 hours', async () => {
    const limited = async () => {
      const { subscriptions, count } = await listSubscriptions(t.as(ADMIN), {
        isLimited: true,
        isCounted: { upTo: 100 },
      });
      expect(count).toBe(subscriptions.length);
      return subscriptions.map(({ id }) => id);
    };
    t.advance(2 * DAY_MS);
    expect(await limited()).toEqual([]);
    const [usedUp, overRate, calm] = [await subscribed(), await subscribed(), await subscribed()];
    await calls(usedUp, 100);
    await calls(overRate, 3, 'rate_limited');
    await calls(calm, 3, 'api_not_covered');
    expect(await limited()).toEqual([overRate.subscriptionId, usedUp.subscriptionId]);
    t.advance(DAY_MS + DAY_MS / 12);
    expect(await limited()).toEqual([]);
  });
});

describe('a changed quota', () => {
  it('lets calls pass or refuses them at once, by what was used already', async () => {
    const one = await subscribed();
    await calls(one, 100);
    expect(await isExhausted(one)).toBe(true);
    await limitSubscription(t.as(ADMIN), { subscriptionId: one.subscriptionId, quota: '101 per day' });
    expect(await isExhausted(one)).toBe(false);
    await limitSubscription(t.as(ADMIN), { subscriptionId: one.subscriptionId, quota: 'as product' });
    expect(await isExhausted(one)).toBe(true);
    await editProduct(t.as(ADMIN), { productId: one.productId, quota: 'unlimited' });
    expect(await isExhausted(one)).toBe(false);
    await editProduct(t.as(ADMIN), { productId: one.productId, quota: '90 per day' });
    expect(await isExhausted(one)).toBe(true);
  });
});
