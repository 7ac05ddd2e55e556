// The rule in its carriers: an index, SQL, a real HAProxy and a real nginx. Each answers the same calls.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewaySource } from '../../src/db/gateway/source.ts';
import { createPendingChanges } from '../../src/gateway/follow/pending-changes.ts';
import { loadIndex, readChangedRows } from '../../src/gateway/follow/read-rows.ts';
import { createHaproxyCarrier } from '../../src/gateway/haproxy/carrier.ts';
import { createNginxCarrier } from '../../src/gateway/nginx/carrier.ts';
import type { Carrier, PushedChange } from '../../src/gateway/pushed/carrier.ts';
import { createPushedMaps } from '../../src/gateway/pushed/maps.ts';
import type { TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startPushedNginx } from '../support/pushed-nginx.ts';
import { createRawCalls, type RawAnswer } from './raw-calls.ts';
import { type From, serveGateway } from './serve.ts';
import type { Call } from './worlds.ts';

export type CarrierName = 'index' | 'SQL' | 'HAProxy' | 'nginx';
export type Answer = {
  status: number;
  body: string;
  /** By their names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** The headers that an API gets with a call that passes; null when no call came through. */
  atApi: ReadonlyMap<string, string> | null;
  uriAtApi: string | null;
};
/** When the answer was decided, at the earliest and at the latest: milliseconds since 1970. */
export type Answered = { call: Call; answer: Answer; from: number; to: number };
export type RuleCarrier = {
  name: CarrierName;
  answerAll(calls: readonly Call[]): Promise<Answered[]>;
  /** Resolves once it answers by everything that is committed now. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
};

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;
const asWritten = ({ headers }: Call) => headers.map(([name, value]) => `${name}: ${value}`);
const throughGateway = (call: Call) => lines(`GET ${call.uri} HTTP/1.1`, 'Host: gateway', ...asWritten(call));
const asCheck = (call: Call) =>
  lines('GET /gateway/check HTTP/1.1', 'Host: us', `X-Original-URI: ${call.uri}`, ...asWritten(call));

/** A clock may be read a little before a call came, or after its answer went. */
const CLOCK_MS = 100;
const SILENT = 503;

function answering(
  port: number,
  write: (call: Call) => string,
  read: (raw: RawAnswer) => Answer,
  wake: () => Promise<void>,
) {
  const calls = createRawCalls(port, write);
  return {
    close: calls.close,
    answerAll: (all: readonly Call[]): Promise<Answered[]> =>
      calls.askAll(all, async (call, ask) => {
        for (;;) {
          const from = Date.now() - CLOCK_MS;
          const raw = await ask();
          const answer = { call, answer: read(raw), from, to: Date.now() + CLOCK_MS };
          // A machine that is busy lets a gateway fall silent.
          if (raw.status !== SILENT) return answer;
          await wake();
        }
      }),
  };
}

/** `/gateway/check` by one of our processes. */
export async function startCheck(t: TestContext, from: From): Promise<RuleCarrier> {
  const source = createGatewaySource(t.db, t.databaseUrl, 'ours', t.clock);
  const clock = () => new Date();
  const served = await serveGateway(t, from, { clock, source: { ...source, addUsage: async () => [] } });
  const read = ({ status, headers, body }: RawAnswer): Answer => ({
    ...{ status, headers, body, uriAtApi: null },
    atApi: status === 200 ? headers : null,
  });
  const { answerAll, close } = answering(served.port, asCheck, read, served.catchUp);
  return {
    name: from === 'memory' ? 'index' : 'SQL',
    answerAll,
    catchUp: served.catchUp,
    async close() {
      close();
      await served.close();
    },
  };
}

/** Answers with what arrived. */
async function startApi() {
  const server = createServer((req, res) => {
    const headers = Object.fromEntries(
      Object.entries(req.headers).map(([name, value]) => [name, String(value)]),
    );
    res.end(JSON.stringify({ uri: req.url, headers }));
  });
  // HAProxy ends its client's connection without a word when an API ends one that it was about to use.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function readPushed({ status, headers, body }: RawAnswer): Answer {
  if (status !== 200) return { status, headers, body, atApi: null, uriAtApi: null };
  const arrived = JSON.parse(body) as { uri: string; headers: Record<string, string> };
  return {
    status,
    headers,
    body: '',
    atApi: new Map(Object.entries(arrived.headers)),
    uriAtApi: arrived.uri,
  };
}

const LEASE_MS = 2_000;
const keptAlive = (carrier: Carrier) =>
  carrier.keepAlive({ endsAt: performance.now() + LEASE_MS, staleSeconds: null, share: { of: 1, rank: 0 } });

export type PushedGateways = Awaited<ReturnType<typeof startPushed>>;

/** Gateways that are told everything that a follower hears. Those without a path are left out. */
export async function startPushed(t: TestContext, paths: { haproxy: string | null; nginx: string | null }) {
  const api = await startApi();
  const warn = (message: string) => {
    throw new Error(message);
  };
  const haproxy = paths.haproxy === null ? null : await startHaproxy(paths.haproxy, api.host);
  const nginx = paths.nginx === null ? null : await startPushedNginx(paths.nginx, api.host, { workers: 2 });
  const fed: { name: CarrierName; port: number; carrier: Carrier }[] = [];
  if (haproxy)
    fed.push({ name: 'HAProxy', port: haproxy.port, carrier: createHaproxyCarrier({ ...haproxy, warn }) });
  if (nginx) fed.push({ name: 'nginx', port: nginx.port, carrier: createNginxCarrier({ ...nginx, warn }) });
  const feed = await createFeed(
    t,
    fed.map(({ carrier }) => carrier),
  );
  const carriers = fed.map(({ name, port, carrier }): RuleCarrier => {
    const { answerAll, close } = answering(port, throughGateway, readPushed, feed.wake);
    return {
      ...{ name, answerAll, catchUp: feed.catchUp },
      async close() {
        close();
        await carrier.close();
      },
    };
  });
  return {
    carriers,
    loadAgain: feed.loadAgain,
    async close(): Promise<void> {
      await feed.close();
      for (const carrier of carriers) await carrier.close();
      await haproxy?.stop();
      await nginx?.stop();
      api.close();
    },
  };
}

async function createFeed(t: TestContext, carriers: readonly Carrier[]) {
  const source = createGatewaySource(t.db, t.databaseUrl, 'ours', t.clock);
  const rows = source.openRows(1);
  const pending = createPendingChanges();
  let heard = () => {};
  const changes = await source.hearChanges({
    change: pending.add,
    beat: () => heard(),
    question: () => {},
    usage: () => {},
    lost: () => {},
  });
  const maps = createPushedMaps();
  let index = await loadIndex(rows);
  for (const carrier of carriers) await carrier.load(maps.entries(index));
  const keepAlive = () => Promise.all(carriers.map(keptAlive));
  await keepAlive();
  const beating = setInterval(() => void keepAlive().catch(() => {}), LEASE_MS / 4);
  let last: Promise<unknown> = Promise.resolve();

  /** As an agent does it: a gateway that did not take all changes gets everything. */
  async function tellAll(all: readonly PushedChange[]): Promise<void> {
    for (const carrier of carriers) {
      let tell = () => carrier.apply(all);
      await eventually(`${carrier.kind} to take everything`, async () => {
        const isTold = await tell()
          .then(() => keptAlive(carrier))
          .then(
            () => true,
            () => false,
          );
        tell = () => carrier.load(maps.entries(index));
        return isTold;
      });
    }
  }

  /** What was committed so far. */
  async function takeHeard() {
    const beat = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await rows.notify(changes.beatChannel, 'beat');
    await beat;
    return pending.take();
  }
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    catchUp: () =>
      inTurn(async () => {
        const batch = await takeHeard();
        maps.remember(batch);
        await readChangedRows(index, rows, batch);
        const all = maps.changes();
        await tellAll(all);
      }),
    /** As after a connection that was lost with all that it would have told. */
    loadAgain: () =>
      inTurn(async () => {
        await takeHeard();
        index = await loadIndex(rows);
        const all = await maps.difference(index);
        await tellAll(all);
      }),
    wake: () => inTurn(() => tellAll([])),
    async close() {
      clearInterval(beating);
      changes.close();
      await rows.close();
    },
  };
}
