// A real nginx with the configuration that we print, for a test that feeds it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
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
  { workers = 1, keys = 10_000, changes = [] as [string, string][], isDaemon = false } = {},
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
    child = spawn(path, ['-g', isDaemon ? '' : 'daemon off;', '-e', 'stderr', '-c', config]);
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    await eventually(
      () => `nginx to listen; it said:\n${said}`,
      () => {
        // A daemon's first process ends once it has started the others.
        if (child.exitCode !== null && !(isDaemon && child.exitCode === 0))
          throw new Error(`nginx ended: ${said}`);
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
  async function workerIds(master = child.pid): Promise<number[]> {
    const text = await readFile(`/proc/${master}/task/${master}/children`, 'utf8');
    return text.trim().split(' ').map(Number);
  }
  const idIn = async (file: string) => Number(await readFile(join(folder, file), 'utf8').catch(() => 0));

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
    /** Of a daemon: another one beside it at the same sockets, as for a new program. Gives their workers. */
    async upgrade(): Promise<{ former: number[]; newer: number[] }> {
      const master = await idIn('nginx.pid');
      process.kill(master, 'SIGUSR2');
      const next = await eventually(
        'the newer nginx',
        async () => (await idIn('nginx.pid.oldbin')) === master && ((await idIn('nginx.pid')) || null),
      );
      const newer = await eventually('its workers', async () => {
        const ids = (await workerIds(next)).filter((id) => id > 0);
        return ids.length > 0 && ids;
      });
      return { former: (await workerIds(master)).filter((id) => id !== next), newer };
    },
    async stop(): Promise<void> {
      // One that is just starting has no pid file yet.
      const masters = () =>
        spawnSync('pgrep', ['-f', config], { encoding: 'utf8' }).stdout.match(/\d+/g) ?? [];
      if (isDaemon)
        await eventually('every nginx to end', () => {
          for (const id of masters()) spawnSync('kill', [id]);
          return masters().length === 0;
        });
      if (child.exitCode === null && child.signalCode === null) await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
