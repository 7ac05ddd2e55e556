// The agent beside a gateway: follows every change over HTTP, feeds the gateway, and takes what it has counted.
import { GATEWAY_LEASE_MS } from '../../domain/gateway-rows.ts';
import type { Log } from '../../log.ts';
import { createUsage, MAX_STOP_MS } from '../counts/usage.ts';
import { createFollower } from '../follow/follower.ts';
import type { Carrier } from '../pushed/carrier.ts';
import { createPushedMaps } from '../pushed/maps.ts';
import type { GatewaySource } from '../source.ts';
import { createCounts } from './counts.ts';
import { createGatewayMirror } from './mirror.ts';

/** Twice as often as a process: each also has to reach the gateway before the two seconds of the one before are over. */
const HEARTBEAT_MS = 500;
const WATCH_MS = 500;
const DRAIN_MS = 5_000;

export type AgentOptions = {
  source: GatewaySource;
  carrier: Carrier;
  log: Log;
  /** How long the gateway may go on by old facts while no process of ours can be reached; 0: not at all. */
  staleSeconds: number;
};

export type Agent = { start(): void; stop(): Promise<void> };

/** Works until it is stopped, whatever fails. The gateway then goes on until its time is over, at most two seconds. */
export function createAgent({ source, carrier, log, staleSeconds }: AgentOptions): Agent {
  const maps = createPushedMaps();
  const tell = createTeller(log, carrier.kind);
  const usage = createUsage(source.addUsage, log);
  const mirror = createGatewayMirror({
    carrier,
    maps,
    share: () => follower.share(),
    noteFailure: tell.gatewayFailure,
    noteLimitedCalls: () => counts.noteLimitedCalls(),
  });
  const counts = createCounts({ carrier, maps, isReady: () => follower.isLoaded(), add: usage.add });
  async function writeUsage(): Promise<boolean> {
    const isDrained = await counts.drainNow().then(
      () => true,
      () => false,
    );
    return (await usage.writeNow()) && isDrained;
  }
  const follower = createFollower({
    source,
    log,
    kind: carrier.kind,
    heartbeatMs: HEARTBEAT_MS,
    keepsLast: true,
    mirror,
    writeUsage,
    isAnswering: counts.isAnswering,
    noteLoss: tell.loss,
  });

  /** Says what the gateway does, and lets it go on by old facts where that is wanted. */
  function watch(): void {
    const now = performance.now();
    const lease = mirror.lease();
    tell.state(now > lease.endsAt ? 'silent' : lease.staleSeconds === null ? 'answering' : 'stale');
    const last = follower.last();
    if (!last || follower.trusted() || !mirror.isInStep()) return;
    const leftMs = staleSeconds * 1_000 - last.ageMs;
    if (leftMs <= 0) return;
    const endsAt = now + Math.min(leftMs, GATEWAY_LEASE_MS);
    mirror.goOn(endsAt, Math.ceil(last.ageMs / 1_000)).catch(() => {});
  }
  const timers: NodeJS.Timeout[] = [];
  return {
    start() {
      follower.start();
      timers.push(
        setInterval(watch, WATCH_MS),
        setInterval(() => void writeUsage(), DRAIN_MS),
      );
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      const late = new Promise((resolve) => setTimeout(resolve, MAX_STOP_MS).unref());
      const end = async () => {
        await Promise.all([follower.stop(), writeUsage()]);
        await usage.stop();
        await carrier.close();
      };
      await Promise.race([end(), late]);
    },
  };
}

type State = 'answering' | 'stale' | 'silent';
const STATES: Record<State, string> = {
  answering: 'the gateway answers calls',
  stale: 'the gateway answers calls by old facts, because no process of apim-user can be reached',
  silent: 'the gateway refuses calls with 503 until it has all facts',
};

/** One line a change: what repeats every second is said once. */
function createTeller(log: Log, gateway: string) {
  let [state, lossCode, problem] = ['', '', ''];
  return {
    state(next: State): void {
      if (next === state) return;
      if (next === 'answering') [lossCode, problem] = ['', ''];
      if (next === 'answering') log.info({ gateway }, STATES[next]);
      else log.warn({ gateway }, STATES[next]);
      state = next;
    },
    loss(error: unknown): void {
      const code = String((error as { code?: unknown }).code ?? 'fault');
      if (code !== lossCode && code !== 'gateway_failed')
        log.warn({ err: error, hint: HINTS[code] }, 'changes of apim-user not followed; trying again');
      lossCode = code;
    },
    gatewayFailure(error: unknown): void {
      const words = error instanceof Error ? error.message : String(error);
      if (words !== problem) log.warn({ gateway, problem: words }, 'the gateway was not fed; trying again');
      problem = words;
    },
  };
}

const HINTS: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens at GATEWAY_SOURCE_URL.',
  ENOTFOUND: 'The host in GATEWAY_SOURCE_URL is unknown.',
  status_404:
    "GATEWAY_FOLLOW_SECRET is not the server's, or GATEWAY_SOURCE_URL leads elsewhere: with INTERNAL_PORT, agents use that port.",
  status_503: 'The server is starting or stopping, or its database is away.',
};
