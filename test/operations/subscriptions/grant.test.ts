import { describe, expect, it } from 'vitest';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { createApi } from '../../../src/operations/apis/create.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { listOwnSubscriptions } from '../../../src/operations/subscriptions/list-own.ts';
import { showSubscription } from '../../../src/operations/subscriptions/show.ts';
import { showKeys } from '../../../src/operations/subscriptions/show-keys.ts';
import { anAccount, templatesTo } from '../../support/accounts.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct, keyHashes, uniqueName } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

const admin = () => t.as(ADMIN);
const PURCHASE = 'PurchaseDeveloperNotificationMessage';

describe('granting a subscription', () => {
  it('to a product gives the developer two keys and a mail with its dates, without the keys', async () => {
    const ann = await aDeveloper(t);
    const name = uniqueName('Gold ');
    // Operators may grant a product that developers can't see.
    const productId = await aProduct(t, { name, isPublished: false });
    const dates = { startsAt: new Date('2020-02-01'), endsAt: new Date('2100-03-01') };
    const { accountId } = ann;
    const { subscription, isTold } = await grantSubscription(admin(), { accountId, productId, ...dates });

    const scope = { kind: 'product', id: productId, name };
    expect(subscription).toMatchObject({ state: 'active', name, scope, owner: { id: accountId }, ...dates });
    expect(await listOwnSubscriptions(ann.context(), {})).toMatchObject([{ id: subscription.id }]);
    const { primary, secondary } = await showKeys(ann.context(), { subscriptionId: subscription.id });
    expect(new Set([primary, secondary]).size).toBe(2);
    expect(isTold).toBe(true);
    const mail = (await t.mailsTo(ann.email)).at(-1);
    const variables = { ProdName: name, SubStartDate: '1 February 2020', SubTerm: 'until 1 March 2100' };
    expect(mail).toMatchObject({ template: PURCHASE, variables });
    for (const key of [primary, secondary]) expect(JSON.stringify(mail)).not.toContain(key);
  });

  it('mails the developer only when it is active and the operator wants that', async () => {
    const { accountId, email } = await anAccount(t);
    const mails = await templatesTo(t, email);
    for (const wanted of [
      { tellDeveloper: false },
      { state: 'submitted' },
      { state: 'suspended' },
    ] as const) {
      const { subscription, isTold } = await grantSubscription(admin(), { accountId, ...wanted });
      expect(isTold).toBe(false);
      expect(subscription.state).toBe('state' in wanted ? wanted.state : 'active');
    }
    expect(await templatesTo(t, email)).toEqual(mails);
  });

  it('works without an account, for one API or for all of them', async () => {
    const { api } = await createApi(admin(), { name: uniqueName('Orders '), path: uniqueName('orders') });
    const ofApi = await grantSubscription(admin(), { apiId: api.id });
    expect(ofApi).toMatchObject({ isTold: false, subscription: { owner: null, name: api.name } });
    expect(ofApi.subscription.scope).toEqual({ kind: 'api', id: api.id, name: api.name });
    const ofAll = await grantSubscription(admin(), { id: 'robot', name: 'Robot' });
    expect(ofAll.subscription).toMatchObject({ id: 'robot', name: 'Robot', scope: { kind: 'all' } });
    expect(await keyHashes(t, 'robot')).toHaveLength(2);
    expect(await refusalOf(grantSubscription(admin(), { id: 'robot' }))).toBe('id_taken');
  });

  it('is refused, and stores nothing, for a wrong account or scope, beyond the product’s limit, or without a duration', async () => {
    const { accountId } = await anAccount(t);
    const { accountId: gone } = await anAccount(t);
    await deleteAccount(admin(), { accountId: gone });
    const productId = await aProduct(t, { subscriptionsLimit: 1 });
    await grantSubscription(admin(), { accountId, productId });
    const day = new Date('2100-01-01');
    const refused: [Parameters<typeof grantSubscription>[1], string][] = [
      [{ accountId: crypto.randomUUID() }, 'account_not_found'],
      [{ accountId: gone }, 'account_state_unfitting'],
      [{ accountId, productId: 'no-such' }, 'product_not_found'],
      [{ accountId, apiId: 'no-such' }, 'api_not_found'],
      [{ accountId, productId, apiId: 'both' }, 'invalid_input'],
      [{ accountId, productId }, 'subscriptions_limit'],
      [{ accountId, startsAt: day, endsAt: day }, 'invalid_input'],
    ];
    for (const [wanted, code] of refused) {
      expect(await refusalOf(grantSubscription(admin(), { ...wanted, id: 'refused' }))).toBe(code);
      const shown = showSubscription(admin(), { subscriptionId: 'refused' });
      expect(await refusalOf(shown)).toBe('subscription_not_found');
    }
  });
});
