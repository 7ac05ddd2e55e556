// An HAProxy and an nginx that judge calls themselves, each fed by an agent that follows one of the processes.
import { join } from 'node:path';
import { findHaproxy, startHaproxy } from '../support/haproxy.ts';
import { findNginxWithLua } from '../support/nginx.ts';
import { startPushedNginx } from '../support/pushed-nginx.ts';
import { createProgram } from './server.ts';

export const FOLLOW_SECRET = 'what-the-agents-of-chaos-send-to-us';

/** `status` is null when the call had no answer. */
export type Call = { key: string; status: number | null; calledAt: number; returnedAt: number };
/** HAProxy loses its counters in a reload that follows within five seconds of a start or another reload. */
const TAUGHT_AFTER_MS = 8_000;
type Opened = Awaited<ReturnType<typeof startHaproxy>> | Awaited<ReturnType<typeof startPushedNginx>>;
export type Pushed = Awaited<ReturnType<typeof openOne>>;

const KINDS = {
  haproxy: { name: 'HAProxy', find: findHaproxy, start: startHaproxy },
  nginx: { name: 'nginx with Lua', find: findNginxWithLua, start: startPushedNginx },
} as const;
type Kind = keyof typeof KINDS;
const EACH: readonly Kind[] = ['haproxy', 'nginx'];

/** On this machine. `missing` has their names. */
export function lookForGateways(): { found: Kind[]; missing: string[] } {
  const found = EACH.filter((kind) => KINDS[kind].find() !== null);
  return { found, missing: EACH.filter((kind) => !found.includes(kind)).map((kind) => KINDS[kind].name) };
}

type Options = {
  /** Where calls that pass go. */
  upstream: string;
  /** The folder of the compiled programs. */
  programs: string;
  /** What each agent follows, in turn. */
  sources: readonly string[];
  closing: (() => unknown)[];
};

export async function openPushed(options: Options): Promise<Pushed[]> {
  const opened: Pushed[] = [];
  for (const [at, kind] of lookForGateways().found.entries())
    opened.push(await openOne(kind, options, options.sources[at] ?? ''));
  return opened;
}

async function openOne(kind: Kind, { upstream, programs, closing }: Options, source: string) {
  const { name, find, start } = KINDS[kind];
  const gateway: Opened = await start(find() ?? '', upstream);
  closing.push(gateway.stop);
  const words = [join(programs, 'src/cli/gateway.js'), kind, '--folder', gateway.folder];
  const agent = createProgram(`the agent of ${name}`, words, {
    GATEWAY_SOURCE_URL: source,
    GATEWAY_FOLLOW_SECRET: FOLLOW_SECRET,
  });
  closing.push(() => agent.kill('SIGKILL'));
  agent.start();
  const calls: Call[] = [];
  let kills = 0;
  let begunAt = performance.now();
  const losses: number[] = [];
  const signalAll = async (signal: NodeJS.Signals) => {
    for (const id of await gateway.workerIds()) process.kill(id, signal);
  };
  return {
    name,
    agent,
    calls,
    /** While it could hear nothing of us, because of a fault. */
    silences: [] as { from: number; to: number }[],
    /** When calls were lost that were counted and not yet written. */
    losses,
    kills: () => kills + agent.kills(),
    async killAgent(): Promise<void> {
      await agent.kill('SIGKILL');
      losses.push(performance.now());
    },
    async kill(): Promise<void> {
      kills += 1;
      await gateway.end('SIGKILL');
      losses.push(performance.now());
    },
    async start(): Promise<void> {
      await gateway.start();
      begunAt = performance.now();
    },
    async reload(): Promise<void> {
      await gateway.reload();
      const now = performance.now();
      if (kind === 'haproxy' && now - begunAt < TAUGHT_AFTER_MS) losses.push(now);
      begunAt = now;
    },
    pause: () => signalAll('SIGSTOP'),
    goOn: () => signalAll('SIGCONT'),
    async check(path: string, key: string) {
      const calledAt = performance.now();
      const status = await statusOf(`${gateway.url}${path}`, key);
      calls.push({ key, status, calledAt, returnedAt: performance.now() });
      return { status, by: name };
    },
  };
}

async function statusOf(url: string, key: string): Promise<number | null> {
  try {
    const headers = { 'ocp-apim-subscription-key': key };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}
