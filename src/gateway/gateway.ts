// Assembles what gateways reach: the check with its index and counts, and what the agents beside gateways follow.

import { addUp } from '../domain/call-counts.ts';
import type { Share } from '../domain/call-limits.ts';
import type { Log } from '../log.ts';
import type { GatewayReadings } from '../web/metrics.ts';
import type { HttpServerOptions } from '../web/server.ts';
import { createCheck } from './check/check.ts';
import { createCheckCounters } from './check/check-counters.ts';
import { createDatabaseLookup } from './check/database-lookup.ts';
import { createStaleWatch } from './check/stale-watch.ts';
import { createUsage, MAX_STOP_MS } from './counts/usage.ts';
import { createFollower } from './follow/follower.ts';
import { createFollowerServer } from './follow/serve-followers.ts';
import { createCallLimiter } from './limits/limits.ts';
import type { GatewaySource } from './source.ts';

/** What the server serves of these gateways, by the name of their service. The first is that of the default one. */
export function routesOf(gateways: ReadonlyMap<string, Gateway>): HttpServerOptions['routes'] {
  const [own, ...others] = [...gateways].map(([name, { routes }]) => ({ name, ...routes }));
  return { ...own, ofServices: others };
}

/** The figures of all, as those of one. */
export function readTogether(gateways: ReadonlyMap<string, Gateway>): GatewayReadings {
  const all = [...gateways.values()].map((gateway) => gateway.readings());
  const [first, ...others] = all;
  if (first && others.length === 0) return first;
  const ages = all.map(({ ageSeconds }) => ageSeconds ?? Number.NaN);
  return {
    checks: addUp(all.map(({ checks }) => checks)),
    answersFrom: addUp(all.map(({ answersFrom }) => answersFrom)),
    calls: all.flatMap(({ calls }) => calls),
    isTrusted: all.every(({ isTrusted }) => isTrusted),
    // NaN when one has no index.
    ageSeconds: Math.max(...ages),
    keys: all.reduce((sum, { keys }) => sum + keys, 0),
  };
}

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
  /** `GATEWAY_FOLLOW_SECRET`; null: agents find nothing. */
  followSecret: string | null;
  staleSeconds: number;
  /** Asks every process and gateway to write the calls that it has counted; false when one did not answer. */
  writeAllUsage?: (() => Promise<boolean>) | undefined;
  /** Called when an old index begins to answer, and when that ends. */
  tellStale(isStale: boolean): void;
};

export type Gateway = {
  /** By path, each with what lies below it. */
  routes: Pick<HttpServerOptions['routes'], '/gateway/check' | '/gateway/follow'>;
  /** Loads the index in the background, and keeps it up to date. */
  start(): void;
  /** Ends the requests that agents keep open. */
  endStreams(): Promise<void>;
  stop(): Promise<void>;
  /** Whether the index has been loaded once. */
  isLoaded(): boolean;
  /** Whether checks can be answered at this moment without the database. */
  canAnswerAlone(): boolean;
  readings(): GatewayReadings;
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
  const followers =
    options.followSecret === null
      ? null
      : createFollowerServer({
          ...{ log, clock: options.clock, secret: options.followSecret },
          source: { ...source, addUsage: usage.addBatch },
        });
  return {
    routes: { '/gateway/check': check, ...(followers ? { '/gateway/follow': followers.listener } : {}) },
    start: follower.start,
    endStreams: async () => followers?.stop(),
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
