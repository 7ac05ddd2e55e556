import { describe, expect, it } from 'vitest';
import { createApi } from '../../../src/operations/apis/create.ts';
import { deleteApi } from '../../../src/operations/apis/delete.ts';
import { deleteProduct } from '../../../src/operations/products/delete.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { listOwnSubscriptions } from '../../../src/operations/subscriptions/list-own.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct, uniqueName } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('deleting an API or a product', () => {
  it('is refused while it has subscriptions, unless they may be deleted too', async () => {
    const ann = await aDeveloper(t);
    const { api } = await createApi(t.as(ADMIN), { name: uniqueName('Orders '), path: uniqueName('orders') });
    const productId = await aProduct(t, { apiIds: [api.id] });
    await grantSubscription(t.as(ADMIN), { accountId: ann.accountId, productId });
    await grantSubscription(t.as(ADMIN), { accountId: ann.accountId, apiId: api.id });
    const of = { apiId: api.id };
    expect(await refusalOf(deleteApi(t.as(ADMIN), of))).toBe('has_subscriptions');
    expect((await deleteApi(t.as(ADMIN), { ...of, deleteSubscriptions: true })).subscriptions).toBe(1);
    expect(await refusalOf(deleteProduct(t.as(ADMIN), { productId }))).toBe('has_subscriptions');
    expect((await deleteProduct(t.as(ADMIN), { productId, deleteSubscriptions: true })).subscriptions).toBe(
      1,
    );
    expect(await listOwnSubscriptions(ann.context(), {})).toEqual([]);
  });
});
