// Serves what the agents beside gateways follow: all rows, then each change, as an index in this process would hear it.
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { CallBatch } from '../../domain/call-counts.ts';
import type { Log } from '../../log.ts';
import { createConcurrencyLimit } from '../../security/concurrency-limit.ts';
import { isSameSecret } from '../../security/same-secret.ts';
import { readBody } from '../../web/read-body.ts';
import { HttpRefusal, refusalAsJson } from '../../web/refusal.ts';
import { NOT_FOUND, sendResponse, UNAVAILABLE } from '../check/check-response.ts';
import type { GatewaySource, Rows } from '../source.ts';
import { type ChangeEvent, FOLLOW_PATH, MAX_FOLLOWED_IDS } from './follow-lines.ts';
import { createRenewedRows } from './renewed-rows.ts';
import { createSnapshotWriter, SNAPSHOT_TYPE, SNAPSHOT_VERSION, VERSION_QUERY } from './snapshot-bytes.ts';

const MAX_BODY_BYTES = 2 * 1_024 * 1_024;
const MAX_BATCH_CALLS = 2_000;
/** Each has a connection to the database. */
const MAX_STREAMS = 64;
const MAX_SNAPSHOTS = 4;
/** For all agents together. */
const READ_CONNECTIONS = 4;
const MAX_READ_MS = 10_000;
/** Heartbeats don't wait for rows. */
const BEAT_CONNECTIONS = 2;
const MAX_BEAT_MS = 3_000;
const LIMITS = {
  /** What a slow reader may leave unread, and for how long. */
  unreadBytes: 16 * 1_024 * 1_024,
  stallMs: 10_000,
  /** An agent's heartbeats come back over its stream. Without them it is gone. */
  silentMs: 15_000,
};
type Limits = typeof LIMITS;

const id = z.string().min(1).max(1_000);
const beatChannel = z.string().regex(/^gateway_beat_[0-9a-f]{16}$/);
/** Nothing else that listens in the database can be reached. */
const anyChannel = z.string().regex(/^gateway_(beat|answers)_[0-9a-f]{16}$/);
const payload = z.string().max(200);
const heartbeat = z.strictObject({
  kind: z.enum(['haproxy', 'nginx']),
  host: z.string().max(300),
  isAnswering: z.boolean(),
  isLeased: z.boolean(),
});

type Work = (rows: Rows, body: unknown) => Promise<unknown>;
const reads: Record<string, Work> = {
  [`${FOLLOW_PATH}/rows`](rows, body) {
    const { kind, ids } = z
      .strictObject({
        kind: z.enum(['subscriptions', 'accounts', 'products', 'apis']),
        ids: z.array(id).max(MAX_FOLLOWED_IDS).nullable(),
      })
      .parse(body);
    return kind === 'products' || kind === 'apis' ? rows[kind](ids) : rows[kind](ids ?? []);
  },
};
const beats: Record<string, Work> = {
  [`${FOLLOW_PATH}/notify`](rows, body) {
    const { channel, payload: what } = z.strictObject({ channel: anyChannel, payload }).parse(body);
    return rows.notify(channel, what);
  },
  [`${FOLLOW_PATH}/beat`](rows, body) {
    const read = z.strictObject({ id: beatChannel, payload, beat: heartbeat }).parse(body);
    return rows.beat(read.id, read.payload, read.beat);
  },
};

const batch = z.strictObject({
  sentAt: z.number(),
  source: z.string().min(1).max(100),
  number: z.int().positive(),
  calls: z
    .array(
      z.strictObject({
        subscription: z.strictObject({ id, createdAt: z.number() }).nullable(),
        keyMark: z
          .string()
          .regex(/^[0-9a-f]{6}$/)
          .nullable(),
        productId: id.nullable(),
        apiId: id.nullable(),
        outcome: z.string().regex(/^[a-z_]{1,40}$/),
        calls: z.int().positive(),
        lastAt: z.number(),
      }),
    )
    .max(MAX_BATCH_CALLS),
});

/** An agent counts its calls by a clock of its own, and says what that showed when it sent them. */
function onOurClock({ sentAt, calls, ...rest }: z.output<typeof batch>, now: Date): CallBatch {
  const ours = calls.map((row) => ({ ...row, lastAt: now.getTime() - Math.max(0, sentAt - row.lastAt) }));
  return { ...rest, calls: ours } as CallBatch;
}

export type FollowerServer = { listener: RequestListener; stop(): Promise<void> };

/** Everything below `/gateway/follow`. Without the secret there is nothing at these addresses. */
export function createFollowerServer(options: {
  source: GatewaySource;
  /** `GATEWAY_FOLLOW_SECRET`. */
  secret: string;
  log: Log;
  clock: () => Date;
  limits?: Partial<Limits>;
}): FollowerServer {
  const { source, secret, log, clock } = options;
  const limits = { ...LIMITS, ...options.limits };
  const readRows = createRenewedRows(source, READ_CONNECTIONS);
  const beatRows = createRenewedRows(source, BEAT_CONNECTIONS);
  const snapshots = createSnapshots(source, limits);
  const streams = createStreams(source, limits);

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [given] = /(?<=^Bearer ).+$/.exec(req.headers.authorization ?? '') ?? [];
    const [path = '', query = ''] = (req.url ?? '').split('?', 2);
    if (given === undefined || !isSameSecret(given, secret)) return sendResponse(res, NOT_FOUND);
    if (req.method === 'GET' && path === `${FOLLOW_PATH}/snapshot`)
      return query === VERSION_QUERY ? await snapshots.send(res) : refuseVersion(res);
    if (req.method === 'GET' && path === `${FOLLOW_PATH}/changes`) return await streams.send(res);
    if (req.method !== 'POST') return sendResponse(res, NOT_FOUND);
    const answer = async (): Promise<unknown> => {
      const [read, beat] = [reads[path], beats[path]];
      const body = await readJson(req);
      if (read) return readRows.use(MAX_READ_MS, (rows) => read(rows, body));
      if (beat) return beatRows.use(MAX_BEAT_MS, (rows) => beat(rows, body));
      if (path === `${FOLLOW_PATH}/usage`) return source.addUsage(onOurClock(batch.parse(body), clock()));
      throw new HttpRefusal('not_found');
    };
    sendJson(res, (await answer()) ?? null);
  }
  return {
    listener: (req, res) => void respond(req, res).catch((error: unknown) => fail(res, error, log)),
    async stop() {
      streams.stop();
      await Promise.all([readRows.stop(), beatRows.stop()]);
    },
  };
}

