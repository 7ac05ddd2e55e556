import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { countRows, type NameCursor, type Page } from '../page.ts';
import { apis, productApis } from '../schema/index.ts';

export type Api = typeof apis.$inferSelect;

const keyed = (serviceId: string, id: string) => and(eq(apis.serviceId, serviceId), eq(apis.id, id));

export async function findApi(db: Db, serviceId: string, id: string): Promise<Api | null> {
  const [row] = await db.select().from(apis).where(keyed(serviceId, id));
  return row ?? null;
}

export async function findApis(db: Db, serviceId: string, ids: readonly string[]): Promise<Api[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(apis)
    .where(and(eq(apis.serviceId, serviceId), inArray(apis.id, [...ids])));
}

export async function lockApi(tx: Transaction, serviceId: string, id: string): Promise<Api | null> {
  const [row] = await tx.select().from(apis).where(keyed(serviceId, id)).for('update');
  return row ?? null;
}

/** Holds the APIs until the transaction ends, so that none is deleted at the same moment. */
export async function holdApis(tx: Transaction, serviceId: string, ids: readonly string[]): Promise<Api[]> {
  if (ids.length === 0) return [];
  return tx
    .select()
    .from(apis)
    .where(and(eq(apis.serviceId, serviceId), inArray(apis.id, [...ids])))
    .orderBy(apis.id)
    .for('key share');
}

/** Lets one transaction at a time change paths and ids: of two that take the same one, the second gets its own code. */
export async function holdApiPaths(tx: Transaction, serviceId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`apis of ${serviceId}`}, 0))`);
}

export async function findApiByPath(db: Db, serviceId: string, path: string): Promise<Api | null> {
  const [row] = await db
    .select()
    .from(apis)
    .where(and(eq(apis.serviceId, serviceId), sql`lower(${apis.path}) = lower(${path})`));
  return row ?? null;
}

export async function insertApi(tx: Transaction, row: typeof apis.$inferInsert): Promise<Api> {
  const [inserted] = await tx.insert(apis).values(row).returning();
  if (!inserted) throw new Error('an API was not inserted');
  return inserted;
}

/** Changes a locked API and increments its version. */
export async function updateApi(
  tx: Transaction,
  api: Api,
  change: { name: string; path: string; updatedAt: Date },
): Promise<Api> {
  const [row] = await tx
    .update(apis)
    .set({ ...change, version: api.version + 1 })
    .where(keyed(api.serviceId, api.id))
    .returning();
  if (!row) throw new Error('a locked API is gone');
  return row;
}

export async function deleteApi(tx: Transaction, api: Api): Promise<void> {
  await tx.delete(apis).where(keyed(api.serviceId, api.id));
}

type ApiField = 'id' | 'name' | 'path';

export type ApisWanted = {
  /** Only APIs whose name contains it. */
  text?: string | undefined;
  ids?: readonly string[] | undefined;
  filter?: ListFilter<ApiField> | undefined;
};

/** By name. */
export async function listApis(
  db: Db,
  serviceId: string,
  wanted: ApisWanted,
  page: Page<NameCursor>,
): Promise<Api[]> {
  const isAfter = page.after
    ? sql`(lower(${apis.name}), ${apis.id}) > (lower(${page.after.name}), ${page.after.id})`
    : undefined;
  return db
    .select()
    .from(apis)
    .where(and(isWanted(serviceId, wanted), isAfter))
    .orderBy(asc(sql`lower(${apis.name})`), asc(apis.id))
    .offset(page.skip ?? 0)
    .limit(page.limit);
}

export async function countApis(
  db: Db,
  serviceId: string,
  wanted: ApisWanted,
  upTo?: number,
): Promise<number> {
  const matching = db.select({ one: sql`1` }).from(apis).where(isWanted(serviceId, wanted));
  return countRows(db, matching, upTo);
}

function isWanted(serviceId: string, { text, ids, filter }: ApisWanted) {
  return and(
    eq(apis.serviceId, serviceId),
    text ? sql`strpos(lower(${apis.name}), lower(${text})) > 0` : undefined,
    ids ? inArray(apis.id, [...ids]) : undefined,
    filter ? filterCondition(filter, COLUMNS) : undefined,
  );
}

const COLUMNS: FilterColumns<ApiField> = {
  id: { column: apis.id, text: 'exact' },
  name: { column: apis.name },
  path: { column: apis.path },
};

/** The APIs of each of these products, by name. */
export async function listApisOfProducts(
  db: Db,
  serviceId: string,
  productIds: readonly string[],
): Promise<Map<string, Api[]>> {
  const ofProduct = new Map<string, Api[]>(productIds.map((id) => [id, []]));
  if (productIds.length === 0) return ofProduct;
  const rows = await db
    .select({ productId: productApis.productId, api: apis })
    .from(productApis)
    .innerJoin(apis, and(eq(apis.serviceId, productApis.serviceId), eq(apis.id, productApis.apiId)))
    .where(and(eq(productApis.serviceId, serviceId), inArray(productApis.productId, [...productIds])))
    .orderBy(asc(sql`lower(${apis.name})`), asc(apis.id));
  for (const { productId, api } of rows) ofProduct.get(productId)?.push(api);
  return ofProduct;
}
