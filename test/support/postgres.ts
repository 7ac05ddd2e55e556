// Vitest's global set-up: one server for the run, with a migrated database that every test file clones.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../../src/db/embedded/postmaster.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded/server.ts';
import { migrate } from '../../src/db/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A server for tests: any database of it, and the name of the template. */
    postgres: { url: string; template: string };
    /** Where the compiled programs are, or will be: see programs.ts. */
    programs: string;
  }
}

/**
 * A power cut may lose the data of tests, and waiting for the disk would take most of the time. A vacuum would only be
 * in the way of cloning and dropping a database.
 */
const FAST = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'checkpoint_timeout=1h',
  'max_wal_size=1GB',
  // Tables that nobody analysed look large to Postgres, and a further process for each costs more than reading them.
  'max_parallel_workers_per_gather=0',
  'max_connections=300',
];
const FOLDER = 'apim-user-test-';
/** Linux keeps its files in memory: a database is three times as fast to make and drop as on a disk. */
const MEMORY = '/dev/shm';
const MEMORY_BYTES = 4 * 2 ** 30;
/** Postgres's codes for a database that is in use, and in use by a vacuum, which our role may not end. */
const IN_USE = ['55006', '42501'];
const MAX_TRIES = 100;
const RETRY_MS = 100;

let server: EmbeddedPostgres | undefined;
let folder: string | undefined;
let drop: (() => Promise<void>) | undefined;

export async function setup(project: TestProject): Promise<void> {
  // TEST_DATABASE_URL: run against a Postgres of your own; its role must be allowed to create databases.
  let url = process.env.TEST_DATABASE_URL;
  folder = await mkdtemp(join(await fastestFolder(), `${FOLDER}${process.pid}-`));
  if (!url) {
    for (const place of [tmpdir(), MEMORY]) await removeAbandoned(place);
    server = await startEmbeddedPostgres({ dataDir: folder, settings: FAST });
    url = server.url;
  }
  const template = `apim_template_${randomBytes(6).toString('hex')}`;
  await runSql(url, `create database ${template} encoding 'UTF8' template template0`);
  drop = () => runSql(url, `drop database if exists ${template} with (force)`);
  await migrate(databaseUrl(url, template));
  project.provide('postgres', { url, template });
  project.provide('programs', join(folder, 'programs'));
}

export async function teardown(): Promise<void> {
  await drop?.();
  await server?.release();
  if (folder) await rm(folder, { recursive: true, force: true });
}

/** In memory where that has room for a whole run, which it has not in most containers. */
async function fastestFolder(): Promise<string> {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return free >= MEMORY_BYTES ? MEMORY : tmpdir();
}

export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Tries again while a vacuum works in the database: a server of your own may run one. */
export async function runSql(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    for (let tries = 1; ; tries++) {
      try {
        return void (await sql.unsafe(statement));
      } catch (error) {
        if (!IN_USE.includes((error as { code: string }).code) || tries >= MAX_TRIES) throw error;
        await delay(RETRY_MS);
      }
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** A killed run leaves its server behind; joining and leaving it as the last client stops it. */
async function removeAbandoned(place: string): Promise<void> {
  for (const name of await readdir(place).catch(() => [])) {
    const pid = Number(new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const abandoned = join(place, name);
    await startEmbeddedPostgres({ dataDir: abandoned, settings: FAST }).then(
      (found) => found.release(),
      () => {},
    );
    await rm(abandoned, { recursive: true, force: true }).catch(() => {});
  }
}
