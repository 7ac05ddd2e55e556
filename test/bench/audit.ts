// The audit at its size after years: what people look up in it, and following its chain.
import type postgres from 'postgres';
import { showHistory } from '../../src/operations/audit/history.ts';
import { linkAudit, MAX_LINKED_AT_ONCE } from '../../src/operations/audit/link.ts';
import { searchHistory } from '../../src/operations/audit/search.ts';
import { verifyAudit } from '../../src/operations/audit/verify.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { median, percentile, timeEach } from './figures.ts';
import { fillAccounts } from './fill.ts';

const ACCOUNTS = 100_000;
const OPERATORS = 20;
const LOOKUPS = 200;
const WARM_UP = 20;
const ROUNDS = 3;
const PAGE = 10_000;

type Opened = { context: Context; sql: postgres.Sql };

/** Rows half a minute apart, on accounts and by operators at random, one in thirty a refusal; all in the chain. */
export async function fillAudit({ context, sql }: Opened, rows: number): Promise<void> {
  const serviceId = context.service.id;
  await fillAccounts(sql, serviceId, ACCOUNTS);
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`create temporary table account_ids on commit drop as
      select row_number() over () as n, id from accounts`;
    await tx`create index on account_ids (n)`;
    await tx`insert into audit (service_id, id, at, operation, outcome, code, actor_kind, actor_id, actor_name,
        target_kind, target_id, request_id)
      select ${serviceId}, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' ||
          substr(md5(made.n::text), 1, 3) || '8' || substr(md5(made.n::text), 5, 15))::uuid,
        at, (array['accounts/block', 'accounts/activate', 'accounts/edit', 'accounts/set-groups'])[1 + made.n % 4],
        case when made.n % 30 = 0 then 'refused' else 'done' end,
        case when made.n % 30 = 0 then 'account_changed' end,
        'slack', 'T0BENCH/U' || by_n, 'Operator ' || by_n, 'account', account_ids.id, md5('request' || made.n)
      from (
        select n, date_trunc('milliseconds', now() - (${rows}::int - n + 200) * interval '30 seconds') as at,
          1 + floor(random() * ${ACCOUNTS})::int as account_n, 1 + floor(random() * ${OPERATORS})::int as by_n
        from generate_series(1, ${rows}::int) as n
      ) as made join account_ids on account_ids.n = account_n`;
    await tx`insert into audit_details (service_id, audit_id, reason, before, after)
      select service_id, id, 'ticket 42', '{"state":"active"}', '{"state":"blocked"}' from audit where outcome = 'done'
      on conflict do nothing`;
  });
  const system: Context = { ...context, actor: { kind: 'system', name: 'bench' } };
  while ((await linkAudit(system, {})).length === MAX_LINKED_AT_ONCE);
  await sql`vacuum analyze`;
}

/** p50 and p95 in milliseconds, each time of something else. */
export async function measureLookups({ context, sql }: Opened) {
  const accounts = await sql<{ id: string }[]>`
    select id from accounts order by md5(id || 'bench') limit ${LOOKUPS + WARM_UP}`;
  const days = Array.from(
    { length: LOOKUPS + WARM_UP },
    (_, n) => new Date(Date.now() - (1 + n) * 86_400_000),
  );
  const dayAfter = (day: Date) => new Date(day.getTime() + 86_400_000);
  const measured = async <T>(inputs: readonly T[], work: (input: T) => Promise<unknown>) => {
    const times = (await timeEach(inputs, work)).slice(WARM_UP);
    return { lookups: times.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
  };
  const by = (n: number) => ({ actorId: `T0BENCH/U${1 + (n % OPERATORS)}` });
  return {
    ofAnAccount: await measured(accounts, ({ id }) => showHistory(context, { accountId: id })),
    byAPersonOnADay: await measured(days, (from) =>
      searchHistory(context, { ...by(from.getDate()), from, to: dayAfter(from) }),
    ),
    refusedUntilADay: await measured(days, (to) => searchHistory(context, { onlyRefused: true, to })),
  };
}

/** Rows a second, beside reading the same rows in their order and doing nothing with them. */
export async function measureVerify({ context, sql }: Opened, rows: number) {
  const rates = { verify: [] as number[], read: [] as number[] };
  const rate = async (work: () => Promise<number>) => {
    const startedAt = performance.now();
    const seen = await work();
    if (seen < rows) throw new Error(`${seen} rows were seen, not ${rows}`);
    return seen / ((performance.now() - startedAt) / 1_000);
  };
  for (let round = 0; round < ROUNDS; round++) {
    rates.read.push(await rate(() => readAll(sql)));
    rates.verify.push(
      await rate(async () => {
        const { rows: seen, problem } = await verifyAudit(context, {});
        if (problem) throw new Error(problem.what);
        return seen;
      }),
    );
  }
  const [verify, read] = [median(rates.verify), median(rates.read)];
  return { rounds: ROUNDS, verify, read, ratio: verify / read };
}

async function readAll(sql: postgres.Sql): Promise<number> {
  return sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    let seen = 0;
    for await (const page of tx`select * from audit order by service_id, id`.cursor(PAGE))
      seen += page.length;
    return seen;
  });
}
