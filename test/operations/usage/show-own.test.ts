import { expect, it } from 'vitest';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { showOwnUsage } from '../../../src/operations/usage/show-own.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

it("T30 another developer's subscription is refused as an unknown one", async () => {
  const [ann, ben] = [await aDeveloper(t), await aDeveloper(t)];
  const productId = await aProduct(t);
  const { subscription } = await grantSubscription(t.as(ADMIN), { accountId: ann.accountId, productId });
  const usageOf = (context: typeof ann.context, subscriptionId: string) =>
    showOwnUsage(context(), { subscriptionId, time: '30 days' });
  expect((await usageOf(ann.context, subscription.id)).points).toHaveLength(30);
  const refused = await refusalOf(usageOf(ben.context, subscription.id));
  expect(refused).toBe('subscription_not_found');
  expect(await refusalOf(usageOf(ben.context, 'unknown'))).toBe(refused);
});
