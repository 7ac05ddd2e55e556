// Locks a product, and sets its APIs and groups.
import { z } from 'zod';
import { holdGroups } from '../../db/accounts/groups.ts';
import { holdApis } from '../../db/catalog/apis.ts';
import {
  lockProduct,
  nameLinkOfProduct,
  type Product,
  replaceApisOfProduct,
  replaceGroupsOfProduct,
} from '../../db/catalog/products.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { linkName, MAX_APIS_OF_PRODUCT, MAX_GROUPS_OF_PRODUCT } from '../catalog/input.ts';
import { demandVersion, type ProductView } from '../catalog/view.ts';
import type { Act } from '../frame/context.ts';

/** Locks the product for a change. Errors: `product_not_found`, `catalog_changed`. */
export async function holdProductForChange(act: Act, id: string, expectedVersion?: number): Promise<Product> {
  const product = await lockProduct(act.tx, act.service.id, id);
  if (!product) throw new DomainError('product_not_found');
  demandVersion(product, expectedVersion);
  return product;
}

/** Sets the APIs of a product. Returns their names, for the audit. Errors: `api_not_found`, `limit_reached`. */
export async function setApisOfProduct(
  act: Act,
  product: Product,
  apiIds: readonly string[],
): Promise<string[]> {
  demandAtMost(MAX_APIS_OF_PRODUCT, apiIds, 'APIs');
  const found = await holdApis(act.tx, act.service.id, apiIds);
  if (found.length < apiIds.length) throw new DomainError('api_not_found');
  await replaceApisOfProduct(act.tx, product, apiIds);
  return found.map((api) => api.name);
}

/** Sets the groups, built-in ones too, that see a product. Returns their names. Errors: `group_not_found`, `limit_reached`. */
export async function setGroupsOfProduct(
  act: Act,
  product: Product,
  groupIds: readonly string[],
): Promise<string[]> {
  demandAtMost(MAX_GROUPS_OF_PRODUCT, groupIds, 'groups');
  const found = await holdGroups(act.tx, act.service.id, groupIds);
  if (found.length < groupIds.length) throw new DomainError('group_not_found');
  await replaceGroupsOfProduct(act.tx, product, groupIds);
  return found.map((group) => group.name);
}

function demandAtMost(max: number, ids: readonly string[], what: string): void {
  if (ids.length > max) throw new DomainError('limit_reached', { limit: `${max} ${what}` });
}

/** Of one link of a product. `name`: what programs call it. */
export const linkChange = z.strictObject({
  kind: z.enum(['api', 'group']),
  id: z.string().max(256),
  name: linkName.optional(),
  isRemoved: z.boolean().default(false),
});
export type LinkChange = z.output<typeof linkChange>;

/** Names the link to an API or group of a locked product. Errors: `invalid_input` when another of its links is called so. */
export async function nameLink(
  act: Act,
  product: ProductView,
  link: Pick<LinkChange, 'kind' | 'id'>,
  name: string,
): Promise<void> {
  const all = link.kind === 'api' ? product.apis : product.groups;
  const other = all.find(
    ({ id, linkName }) => id !== link.id && (linkName ?? id).toLowerCase() === name.toLowerCase(),
  );
  if (other)
    throw new DomainError('invalid_input', {
      fields: { linkName: `is the link to ${other.id} already; delete it first` },
    });
  await nameLinkOfProduct(act.tx, { serviceId: act.service.id, id: product.id }, link, name);
}
