// `npm run bench [-- --accounts N] [--audit N] [--only slack|accounts|import|audit|gateway|block|usage|pushed|mirror] [--users N]`: how fast the product is, as ratios wherever a machine's speed would decide.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type postgres from 'postgres';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded/server.ts';
import { migrate } from '../../src/db/migrate.ts';
import {
  measureFilters,
  measureIdle,
  measurePages,
  measureSearches,
  openContext,
  prepareService,
  SERVICE,
} from './accounts.ts';
import { fillAudit, measureLookups, measureVerify } from './audit.ts';
import { measureBlockPrice } from './block.ts';
import { rounded } from './figures.ts';
import { fillAccounts } from './fill.ts';
import { measureChecks, measureStart } from './gateway.ts';
import { measureImports } from './imports.ts';
import { measurePull, measureWriteThrough } from './mirror.ts';
import { measurePushed, measureSnapshots } from './pushed.ts';
import { measureSlack } from './slack.ts';
import { measureUsage } from './usage.ts';

const FEW = 1_000;
const KEYS = 100_000;
const KEYS_AT_START = 1_000_000;
const SUBSCRIPTIONS = 10_000;
/** Times what Azure Resource Manager allows. */
const AZURE_LIMITS = 1;
/** Of each request at the stand-in. */
const AZURE_LATENCY_MS = 30;
const GOALS = {
  ackMs: 250,
  help: 0.5,
  show: 0.25,
  import: 0.5,
  growth: 1.5,
  idleToPlain: 1.5,
  searchMs: 100,
  checkToEmpty: 0.8,
  checkToQuery: 5,
  blockMs: 25,
  residentMb: 30,
  readySeconds: 5,
  pushedToBare: 1.4,
  pushedToAsked: 1 / 8,
  chartMs: 50,
  pullMb: 100,
  writeThroughMs: 150,
};

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1000000' },
    audit: { type: 'string', default: '1000000' },
    users: { type: 'string', default: '100000' },
    only: { type: 'string' },
  },
});
const many = Number(values.accounts);
if (!Number.isInteger(many) || many <= FEW)
  throw new Error(`--accounts: a whole number above ${FEW}, not ${values.accounts}`);
const auditRows = Number(values.audit);
if (!Number.isInteger(auditRows) || auditRows <= FEW)
  throw new Error(`--audit: a whole number above ${FEW}, not ${values.audit}`);
const PARTS = [
  'slack',
  'accounts',
  'import',
  'audit',
  'gateway',
  'block',
  'usage',
  'pushed',
  'mirror',
] as const;
if (values.only !== undefined && !PARTS.some((part) => part === values.only))
  throw new Error(`--only: ${PARTS.join(', ')}, not ${values.only}`);

type Opened = ReturnType<typeof openContext>;
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