/** A body that is no JSON is refused like an unreadable form. */
async function readJson(req: IncomingMessage): Promise<unknown> {
  const body = await readBody(req, MAX_BODY_BYTES);
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new HttpRefusal('bad_request');
  }
}

function sendJson(res: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  res.writeHead(200, { ...JSON_HEADERS, 'content-length': Buffer.byteLength(body) }).end(body);
}

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };
/** nginx in between must not collect the lines. */
const LINES_HEADERS = {
  'content-type': 'application/x-ndjson',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

async function fail(res: ServerResponse, error: unknown, log: Log): Promise<void> {
  const isRefusal = error instanceof HttpRefusal;
  if (!isRefusal && !(error instanceof z.ZodError)) log.warn({ err: error }, 'agent not served');
  // An agent must notice that what it reads is incomplete.
  if (res.headersSent || res.destroyed) return void res.destroy();
  if (!isRefusal && !(error instanceof z.ZodError)) return sendResponse(res, UNAVAILABLE);
  const refusal = refusalAsJson(isRefusal ? error : new HttpRefusal('bad_request'), '');
  res.writeHead(refusal.status, { ...JSON_HEADERS, connection: 'close' }).end(await refusal.text());
}

function refuseVersion(res: ServerResponse): void {
  const message = `The server sends snapshots of version ${SNAPSHOT_VERSION}. Use the agent of the same release.`;
  res.writeHead(409, { ...JSON_HEADERS, connection: 'close' });
  res.end(JSON.stringify({ error: { code: 'OtherVersion', message } }));
}

/** All rows as bytes. Reads from the database only as fast as the agent reads. */
function createSnapshots(source: GatewaySource, { stallMs }: Limits) {
  const limited = createConcurrencyLimit(MAX_SNAPSHOTS, MAX_STREAMS);
  async function write(res: ServerResponse): Promise<void> {
    const rows = source.openRows(1);
    // Also ends a query that hangs, once the agent has given up.
    res.once('close', rows.abandon);
    if (res.destroyed) return rows.abandon();
    const { finish, ...take } = createSnapshotWriter((part) => res.write(part));
    res.writeHead(200, { ...LINES_HEADERS, 'content-type': SNAPSHOT_TYPE });
    await rows.each({
      ...take,
      room: () => untilDrained(res, stallMs),
    });
    finish();
    res.end();
  }
  return { send: (res: ServerResponse) => limited(() => write(res)) };
}

/** Rejects when the reader is gone, or has read nothing for `maxMs`. */
async function untilDrained(res: ServerResponse, maxMs: number): Promise<void> {
  if (res.writableNeedDrain) {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(maxMs)]);
    try {
      await Promise.race(['drain', 'close'].map((event) => once(res, event, { signal })));
    } finally {
      over.abort();
    }
  }
  if (res.destroyed) throw new HttpRefusal('bad_request');
}

/** Changes as they come, one connection to the database for each agent. */
function createStreams(source: GatewaySource, limits: Limits) {
  const open = new Set<ServerResponse>();
  let isStopped = false;
  async function send(res: ServerResponse): Promise<void> {
    if (open.size >= MAX_STREAMS || isStopped) return sendResponse(res, UNAVAILABLE);
    open.add(res);
    const lines = createLineWriter(res, limits);
    const silence = createSilenceWatch(limits, () => res.destroy());
    const hearing = source.hearChanges({
      change: (change) => lines.write({ change }),
      question: (question) => lines.write({ question }),
      usage: (usage) => lines.write({ usage }),
      beat(beat) {
        silence.broken();
        lines.write({ beat });
      },
      lost: () => res.destroy(),
    });
    res.once('close', () => {
      open.delete(res);
      silence.stop();
      hearing.then(
        ({ close }) => close(),
        () => {},
      );
    });
    const { beatChannel: listening } = await hearing;
    lines.write({ listening });
  }
  return {
    send,
    stop(): void {
      isStopped = true;
      for (const res of open) res.destroy();
    },
  };
}

function createLineWriter(res: ServerResponse, { stallMs, unreadBytes }: Limits) {
  let number = 0;
  let fullSince: number | null = null;
  res.on('drain', () => {
    fullSince = null;
  });
  return {
    /** Drops a reader that is too slow: what it would read is out of date, and it can begin again. */
    write(event: ChangeEvent): void {
      if (res.destroyed) return;
      if (!res.headersSent) res.writeHead(200, LINES_HEADERS);
      number += 1;
      const now = performance.now();
      if (!res.write(`${JSON.stringify({ number, ...event })}\n`)) fullSince ??= now;
      const isStalled = fullSince !== null && now - fullSince > stallMs;
      if (isStalled || res.writableLength > unreadBytes) res.destroy();
    },
  };
}

function createSilenceWatch({ silentMs }: Limits, end: () => void) {
  let heardAt = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - heardAt > silentMs) end();
  }, silentMs / 3);
  timer.unref();
  return {
    broken(): void {
      heardAt = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
