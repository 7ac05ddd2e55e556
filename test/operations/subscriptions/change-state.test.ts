import { describe, expect, it } from 'vitest';
import { cancelSubscription } from '../../../src/operations/subscriptions/cancel.ts';
import { expireSubscription } from '../../../src/operations/subscriptions/expire.ts';
import { extendSubscription } from '../../../src/operations/subscriptions/extend.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { renameSubscription } from '../../../src/operations/subscriptions/rename.ts';
import { resumeSubscription } from '../../../src/operations/subscriptions/resume.ts';
import { showSubscription } from '../../../src/operations/subscriptions/show.ts';
import { suspendSubscription } from '../../../src/operations/subscriptions/suspend.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('the state of a subscription', () => {
  it('follows suspend, resume and cancel, and refuses a change that the state does not allow', async () => {
    const ann = await aDeveloper(t);
    const { subscription } = await grantSubscription(t.as(ADMIN), { accountId: ann.accountId });
    const of = { subscriptionId: subscription.id };
    const state = async () => (await showSubscription(t.as(ADMIN), of)).subscription.state;
    expect(await refusalOf(resumeSubscription(t.as(APPROVER), of))).toBe('subscription_state_unfitting');
    await suspendSubscription(t.as(APPROVER), { ...of, reason: 'unpaid' });
    expect(await state()).toBe('suspended');
    expect(await refusalOf(suspendSubscription(t.as(APPROVER), of))).toBe('subscription_state_unfitting');
    await resumeSubscription(t.as(APPROVER), of);
    expect(await state()).toBe('active');
    await cancelSubscription(t.as(ADMIN), of);
    for (const attempt of [
      () => resumeSubscription(t.as(APPROVER), of),
      () => extendSubscription(t.as(ADMIN), { ...of, endsAt: null }),
    ])
      expect(await refusalOf(attempt())).toBe('subscription_state_unfitting');
    expect(await state()).toBe('cancelled');
  });

  it('is not changed by an operator who saw an earlier version of the subscription', async () => {
    const ann = await aDeveloper(t);
    const { subscription } = await grantSubscription(t.as(ADMIN), { accountId: ann.accountId });
    const of = { subscriptionId: subscription.id, expectedVersion: subscription.version };
    await renameSubscription(t.as(ADMIN), { ...of, name: 'Other' });
    expect(await refusalOf(suspendSubscription(t.as(APPROVER), of))).toBe('subscription_changed');
  });

  it('is expired from its end on, to the millisecond, before the job has stored it', async () => {
    const ann = await aDeveloper(t);
    const endsAt = new Date(t.clock().getTime() + 60_000);
    const { subscription } = await grantSubscription(t.as(ADMIN), { accountId: ann.accountId, endsAt });
    const of = { subscriptionId: subscription.id };
    const state = async () => (await showSubscription(t.as(ADMIN), of)).subscription.state;
    await expireSubscription(t.as(SYSTEM), of);
    expect(await state()).toBe('active');
    t.advance(endsAt.getTime() - t.clock().getTime() - 1);
    expect(await state()).toBe('expired');
    expect(await refusalOf(suspendSubscription(t.as(APPROVER), of))).toBe('subscription_state_unfitting');
    await expireSubscription(t.as(SYSTEM), of);
    const [row] =
      await t.sql`select state, state_changed_at = ${endsAt.toISOString()} as "isAtItsEnd" from subscriptions where id = ${subscription.id}`;
    expect(row).toEqual({ state: 'expired', isAtItsEnd: true });
    await extendSubscription(t.as(ADMIN), { ...of, endsAt: null });
    expect(await state()).toBe('active');
    expect(await refusalOf(extendSubscription(t.as(ADMIN), { ...of, endsAt: '2001-01-01' }))).toBe(
      'invalid_input',
    );
  });
});
