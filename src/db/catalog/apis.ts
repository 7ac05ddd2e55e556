import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
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

/** Holds the APIs while something is made of them, so that one deleted at the same moment is noticed. */
export async function holdApis(tx: Transaction, serviceId: string, ids: readonly string[]): Promise<Api[]> {
  if (ids.length === 0) return [];
  return tx
    .select()
    .from(apis)
    .where(and(eq(apis.serviceId, serviceId), inArray(apis.id, [...ids])))
    .orderBy(apis.id)
    .for('key share');
}

/** One change of paths and ids at a time, so that one taken at the same moment is a clear refusal. */
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

/** Changes a locked API and counts its version up. */
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

/** By name, after one that was seen. `text`: only those whose name has it. */
export async function listApis(
  db: Db,
  serviceId: string,
  page: { limit: number; after?: { name: string; id: string } | undefined; text?: string | undefined },
): Promise<Api[]> {
  const { after, limit, text } = page;
  return db
    .select()
    .from(apis)
    .where(
      and(
        eq(apis.serviceId, serviceId),
        text ? sql`strpos(lower(${apis.name}), lower(${text})) > 0` : undefined,
        after ? sql`(lower(${apis.name}), ${apis.id}) > (lower(${after.name}), ${after.id})` : undefined,
      ),
    )
    .orderBy(asc(sql`lower(${apis.name})`), asc(apis.id))
    .limit(limit);
}

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
