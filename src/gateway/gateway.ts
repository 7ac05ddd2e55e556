// Assembles the gateway check, its index and its usage counts.
import type { RequestListener } from 'node:http';
import type { Share } from '../domain/call-limits.ts';
import type { Log } from '../log.ts';
import type { GatewayReadings } from '../web/metrics.ts';
import { createCheck } from './check/check.ts';
import { createCheckCounters } from './check/check-counters.ts';
import { createDatabaseLookup } from './check/database-lookup.ts';
import { createStaleWatch } from './check/stale-watch.ts';
import { createUsage } from './counts/usage.ts';
import { createFollower } from './follow/follower.ts';
import { createCallLimiter } from './limits/limits.ts';
import type { GatewaySource } from './source.ts';

const MAX_STOP_MS = 3_000;
/** Until the first heartbeat says better, another process is assumed. */
const UNKNOWN_SHARE: Share = { of: 2, rank: 1 };

export type GatewayOptions = {
  source: GatewaySource;
  log: Log;
  clock: () => Date;
  /** `GATEWAY_URI_HEADER` in lower case; null for `path`. */
  uriHeader: string | null;
  /** `GATEWAY_SECRET`; null for none. */
  secret: string | null;
  staleSeconds: number;
  /** Asks every process and gateway to write the calls that it has counted; false when one did not answer. */
  writeAllUsage?: (() => Promise<boolean>) | undefined;
  /** Called when an old index begins to answer, and when that ends. */
  tellStale(isStale: boolean): void;
};

export type Gateway = {
  listener: RequestListener;
  /** Loads the index in the background, and keeps it up to date. */
  start(): void;
  stop(): Promise<void>;
  /** Whether the index has been loaded once. */
  isLoaded(): boolean;
  /** Whether checks can be answered at this moment without the database. */
  canAnswerAlone(): boolean;
  readings(): GatewayReadings;
  /** Writes what another gateway counted. */
  addUsage: GatewaySource['addUsage'];
};

export function createGateway(options: GatewayOptions): Gateway {
  const { source, log } = options;
  const counters = createCheckCounters();
  const database = createDatabaseLookup(source);
  const limiter = createCallLimiter({
    readUse: database.quotaUse,
    writeUsage: () => usage.writeNow(),
    writeAllUsage: options.writeAllUsage ?? (async () => false),
    share: () => follower.share() ?? UNKNOWN_SHARE,
    sharedAt: () => follower.sharedAt(),
    elapsed: () => performance.now(),
  });
  const usage = createUsage(limiter.learningFrom(source.addUsage), log);
  const follower = createFollower({
    source,
    log,
    keepsLast: options.staleSeconds > 0,
    writeUsage: usage.writeNow,
    isAnswering: limiter.isAnswering,
  });
  const stale = createStaleWatch(follower, options.tellStale);
  const check = createCheck({
    ...options,
    ...{ database, follower, limiter, counters },
    countCall: usage.add,
    noteStale: stale.note,
  });
  return {
    listener: check,
    start: follower.start,
    async stop() {
      stale.stop();
      const late = new Promise((resolve) => setTimeout(resolve, MAX_STOP_MS).unref());
      await Promise.race([Promise.all([follower.stop(), usage.stop(), database.stop()]), late]);
    },
    isLoaded: follower.isLoaded,
    canAnswerAlone() {
      const ageMs = follower.last()?.ageMs ?? Number.POSITIVE_INFINITY;
      return follower.trusted() !== null || ageMs <= options.staleSeconds * 1_000;
    },
    addUsage: usage.addBatch,
    readings() {
      const last = follower.last();
      return {
        ...counters.read(),
        calls: usage.totals(),
        isTrusted: follower.trusted() !== null,
        ageSeconds: last && last.ageMs / 1_000,
        keys: last?.index.size.keys ?? 0,
      };
    },
  };
}
