import { describe, expect, it } from 'vitest';
import { createApi } from '../../../src/operations/apis/create.ts';
import { createProduct } from '../../../src/operations/products/create.ts';
import { editProduct } from '../../../src/operations/products/edit.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { uniqueName } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('editing a product', () => {
  it('changes only the given fields, and is refused to an admin who saw an earlier version', async () => {
    const { api } = await createApi(t.as(ADMIN), { name: uniqueName('Orders '), path: uniqueName('orders') });
    const { product: made } = await createProduct(t.as(ADMIN), {
      name: uniqueName('Gold '),
      terms: 'Be kind.',
    });
    const { product: edited } = await editProduct(t.as(ADMIN), {
      productId: made.id,
      expectedVersion: made.version,
      isPublished: true,
      apiIds: [api.id],
    });
    expect(edited).toMatchObject({
      name: made.name,
      terms: 'Be kind.',
      isPublished: true,
      apis: [{ id: api.id }],
    });
    expect(edited.groups).toEqual(made.groups);
    const late = { productId: made.id, expectedVersion: made.version, name: 'Late' };
    expect(await refusalOf(editProduct(t.as(ADMIN), late))).toBe('catalog_changed');
    const odd = { productId: made.id, isSubscriptionRequired: false, isApprovalRequired: true };
    expect(await refusalOf(editProduct(t.as(ADMIN), odd))).toBe('invalid_input');
  });
});
