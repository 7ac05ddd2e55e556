// `npm run bench [-- --accounts N] [--only slack|accounts]`: how fast the product is, as ratios wherever a machine's speed would decide.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type postgres from 'postgres';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { measurePages, measureSearches, openContext, prepareService, SERVICE } from './accounts.ts';
import { rounded } from './figures.ts';
import { fillAccounts } from './fill.ts';
import { measureSlack } from './slack.ts';

const FEW = 1_000;
const GOALS = { ackMs: 250, help: 0.5, show: 0.25, growth: 1.5, searchMs: 100 };

const { values } = parseArgs({
  options: { accounts: { type: 'string', default: '1000000' }, only: { type: 'string' } },
});
const many = Number(values.accounts);
if (!Number.isInteger(many) || many <= FEW)
  throw new Error(`--accounts: a whole number above ${FEW}, not ${values.accounts}`);
if (values.only !== undefined && !['slack', 'accounts'].includes(values.only))
  throw new Error(`--only: slack or accounts, not ${values.only}`);

const say = (line: string) => void process.stdout.write(`${line}\n`);
const judged = (isMet: boolean) => (isMet ? 'met' : 'MISSED');

async function benchSlack(databaseUrl: string, sql: postgres.Sql) {
  const slack = await measureSlack(databaseUrl, sql, { serviceId: SERVICE, accounts: FEW });
  for (const name of ['help', 'show'] as const) {
    const { p50, p99 } = slack.ackMs[name];
    const goal = `goal p99 ${GOALS.ackMs} ms: ${judged(p99 < GOALS.ackMs)}`;
    say(
      `ack of ${name}, ${slack.inFlight} in flight: p50 ${rounded(p50)} ms, p99 ${rounded(p99)} ms (${goal})`,
    );
  }
  say(`empty Bolt: ${rounded(slack.acked.empty, 0)} a second`);
  for (const name of ['help', 'show'] as const) {
    const { acked, done } = slack;
    const goal = `goal ${GOALS[name]}: ${judged(done.ratio[name] >= GOALS[name])}`;
    say(`${name}, acknowledged: ${rounded(acked[name], 0)} a second, ratio ${rounded(acked.ratio[name])}`);
    say(
      `${name}, all work done: ${rounded(done[name], 0)} a second, ratio ${rounded(done.ratio[name])} (${goal})`,
    );
  }
  return slack;
}

/** In a database of its own for the many, so that both can be asked in turn. */
async function benchAccounts(few: ReturnType<typeof openContext>, databaseUrl: string) {
  await few.sql`create database many`;
  const url = new URL(databaseUrl);
  url.pathname = '/many';
  await migrate(url.href);
  const big = openContext(url.href);
  try {
    for (const { context } of [few, big]) await prepareService(context);
    await fillAccounts(few.sql, SERVICE, FEW);
    const startedAt = performance.now();
    await fillAccounts(big.sql, SERVICE, many);
    say(`${many} accounts after ${rounded((performance.now() - startedAt) / 1_000, 0)} s`);
    const pages = await measurePages(few, big);
    for (const [name, ms] of Object.entries(pages)) {
      const ratio = ms.many / ms.few;
      const goal = `goal ${GOALS.growth}: ${judged(ratio <= GOALS.growth)}`;
      say(
        `${name}: ${rounded(ms.few)} ms at ${FEW}, ${rounded(ms.many)} ms at ${many}, ratio ${rounded(ratio)} (${goal})`,
      );
    }
    const searches = await measureSearches(big.context, big.sql, many);
    for (const [name, found] of Object.entries(searches)) {
      const goal = `goal ${GOALS.searchMs} ms: ${judged(found.p95 < GOALS.searchMs)}`;
      say(
        `${name}, ${found.queries} queries: p50 ${rounded(found.p50)} ms, p95 ${rounded(found.p95)} ms (${goal})`,
      );
      say(`  slowest: ${found.slowest.map(({ text, ms }) => `"${text}" ${ms}`).join(', ')}`);
    }
    return { few: FEW, many, pages, searches };
  } finally {
    await big.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bench-of-apim-user-'));
// Under root, Postgres runs as an ordinary user, who has to get in.
await chmod(folder, 0o711);
let database: EmbeddedPostgres | null = null;
try {
  database = await startEmbeddedPostgres({ dataDir: folder });
  await migrate(database.url);
  const few = openContext(database.url);
  try {
    const slack = values.only === 'accounts' ? null : await benchSlack(database.url, few.sql);
    const accounts = values.only === 'slack' ? null : await benchAccounts(few, database.url);
    const at = new Date().toISOString();
    const file = join('bench-results', `${at.replaceAll(':', '-')}.json`);
    await mkdir('bench-results', { recursive: true });
    const result = { at, goals: GOALS, slack, accounts };
    await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
    say(`saved as ${file}`);
  } finally {
    await few.close();
  }
} finally {
  await database?.release();
  await rm(folder, { recursive: true, force: true });
}
