import { and, asc, eq, exists, inArray, notInArray, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { byName, type NameCursor, type PagedList, pagedList } from '../page.ts';
import { has, inAnyCase, rowsOf } from '../rows.ts';
import { groups, productApis, productGroups, products } from '../schema/index.ts';

export type Product = typeof products.$inferSelect;

export const {
  find: findProduct,
  findAll: findProducts,
  lock: lockProduct,
  insert: insertProduct,
  update: updateProduct,
  remove: deleteProduct,
} = rowsOf(products);

export const findProductId = inAnyCase('product_id', products);

/** Holds the product until the transaction ends, so that its rules can't change meanwhile. */
export async function holdProduct(tx: Transaction, serviceId: string, id: string): Promise<Product | null> {
  const [row] = await tx.select().from(products).where(has(products, { serviceId, id })).for('share');
  return row ?? null;
}

/** A link that stays keeps its name. */
export async function replaceApisOfProduct(
  tx: Transaction,
  { serviceId, id: productId }: Product,
  apiIds: readonly string[],
): Promise<void> {
  const ofProduct = has(productApis, { serviceId, productId });
  await tx.delete(productApis).where(and(ofProduct, notInArray(productApis.apiId, [...apiIds])));
  if (apiIds.length > 0)
    await tx
      .insert(productApis)
      .values(apiIds.map((apiId) => ({ serviceId, productId, apiId })))
      .onConflictDoNothing();
}

/** A link that stays keeps its name. */
export async function replaceGroupsOfProduct(
  tx: Transaction,
  { serviceId, id: productId }: Product,
  groupIds: readonly string[],
): Promise<void> {
  const ofProduct = has(productGroups, { serviceId, productId });
  await tx.delete(productGroups).where(and(ofProduct, notInArray(productGroups.groupId, [...groupIds])));
  if (groupIds.length > 0)
    await tx
      .insert(productGroups)
      .values(groupIds.map((groupId) => ({ serviceId, productId, groupId })))
      .onConflictDoNothing();
}

type LinkTo = { kind: 'api' | 'group'; id: string };

/** Does nothing when the product has no such link. */
export async function nameLinkOfProduct(
  tx: Transaction,
  { serviceId, id: productId }: Pick<Product, 'serviceId' | 'id'>,
  { kind, id }: LinkTo,
  linkName: string,
): Promise<void> {
  if (kind === 'api')
    await tx
      .update(productApis)
      .set({ linkName })
      .where(has(productApis, { serviceId, productId, apiId: id }));
  else
    await tx
      .update(productGroups)
      .set({ linkName })
      .where(has(productGroups, { serviceId, productId, groupId: id }));
}

type ProductField = 'id' | 'name' | 'description' | 'terms' | 'isPublished';

export type ProductsWanted = {
  /** Only products whose name contains it. */
  text?: string | undefined;
  ids?: readonly string[] | undefined;
  filter?: ListFilter<ProductField> | undefined;
  /** Only products with this API. */
  apiId?: string | undefined;
  /** Only published products that one of these groups sees. */
  seenBy?: readonly string[] | undefined;
};

/** By name. */
export const listProducts = (
  db: Db,
  serviceId: string,
  wanted: ProductsWanted,
): PagedList<Product, NameCursor> =>
  pagedList(db, products, { where: isWanted(db, serviceId, wanted), ...byName(products) });

function isWanted(db: Db, serviceId: string, { text, ids, filter, apiId, seenBy }: ProductsWanted) {
  return and(
    eq(products.serviceId, serviceId),
    text ? sql`strpos(lower(${products.name}), lower(${text})) > 0` : undefined,
    ids ? inArray(products.id, [...ids]) : undefined,
    filter ? filterCondition(filter, COLUMNS) : undefined,
    apiId === undefined ? undefined : hasApi(db, apiId),
    seenBy ? and(eq(products.isPublished, true), isSeenBy(db, seenBy)) : undefined,
  );
}

const hasApi = (db: Db, apiId: string) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(productApis)
      .where(has(productApis, { serviceId: products.serviceId, productId: products.id, apiId })),
  );

function isSeenBy(db: Db, groupIds: readonly string[]) {
  return exists(
    db
      .select({ one: sql`1` })
      .from(productGroups)
      .where(
        has(productGroups, { serviceId: products.serviceId, productId: products.id, groupId: groupIds }),
      ),
  );
}

const COLUMNS: FilterColumns<ProductField> = {
  id: { column: products.id },
  name: { column: products.name },
  description: { column: products.description },
  terms: { column: products.terms },
  isPublished: { column: products.isPublished },
};

export type LinkedGroup = { id: string; name: string; linkName: string | null };

/** The groups that see each of these products, by name. */
export async function listGroupsOfProducts(
  db: Db,
  serviceId: string,
  productIds: readonly string[],
): Promise<Map<string, LinkedGroup[]>> {
  const ofProduct = new Map<string, LinkedGroup[]>(productIds.map((id) => [id, []]));
  if (productIds.length === 0) return ofProduct;
  const rows = await db
    .select({
      productId: productGroups.productId,
      id: groups.id,
      name: groups.name,
      linkName: productGroups.linkName,
    })
    .from(productGroups)
    .innerJoin(groups, has(groups, { serviceId: productGroups.serviceId, id: productGroups.groupId }))
    .where(has(productGroups, { serviceId, productId: productIds }))
    .orderBy(asc(sql`lower(${groups.name})`));
  for (const { productId, ...group } of rows) ofProduct.get(productId)?.push(group);
  return ofProduct;
}
