// Products and APIs as programs list them: by a filter, by pages, and counted.
import { and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { apis, products } from '../schema/index.ts';

type Page = { limit: number; skip: number; after?: { name: string; id: string } | undefined };

const PRODUCT_COLUMNS: FilterColumns = {
  name: { column: products.id, text: 'exact' },
  displayName: { column: products.name },
  description: { column: products.description },
  terms: { column: products.terms },
  state: {
    column: sql`(case when ${products.isPublished} then 'published' else 'notpublished' end)`,
    text: 'exact',
  },
};
const API_COLUMNS: FilterColumns = {
  name: { column: apis.id, text: 'exact' },
  displayName: { column: apis.name },
  path: { column: apis.path },
};

/** By name. `ids`: only these. */
export async function listProductPage(
  db: Db,
  serviceId: string,
  wanted: { filter: ListFilter | null; ids?: readonly string[] | undefined },
  page: Page,
) {
  const where = and(eq(products.serviceId, serviceId), ...wantedOf(products, wanted, PRODUCT_COLUMNS));
  const rows = await db
    .select()
    .from(products)
    .where(and(where, isBehind(products, page)))
    .orderBy(asc(sql`lower(${products.name})`), asc(products.id))
    .offset(page.skip)
    .limit(page.limit);
  const [row] = await db.select({ count: sql<string>`count(*)` }).from(products).where(where);
  return { rows, count: Number(row?.count ?? 0) };
}

/** By name. `ids`: only these. */
export async function listApiPage(
  db: Db,
  serviceId: string,
  wanted: { filter: ListFilter | null; ids?: readonly string[] | undefined },
  page: Page,
) {
  const where = and(eq(apis.serviceId, serviceId), ...wantedOf(apis, wanted, API_COLUMNS));
  const rows = await db
    .select()
    .from(apis)
    .where(and(where, isBehind(apis, page)))
    .orderBy(asc(sql`lower(${apis.name})`), asc(apis.id))
    .offset(page.skip)
    .limit(page.limit);
  const [row] = await db.select({ count: sql<string>`count(*)` }).from(apis).where(where);
  return { rows, count: Number(row?.count ?? 0) };
}

function wantedOf(
  table: typeof products | typeof apis,
  { filter, ids }: { filter: ListFilter | null; ids?: readonly string[] | undefined },
  columns: FilterColumns,
): (SQL | undefined)[] {
  return [
    filter ? filterCondition(filter, columns) : undefined,
    ids ? (ids.length > 0 ? inArray(table.id, [...ids]) : sql`false`) : undefined,
  ];
}

const isBehind = (table: typeof products | typeof apis, { after }: Page): SQL | undefined =>
  after ? sql`(lower(${table.name}), ${table.id}) > (lower(${after.name}), ${after.id})` : undefined;
