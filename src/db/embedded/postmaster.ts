// The server's process: started apart from us, recognised again, stopped.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, readlink, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, PROGRAM_ENVIRONMENT } from './identity.ts';
import type { Place } from './place.ts';

const run = promisify(execFile);
const POLL_MS = 25;
const FAST_STOP_MS = 20_000;
const IMMEDIATE_STOP_MS = 5_000;

/** As the server itself wrote it into `postmaster.pid`. */
export type Postmaster = { pid: number; startedAtSeconds: number; port: number; isReady: boolean };

/** The server of this data folder, or null when none runs, even if a file of an earlier server is there. */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const postmaster = parsePostmaster(text);
  return postmaster && (await isPostmasterOf(data, postmaster.pid)) ? postmaster : null;
}

export function parsePostmaster(text: string): Postmaster | null {
  const lines = text.split('\n');
  const [pid, startedAtSeconds, port] = [lines[0], lines[2], lines[3]].map(Number) as [
    number,
    number,
    number,
  ];
  if (!pid || !startedAtSeconds) return null;
  return { pid, startedAtSeconds, port: port || 0, isReady: lines[7]?.trim() === 'ready' };
}

/** Another process may have this id by now, so the server is recognised by its working folder. */
async function isPostmasterOf(data: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === data;
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes(data);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Starts the server and waits until it is ready. Null: it ended again, because another process started one at the same
 * moment or the port was taken meanwhile, and the caller looks again.
 */
export async function startPostmaster(
  place: Place,
  options: { port: number; settings: readonly string[]; timeoutMs: number },
): Promise<Postmaster | null> {
  await removeStaleLock(place.data);
  const log = await open(join(place.home, 'postgres.log'), 'w', 0o600);
  const args = ['-D', place.data, '-p', String(options.port), '-h', '127.0.0.1', '-k', ''];
  const child = spawn(place.binaries.postgres, [...args, ...QUIET, ...options.settings].flatMap(asSetting), {
    ...place.identity,
    ...PROGRAM_ENVIRONMENT,
    cwd: place.data,
    // A session of its own: Ctrl-C in our terminal is for us, and we stop the server when we are done with it.
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let hasEnded = false;
  child.once('exit', () => {
    hasEnded = true;
  });
  const failed = once(child, 'error').then(([error]: Error[]) => {
    hasEnded = true;
    return error;
  });
  child.unref();
  await log.close();
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const found = await findPostmaster(place.data);
    if (found?.isReady && found.pid === child.pid) return found;
    if (hasEnded) {
      const error = await Promise.race([failed, undefined]);
      if (error) throw new EmbeddedPostgresError('its program does not run', { cause: error });
      return null;
    }
    if (performance.now() > deadline) {
      child.kill('SIGQUIT');
      return null;
    }
    await delay(POLL_MS);
  }
}

/** Keeps statements and values, which hold emails, names and notes, out of Postgres' own log. */
const QUIET = [
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_checkpoints=off',
  'timezone=UTC',
  'log_timezone=UTC',
];

function asSetting(arg: string): string[] {
  return /^[a-z_]+=/.test(arg) ? ['-c', arg] : [arg];
}

/** Why the last start failed, in the server's own words. */
export async function lastComplaint(place: Place): Promise<string> {
  const text = await readFile(join(place.home, 'postgres.log'), 'utf8').catch(() => '');
  const line = text.split('\n').findLast((one) => /\b(FATAL|PANIC|error)\b/.test(one));
  return line?.replace(/^.*?(?=FATAL|PANIC|error)/, '') ?? 'it said nothing';
}

/**
 * Postgres takes any live process of the same user with the noted id for the server, as happens after a restarted
 * container. Removes a file that belongs to no server. Moves the file before it checks, so that only that file is removed.
 */
async function removeStaleLock(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  const checked = await readFile(lock, 'utf8').catch(() => null);
  if (checked === null || (await findPostmaster(data))) return;
  const aside = join(data, `postmaster.stale-${randomBytes(4).toString('hex')}`);
  await rename(lock, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => checked);
  if (moved === checked) await rm(aside, { force: true });
  else await rename(aside, lock);
}

/** Ends the server and returns when its process is gone. Asks for a fast stop first, which waits for no client. */
export async function stopPostmaster(place: Place, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await run(place.binaries.pgCtl, ['stop', '-D', place.data, '-m', 'fast', '-w']).catch(() => {});
    return;
  }
  for (const [signal, waitMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ] as const) {
    if (!(await isPostmasterOf(place.data, pid))) return;
    process.kill(pid, signal);
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline && (await isPostmasterOf(place.data, pid))) await delay(POLL_MS);
  }
}

/** The former port if it is free, so that a URL noted elsewhere stays valid; else any free one. */
export async function choosePort(former: number): Promise<number> {
  return (await tryPort(former)) || (await tryPort(0));
}

function tryPort(port: number): Promise<number> {
  return new Promise((done) => {
    const server = createServer().on('error', () => done(0));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