/** In a database of its own. */
async function openBeside(first: Opened, databaseUrl: string, name: string): Promise<Opened> {
  await first.sql.unsafe(`create database ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  const opened = openContext(url.href);
  await prepareService(opened.context);
  return opened;
}

async function benchImports(first: Opened, databaseUrl: string) {
  const opened = await openBeside(first, databaseUrl, 'imported');
  try {
    const imports = await measureImports(opened);
    say(`bare inserts of accounts: ${rounded(imports.plain, 0)} a second`);
    for (const name of ['add', 'invite'] as const) sayImport(name, imports[name]);
    return imports;
  } finally {
    await opened.close();
  }
}

function sayImport(name: string, of: Awaited<ReturnType<typeof measureImports>>['add']): void {
  const [low, high] = of.quartiles.map((quartile) => rounded(quartile));
  const goal = `goal ${GOALS.import}: ${judged(of.ratio >= GOALS.import)}`;
  say(
    `import, ${name}: ${rounded(of.perSecond, 0)} rows a second, ratio ${rounded(of.ratio)}, quartiles ${low} and ${high} (${goal})`,
  );
}

async function benchAudit(first: Opened, databaseUrl: string) {
  const opened = await openBeside(first, databaseUrl, 'audited');
  try {
    const startedAt = performance.now();
    await fillAudit(opened, auditRows);
    say(
      `${auditRows} audit rows in the chain after ${rounded((performance.now() - startedAt) / 1_000, 0)} s`,
    );
    const lookups = await measureLookups(opened);
    for (const [name, { lookups: n, p50, p95 }] of Object.entries(lookups))
      say(`history ${name}, ${n} times: p50 ${rounded(p50)} ms, p95 ${rounded(p95)} ms`);
    const verify = await measureVerify(opened, auditRows);
    say(
      `verify: ${rounded(verify.verify, 0)} rows a second, ratio ${rounded(verify.ratio)} of reading them (${rounded(verify.read, 0)} a second)`,
    );
    return { rows: auditRows, lookups, verify };
  } finally {
    await opened.close();
  }
}

/** In a database of its own for the many, so that both can be asked in turn. */
async function benchAccounts(few: Opened, databaseUrl: string) {
  const big = await openBeside(few, databaseUrl, 'many');
  try {
    await prepareService(few.context);
    await fillAccounts(few.sql, SERVICE, FEW);
    const startedAt = performance.now();
    await fillAccounts(big.sql, SERVICE, many);
    say(`${many} accounts after ${rounded((performance.now() - startedAt) / 1_000, 0)} s`);
    const idle = await measureIdle(big);
    for (const [name, ms] of Object.entries(idle)) {
      const ratio = ms.many / ms.few;
      const goal = `goal ${GOALS.idleToPlain}: ${judged(ratio <= GOALS.idleToPlain)}`;
      say(
        `${name} at ${many}: ${rounded(ms.many)} ms, the plain list in turn ${rounded(ms.few)} ms, ratio ${rounded(ratio)} (${goal})`,
      );
    }
    const pages = await measurePages(few, big);
    for (const [name, ms] of Object.entries(pages)) {
      const ratio = ms.many / ms.few;
      const goal = `goal ${GOALS.growth}: ${judged(ratio <= GOALS.growth)}`;
      say(
        `${name}: ${rounded(ms.few)} ms at ${FEW}, ${rounded(ms.many)} ms at ${many}, ratio ${rounded(ratio)} (${goal})`,
      );
    }
    const filters = await measureFilters(few, big);
    for (const [name, ms] of Object.entries(filters))
      say(`${name}: ${rounded(ms.few)} ms at ${FEW}, ${rounded(ms.many)} ms at ${many}`);
    const searches = await measureSearches(big.context, big.sql, many);
    for (const [name, found] of Object.entries(searches)) {
      const goal = `goal ${GOALS.searchMs} ms: ${judged(found.p95 < GOALS.searchMs)}`;
      say(
        `${name}, ${found.queries} queries: p50 ${rounded(found.p50)} ms, p95 ${rounded(found.p95)} ms (${goal})`,
      );
      say(`  slowest: ${found.slowest.map(({ text, ms }) => `"${text}" ${ms}`).join(', ')}`);
    }
    return { few: FEW, many, idle, pages, filters, searches };
  } finally {
    await big.close();
  }
}

async function benchBlock(few: Opened, databaseUrl: string) {
  await few.sql`create database block`;
  const url = new URL(databaseUrl);
  url.pathname = '/block';
  await migrate(url.href);
  const own = openContext(url.href);
  try {
    const prices = await measureBlockPrice(own, url.href);
    for (const { processes, p50, p99 } of prices) {
      const soon = `goal p99 ${GOALS.blockMs} ms: ${judged(p99 <= GOALS.blockMs)}`;
      say(
        `block with ${processes} gateway processes: p50 ${rounded(p50, 1)}, p99 ${rounded(p99, 1)} ms (${soon})`,
      );
    }
    return prices;
  } finally {
    await own.close();
  }
}

async function benchUsage(first: Opened, databaseUrl: string) {
  const opened = await openBeside(first, databaseUrl, 'called');
  try {
    const usage = await measureUsage(opened, SUBSCRIPTIONS);
    say(`a year of usage of ${SUBSCRIPTIONS} subscriptions: ${usage.rows} rows, ${usage.mb} MB`);
    for (const [name, { p50, p99 }] of Object.entries(usage.reads)) {
      const isChart = !name.startsWith('top');
      const goal = isChart ? ` (goal p99 ${GOALS.chartMs} ms: ${judged(p99 < GOALS.chartMs)})` : '';
      say(`usage, ${name}: p50 ${rounded(p50, 1)}, p99 ${rounded(p99, 1)} ms${goal}`);
    }
    say(`a batch of 2,000 rows: p50 ${rounded(usage.batch.p50, 0)}, p99 ${rounded(usage.batch.p99, 0)} ms`);
    return usage;
  } finally {
    await opened.close();
  }
}

/** In a database of its own, because it fills it with keys. */
async function benchGateway(few: ReturnType<typeof openContext>, databaseUrl: string) {
  await few.sql`create database gateway`;
  const url = new URL(databaseUrl);
  url.pathname = '/gateway';
  await migrate(url.href);
  const own = openContext(url.href);
  try {
    await prepareService(own.context);
    const bench = { databaseUrl: url.href, sql: own.sql, serviceId: SERVICE };
    const checks = await measureChecks(bench, KEYS);
    const { perSecond, ratios, blocks, memory, ends } = checks;
    for (const [name, rate] of Object.entries(perSecond)) say(`${name}: ${rounded(rate, 0)} a second`);
    const toEmpty = `goal ${GOALS.checkToEmpty}: ${judged(ratios.hono >= GOALS.checkToEmpty)}`;
    say(`check to an empty Hono route, ${checks.keys} keys: ratio ${rounded(ratios.hono)} (${toEmpty})`);
    say(`check to an empty route behind our server: ratio ${rounded(ratios.route)}`);
    const toQuery = `goal ${GOALS.checkToQuery}: ${judged(ratios.query >= GOALS.checkToQuery)}`;
    say(`check to one query each: ratio ${rounded(ratios.query)} (${toQuery})`);
    const perKeys = (bytes: number) => rounded(((bytes / memory.keys) * 100_000) / 1_048_576, 1);
    const small = `goal ${GOALS.residentMb} MB: ${judged(perKeys(memory.rss) <= GOALS.residentMb)}`;
    say(
      `memory per 100,000 keys: ${perKeys(memory.inUse)} MB in use, ${perKeys(memory.rss)} MB resident (${small})`,
    );
    say(`check with an end for each key to one without: ratio ${rounded(ends.ratio)}`);
    say(`memory with ends: ${perKeys(ends.memory.inUse)} MB in use, ${perKeys(ends.memory.rss)} MB resident`);
    const soon = `goal p99 ${GOALS.blockMs} ms: ${judged(blocks.p99 <= GOALS.blockMs)}`;
    const load = `under ${rounded(blocks.perSecond, 0)} checks a second`;
    say(
      `block to first refusal, ${load}: p50 ${rounded(blocks.p50, 1)}, p99 ${rounded(blocks.p99, 1)}, longest ${rounded(blocks.max, 1)} ms (${soon})`,
    );
    const start = await measureStart(bench, KEYS_AT_START);
    const early = `goal ${GOALS.readySeconds} s: ${judged(start.ready < GOALS.readySeconds)}`;
    say(
      `${start.keys} keys: ready after ${rounded(start.ready, 1)} s (${early}), listening after ${rounded(start.listening, 1)} s`,
    );
    return { checks, start };
  } finally {
    await own.close();
  }
}

async function benchPushed(few: Opened, databaseUrl: string) {
  const own = await openBeside(few, databaseUrl, 'pushed');
  try {
    const url = new URL(databaseUrl);
    url.pathname = '/pushed';
    const pushed = await measurePushed({ databaseUrl: url.href, sql: own.sql, serviceId: SERVICE }, KEYS);
    for (const [name, { perSecond, cpuUs, ownUs, checkUs, ratio }] of Object.entries(pushed.calls))
      say(
        `${name}: ${rounded(cpuUs, 1)} µs of CPU a call (ours ${rounded(ownUs, 1)}), ${rounded(ratio)} of none, the check ${rounded(checkUs, 1)} µs, ${rounded(perSecond, 0)} a second`,
      );
    for (const [name, { p50, p99, max, perSecond }] of Object.entries(pushed.blocks)) {
      const soon = `goal p99 ${GOALS.blockMs} ms: ${judged(p99 <= GOALS.blockMs)}`;
      say(
        `block to first refusal at ${name}, under ${rounded(perSecond, 0)} calls a second: p50 ${rounded(p50, 1)}, p99 ${rounded(p99, 1)}, longest ${rounded(max, 1)} ms (${soon})`,
      );
    }
    const snapshots = [await measureSnapshots(KEYS), await measureSnapshots(KEYS_AT_START)];
    for (const { keys, ...gateways } of snapshots)
      for (const [name, one] of Object.entries(gateways))
        say(
          `${keys} keys in ${name}: ${rounded(one.seconds)} s (CPU ${rounded(one.gatewayCpuSeconds)} s there, ${rounded(one.agentCpuSeconds)} s here), ${rounded(one.megabytes, 0)} MB`,
        );
    return { ...pushed, snapshots };
  } finally {
    await own.close();
  }
}

async function benchMirror(first: Opened, databaseUrl: string) {
  const at = (name: string) => {
    const url = new URL(databaseUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  const [pulling, writing] = [
    await openBeside(first, databaseUrl, 'pulling'),
    await openBeside(first, databaseUrl, 'writing'),
  ];
  try {
    const pull = await measurePull(pulling, at('pulling'), Number(values.users), AZURE_LIMITS);
    const grown = pull.memory.mostMb - pull.memory.firstMb;
    const flat = `goal below ${GOALS.pullMb} MB: ${judged(grown < GOALS.pullMb)}`;
    say(
      `first comparison of ${pull.users} users: ${rounded(pull.perSecond, 0)} a second, ratio ${rounded(pull.ratio)} of the SDK alone (${rounded(pull.barePerSecond, 0)} a second)`,
    );
    say(
      `memory while it reads: ${rounded(pull.memory.firstMb, 0)} MB, at most ${rounded(grown, 0)} MB more (${flat})`,
    );
    const { quiet, whilePulling } = pull.ackP95Ms;
    say(`ack of show: p95 ${rounded(quiet, 1)} ms, ${rounded(whilePulling, 1)} ms while it reads`);
    const write = await measureWriteThrough(writing, at('writing'), AZURE_LATENCY_MS);
    for (const name of ['p50', 'p95'] as const) {
      const above = write[name].block - write[name].bare;
      const soon = `goal ${GOALS.writeThroughMs} ms: ${judged(above < GOALS.writeThroughMs)}`;
      say(
        `block to Azure's answer, ${name}: ${rounded(write[name].block, 0)} ms, ${rounded(above, 0)} ms above one PATCH (${soon})`,
      );
    }
    return { pull, write };
  } finally {
    await pulling.close();
    await writing.close();
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
    const isWanted = (part: (typeof PARTS)[number]) => (values.only ?? part) === part;
    const slack = isWanted('slack') ? await benchSlack(database.url, few.sql) : null;
    const accounts = isWanted('accounts') ? await benchAccounts(few, database.url) : null;
    const imports = isWanted('import') ? await benchImports(few, database.url) : null;
    const audit = isWanted('audit') ? await benchAudit(few, database.url) : null;
    const gateway = isWanted('gateway') ? await benchGateway(few, database.url) : null;
    const block = isWanted('block') ? await benchBlock(few, database.url) : null;
    const pushed = isWanted('pushed') ? await benchPushed(few, database.url) : null;
    const usage = isWanted('usage') ? await benchUsage(few, database.url) : null;
    const mirror = isWanted('mirror') ? await benchMirror(few, database.url) : null;
    const at = new Date().toISOString();
    const file = join('bench-results', `${at.replaceAll(':', '-')}.json`);
    await mkdir('bench-results', { recursive: true });
    const result = {
      at,
      goals: GOALS,
      slack,
      accounts,
      imports,
      audit,
      gateway,
      block,
      usage,
      pushed,
      mirror,
    };
    await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
    say(`saved as ${file}`);
  } finally {
    await few.close();
  }
} finally {
  await database?.release();
  await rm(folder, { recursive: true, force: true });
}
