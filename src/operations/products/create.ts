import { z } from 'zod';
import { firstVersion } from '../../db/audit/rows.ts';
import { findProductId, insertProduct } from '../../db/catalog/products.ts';
import { newId } from '../../db/ids.ts';
import { holdId } from '../../db/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { limitTextsOfProduct } from '../catalog/limits.ts';
import { viewProduct } from '../catalog/view.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';
import { DEVELOPERS_GROUP } from '../groups/group.ts';
import { setLinksOfProduct } from './product.ts';

const MAX_ID_LENGTH = 80;

/**
 * Creates a product of APIs. The groups in `groupIds` see it; by default that is every account (`developers`).
 * `subscriptionsLimit`: how many subscriptions to it an account may have at a time; null for any number.
 * `rate`, `quota`: the calls that each subscription may make; null for any number. `keysExpireAfterDays`: how long a key
 * works; null for no end.
 * Errors: `id_taken`, compared without case; `api_not_found`, `group_not_found`; `invalid_input` when it requires an approval but no
 * subscription.
 * Source: Azure, Product create; `approvalRequired` needs `subscriptionRequired`.
 */
export const createProduct = defineOperation({
  name: 'products/create',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: z
    .strictObject({
      id: catalog.productId.optional(),
      name: catalog.catalogName,
      description: catalog.productDescription.default(''),
      terms: catalog.productTerms.default(''),
      isPublished: z.boolean().default(false),
      isSubscriptionRequired: z.boolean().default(true),
      isApprovalRequired: z.boolean().default(false),
      subscriptionsLimit: catalog.subscriptionsLimit.default(null),
      rate: catalog.productRate.default(null),
      quota: catalog.productQuota.default(null),
      keysExpireAfterDays: catalog.keysExpireAfterDays.default(null),
      apiIds: catalog.apiIds.default([]),
      groupIds: catalog.productGroupIds.default([DEVELOPERS_GROUP]),
    })
    .refine((wanted) => wanted.isSubscriptionRequired || !wanted.isApprovalRequired, {
      path: ['isApprovalRequired'],
      message: 'is about subscriptions, and this product takes none',
    }),
  async run(act, { id: givenId, apiIds, groupIds, ...wanted }) {
    const id = givenId ?? (catalog.idOfName(wanted.name, MAX_ID_LENGTH) || newId(act.now, act.random));
    const serviceId = act.service.id;
    await holdId(act.tx, 'product', { serviceId, id });
    const other = await findProductId(act.tx, serviceId, id);
    const product = other
      ? null
      : await insertProduct(act.tx, {
          ...wanted,
          serviceId,
          id,
          version: await firstVersion(act.tx, serviceId, { kind: 'product', id }),
          createdAt: act.now,
          updatedAt: act.now,
        });
    if (!product) throw new DomainError('id_taken', { id });
    const apis = await setLinksOfProduct(act, product, 'api', apiIds);
    const groups = await setLinksOfProduct(act, product, 'group', groupIds);
    act.record({
      target: { kind: 'product', id },
      after: { ...wanted, ...limitTextsOfProduct(wanted), apis, groups },
    });
    return { product: await viewProduct(act, product) };
  },
});
