// Frees the jobs of workers that are dead, and those that were locked for us by a statement whose answer was lost.
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../db/connection/connect.ts';
import { beatWorkers, freeJobs } from '../db/outbox/jobs.ts';
import type { Log } from '../log.ts';

export type Pace = { beatMs: number; deadAfterMs: number };

const PACE: Pace = { beatMs: 5_000, deadAfterMs: 30_000 };
/** After so many missed beats of our own, others may only seem dead because we couldn't look. */
const BLIND_AFTER_BEATS = 3;

type Options = {
  db: Database;
  log: Log;
  /** The ids under which this process locks jobs. */
  ourIds(): readonly string[];
  /** The runs of jobs that this process began, as `runKey` names them. Those that are no longer locked are deleted. */
  begun: Set<string>;
  /** For tests. */
  pace?: Pace | undefined;
};

/** One attempt of one job. */
export const runKey = (job: { id: string; attempts: number }): string => `${job.id}:${job.attempts}`;

/** Beats until it is stopped. No clock decides: a worker is dead when its count stands still while we look on. */
export function startLiveness({ db, log, ourIds, begun, pace = PACE }: Options): { stop(): void } {
  const stopping = new AbortController();
  const [stillWorkers, stillJobs] = [createStillness(pace), createStillness(pace)];
  async function beat(): Promise<void> {
    const begunBefore = [...begun];
    const ids = ourIds();
    if (ids.length === 0) return;
    const { workers, ourJobs } = await beatWorkers(db, ids);
    const others = workers.filter(({ id }) => !ids.includes(id));
    const locked = new Set(ourJobs.map(runKey));
    for (const key of begunBefore) if (!locked.has(key)) begun.delete(key);
    const neverBegun = ourJobs.filter((job) => !begun.has(runKey(job)));
    const deadWorkers = stillWorkers(new Map(others.map(({ id, beats }) => [id, beats])));
    const lostJobs = stillJobs(new Map(neverBegun.map((job) => [runKey(job), 0])));
    const lost = neverBegun.filter((job) => lostJobs.includes(runKey(job)));
    if (deadWorkers.length === 0 && lost.length === 0) return;
    await freeJobs(db, { deadWorkers, lostJobs: lost.map(({ id }) => id), ourIds: ids });
    log.info({ workers: deadWorkers.length, jobs: lost.length }, 'freed the jobs of dead workers');
  }
  void (async () => {
    while (!stopping.signal.aborted) {
      // While the database is away, no worker is declared dead.
      await beat().catch(() => {});
      await delay(pace.beatMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  })();
  return { stop: () => stopping.abort() };
}

/** Returns the keys whose value hasn't changed for `deadAfterMs`, in which this was called without a gap. */
function createStillness({ beatMs, deadAfterMs }: Pace): (values: ReadonlyMap<string, number>) => string[] {
  let seen = new Map<string, { value: number; since: number }>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return (values) => {
    const now = performance.now();
    if (now - lookedAt > beatMs * BLIND_AFTER_BEATS) seen = new Map();
    lookedAt = now;
    const former = seen;
    seen = new Map();
    for (const [key, value] of values) {
      const last = former.get(key);
      seen.set(key, last?.value === value ? last : { value, since: now });
    }
    return [...seen].filter(([, { since }]) => now - since >= deadAfterMs).map(([key]) => key);
  };
}
