// Our rows that things of Azure's stand for, found by their ids.
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db } from '../connection/connect.ts';
import { accounts, apis, groups, products, subscriptions } from '../schema/index.ts';

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

const VERSIONED = { ...TABLES, account: accounts } as const;

/** The version of each of our rows; nothing for a kind whose rows have none. */
export async function listVersions(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; ids: readonly string[] },
): Promise<Map<string, number>> {
  const table = VERSIONED[of.kind as keyof typeof VERSIONED];
  if (!table || of.ids.length === 0) return new Map();
  const rows = await db
    .select({ id: table.id, version: table.version })
    .from(table)
    .where(and(eq(table.serviceId, of.serviceId), inArray(table.id, [...of.ids])));
  return new Map(rows.map(({ id, version }) => [id, version]));
}
