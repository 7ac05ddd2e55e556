import { describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { approveSubscription } from '../../../src/operations/subscriptions/approve.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { rejectSubscription } from '../../../src/operations/subscriptions/reject.ts';
import { requestSubscription } from '../../../src/operations/subscriptions/request.ts';
import { showSubscription } from '../../../src/operations/subscriptions/show.ts';
import { templatesTo } from '../../support/accounts.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf, slackActor } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('deciding the request for a subscription', () => {
  it('counts once when many operators approve and reject at once, and the others learn who decided', async () => {
    const ann = await aDeveloper(t);
    const { subscription } = await requestSubscription(ann.context(), {
      productId: await aProduct(t, { isApprovalRequired: true }),
    });
    const of = { subscriptionId: subscription.id };
    const presses = Array.from({ length: 40 }, (_, index) =>
      index % 2
        ? approveSubscription(t.as(APPROVER), of)
        : rejectSubscription(t.as(ADMIN), { ...of, reason: 'no' }),
    );
    const ended = await Promise.allSettled(presses);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { subscription: decided } = await showSubscription(t.as(ADMIN), of);
    for (const one of ended)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({
          code: 'subscription_state_unfitting',
          detail: { current: { state: decided.state, by: decided.stateChangedBy } },
        });
    const mails = (await templatesTo(t, ann.email)).filter((name) => /Purchase|Reject/.test(name));
    expect(mails).toHaveLength(1);
  });

  it('is refused to the operator who made the request as a developer', async () => {
    const email = 'u0self@work.example.com';
    const { account } = await addAccount(t.as(ADMIN), { email, firstName: 'Sel', lastName: 'Fie' });
    await t.sql`insert into operators values
      ('ours', 'T0TEST', 'U0SELF', 'Sel Fie', 'approver', now(), now())`;
    const { subscription } = await grantSubscription(t.as(ADMIN), {
      accountId: account.id,
      productId: await aProduct(t),
      state: 'submitted',
    });
    const self = t.as(slackActor('U0SELF', 'Sel Fie'));
    expect(await refusalOf(approveSubscription(self, { subscriptionId: subscription.id }))).toBe(
      'approval_about_oneself',
    );
  });
});
