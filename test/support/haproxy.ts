// A real HAProxy of this machine, with the configuration that we print, for a test that feeds it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type HaproxyConfigOptions,
  haproxyConfig,
  prepareHaproxyFolder,
  socketIn,
} from '../../src/gateway/haproxy/config.ts';
import { canConnect } from './can-connect.ts';
import { eventually } from './eventually.ts';
import { findExecutable, foldersOf } from './executables.ts';
import { freePort } from './free-port.ts';

const ASK_AGAIN_MS = 3_000;
const PLACES = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];
export const HOW_TO_GET_HAPROXY =
  'No HAProxy was found, so the tests behind a real one are skipped. Install one (Debian, Ubuntu: `apt-get install ' +
  'haproxy`; macOS: `brew install haproxy`), or set HAPROXY_PATH to one.';

/** HAPROXY_PATH when it is set, else what PATH and the usual places have; null: there is none. */
export function findHaproxy(env: Record<string, string | undefined> = process.env): string | null {
  if (env.HAPROXY_PATH) return env.HAPROXY_PATH;
  return findExecutable([...foldersOf(env.PATH), ...PLACES].map((folder) => join(folder, 'haproxy')));
}

/** A worker that a reload has replaced may end meanwhile. */
function killIfThere(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export type StartedHaproxy = Awaited<ReturnType<typeof startHaproxy>>;

/** `change` gets the configuration that we print, and gives the one that is used. */
export async function startHaproxy(
  path: string,
  upstream: string,
  {
    change = (config) => config,
    ...options
  }: Partial<HaproxyConfigOptions> & { change?(config: string): string } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'apim-user-haproxy-'));
  const peerName = await prepareHaproxyFolder(folder);
  const port = await freePort();
  const listen = `127.0.0.1:${port}`;
  const peer = await freePort();
  const config = join(folder, 'haproxy.cfg');
  await writeFile(
    config,
    change(haproxyConfig({ folder, listen, upstream, peer: `127.0.0.1:${peer}`, peerName, ...options })),
  );
  let said = '';
  let child: ChildProcess;
  async function start(): Promise<void> {
    child = spawn(path, ['-W', '-db', '-f', config]);
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    await eventually(
      () => `HAProxy to listen; it said:\n${said}`,
      () => {
        if (child.exitCode !== null) throw new Error(`HAProxy ended: ${said}`);
        return canConnect(socketIn(folder));
      },
    );
  }
  /** The processes that answer calls: after a reload, the former one too until its last call ends. */
  async function workerIds(): Promise<number[]> {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
    return children.split(' ').filter(Boolean).map(Number);
  }
  async function end(): Promise<void> {
    const ended = once(child, 'close');
    for (const id of await workerIds()) killIfThere(id);
    child.kill('SIGKILL');
    await ended;
  }
  await start();
  return {
    url: `http://${listen}`,
    port,
    peer,
    folder,
    socketPath: socketIn(folder),
    said: () => said,
    start,
    end,
    workerIds,
    /** Resolves once the new worker is there. The master loses a signal that comes while it still starts, so it is sent again. */
    async reload(): Promise<void> {
      const former = await workerIds();
      let askedAt = Number.NEGATIVE_INFINITY;
      await eventually(
        () => `the new worker; HAProxy (${child.exitCode ?? child.signalCode ?? 'runs'}) said:\n${said}`,
        async () => {
          if ((await workerIds()).some((id) => !former.includes(id))) return true;
          if (performance.now() - askedAt < ASK_AGAIN_MS) return false;
          askedAt = performance.now();
          return child.kill('SIGUSR2') && false;
        },
      );
    },
    async stop(): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
