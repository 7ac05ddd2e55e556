// APIs and products as people and programs see them.

import { type Api, listApisOfProducts } from '../../db/catalog/apis.ts';
import { type LinkedGroup, listGroupsOfProducts, type Product } from '../../db/catalog/products.ts';
import type { Db } from '../../db/connection/connect.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act, Context } from '../frame/context.ts';

export type ApiView = Omit<Api, 'serviceId'>;
export type ProductView = Omit<Product, 'serviceId'> & {
  apis: (ApiView & Pick<LinkedGroup, 'linkName'>)[];
  /** Who sees it in the portal. */
  groups: LinkedGroup[];
};

export function viewApi({ serviceId: _, ...api }: Api): ApiView {
  return api;
}

export async function viewProducts(
  { service }: Pick<Context, 'service'>,
  db: Db,
  products: Product[],
): Promise<ProductView[]> {
  const ids = products.map((product) => product.id);
  const apis = await listApisOfProducts(db, service.id, ids);
  const groups = await listGroupsOfProducts(db, service.id, ids);
  return products.map(({ serviceId: _, ...product }) => ({
    ...product,
    apis: (apis.get(product.id) ?? []).map(({ serviceId: _, ...api }) => api),
    groups: groups.get(product.id) ?? [],
  }));
}

export async function viewProduct(act: Act, product: Product): Promise<ProductView> {
  const [view] = await viewProducts(act, act.tx, [product]);
  if (!view) throw new Error('a product has no view');
  return view;
}

/** Errors: `catalog_changed` when it isn't the version that the person saw. */
export function demandVersion(row: { version: number; id: string }, expectedVersion?: number): void {
  if (expectedVersion !== undefined && expectedVersion !== row.version)
    throw new DomainError('catalog_changed', { id: row.id });
}
