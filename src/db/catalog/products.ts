import { and, asc, eq, exists, inArray, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { countRows, type NameCursor, type Page } from '../page.ts';
import { groups, productApis, productGroups, products } from '../schema/index.ts';

export type Product = typeof products.$inferSelect;

const keyed = (serviceId: string, id: string) => and(eq(products.serviceId, serviceId), eq(products.id, id));

export async function findProduct(db: Db, serviceId: string, id: string): Promise<Product | null> {
  const [row] = await db.select().from(products).where(keyed(serviceId, id));
  return row ?? null;
}

export async function findProducts(db: Db, serviceId: string, ids: readonly string[]): Promise<Product[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(products)
    .where(and(eq(products.serviceId, serviceId), inArray(products.id, [...ids])));
}

export async function lockProduct(tx: Transaction, serviceId: string, id: string): Promise<Product | null> {
  const [row] = await tx.select().from(products).where(keyed(serviceId, id)).for('update');
  return row ?? null;
}

/** Holds the product until the transaction ends, so that its rules can't change meanwhile. */
export async function holdProduct(tx: Transaction, serviceId: string, id: string): Promise<Product | null> {
  const [row] = await tx.select().from(products).where(keyed(serviceId, id)).for('share');
  return row ?? null;
}

/** Inserts unless the id is taken; null then. */
export async function insertProduct(
  tx: Transaction,
  row: typeof products.$inferInsert,
): Promise<Product | null> {
  const [inserted] = await tx.insert(products).values(row).onConflictDoNothing().returning();
  return inserted ?? null;
}

/** Changes a locked product and increments its version. */
export async function updateProduct(
  tx: Transaction,
  product: Product,
  change: { [Field in keyof Product]?: Product[Field] | undefined },
): Promise<Product> {
  const [row] = await tx
    .update(products)
    .set({ ...change, version: product.version + 1 })
    .where(keyed(product.serviceId, product.id))
    .returning();
  if (!row) throw new Error('a locked product is gone');
  return row;
}

export async function deleteProduct(tx: Transaction, product: Product): Promise<void> {
  await tx.delete(products).where(keyed(product.serviceId, product.id));
}

export async function replaceApisOfProduct(
  tx: Transaction,
  { serviceId, id: productId }: Product,
  apiIds: readonly string[],
): Promise<void> {
  await tx
    .delete(productApis)
    .where(and(eq(productApis.serviceId, serviceId), eq(productApis.productId, productId)));
  if (apiIds.length > 0)
    await tx.insert(productApis).values(apiIds.map((apiId) => ({ serviceId, productId, apiId })));
}

export async function replaceGroupsOfProduct(
  tx: Transaction,
  { serviceId, id: productId }: Product,
  groupIds: readonly string[],
): Promise<void> {
  await tx
    .delete(productGroups)
    .where(and(eq(productGroups.serviceId, serviceId), eq(productGroups.productId, productId)));
  if (groupIds.length > 0)
    await tx.insert(productGroups).values(groupIds.map((groupId) => ({ serviceId, productId, groupId })));
}

type ProductField = 'id' | 'name' | 'description' | 'terms' | 'isPublished';

export type ProductsWanted = {
  /** Only products whose name contains it. */
  text?: string | undefined;
  ids?: readonly string[] | undefined;
  filter?: ListFilter<ProductField> | undefined;
  /** Only published products that one of these groups sees. */
  seenBy?: readonly string[] | undefined;
};

/** By name. */
export async function listProducts(
  db: Db,
  serviceId: string,
  wanted: ProductsWanted,
  page: Page<NameCursor>,
): Promise<Product[]> {
  const isAfter = page.after
    ? sql`(lower(${products.name}), ${products.id}) > (lower(${page.after.name}), ${page.after.id})`
    : undefined;
  return db
    .select()
    .from(products)
    .where(and(isWanted(db, serviceId, wanted), isAfter))
    .orderBy(asc(sql`lower(${products.name})`), asc(products.id))
    .offset(page.skip ?? 0)
    .limit(page.limit);
}

export async function countProducts(
  db: Db,
  serviceId: string,
  wanted: ProductsWanted,
  upTo?: number,
): Promise<number> {
  const matching = db
    .select({ one: sql`1` })
    .from(products)
    .where(isWanted(db, serviceId, wanted));
  return countRows(db, matching, upTo);
}

function isWanted(db: Db, serviceId: string, { text, ids, filter, seenBy }: ProductsWanted) {
  return and(
    eq(products.serviceId, serviceId),
    text ? sql`strpos(lower(${products.name}), lower(${text})) > 0` : undefined,
    ids ? inArray(products.id, [...ids]) : undefined,
    filter ? filterCondition(filter, COLUMNS) : undefined,
    seenBy ? and(eq(products.isPublished, true), isSeenBy(db, seenBy)) : undefined,
  );
}

function isSeenBy(db: Db, groupIds: readonly string[]) {
  return exists(
    db
      .select({ one: sql`1` })
      .from(productGroups)
      .where(
        and(
          eq(productGroups.serviceId, products.serviceId),
          eq(productGroups.productId, products.id),
          inArray(productGroups.groupId, [...groupIds]),
        ),
      ),
  );
}

const COLUMNS: FilterColumns<ProductField> = {
  id: { column: products.id, text: 'exact' },
  name: { column: products.name },
  description: { column: products.description },
  terms: { column: products.terms },
  isPublished: { column: products.isPublished },
};

/** The groups that see each of these products, by name. */
export async function listGroupsOfProducts(
  db: Db,
  serviceId: string,
  productIds: readonly string[],
): Promise<Map<string, { id: string; name: string }[]>> {
  const ofProduct = new Map<string, { id: string; name: string }[]>(productIds.map((id) => [id, []]));
  if (productIds.length === 0) return ofProduct;
  const rows = await db
    .select({ productId: productGroups.productId, id: groups.id, name: groups.name })
    .from(productGroups)
    .innerJoin(
      groups,
      and(eq(groups.serviceId, productGroups.serviceId), eq(groups.id, productGroups.groupId)),
    )
    .where(and(eq(productGroups.serviceId, serviceId), inArray(productGroups.productId, [...productIds])))
    .orderBy(asc(sql`lower(${groups.name})`));
  for (const { productId, ...group } of rows) ofProduct.get(productId)?.push(group);
  return ofProduct;
}
