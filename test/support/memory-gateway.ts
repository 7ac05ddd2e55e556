// The smallest gateway that an agent can feed: maps in the test's own process, and a carrier that speaks to it over HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyMark } from '../../src/domain/key-life.ts';
import type { Carrier, DrainedCalls, PushedChange, PushedEntry } from '../../src/gateway/pushed/carrier.ts';
import { textsOf } from './pushed-entries.ts';

type Told =
  | { load: readonly PushedEntry[] }
  | { apply: readonly PushedChange[]; load: number }
  | { lease: { ends: number; stale: number | null }; load: number }
  | { drain: true };

const monotonic = () => Number(process.hrtime.bigint()) / 1e6;

export type MemoryGateway = Awaited<ReturnType<typeof startMemoryGateway>>;

export async function startMemoryGateway() {
  let maps = new Map<string, string>();
  let load = 0;
  let lease = { ends: 0, stale: null as number | null };
  const counted = new Map<string, DrainedCalls>();
  const told = { loads: 0, changes: 0 };
  const nameOf = ({ map, key }: { map: string; key: string }) => `${map} ${key}`;

  function hear(words: Told): unknown {
    if ('drain' in words) {
      const drained = [...counted.values()];
      counted.clear();
      return drained;
    }
    if ('apply' in words || 'lease' in words) {
      // As after a restart.
      if (words.load !== load) return null;
      if ('lease' in words) lease = words.lease;
      else
        for (const change of words.apply) {
          told.changes += 1;
          if (change.value === null) maps.delete(nameOf(change));
          else maps.set(nameOf(change), change.value);
        }
      return load;
    }
    maps = new Map(words.load.map((entry) => [nameOf(entry), entry.value]));
    told.loads += 1;
    load = told.loads;
    return load;
  }
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    res.end(JSON.stringify(hear(JSON.parse(body) as Told)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How often everything came, and how many changes. */
    told,
    maps: () => maps,
    staleSeconds: () => lease.stale,
    /** As it would answer a call of this key's own API: from its maps, while its time lasts. */
    ask(hash: string): 200 | 401 | 403 | 503 {
      if (monotonic() >= lease.ends) return 503;
      const record = maps.get(`keys ${hash}`)?.split('|');
      if (!record) return 401;
      const [why = '', , , scope = '', subscriptionTag = ''] = record;
      const status = why === 'ok' && maps.has(`grants ${scope}`) ? 200 : 403;
      const outcome = status === 200 ? 'passed' : 'account_blocked';
      const key = `${subscriptionTag} ${outcome}`;
      const calls = (counted.get(key)?.calls ?? 0) + 1;
      counted.set(key, { subscriptionTag, keyMark: keyMark(hash), apiToken: '', outcome, calls });
      return status;
    },
    /** Forgets everything, as a gateway that was started again. */
    restart(): void {
      maps = new Map();
      load = 0;
      lease = { ends: 0, stale: null };
    },
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function createMemoryCarrier(url: string): Carrier {
  let load: unknown = null;
  const tell = async (words: Told): Promise<unknown> => {
    const answer = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(words),
      signal: AbortSignal.timeout(5_000),
    });
    const value: unknown = await answer.json();
    if (value === null) throw new Error('This gateway was started again.');
    return value;
  };
  const loaded = () => Number(load);
  return {
    kind: 'nginx',
    async load(entries) {
      load = await tell({ load: await textsOf(entries) });
    },
    async apply(changes) {
      await tell({ apply: changes, load: loaded() });
    },
    async keepAlive({ endsAt, staleSeconds }) {
      const now = monotonic();
      await tell({ lease: { ends: now + endsAt - performance.now(), stale: staleSeconds }, load: loaded() });
      return false;
    },
    drain: async () => (await tell({ drain: true })) as DrainedCalls[],
    close: async () => {},
  };
}
