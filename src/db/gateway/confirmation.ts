// Asks the processes that answer gateway checks from memory: whether they know what is committed (why: decision 0031), and
// to write the calls that they have counted.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type postgres from 'postgres';
import { GATEWAY_LEASE_MS } from '../../domain/gateway-rows.ts';
import { openPool } from '../connection/pool.ts';
import { CHANNEL } from './changes.ts';
import { IS_THERE } from './followers.ts';

const CONNECT_SECONDS = 2;
/** A timer may be a moment early. */
const WAIT_MS = GATEWAY_LEASE_MS + 20;
/** A person waits for the figure. */
const USAGE_MS = 300;

/** Opens its connection when it is first needed. */
export function createGatewayConfirmation(url: string, serviceId: string) {
  const closing = new AbortController();
  let line: Line | null = null;
  /** A round that isn't sent yet: every commit before that may share it. */
  let next: Promise<void> | null = null;
  let sent: Promise<unknown> = Promise.resolve();

  let nextUsage: Promise<boolean> | null = null;
  let usage: Promise<unknown> = Promise.resolve();

  function openedLine(): Line {
    if (!line?.isOpen) line = openLine(url, serviceId);
    return line;
  }
  async function runNext(): Promise<void> {
    await sent;
    next = null;
    const used = openedLine();
    const round = used.ask('question');
    sent = round.followers.catch(() => {});
    await untilLate(round.done, WAIT_MS);
    if (round.hasAnswer()) await used.forget(round.silent()).catch(() => {});
    // This connection may be what is stalled.
    else used.close();
  }
  async function runUsage(): Promise<boolean> {
    await usage;
    usage = nextUsage ?? usage;
    nextUsage = null;
    const round = openedLine().ask('usage');
    await untilLate(
      round.followers.catch(() => {}),
      CONNECT_SECONDS * 1_000,
    );
    await untilLate(round.done, USAGE_MS);
    return round.isDone();
  }
  async function untilLate(work: Promise<unknown>, lateMs: number): Promise<void> {
    const settled = new AbortController();
    const signal = AbortSignal.any([settled.signal, closing.signal]);
    await Promise.race([work, delay(lateMs, undefined, { signal }).catch(() => {})]);
    settled.abort();
  }
  return {
    /**
     * Resolves once each process has applied every change that is committed now. A process that does not answer is
     * waited for as long as its lease may last. Never rejects: without a database, every lease runs out.
     */
    async confirm(): Promise<void> {
      next ??= runNext();
      await untilLate(next, WAIT_MS);
    },
    /**
     * Whether every process has written the calls that it had counted, within 300 ms, or at once when only silent ones are
     * left. Never rejects. Requests share a round that isn't sent yet: one under way has no call that came after its question.
     */
    writeUsage(): Promise<boolean> {
      nextUsage ??= runUsage();
      return nextUsage;
    },
    async close(): Promise<void> {
      closing.abort();
      line?.close();
    },
  };
}

type Follower = { id: string; beats: string; isThere: boolean };
const ASK = `select id, beats::text, ${IS_THERE} as "isThere", pg_notify($2, $3)
  from gateway_followers where service_id = $1 and beats > 0`;
const FORGET = 'update gateway_followers set beats = 0 where service_id = $1 and id = $2 and beats = $3';

type Line = ReturnType<typeof openLine>;

/** One connection that asks, and listens for the answers. */
function openLine(url: string, serviceId: string) {
  const channel = `gateway_answers_${randomBytes(8).toString('hex')}`;
  const rounds = new Map<string, (id: string) => void>();
  let isOpen = true;
  const sql = openPool(url, {
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    onnotify(_channel: string, payload: string) {
      const [token, id] = JSON.parse(payload) as [string, string];
      rounds.get(token)?.(id);
    },
    onclose: () => close(),
    connection: { application_name: 'apim-user gateway answers', idle_session_timeout: 0 },
  } as postgres.Options<Record<string, never>>);
  const listening = sql.unsafe(`listen ${channel}`);
  listening.catch(() => close());
  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    void sql.end({ timeout: 0 }).catch(() => {});
  }

  async function send(kind: 'question' | 'usage', token: string): Promise<Follower[]> {
    await listening;
    const question = JSON.stringify([serviceId, kind, token, channel]);
    // Postgres delivers in the order of commits: a process that hears this has heard of every change before it.
    return await sql.unsafe<Follower[]>(ASK, [serviceId, CHANNEL, question]);
  }
  return {
    get isOpen() {
      return isOpen;
    },
    ask(kind: 'question' | 'usage') {
      const token = randomBytes(8).toString('hex');
      const answered = new Set<string>();
      const followers = send(kind, token);
      let asked: Follower[] | null = null;
      const silent = () => asked?.filter(({ id }) => !answered.has(id)) ?? [];
      // Until its lease is surely over, a change waits for each; for counts, no one waits for those that are gone.
      const isAwaited = ({ isThere }: Follower) => kind === 'question' || isThere;
      const done = new Promise<void>((resolve) => {
        const look = () => {
          if (asked === null || silent().some(isAwaited)) return;
          rounds.delete(token);
          resolve();
        };
        rounds.set(token, (id) => {
          answered.add(id);
          look();
        });
        followers.then(
          (found) => {
            asked = found;
            look();
          },
          () => {},
        );
      });
      // Without any, a process may be between two connections, with calls that no one asked for.
      const isDone = () => asked !== null && asked.length > 0 && silent().length === 0;
      return { followers, done, isDone, silent, hasAnswer: () => asked?.length === 0 || answered.size > 0 };
    },
    /** No later round waits for these, unless they have sent a heartbeat meanwhile. */
    async forget(silent: readonly Follower[]): Promise<void> {
      for (const { id, beats } of silent) await sql.unsafe(FORGET, [serviceId, id, beats]);
    },
    close,
  };
}
