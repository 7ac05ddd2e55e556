import { describe, expect, it } from 'vitest';
import { findOneAccount } from '../../../src/operations/accounts/find.ts';
import { showAccount } from '../../../src/operations/accounts/show.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { suspendSubscription } from '../../../src/operations/subscriptions/suspend.ts';
import { ADMIN, createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('showing an account with subscriptions', () => {
  it('finds it by a subscription’s id, and counts the subscriptions that a block would cut off', async () => {
    const ann = await aDeveloper(t);
    const first = await grantSubscription(t.as(ADMIN), { accountId: ann.accountId });
    const second = await grantSubscription(t.as(ADMIN), { accountId: ann.accountId });
    await suspendSubscription(t.as(ADMIN), { subscriptionId: second.subscription.id });
    await grantSubscription(t.as(ADMIN), { accountId: ann.accountId });
    await t.sql`insert into subscription_usage values
      ('ours', ${first.subscription.id}, ${new Date(t.clock().getTime() - 3_600_000).toISOString()}, 12)`;
    const { account } = await findOneAccount(t.as(ADMIN), { text: first.subscription.id });
    expect(account.id).toBe(ann.accountId);
    const shown = await showAccount(t.as(ADMIN), { accountId: ann.accountId });
    expect(shown.subscriptionCounts).toEqual({ all: 3, live: 2, used: 1 });
    expect(shown.subscriptions.find(({ id }) => id === first.subscription.id)).toMatchObject({ calls: 12 });
  });
});
