// A real nginx with the configuration that we print, for a test that feeds it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareLuaFolder } from '../../src/gateway/lua/folder.ts';
import { nginxConfig, nginxSocket } from '../../src/gateway/nginx/config.ts';
import { canConnect } from './can-connect.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export type PushedNginx = Awaited<ReturnType<typeof startPushedNginx>>;

/** Each pair of `changes` is a text in the configuration and its replacement. */
export async function startPushedNginx(
  path: string,
  upstream: string,
  { workers = 1, keys = 10_000, changes = [] as [string, string][] } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'apim-user-pushed-nginx-'));
  await prepareLuaFolder(folder);
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  const socketPath = nginxSocket(folder);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  await writeFile(config, nginxConfig({ folder, keys, listen: `127.0.0.1:${port}`, upstream }));
  await change([
    ['worker_processes auto', `worker_processes ${workers}`],
    ['http {\n', `http {\n  ${temporary.join(' ')}\n`],
    ...changes,
  ]);
  let said = '';
  let child: ChildProcess;

  async function change(pairs: readonly (readonly [string, string])[]): Promise<void> {
    const text = await readFile(config, 'utf8');
    const changed = pairs.reduce((one, [from, to]) => {
      if (!one.includes(from)) throw new Error(`the configuration has no ${from}`);
      return one.replace(from, to);
    }, text);
    await writeFile(config, changed);
  }

  async function start(): Promise<void> {
    child = spawn(path, ['-g', 'daemon off;', '-e', 'stderr', '-c', config]);
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    await eventually(
      () => `nginx to listen; it said:\n${said}`,
      () => {
        if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
        return canConnect(socketPath);
      },
    );
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    const ended = once(child, 'close');
    const workers = signal === 'SIGKILL' ? await workerIds() : [];
    child.kill(signal);
    for (const id of workers) process.kill(id, signal);
    await ended;
  }
  /** The processes that answer calls. */
  async function workerIds(): Promise<number[]> {
    const text = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    return text.trim().split(' ').map(Number);
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    socketPath,
    said: () => said,
    change,
    start,
    end,
    workerIds,
    /** Resolves once only new workers are there. */
    async reload(): Promise<void> {
      const former = await workerIds();
      child.kill('SIGHUP');
      await eventually('the new workers', async () => {
        const now = await workerIds();
        return now.length > 0 && now.every((id) => !former.includes(id));
      });
    },
    async stop(): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
