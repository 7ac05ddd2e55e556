// Locks a product, sets its APIs and groups, and says which groups a reader of the portal is in.
import { z } from 'zod';
import { listGroupIdsOfAccounts } from '../../db/accounts/accounts.ts';
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
import { DEVELOPERS_GROUP, GUESTS_GROUP } from '../groups/group.ts';

/** Locks the product for a change. Errors: `product_not_found`, `catalog_changed`. */
export async function holdProductForChange(act: Act, id: string, expectedVersion?: number): Promise<Product> {
  const product = await lockProduct(act.tx, act.service.id, id);
  if (!product) throw new DomainError('product_not_found');
  demandVersion(product, expectedVersion);
  return product;
}

const KINDS = {
  api: { max: MAX_APIS_OF_PRODUCT, plural: 'APIs', hold: holdApis, replace: replaceApisOfProduct },
  group: { max: MAX_GROUPS_OF_PRODUCT, plural: 'groups', hold: holdGroups, replace: replaceGroupsOfProduct },
};

/**
 * Sets the APIs of a product, or the groups, built-in ones too, that see it. Returns their names, for the audit.
 * Errors: `api_not_found`, `group_not_found`, `limit_reached`.
 */
export async function setLinksOfProduct(
  act: Act,
  product: Product,
  kind: keyof typeof KINDS,
  ids: readonly string[],
): Promise<string[]> {
  const { max, plural, hold, replace } = KINDS[kind];
  if (ids.length > max) throw new DomainError('limit_reached', { limit: `${max} ${plural}` });
  const found: { name: string }[] = await hold(act.tx, act.service.id, ids);
  if (found.length < ids.length) throw new DomainError(`${kind}_not_found`);
  await replace(act.tx, product, ids);
  return found.map(({ name }) => name);
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

/** The groups of the actor: a visitor is a guest; a signed-in developer is in Developers too. */
export async function groupsOfViewer(act: Act): Promise<string[]> {
  const { actor } = act;
  if (actor.kind !== 'account') return [GUESTS_GROUP];
  const own = await listGroupIdsOfAccounts(act.tx, act.service.id, [actor.accountId]);
  return [GUESTS_GROUP, DEVELOPERS_GROUP, ...(own.get(actor.accountId) ?? [])];
}
