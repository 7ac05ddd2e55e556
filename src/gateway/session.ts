// One connection on which changes are heard, from its first word to its loss.
import type { CallIndex } from './call-index.ts';
import { createPendingChanges } from './pending-changes.ts';
import { loadIndex, readAnew } from './read-rows.ts';
import type { GatewaySource, Rows } from './source.ts';

const BEAT_MS = 1_000;
/** A connection without a heartbeat for so long is taken for dead, although nobody has said so. */
const DEAD_AFTER_MS = 5_000;
/** One for what is read, one for heartbeats, so that they don't wait for a long page. */
const CONNECTIONS = 2;

/** What a session says, until it ends. */
export type SessionNews = {
  /** From now on a heartbeat can be sent out of turn. */
  opened(beatNow: () => void): void;
  loaded(index: CallIndex): void;
  /** A heartbeat came round: all that was committed before it was sent is in the index. */
  heard(sentAt: number): void;
};

/** `code` says why, for the log. */
class SessionLost extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Loads an index and keeps it true. Rejects as soon as it can't, and says nothing any more then. */
export async function followChanges(
  source: GatewaySource,
  now: () => number,
  news: SessionNews,
  signal: AbortSignal,
): Promise<void> {
  const rows = source.openRows(CONNECTIONS);
  const end = createEnd();
  const stop = () => end.lose(new SessionLost('stopped'));
  signal.addEventListener('abort', stop);
  const reader = createReader(rows, end, news);
  let answeredAt = now();
  const beat = createBeats(rows, now);
  const timer = setInterval(() => {
    if (now() - answeredAt > DEAD_AFTER_MS) end.lose(new SessionLost('no_heartbeat'));
    else beat.send();
  }, BEAT_MS);
  const hearing = source.hearChanges({
    change(change) {
      reader.pending.add(change);
      if (reader.pending.isTooMuch) end.lose(new SessionLost('too_many_changes'));
      else reader.catchUp();
    },
    beat(payload) {
      answeredAt = now();
      reader.pending.addBeat(Number(payload));
      reader.catchUp();
    },
    lost: () => end.lose(new SessionLost('connection_lost')),
  });
  try {
    const { beatChannel } = await Promise.race([hearing, end.lost]);
    beat.channel = beatChannel;
    news.opened(beat.send);
    reader.begin(await Promise.race([loadIndex(rows), end.lost]));
    beat.send();
    await end.lost;
  } finally {
    end.lose(new SessionLost('ended'));
    signal.removeEventListener('abort', stop);
    clearInterval(timer);
    hearing.then(
      (changes) => changes.close(),
      () => {},
    );
    rows.abandon();
  }
}

type End = { readonly isLost: boolean; lost: Promise<never>; lose(why: Error): void };

function createEnd(): End {
  let isLost = false;
  let reject: (why: Error) => void = () => {};
  const lost = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  lost.catch(() => {});
  const lose = (why: Error) => {
    isLost = true;
    reject(why);
  };
  return {
    get isLost() {
      return isLost;
    },
    lost,
    lose,
  };
}

/** Reads anew what was told, in turn, once there is an index to put it into. */
function createReader(rows: Rows, end: End, news: SessionNews) {
  const pending = createPendingChanges();
  let index: CallIndex | null = null;
  let isReading = false;
  async function readOnAndOn(index: CallIndex): Promise<void> {
    isReading = true;
    while (!pending.isEmpty) {
      const taken = pending.take();
      await readAnew(index, rows, taken);
      if (end.isLost) return;
      if (taken.beatAt > Number.NEGATIVE_INFINITY) news.heard(taken.beatAt);
    }
    isReading = false;
  }
  const catchUp = () => {
    if (index && !isReading && !end.isLost) readOnAndOn(index).catch(end.lose);
  };
  return {
    pending,
    catchUp,
    begin(loaded: CallIndex): void {
      index = loaded;
      news.loaded(loaded);
      catchUp();
    },
  };
}

/** Sends a heartbeat; one at a time, and one more when it was asked for meanwhile. */
function createBeats(rows: Rows, now: () => number) {
  let isSending = false;
  let isDue = false;
  const beats = { channel: null as string | null, send: () => void sendAll() };
  async function sendAll(): Promise<void> {
    isDue = true;
    if (isSending || beats.channel === null) return;
    isSending = true;
    while (isDue) {
      isDue = false;
      // One that is lost is missed: that is what it is for.
      await rows.notify(beats.channel, String(now())).catch(() => {});
    }
    isSending = false;
  }
  return beats;
}
