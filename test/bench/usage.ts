// A year of usage: how soon a chart is read, and what a batch of counts costs.
import type postgres from 'postgres';
import { readTopUsage, readUsage } from '../../src/db/usage/read.ts';
import { addUsage } from '../../src/db/usage/write.ts';
import type { CountedCalls } from '../../src/domain/call-counts.ts';
import { USAGE_TIMES, type UsageOf } from '../../src/domain/usage-times.ts';
import { type openContext, SERVICE } from './accounts.ts';
import { percentile, timeEach } from './figures.ts';
import { fillAccounts } from './fill.ts';

const PRODUCTS = 20;
const APIS = 10;
const DAYS = 365;
const HOURS = 48;
const MONTHS = 12;
const READS = 200;
const BATCHES = 40;
const BATCH_ROWS = 2_000;

/** Each account has two subscriptions; each subscription calls one or two APIs a day, and is refused on one day of five. */
async function fillUsage(sql: postgres.Sql, subscriptions: number): Promise<void> {
  await fillAccounts(sql, SERVICE, subscriptions);
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    // Row by row, notifications and the foreign key would take most of the time.
    await tx`alter table subscriptions disable trigger user`;
    const [key] = await tx<[{ name: string; definition: string }]>`
      select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = 'subscription_calls'::regclass and contype = 'f'`;
    await tx.unsafe(`alter table subscription_calls drop constraint "${key.name}"`);
    await tx`insert into products (service_id, id, name, is_published, is_subscription_required, is_approval_required,
        created_at, updated_at)
      select ${SERVICE}, 'product' || n, 'Product ' || n, true, true, false, now(), now()
      from generate_series(0, ${PRODUCTS - 1}::int) n`;
    await tx`insert into subscriptions (service_id, id, account_id, product_id, name, state, state_changed_at,
        state_changed_by, created_at, updated_at)
      select ${SERVICE}, md5(n::text)::uuid::text, a.id, 'product' || n % ${PRODUCTS}::int, 'Bench', 'active', now(), 'bench',
        date_trunc('milliseconds', now()), now()
      from (select id, row_number() over (order by id) as at from accounts) a
        join generate_series(0, ${subscriptions - 1}::int) n on a.at = 1 + n / 2`;
    for (const [span, count] of [
      ['day', DAYS],
      ['hour', HOURS],
      ['month', MONTHS],
    ] as const) {
      await tx`insert into subscription_calls (service_id, subscription_id, span, starts_at, api_id, outcome, calls)
        select ${SERVICE}, s.id, ${span}, date_trunc(${span}, now(), 'UTC') - n * ${`1 ${span}`}::interval, kind.api, kind.outcome, 1 + n
        from subscriptions s cross join generate_series(0, ${count - 1}::int) n cross join lateral (
          select 'api' || n % 2 as api, 'passed' as outcome
          union all select 'api2', 'passed' where n % 2 = 0
          union all select 'api3', 'api_not_covered' where n % 5 = 0) kind
        order by s.id, n desc`;
      await tx`insert into catalog_calls (service_id, span, starts_at, product_id, api_id, outcome, calls)
        select ${SERVICE}, ${span}, date_trunc(${span}, now(), 'UTC') - n * ${`1 ${span}`}::interval,
          case grouping(p) when 0 then 'product' || p else '*' end, case grouping(a) when 0 then 'api' || a else '*' end,
          outcome, sum(1 + n)
        from generate_series(0, ${count - 1}::int) n, generate_series(0, ${PRODUCTS - 1}::int) p,
          generate_series(0, ${APIS - 1}::int) a,
          unnest(string_to_array('passed rate_limited api_not_covered subscription_suspended', ' ')) outcome
        group by n, outcome, cube (p, a)`;
    }
    await tx.unsafe(`alter table subscription_calls add constraint "${key.name}" ${key.definition}`);
    await tx`alter table subscriptions enable trigger user`;
  });
  await sql`vacuum analyze`;
}

/** Milliseconds, medians and 99th percentiles. Each read is of another subscription, account or product. */
export async function measureUsage({ sql, context }: ReturnType<typeof openContext>, subscriptions: number) {
  const { db } = context;
  await fillUsage(sql, subscriptions);
  const now = new Date();
  const [size] = await sql<[{ rows: number; mb: number }]>`
    select count(*)::int as rows, pg_total_relation_size('subscription_calls') / 1048576 as mb from subscription_calls`;
  const some = await sql<{ id: string; accountId: string; createdAt: number }[]>`
    select id, account_id as "accountId", (extract(epoch from created_at) * 1000)::float8 as "createdAt"
    from subscriptions order by md5(id || 'x')`;
  const things: Record<string, (at: number) => UsageOf> = {
    subscription: (at) => ({ of: 'subscription', id: some[at]?.id ?? '' }),
    account: (at) => ({ of: 'account', id: some[at]?.accountId ?? '' }),
    product: (at) => ({ of: 'product', id: `product${at % PRODUCTS}` }),
    api: (at) => ({ of: 'api', id: `api${at % APIS}` }),
    service: () => ({ of: 'service' }),
  };
  const figuresOf = (times: number[]) => ({ p50: percentile(times, 0.5), p99: percentile(times, 0.99) });
  const reads: Record<string, { p50: number; p99: number }> = {};
  const inputs = Array.from({ length: READS }, (_, at) => at);
  for (const time of USAGE_TIMES)
    for (const [name, of] of Object.entries(things)) {
      const read = (at: number) => readUsage(db, { serviceId: SERVICE, of: of(at), time, now });
      await timeEach(inputs.slice(0, 10), read);
      reads[`${name}, ${time}`] = figuresOf(await timeEach(inputs, read));
    }
  for (const time of USAGE_TIMES) {
    const top = () =>
      readTopUsage(db, { serviceId: SERVICE, of: { of: 'service' }, time, now, by: 'subscription', max: 10 });
    reads[`top subscriptions, ${time}`] = figuresOf(await timeEach(inputs.slice(0, 5), top));
  }
  const batches = Array.from({ length: BATCHES }, (_, number) => ({
    number: number + 1,
    calls: Array.from({ length: BATCH_ROWS }, (_, at): CountedCalls => {
      const { id, createdAt } = some[(number * BATCH_ROWS + at) % some.length] ?? { id: '', createdAt: 0 };
      const [productId, apiId] = [`product${at % PRODUCTS}`, `api${at % APIS}`];
      const subscription = { id, createdAt };
      return {
        subscription,
        keyMark: null,
        productId,
        apiId,
        outcome: 'passed',
        calls: 3,
        lastAt: now.getTime(),
      };
    }),
  }));
  const write = (batch: (typeof batches)[number]) =>
    addUsage(db, SERVICE, { source: 'bench', ...batch }, now);
  const batch = figuresOf(await timeEach(batches, write));
  return { ...size, reads, batch };
}
