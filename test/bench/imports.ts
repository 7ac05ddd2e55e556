// Rows of an import beside bare inserts of the same accounts.
import type postgres from 'postgres';
import type { Context } from '../../src/operations/frame/context.ts';
import { applyImport, planImport } from '../../src/operations/imports/import-table.ts';
import { median, percentile } from './figures.ts';

const ROUNDS = 11;
const ROWS = 400;

let made = 0;
const addresses = () => Array.from({ length: ROWS }, () => `import${++made}@bench.example.com`);

/**
 * Rows a second, and the ratio of each round, whose three kinds follow each other: they see the same machine. No row has a
 * password, so no side hashes one.
 */
export async function measureImports({ context, sql }: { context: Context; sql: postgres.Sql }) {
  const rates = { add: [] as number[], invite: [] as number[], plain: [] as number[] };
  const ratios = { add: [] as number[], invite: [] as number[] };
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const taken = {
      plain: await rate(() => insertPlainly(sql, addresses())),
      add: await rate(() => importAll(context, addresses(), 'add')),
      invite: await rate(() => importAll(context, addresses(), 'invite')),
    };
    if (round === 0) continue;
    for (const name of ['add', 'invite', 'plain'] as const) rates[name].push(taken[name]);
    for (const name of ['add', 'invite'] as const) ratios[name].push(taken[name] / taken.plain);
  }
  const figures = (name: 'add' | 'invite') => ({
    perSecond: median(rates[name]),
    ratio: median(ratios[name]),
    quartiles: [percentile(ratios[name], 0.25), percentile(ratios[name], 0.75)] as const,
  });
  return {
    rows: ROWS,
    rounds: ROUNDS,
    plain: median(rates.plain),
    add: figures('add'),
    invite: figures('invite'),
  };
}

async function rate(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return ROWS / ((performance.now() - startedAt) / 1_000);
}

async function importAll(context: Context, emails: string[], mode: 'add' | 'invite'): Promise<void> {
  const rows = emails.map((email) => `${email},Ann,Lee,${mode}`);
  const plan = await planImport(context, `email,first,last,mode\n${rows.join('\n')}`);
  await applyImport(context, plan, ({ outcome }) => {
    if (outcome !== 'added' && outcome !== 'invited') throw new Error(outcome);
  });
}

/** One by one, each in a transaction of its own as an import's are; no rule, mail, ticket, job or audit row. */
async function insertPlainly(sql: postgres.Sql, emails: string[]): Promise<void> {
  const [service] = await sql<[{ id: string }]>`select id from services limit 1`;
  for (const email of emails) {
    await sql`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state,
        state_changed_at, state_changed_by, registered_at, updated_at)
      values (${service.id}, ${crypto.randomUUID()}, ${email}, ${email}, 'Ann', 'Lee', 'active', now(), 'bench', now(), now())`;
  }
}
