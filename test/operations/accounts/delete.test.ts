import { describe, expect, it } from 'vitest';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { listSubscriptions } from '../../../src/operations/subscriptions/list.ts';
import { showSubscription } from '../../../src/operations/subscriptions/show.ts';
import { suspendSubscription } from '../../../src/operations/subscriptions/suspend.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, keyHashes } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('deleting an account with subscriptions', () => {
  it('is refused unless they may be deleted too; a restore brings them back, and an erasure removes them', async () => {
    const ann = await aDeveloper(t);
    const { subscription } = await grantSubscription(t.as(ADMIN), {
      accountId: ann.accountId,
      name: 'Zanzibar',
    });
    const { accountId } = ann;
    const keys = await keyHashes(t, subscription.id);
    await expect(deleteAccount(t.as(ADMIN), { accountId })).rejects.toMatchObject({
      code: 'has_subscriptions',
      detail: { count: 1 },
    });
    await deleteAccount(t.as(ADMIN), { accountId, deleteSubscriptions: true });
    const of = { subscriptionId: subscription.id };
    expect(await refusalOf(showSubscription(t.as(ADMIN), of))).toBe('subscription_not_found');
    expect(await refusalOf(suspendSubscription(t.as(ADMIN), of))).toBe('subscription_not_found');
    expect((await listSubscriptions(t.as(ADMIN), { accountId })).subscriptions).toEqual([]);

    await restoreAccount(t.as(ADMIN), { accountId });
    expect((await showSubscription(t.as(ADMIN), of)).subscription).toMatchObject({
      id: subscription.id,
      state: 'active',
    });
    expect(await keyHashes(t, subscription.id)).toEqual(keys);

    await deleteAccount(t.as(ADMIN), { accountId, deleteSubscriptions: true, tellDeveloper: false });
    t.advance(t.policy.eraseDeletedAfterDays * 86_400_000);
    await eraseAccount(t.as(SYSTEM), { accountId });
    expect(await keyHashes(t, subscription.id)).toEqual([]);
    const [left] =
      await t.sql`select count(*)::int as rows from audit_details where after::text like '%Zanzibar%'`;
    expect(left?.rows).toBe(0);
  });
});
