// Follows changes over one connection, until it is lost.
import type { CallIndex } from './call-index.ts';
import { createPendingChanges } from './pending-changes.ts';
import { loadIndex, readChangedRows } from './read-rows.ts';
import type { GatewaySource, Rows } from './source.ts';

const HEARTBEAT_MS = 1_000;
/** A connection without a heartbeat for this long is dead, although no error says so. */
const DEAD_AFTER_MS = 5_000;
/** One for rows, one for heartbeats, which don't wait for a long page of rows. */
const CONNECTIONS = 2;

/** Never called after `followChanges` has rejected. */
export type IndexListener = {
  /** From now on, `sendHeartbeat` sends one at once. */
  opened(sendHeartbeat: () => void): void;
  loaded(index: CallIndex): void;
  /** A heartbeat came back: the index has everything that was committed before it was sent. */
  heard(sentAt: number): void;
};

/** `code` says why, for the log. */
class ConnectionLost extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Loads an index and keeps it up to date. Rejects with a `ConnectionLost`, or the database's error, as soon as it can't. */
export async function followChanges(
  source: GatewaySource,
  now: () => number,
  listener: IndexListener,
  signal: AbortSignal,
): Promise<void> {
  const rows = source.openRows(CONNECTIONS);
  const loss = createLoss();
  const stop = () => loss.report(new ConnectionLost('stopped'));
  signal.addEventListener('abort', stop);
  const reader = createReader(rows, loss, listener);
  const heartbeats = createHeartbeats(rows, now);
  let answeredAt = now();
  const timer = setInterval(() => {
    if (now() - answeredAt > DEAD_AFTER_MS) loss.report(new ConnectionLost('no_heartbeat'));
    else heartbeats.send();
  }, HEARTBEAT_MS);
  const hearing = source.hearChanges({
    change(change) {
      reader.pending.add(change);
      if (reader.pending.isOverLimit) loss.report(new ConnectionLost('too_many_changes'));
      else reader.catchUp();
    },
    beat(payload) {
      answeredAt = now();
      reader.pending.addBeat(Number(payload));
      reader.catchUp();
    },
    lost: () => loss.report(new ConnectionLost('connection_lost')),
  });
  try {
    const { beatChannel } = await Promise.race([hearing, loss.promise]);
    heartbeats.channel = beatChannel;
    listener.opened(heartbeats.send);
    reader.begin(await Promise.race([loadIndex(rows), loss.promise]));
    heartbeats.send();
    await loss.promise;
  } finally {
    loss.report(new ConnectionLost('ended'));
    signal.removeEventListener('abort', stop);
    clearInterval(timer);
    hearing.then(
      (changes) => changes.close(),
      () => {},
    );
    rows.abandon();
  }
}

type Loss = { readonly isReported: boolean; promise: Promise<never>; report(error: Error): void };

/** A promise that rejects with the first error that is reported. */
function createLoss(): Loss {
  let isReported = false;
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  promise.catch(() => {});
  return {
    get isReported() {
      return isReported;
    },
    promise,
    report(error) {
      isReported = true;
      reject(error);
    },
  };
}

/** Reads changed rows again, one batch at a time, once there is an index to put them into. */
function createReader(rows: Rows, loss: Loss, listener: IndexListener) {
  const pending = createPendingChanges();
  let index: CallIndex | null = null;
  let isReading = false;
  async function readAllPending(index: CallIndex): Promise<void> {
    isReading = true;
    while (!pending.isEmpty) {
      const batch = pending.take();
      await readChangedRows(index, rows, batch);
      if (loss.isReported) return;
      if (batch.beatAt > Number.NEGATIVE_INFINITY) listener.heard(batch.beatAt);
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

/** Sends one heartbeat at a time, and one more when `send` was called meanwhile. */
function createHeartbeats(rows: Rows, now: () => number) {
  let isSending = false;
  let isDue = false;
  const heartbeats = { channel: null as string | null, send: () => void sendAll() };
  async function sendAll(): Promise<void> {
    isDue = true;
    if (isSending || heartbeats.channel === null) return;
    isSending = true;
    while (isDue) {
      isDue = false;
      // A failure shows as a missing heartbeat.
      await rows.notify(heartbeats.channel, String(now())).catch(() => {});
    }
    isSending = false;
  }
  return heartbeats;
}
