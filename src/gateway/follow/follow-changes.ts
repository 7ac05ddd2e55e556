// Follows changes over one connection, until it is lost.
import { hostname } from 'node:os';
import type { Share } from '../../domain/call-limits.ts';
import type { FollowerBeat, GatewayQuestion } from '../../domain/gateway-rows.ts';
import { withTimeout } from '../../web/with-timeout.ts';
import type { CallIndex } from '../index/call-index.ts';
import type { GatewaySource, Rows } from '../source.ts';
import { createPendingChanges, type PendingBatch } from './pending-changes.ts';
import { loadIndex, readChangedRows } from './read-rows.ts';

/** A connection without a heartbeat for this long is dead, although no error says so. */
const DEAD_AFTER_MS = 5_000;
const LEAVE_MS = 500;
/** A heartbeat that only shows that the connection is alive. */
const PROBE = 'probe';
const HOST = hostname();
/** One for rows, one for heartbeats, which don't wait for a long page of rows. */
const CONNECTIONS = 2;

export type IndexListener = {
  loaded(index: CallIndex): void;
  /** A heartbeat came back: the index has everything that was committed before it was sent. */
  heard(sentAt: number): void;
  /** The index may miss changes from now on. */
  lost(): void;
  /** Whether calls of limited subscriptions came within the last minute. */
  isAnswering(): boolean;
  /** A heartbeat was stored, and with it this is the share of each rate. */
  shared(share: Share): void;
  /** Writes the calls that this process has counted; false when it can't. */
  writeUsage(): Promise<boolean>;
};

/**
 * What answers by the index outside this process. A method that rejects ends the connection; after that, all of the
 * index is loaded again.
 */
export type Mirror = {
  /** Resolves once it has all of the index. `signal`: the connection is lost. */
  load(index: CallIndex, signal: AbortSignal): Promise<void>;
  /** Before the changed rows of a batch are read. */
  remember(batch: PendingBatch): void;
  /** Resolves once it has what they changed. */
  apply(): Promise<void>;
  /** As of an `IndexListener`. */
  heard(sentAt: number): Promise<void>;
};

export type FollowOptions = {
  source: GatewaySource;
  now: () => number;
  listener: IndexListener;
  mirror: Mirror | null;
  kind: FollowerBeat['kind'];
  /** How often a heartbeat is sent. */
  heartbeatMs: number;
  signal: AbortSignal;
};

/** `code` says why, for the log. */
class ConnectionLost extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Loads an index and keeps it up to date. Rejects with a `ConnectionLost`, or the source's error, as soon as it can't. */
export async function followChanges(options: FollowOptions): Promise<void> {
  const { source, listener, mirror, signal } = options;
  const rows = source.openRows(CONNECTIONS);
  const loss = createLoss();
  const stop = () => loss.report(new ConnectionLost('stopped'));
  signal.addEventListener('abort', stop);
  const heartbeats = createHeartbeats(rows, loss, options);
  const reader = createReader(rows, loss, options, heartbeats.answer);
  const hearing = source.hearChanges({
    change(change) {
      reader.pending.add(change);
      if (reader.pending.isOverLimit) loss.report(new ConnectionLost('too_many_changes'));
      else reader.catchUp();
    },
    question(question) {
      reader.pending.addQuestion(question);
      reader.catchUp();
    },
    async usage(question) {
      if (await listener.writeUsage()) heartbeats.answer(question);
    },
    beat(payload) {
      heartbeats.heard();
      if (payload === PROBE) return;
      reader.pending.addBeat(Number(payload));
      reader.catchUp();
    },
    lost: () => loss.report(new ConnectionLost('connection_lost')),
  });
  try {
    const { beatChannel } = await Promise.race([hearing, loss.promise]);
    heartbeats.begin(beatChannel);
    const index = await Promise.race([loadIndex(rows), loss.promise]);
    await Promise.race([heartbeats.firstHeard, loss.promise]);
    if (mirror) await Promise.race([mirror.load(index, loss.signal), loss.promise]);
    reader.begin(index);
    heartbeats.renewLease();
    await loss.promise;
  } finally {
    loss.report(new ConnectionLost('ended'));
    listener.lost();
    signal.removeEventListener('abort', stop);
    hearing.then(
      (changes) => changes.close(),
      () => {},
    );
    await heartbeats.end();
    rows.abandon();
  }
}

