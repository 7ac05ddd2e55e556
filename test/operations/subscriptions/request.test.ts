import { describe, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { setGroupsOfAccount } from '../../../src/operations/accounts/set-groups.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { approveSubscription } from '../../../src/operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../../src/operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../../src/operations/subscriptions/delete.ts';
import { listOwnSubscriptions } from '../../../src/operations/subscriptions/list-own.ts';
import { regenerateKey } from '../../../src/operations/subscriptions/regenerate-key.ts';
import { rejectSubscription } from '../../../src/operations/subscriptions/reject.ts';
import { renameSubscription } from '../../../src/operations/subscriptions/rename.ts';
import { requestSubscription } from '../../../src/operations/subscriptions/request.ts';
import { showSubscription } from '../../../src/operations/subscriptions/show.ts';
import { showKeys } from '../../../src/operations/subscriptions/show-keys.ts';
import { apiKeyHash } from '../../../src/security/api-key.ts';
import { templatesTo } from '../../support/accounts.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct, keyHashes, uniqueName } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('requesting a subscription', () => {
  it('makes an active subscription with two keys of our form that only its owner can read', async () => {
    const ann = await aDeveloper(t);
    const bob = await aDeveloper(t);
    const { subscription } = await requestSubscription(ann.context(), { productId: await aProduct(t) });
    expect(subscription).toMatchObject({ state: 'active', owner: { id: ann.accountId }, calls: 0 });
    const keys = await showKeys(ann.context(), { subscriptionId: subscription.id });
    expect(keys.primary).toMatch(/^apim_[0-9A-Za-z]{49}$/);
    expect(keys.secondary).not.toBe(keys.primary);
    expect(await keyHashes(t, subscription.id)).toEqual([
      apiKeyHash(keys.primary),
      apiKeyHash(keys.secondary),
    ]);
    expect(await templatesTo(t, ann.email)).toContain('PurchaseDeveloperNotificationMessage');

    const theirs = { subscriptionId: subscription.id };
    const attempts = [
      showKeys(bob.context(), theirs),
      regenerateKey(bob.context(), { ...theirs, slot: 'primary' }),
      cancelSubscription(bob.context(), theirs),
      renameSubscription(bob.context(), { ...theirs, name: 'Bob’s' }),
    ];
    for (const code of await Promise.all(attempts.map(refusalOf)))
      expect(code).toBe('subscription_not_found');
    expect(await listOwnSubscriptions(bob.context(), {})).toEqual([]);
    expect((await listOwnSubscriptions(ann.context(), {})).map(({ id }) => id)).toEqual([subscription.id]);
  });

  it('T30: is for the signed-in developer, and is refused when the input names an owner', async () => {
    const ann = await aDeveloper(t);
    const bob = await aDeveloper(t);
    const productId = await aProduct(t);
    for (const extra of [
      { accountId: bob.accountId },
      { createdBy: 'x' },
      { teamId: 'T' },
      { state: 'active' },
    ])
      expect(await refusalOf(requestSubscription(ann.context(), { productId, ...extra }))).toBe(
        'invalid_input',
      );
    expect(await listOwnSubscriptions(bob.context(), {})).toEqual([]);
  });

  it('waits for an approval where the product needs one, also after an earlier rejection or deletion', async () => {
    const ann = await aDeveloper(t);
    const productId = await aProduct(t, { isApprovalRequired: true });
    const ask = async () => (await requestSubscription(ann.context(), { productId })).subscription;
    const first = await ask();
    expect(first.state).toBe('submitted');
    expect(await templatesTo(t, ann.email)).toContain('RequestDeveloperNotificationMessage');
    await rejectSubscription(t.as(APPROVER), { subscriptionId: first.id, reason: 'For partners only' });
    const rejected = (await t.mailsTo(ann.email)).find(
      ({ template }) => template === 'RejectDeveloperNotificationMessage',
    );
    expect(rejected?.variables.SubDeclineReason).toBe('For partners only');
    const second = await ask();
    expect(second.state).toBe('submitted');
    await approveSubscription(t.as(APPROVER), { subscriptionId: second.id });
    expect((await showSubscription(t.as(ADMIN), { subscriptionId: second.id })).subscription.state).toBe(
      'active',
    );
    await deleteSubscription(t.as(ADMIN), { subscriptionId: second.id });
    expect((await ask()).state).toBe('submitted');
  });

  it('needs agreement to the terms, and a product that the developer can see and that takes subscriptions', async () => {
    const ann = await aDeveloper(t);
    const { groupId } = await createGroup(t.as(ADMIN), { name: uniqueName('Partners ') });
    const refused = async (wanted: Parameters<typeof aProduct>[1], agreesToTerms = false) =>
      refusalOf(requestSubscription(ann.context(), { productId: await aProduct(t, wanted), agreesToTerms }));
    expect(await refused({ terms: 'Be kind.' })).toBe('terms_not_agreed');
    expect(await refused({ terms: 'Be kind.' }, true)).toBe('done');
    expect(await refused({ isPublished: false })).toBe('product_not_found');
    expect(await refused({ groupIds: [groupId] })).toBe('product_not_found');
    expect(await refused({ groupIds: [] })).toBe('product_not_found');
    expect(await refused({ isSubscriptionRequired: false })).toBe('product_unavailable');
    await setGroupsOfAccount(t.as(ADMIN), { accountId: ann.accountId, groupIds: [groupId] });
    expect(await refused({ groupIds: [groupId] })).toBe('done');
  });

  it('is refused to a developer who was blocked a moment ago', async () => {
    const ann = await aDeveloper(t);
    const productId = await aProduct(t);
    await blockAccount(t.as(ADMIN), { accountId: ann.accountId });
    expect(await refusalOf(requestSubscription(ann.context(), { productId }))).toBe('not_permitted');
    expect(await refusalOf(listOwnSubscriptions(ann.context(), {}))).toBe('not_permitted');
  });

  it('T31: succeeds for exactly 5 of 100 concurrent requests at a limit of 5', async () => {
    const ann = await aDeveloper(t);
    const productId = await aProduct(t, { subscriptionsLimit: 5 });
    const asked = await Promise.all(
      Array.from({ length: 100 }, () => refusalOf(requestSubscription(ann.context(), { productId }))),
    );
    expect(asked.filter((code) => code === 'done')).toHaveLength(5);
    expect(new Set(asked)).toEqual(new Set(['done', 'subscriptions_limit']));
    const [own] = await listOwnSubscriptions(ann.context(), {});
    await cancelSubscription(ann.context(), { subscriptionId: own?.id ?? '' });
    expect(await refusalOf(requestSubscription(ann.context(), { productId }))).toBe('done');
  });
});
