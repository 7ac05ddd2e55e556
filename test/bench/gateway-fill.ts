// Accounts with a subscription each, and two keys a subscription; in three products of ten APIs.
import type postgres from 'postgres';
import { newApiKey } from '../../src/security/api-key.ts';

/** Keys of ours, made one by one; those beyond are like brought ones, made by the database. */
const ROWS_AT_ONCE = 5_000;
export const API_PATHS = Array.from({ length: 10 }, (_, at) => `bench/api${at}/v1`);

export async function fillCatalog(sql: postgres.Sql, serviceId: string): Promise<void> {
  for (const [at, path] of API_PATHS.entries()) {
    await sql`insert into apis (service_id, id, name, path, created_at, updated_at)
      values (${serviceId}, ${`api${at}`}, ${`API ${at}`}, ${path}, now(), now()) on conflict do nothing`;
  }
  for (const id of ['gold', 'silver', 'bronze']) {
    await sql`insert into products (service_id, id, name, is_published, is_subscription_required,
        is_approval_required, created_at, updated_at)
      values (${serviceId}, ${id}, ${id}, true, true, false, now(), now()) on conflict do nothing`;
    await sql`insert into product_apis select ${serviceId}, ${id}, id from apis on conflict do nothing`;
  }
}

/** A subscription for each account that has none, up to `count`, without keys. */
async function fillSubscriptions(sql: postgres.Sql, serviceId: string, count: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`alter table subscriptions disable trigger user`;
    await tx`
      insert into subscriptions (service_id, id, account_id, product_id, name, state, state_changed_at,
        state_changed_by, created_at, updated_at)
      select service_id, 'sub-' || id, id, (array['gold', 'silver', 'bronze'])[1 + row_number() over (order by id) % 3],
        'Bench', 'active', now(), 'bench', now(), now()
      from accounts a where service_id = ${serviceId} and state = 'active'
        and not exists (select 1 from subscriptions s where s.service_id = a.service_id and s.account_id = a.id)
      order by id limit ${count}`;
    await tx`alter table subscriptions enable trigger user`;
  });
}

/** Adds keys of ours until there are `count`, and gives those it made. Without `seal` they can't be read again. */
export async function fillKeys(
  sql: postgres.Sql,
  serviceId: string,
  count: number,
  random: (size: number) => Uint8Array,
  seal: (purpose: string, key: string) => string = () => 'bench',
): Promise<string[]> {
  await fillSubscriptions(sql, serviceId, count / 2);
  const rows = await sql<{ id: string }[]>`select id from subscriptions s where service_id = ${serviceId}
    and not exists (select 1 from subscription_keys k where k.service_id = s.service_id and k.subscription_id = s.id)
    order by id limit ${count / 2}`;
  const made: string[] = [];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const keys = rows.slice(at, at + ROWS_AT_ONCE).flatMap(({ id }) =>
      ['primary', 'secondary'].map((slot) => {
        const { key, hash } = newApiKey(random);
        made.push(key);
        return { id, slot, hash, sealed: seal(`${slot} key of ${id}`, key) };
      }),
    );
    await withoutTriggers(
      sql,
      (tx) => tx`
      insert into subscription_keys (service_id, subscription_id, slot, hash, sealed, created_at)
      select ${serviceId}, id, slot, hash, sealed, now()
      from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb)
        as k (id text, slot text, hash text, sealed text)`,
    );
  }
  await sql`analyze`;
  return made;
}

/** Adds keys that were brought along until there are `count`: as many as the database can make in a moment. */
export async function fillForeignKeys(sql: postgres.Sql, serviceId: string, count: number): Promise<void> {
  const [present] = await sql<[{ n: number }]>`select count(*)::int as n from subscription_keys`;
  await fillSubscriptions(sql, serviceId, (count - present.n) / 2);
  await withoutTriggers(
    sql,
    (tx) => tx`
    insert into subscription_keys (service_id, subscription_id, slot, hash, sealed, created_at)
    select service_id, id, slot, encode(sha256((id || slot)::bytea), 'hex'), 'bench', now()
    from subscriptions s, (values ('primary'), ('secondary')) slots (slot)
    where service_id = ${serviceId} and not exists (
      select 1 from subscription_keys k where k.service_id = s.service_id and k.subscription_id = s.id)`,
  );
  await sql`analyze`;
}

/** Without a word to the processes that follow. */
export async function giveKeysEnds(sql: postgres.Sql, endsAt: Date | null): Promise<void> {
  await withoutTriggers(
    sql,
    (tx) => tx`update subscription_keys set ends_at = ${endsAt?.toISOString() ?? null}::timestamptz`,
  );
}

/** A million notifications without a listener would only be slow. */
async function withoutTriggers(
  sql: postgres.Sql,
  work: (tx: postgres.TransactionSql) => Promise<unknown>,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`alter table subscription_keys disable trigger user`;
    await work(tx);
    await tx`alter table subscription_keys enable trigger user`;
  });
}
