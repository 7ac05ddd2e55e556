import type { TestContext } from './context.ts';

/** One hash of the rows of each table except the audit's: two results differ when anything has changed. */
export async function hashesOfTables({ sql }: Pick<TestContext, 'sql'>): Promise<Record<string, string>> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select schemaname as schema, tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')
      and tablename not in ('audit', 'audit_details', 'audit_unlinked')`;
  const looks = tables.map(
    ({ schema, name }) => `select '${schema}.${name}' as name,
      count(*) || md5(coalesce(string_agg(one::text, ' ' order by one::text), '')) as hash from ${schema}.${name} one`,
  );
  const rows = await sql.unsafe<{ name: string; hash: string }[]>(looks.join(' union all '));
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
}
