import type { TestContext } from './context.ts';

/** One hash of the rows of each table except the audit's: two results differ when anything has changed. */
export async function hashesOfTables({ sql }: Pick<TestContext, 'sql'>): Promise<Record<string, string>> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
      and table_name not in ('audit', 'audit_details', 'audit_unlinked')`;
  const hashes: Record<string, string> = {};
  for (const { schema, name } of tables) {
    const [row] = await sql`
      select count(*) || md5(coalesce(string_agg(one::text, ' ' order by one::text), '')) as hash
      from ${sql(schema)}.${sql(name)} one`;
    hashes[`${schema}.${name}`] = row?.hash as string;
  }
  return hashes;
}
