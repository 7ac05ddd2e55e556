// `/healthz`, `/readyz` and `/metrics`, for operators and their machines.
import { Hono } from 'hono';
import { databaseOutage } from '../domain/database-outage.ts';
import type { Metrics } from './metrics.ts';
import type { WebEnv } from './request-facts.ts';
import { withTimeout } from './with-timeout.ts';

/** Resolves when a dependency works, rejects when it doesn't. */
export type Check = () => Promise<unknown>;

const MAX_CHECK_MS = 1_000;
/** Checks run at most once in this time, however many requests come. */
const REUSED_FOR_MS = 1_000;
const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'via'];

type CheckResult = { state: 'ok' | 'failing'; reason: string | null };
type CheckResults = Record<string, CheckResult>;
type Readiness = { isReady: boolean; checks: Record<string, string>; reasons?: Record<string, string> };

/**
 * `GET /healthz`: 200 while the process answers. `GET /readyz`: 200 when the server is ready and every check passes
 * within a second, else 503; it names the checks, and the reason in words of its own where it is known. `reported` checks
 * are named there too, but may fail.
 * `GET /metrics`: for a scraper on the internal network; a request that came through a proxy gets 404.
 */
export function createHealth(options: {
  checks: Readonly<Record<string, Check>>;
  reported?: Readonly<Record<string, Check>>;
  /** Null when another port has `/metrics`. */
  metrics: Metrics | null;
}): Hono<WebEnv> {
  const runAllChecks = reuseResults(async () => {
    const [needed, reported] = await Promise.all([
      runChecks(options.checks),
      runChecks(options.reported ?? {}),
    ]);
    return describe(isAllOk(needed), { ...needed, ...reported });
  });
  const app = new Hono<WebEnv>();

  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    if (!c.env.facts.isReady) return c.json({ status: 'not ready' }, 503);
    const { isReady, ...results } = await runAllChecks();
    return c.json({ status: isReady ? 'ready' : 'not ready', ...results }, isReady ? 200 : 503);
  });

  const { metrics } = options;
  if (!metrics) return app;
  app.get('/metrics', async (c) => {
    if (FORWARDING_HEADERS.some((name) => c.req.header(name) !== undefined)) return c.notFound();
    return c.body(await metrics.render(), 200, { 'content-type': metrics.contentType });
  });
  return app;
}

const isAllOk = (results: CheckResults) => Object.values(results).every(({ state }) => state === 'ok');

function describe(isReady: boolean, results: CheckResults): Readiness {
  const entries = Object.entries(results);
  const reasons = entries.flatMap(([name, { reason }]) => (reason ? [[name, reason]] : []));
  return {
    isReady,
    checks: Object.fromEntries(entries.map(([name, { state }]) => [name, state])),
    ...(reasons.length > 0 ? { reasons: Object.fromEntries(reasons) } : {}),
  };
}

async function runChecks(checks: Readonly<Record<string, Check>>): Promise<CheckResults> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]): Promise<[string, CheckResult]> => {
      try {
        await withTimeout(MAX_CHECK_MS, check());
        return [name, { state: 'ok', reason: null }];
      } catch (error) {
        // No other error's message: it may hold anything.
        return [name, { state: 'failing', reason: databaseOutage(error)?.reason ?? null }];
      }
    }),
  );
  return Object.fromEntries(results);
}

function reuseResults(run: () => Promise<Readiness>): () => Promise<Readiness> {
  let last: { results: Promise<Readiness>; until: number } | null = null;
  return () => {
    const now = performance.now();
    if (!last || now > last.until) last = { results: run(), until: now + REUSED_FOR_MS };
    return last.results;
  };
}
