// Our rows that things of Azure's stand for, found by their ids.
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { apis, groups, products, subscriptions } from '../schema/index.ts';

const TABLES = { group: groups, api: apis, product: products, subscription: subscriptions } as const;

/** Ids of our rows that are these ids but for case, by the id in lower case. */
export async function listIdsInAnyCase(
  db: Db,
  of: { serviceId: string; kind: keyof typeof TABLES; ids: readonly string[] },
): Promise<Map<string, string>> {
  const table = TABLES[of.kind];
  if (of.ids.length === 0) return new Map();
  const lower = of.ids.map((id) => id.toLowerCase());
  const rows = await db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.serviceId, of.serviceId), inArray(sql`lower(${table.id})`, lower)));
  return new Map(rows.map(({ id }) => [id.toLowerCase(), id]));
}