type Loss = {
  readonly isReported: boolean;
  signal: AbortSignal;
  promise: Promise<never>;
  report(error: Error): void;
};

/** A promise that rejects with the first error that is reported. */
function createLoss(): Loss {
  const reported = new AbortController();
  const { signal } = reported;
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  promise.catch(() => {});
  return {
    get isReported() {
      return signal.aborted;
    },
    signal,
    promise,
    report(error) {
      // The first error is the reason; what it aborts may report more.
      reject(error);
      reported.abort();
    },
  };
}

/** Reads changed rows again, one batch at a time, once there is an index to put them into. */
function createReader(
  rows: Rows,
  loss: Loss,
  { listener, mirror }: FollowOptions,
  answer: (question: GatewayQuestion) => void,
) {
  const pending = createPendingChanges();
  let index: CallIndex | null = null;
  let isReading = false;
  async function readAllPending(index: CallIndex): Promise<void> {
    isReading = true;
    while (!pending.isEmpty) {
      const batch = pending.take();
      mirror?.remember(batch);
      await readChangedRows(index, rows, batch);
      if (loss.isReported) return;
      if (mirror) await mirror.apply();
      if (loss.isReported) return;
      if (batch.beatAt > Number.NEGATIVE_INFINITY) {
        listener.heard(batch.beatAt);
        mirror?.heard(batch.beatAt).catch(loss.report);
      }
      for (const question of batch.questions) answer(question);
    }
    isReading = false;
  }
  const catchUp = () => {
    if (index && !isReading && !loss.isReported) readAllPending(index).catch(loss.report);
  };
  return {
    pending,
    catchUp,
    begin(loaded: CallIndex): void {
      index = loaded;
      listener.loaded(loaded);
      catchUp();
    },
  };
}

/**
 * Sends heartbeats, one at a time. Until `renewLease` they are probes, which give no trust and no lease: a process that is
 * loading, or that never hears itself (behind some poolers), would only make changes wait for it. It has its share of
 * rates all the same, because it answers from the database.
 */
function createHeartbeats(rows: Rows, loss: Loss, { now, heartbeatMs, kind, listener }: FollowOptions) {
  let channel = '';
  let isSending = false;
  let isLeased = false;
  let answeredAt = now();
  let timer: NodeJS.Timeout | undefined;
  let hear = () => {};
  const firstHeard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const probe = () => rows.notify(channel, PROBE);
  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    // A database that can't be written gives no lease, but it is there. Any other failure shows as a missing heartbeat.
    const payload = isLeased ? String(now()) : PROBE;
    await rows
      .beat(channel, payload, { kind, host: HOST, isAnswering: listener.isAnswering(), isLeased })
      .then(listener.shared)
      .catch(probe)
      .catch(() => {});
    isSending = false;
  }
  return {
    firstHeard,
    heard(): void {
      answeredAt = now();
      hear();
    },
    begin(ownChannel: string): void {
      channel = ownChannel;
      timer = setInterval(() => {
        if (now() - answeredAt > DEAD_AFTER_MS) loss.report(new ConnectionLost('no_heartbeat'));
        else void send();
      }, heartbeatMs);
      void send();
    },
    renewLease(): void {
      isLeased = true;
      void send();
    },
    answer(question: GatewayQuestion): void {
      const answer = JSON.stringify([question.token, channel]);
      // A lost answer costs the one who asked some time.
      void rows.notify(question.channel, answer).catch(() => {});
    },
    /** So that no change waits for this process any more; if that fails, changes wait for its lease once. */
    async end(): Promise<void> {
      clearInterval(timer);
      if (channel === '') return;
      await withTimeout(LEAVE_MS, rows.leave(channel)).catch(() => {});
    },
  };
}
