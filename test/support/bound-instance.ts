// An instance of Azure that a service is bound to, as rows: nothing asks Azure.
import type postgres from 'postgres';

export const BOUND_PATH = '/subscriptions/none';

type Bound = { service?: string; mode?: 'watch' | 'add' | 'full'; isCompared?: boolean };

/** Binds the service, or changes how it is bound. */
export const bindInstance = (
  sql: postgres.Sql,
  { service = 'ours', mode = 'add', isCompared = true }: Bound = {},
) => sql`
  insert into azure_instances (service_id, path, mode, bound_at, first_pass_ended_at)
  values (${service}, ${BOUND_PATH}, ${mode}, now(), case when ${isCompared} then now() end)
  on conflict (service_id) do update set mode = excluded.mode, hold_until = null, trouble = null,
    trouble_since = null, first_pass_ended_at = excluded.first_pass_ended_at`;

/** The number of the last order that was written. */
export async function lastOrder(sql: postgres.Sql): Promise<number> {
  const [row] = await sql`select max(number)::int as number from azure_orders`;
  return row?.number as number;
}
