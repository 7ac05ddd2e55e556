import { z } from 'zod';
import { updateProduct } from '../../db/catalog/products.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as input from '../catalog/input.ts';
import { viewProduct } from '../catalog/view.ts';
import { expectedVersion } from '../frame/input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';
import { holdProductForChange, nameLink, setApisOfProduct, setGroupsOfProduct } from './product.ts';

/**
 * Changes a product; a field that is left out stays. `apiIds` and `groupIds` replace the former lists; the fields with `add`
 * and `remove` change them, for several programs at once. `linkName` is what programs call the link to the one API or group
 * that is added. Gateways apply the new rules to the next call; subscriptions keep their own state.
 * Errors: `product_not_found`, `catalog_changed`, `api_not_found`, `group_not_found`, `limit_reached`; `invalid_input` when it
 * requires an approval but no subscription.
 */
export const editProduct = defineOperation({
  name: 'products/edit',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    productId: input.productId,
    expectedVersion,
    name: input.catalogName.optional(),
    description: input.productDescription.optional(),
    terms: input.productTerms.optional(),
    isPublished: z.boolean().optional(),
    isSubscriptionRequired: z.boolean().optional(),
    isApprovalRequired: z.boolean().optional(),
    subscriptionsLimit: input.subscriptionsLimit.optional(),
    apiIds: input.apiIds.optional(),
    addApiIds: input.apiIds.default([]),
    removeApiIds: input.apiIds.default([]),
    groupIds: input.productGroupIds.optional(),
    addGroupIds: input.productGroupIds.default([]),
    removeGroupIds: input.productGroupIds.default([]),
    linkName: input.linkName.optional(),
  },
  async run(act, { productId, expectedVersion, ...given }) {
    const { apiIds, addApiIds, removeApiIds, groupIds, addGroupIds, removeGroupIds, linkName, ...wanted } =
      given;
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
    const edited = await updateProduct(act.tx, product, { ...wanted, updatedAt: act.now });
    const newApiIds = changedIds(before.apis, { all: apiIds, add: addApiIds, remove: removeApiIds });
    const newGroupIds = changedIds(before.groups, {
      all: groupIds,
      add: addGroupIds,
      remove: removeGroupIds,
    });
    const apis = newApiIds ? { apis: await setApisOfProduct(act, product, newApiIds) } : {};
    const groups = newGroupIds ? { groups: await setGroupsOfProduct(act, product, newGroupIds) } : {};
    const [apiId, groupId] = [addApiIds[0], addGroupIds[0]];
    if (linkName && apiId) await nameLink(act, before, { kind: 'api', id: apiId, linkName });
    else if (linkName && groupId) await nameLink(act, before, { kind: 'group', id: groupId, linkName });
    const after = { ...wanted, ...apis, ...groups, ...(linkName ? { linkName } : {}) };
    const namesBefore = {
      ...before,
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

/** Null when they stay as they are. */
function changedIds(
  present: readonly { id: string }[],
  { all, add, remove }: { all: string[] | undefined; add: string[]; remove: string[] },
): string[] | null {
  if (!all && add.length === 0 && remove.length === 0) return null;
  const kept = (all ?? present.map(({ id }) => id)).filter((id) => !remove.includes(id));
  return [...new Set([...kept, ...add])];
}
