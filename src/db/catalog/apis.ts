import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { byName, type NameCursor, type PagedList, pagedList } from '../page.ts';
import { has, holdLock, inAnyCase, rowsOf } from '../rows.ts';
import { apis, productApis } from '../schema/index.ts';

export type Api = typeof apis.$inferSelect;

export const {
  find: findApi,
  findAll: findApis,
  lock: lockApi,
  holdAll: holdApis,
  update: updateApi,
  remove: deleteApi,
} = rowsOf(apis);

export const findApiId = inAnyCase('api_id', apis);

/** Lets one transaction at a time change paths and ids: of two that take the same one, the second gets its own code. */
export const holdApiPaths = (tx: Transaction, serviceId: string) => holdLock(tx, `apis of ${serviceId}`);

export async function findApiByPath(db: Db, serviceId: string, path: string): Promise<Api | null> {
  const [row] = await db
    .select()
    .from(apis)
    .where(and(eq(apis.serviceId, serviceId), sql`lower(${apis.path} collate "C") = ${path.toLowerCase()}`));
  return row ?? null;
}

export async function insertApi(tx: Transaction, row: typeof apis.$inferInsert): Promise<Api> {
  const [inserted] = await tx.insert(apis).values(row).returning();
  if (!inserted) throw new Error('an API was not inserted');
  return inserted;
}

type ApiField = 'id' | 'name' | 'path';

export type ApisWanted = {
  /** Only APIs whose name contains it. */
  text?: string | undefined;
  ids?: readonly string[] | undefined;
  filter?: ListFilter<ApiField> | undefined;
};

/** By name. */
export const listApis = (db: Db, serviceId: string, wanted: ApisWanted): PagedList<Api, NameCursor> =>
  pagedList(db, apis, { where: isWanted(serviceId, wanted), ...byName(apis) });

function isWanted(serviceId: string, { text, ids, filter }: ApisWanted) {
  return and(
    eq(apis.serviceId, serviceId),
    text ? sql`strpos(lower(${apis.name}), lower(${text})) > 0` : undefined,
    ids ? inArray(apis.id, [...ids]) : undefined,
    filter ? filterCondition(filter, COLUMNS) : undefined,
  );
}

const COLUMNS: FilterColumns<ApiField> = {
  id: { column: apis.id },
  name: { column: apis.name },
  path: { column: apis.path },
};

export type LinkedApi = Api & { linkName: string | null };

/** The APIs of each of these products, by name. */
export async function listApisOfProducts(
  db: Db,
  serviceId: string,
  productIds: readonly string[],
): Promise<Map<string, LinkedApi[]>> {
  const ofProduct = new Map<string, LinkedApi[]>(productIds.map((id) => [id, []]));
  if (productIds.length === 0) return ofProduct;
  const rows = await db
    .select({ productId: productApis.productId, linkName: productApis.linkName, api: apis })
    .from(productApis)
    .innerJoin(apis, has(apis, { serviceId: productApis.serviceId, id: productApis.apiId }))
    .where(has(productApis, { serviceId, productId: productIds }))
    .orderBy(asc(sql`lower(${apis.name})`), asc(apis.id));
  for (const { productId, linkName, api } of rows) ofProduct.get(productId)?.push({ ...api, linkName });
  return ofProduct;
}
