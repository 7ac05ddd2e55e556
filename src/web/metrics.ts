import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SeenFollower } from '../domain/gateway-rows.ts';
import { withTimeout } from './with-timeout.ts';

/** Read from the rest of the product at each scrape. */
export type Readings = {
  /** Null while there is no connection to Slack. */
  isSlackReachable: boolean | null;
  /** Age of the oldest job that is due and doesn't run; 0 when none waits. */
  oldestWaitingJobSeconds: number;
  mailsByState: Readonly<Record<string, number>>;
  followers: readonly SeenFollower[];
};

/** The gateway's own figures, from memory. */
export type GatewayReadings = {
  checks: Readonly<Record<string, number>>;
  answersFrom: Readonly<Record<string, number>>;
  /** By this process, and by agents that it writes for. */
  calls: readonly { productId: string | null; apiId: string | null; outcome: string; calls: number }[];
  isTrusted: boolean;
  /** Null without an index. */
  ageSeconds: number | null;
  keys: number;
};

export type Metrics = {
  readonly contentType: string;
  /** `route` is the name of a route, never a path. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  render(): Promise<string>;
};

const MAX_COLLECT_MS = 2_000;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Figures of the process, the durations of requests, and what `collect` reads. A failing `collect` is a figure too. */
export function createMetrics(
  collect: () => Promise<Readings>,
  readGateway: (() => GatewayReadings) | null = null,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `apim_user_${name}`, help, labelNames, registers });
  const durations = new Histogram({
    name: 'apim_user_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const isCollected = gauge(
    'readings_collected',
    '1 when the figures below are of now, 0 when they could not be read',
  );
  const isSlackReachable = gauge('slack_reachable', '1 when Slack answers, 0 when not, NaN while unknown');
  const oldestJob = gauge(
    'oldest_waiting_job_seconds',
    'Age of the oldest background job that waits to be run',
  );
  const mails = gauge('mails', 'Mails by state', ['state']);

  const updateFollowers = followerFigures(gauge);
  const updateGateway = readGateway && gatewayFigures(registry, readGateway);

  async function update(): Promise<void> {
    updateGateway?.();
    isSlackReachable.set(Number.NaN);
    oldestJob.set(Number.NaN);
    mails.reset();
    updateFollowers([]);
    try {
      const readings = await withTimeout(MAX_COLLECT_MS, collect());
      if (readings.isSlackReachable !== null) isSlackReachable.set(readings.isSlackReachable ? 1 : 0);
      oldestJob.set(readings.oldestWaitingJobSeconds);
      for (const [state, count] of Object.entries(readings.mailsByState)) mails.set({ state }, count);
      updateFollowers(readings.followers);
      isCollected.set(1);
    } catch {
      isCollected.set(0);
    }
  }

  return {
    contentType: registry.contentType,
    observeRequest({ method, route, status, seconds }) {
      // A client may send any method, and each new label would be kept for ever.
      durations.observe(
        { method: METHODS.has(method) ? method : 'other', route, status: String(status) },
        seconds,
      );
    },
    async render() {
      await update();
      return registry.metrics();
    },
  };
}

type MakeGauge = (name: string, help: string, labelNames: string[]) => Gauge;

function followerFigures(gauge: MakeGauge): (followers: readonly SeenFollower[]) => void {
  const counts = gauge(
    'gateway_followers',
    'Gateways with an agent (haproxy, nginx) and processes that are connected, by whether they have everything',
    ['kind', 'state'],
  );
  const ages = gauge('gateway_heartbeat_age_seconds', 'Time since the last heartbeat of a kind from a host', [
    'kind',
    'host',
  ]);
  return (followers) => {
    counts.reset();
    ages.reset();
    for (const kind of ['haproxy', 'nginx', 'process'])
      for (const state of ['connected', 'loading']) counts.set({ kind, state }, 0);
    // The newest of a host comes first, and stays.
    for (const { kind, host, state, beatAgeSeconds } of followers.toReversed()) {
      if (state !== 'silent') counts.inc({ kind, state });
      ages.set({ kind, host }, beatAgeSeconds);
    }
  };
}

function gatewayFigures(registry: Registry, read: () => GatewayReadings): () => void {
  const options = { registers: [registry] };
  const named = (name: string, help: string) => ({ name: `apim_user_gateway_${name}`, help, ...options });
  const checks = new Counter({
    ...named('checks_total', 'Checks by how they ended'),
    labelNames: ['outcome'],
  });
  const answers = new Counter({
    ...named('answers_total', 'Answers by where they came from'),
    labelNames: ['from'],
  });
  const calls = new Counter({
    name: 'apim_user_calls_total',
    help: 'Calls by product, API and how they ended; empty: by no product, to no known API',
    labelNames: ['product', 'api', 'outcome'],
    ...options,
  });
  const isTrusted = new Gauge(named('index_trusted', '1 when checks are answered from memory'));
  const age = new Gauge(
    named('index_age_seconds', 'How long ago the index was known to be complete; NaN: there is none'),
  );
  const keys = new Gauge(named('index_keys', 'Keys in the index'));
  return () => {
    const readings = read();
    checks.reset();
    answers.reset();
    for (const [outcome, count] of Object.entries(readings.checks)) checks.inc({ outcome }, count);
    for (const [from, count] of Object.entries(readings.answersFrom)) answers.inc({ from }, count);
    calls.reset();
    for (const { productId, apiId, outcome, calls: count } of readings.calls)
      calls.inc({ product: productId ?? '', api: apiId ?? '', outcome }, count);
    isTrusted.set(readings.isTrusted ? 1 : 0);
    age.set(readings.ageSeconds ?? Number.NaN);
    keys.set(readings.keys);
  };
}
