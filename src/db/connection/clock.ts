// The time that decides about data: the database's. Between its answers elapsed time is added, so a process whose own clock
// jumps erases nothing early, and two processes agree.
import { setTimeout as delay } from 'node:timers/promises';
import type postgres from 'postgres';

const ASKED_EVERY_MS = 5_000;
/** A slower answer says too little about now. It counts only when none came for long. */
const QUICK_ANSWER_MS = 200;
const LONG_WITHOUT_ANSWER_MS = 60_000;
/** The clock stands still instead of going back by less. */
const MAX_STANDSTILL_MS = 5_000;
const JUMP_MS = 3_600_000;
const DOUBT_MS = 5 * 60_000;

export type DatabaseClock = {
  now(): Date;
  /** False for five minutes after the database's own clock jumped by more than an hour. */
  isSure(): boolean;
  stop(): void;
};

type Options = {
  askedEveryMs?: number;
  /** Elapsed time in milliseconds, which no setting of the machine's clock changes. */
  elapsed?: () => number;
  /** Called when the database's own clock jumps. */
  onJump?: (jumpMs: number) => void;
};

/** Asks the database for its time, now and every five seconds. Rejects when the first question fails. */
export async function followDatabaseClock(sql: postgres.Sql, options: Options = {}): Promise<DatabaseClock> {
  const { askedEveryMs = ASKED_EVERY_MS, elapsed = () => performance.now(), onJump = () => {} } = options;
  const ask = async () => {
    const askedAt = elapsed();
    const [row] = await sql.unsafe<[{ ms: string }]>(
      'select extract(epoch from clock_timestamp()) * 1000 as ms',
    );
    const at = elapsed();
    return { offset: Number(row.ms) - (askedAt + at) / 2, tookMs: at - askedAt, at };
  };
  let known = await ask();
  let sureFrom = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  const stopping = new AbortController();
  void (async () => {
    for (;;) {
      await delay(askedEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
      // While the database can't be asked, elapsed time alone is counted.
      const answer = await ask().catch(() => null);
      if (!answer || (answer.tookMs > QUICK_ANSWER_MS && answer.at - known.at < LONG_WITHOUT_ANSWER_MS))
        continue;
      const jumpMs = answer.offset - known.offset;
      known = answer;
      if (Math.abs(jumpMs) <= JUMP_MS) continue;
      sureFrom = elapsed() + DOUBT_MS;
      onJump(Math.round(jumpMs));
    }
  })();
  return {
    now() {
      const ms = elapsed() + known.offset;
      if (ms > latest || latest - ms > MAX_STANDSTILL_MS) latest = ms;
      return new Date(latest);
    },
    isSure: () => elapsed() >= sureFrom,
    stop: () => stopping.abort(),
  };
}
