import { z } from 'zod';
import { updateProduct } from '../../db/catalog/products.ts';
import { setLifeOfKeys } from '../../db/subscriptions/keys.ts';
import { judgeQuotas } from '../../db/usage/quota-use.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { lifeOfKey } from '../../domain/key-life.ts';
import * as catalog from '../catalog/input.ts';
import { limitTextsOfProduct } from '../catalog/limits.ts';
import { viewProduct } from '../catalog/view.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { holdProductForChange, type LinkChange, linkChange, nameLink, setLinksOfProduct } from './product.ts';

/**
 * Changes a product; a field that is left out stays. `apiIds` and `groupIds` replace the former lists; `link`, instead,
 * adds, names or removes one of their members, for several programs at once. Gateways apply the new rules to the next call;
 * subscriptions keep their own state. With another `keysExpireAfterDays`, its keys end so long after this change; those that
 * have ended stay so.
 * Errors: `product_not_found`, `catalog_changed`, `api_not_found`, `group_not_found`, `limit_reached`; `invalid_input` when it
 * requires an approval but no subscription, and for a `rate` or `quota` that can't be read.
 */
export const editProduct = defineOperation({
  name: 'products/edit',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    productId: catalog.productId,
    expectedVersion: input.expectedVersion,
    name: catalog.catalogName.optional(),
    description: catalog.productDescription.optional(),
    terms: catalog.productTerms.optional(),
    isPublished: z.boolean().optional(),
    isSubscriptionRequired: z.boolean().optional(),
    isApprovalRequired: z.boolean().optional(),
    subscriptionsLimit: catalog.subscriptionsLimit.optional(),
    rate: catalog.productRate.optional(),
    quota: catalog.productQuota.optional(),
    keysExpireAfterDays: catalog.keysExpireAfterDays.optional(),
    policyAsWritten: catalog.policyAsWritten.optional(),
    apiIds: catalog.apiIds.optional(),
    groupIds: catalog.productGroupIds.optional(),
    link: linkChange.optional(),
  },
  async run(act, { productId, expectedVersion, apiIds, groupIds, link, policyAsWritten, ...wanted }) {
    const product = await holdProductForChange(act, productId, expectedVersion);
    const before = await viewProduct(act, product);
    const {
      isSubscriptionRequired = product.isSubscriptionRequired,
      isApprovalRequired = product.isApprovalRequired,
    } = wanted;
    if (isApprovalRequired && !isSubscriptionRequired)
      throw new DomainError('invalid_input', {
        fields: { isApprovalRequired: 'is about subscriptions, and this product takes none' },
      });
    const edited = await updateProduct(act.tx, product, { ...wanted, policyAsWritten, updatedAt: act.now });
    const days = wanted.keysExpireAfterDays;
    if (days !== undefined && days !== product.keysExpireAfterDays)
      await setLifeOfKeys(act, { serviceId: act.service.id, productId }, lifeOfKey(days, act.now));
    if (wanted.quota !== undefined) await judgeQuotas(act, act.service.id, { productId });
    const newApiIds = link?.kind === 'api' ? idsWith(before.apis, link) : apiIds;
    const newGroupIds = link?.kind === 'group' ? idsWith(before.groups, link) : groupIds;
    const apis = newApiIds ? { apis: await setLinksOfProduct(act, product, 'api', newApiIds) } : {};
    const groups = newGroupIds ? { groups: await setLinksOfProduct(act, product, 'group', newGroupIds) } : {};
    if (link?.name) await nameLink(act, before, link, link.name);
    const after = {
      ...wanted,
      ...limitTextsOfProduct(wanted),
      ...apis,
      ...groups,
      ...(link?.name ? { linkName: link.name } : {}),
    };
    const namesBefore = {
      ...before,
      ...limitTextsOfProduct(before),
      apis: before.apis.map(({ name }) => name),
      groups: before.groups.map(({ name }) => name),
    };
    act.record({
      target: { kind: 'product', id: productId },
      before: Object.fromEntries(Object.entries(namesBefore).filter(([field]) => field in after)),
      after,
    });
    return { product: await viewProduct(act, edited) };
  },
});

const idsWith = (present: readonly { id: string }[], { id, isRemoved }: LinkChange): string[] => [
  ...present.map((one) => one.id).filter((one) => one !== id),
  ...(isRemoved ? [] : [id]),
];
