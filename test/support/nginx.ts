// A real nginx of this machine, with a test's configuration.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { findExecutable, foldersOf } from './executables.ts';

const PLACES = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];
export const HOW_TO_GET_NGINX =
  'No nginx was found, so the tests behind a real one are skipped. Install one (Debian, Ubuntu: `apt-get install nginx`; ' +
  'macOS: `brew install nginx`), or set NGINX_PATH to one.';

/** NGINX_PATH when it is set, else what PATH and the usual places have; null: there is none. */
export function findNginx(env: Record<string, string | undefined> = process.env): string | null {
  if (env.NGINX_PATH) return env.NGINX_PATH;
  return findExecutable([...foldersOf(env.PATH), ...PLACES].map((folder) => join(folder, 'nginx')));
}

/** An nginx that can run Lua as Debian packages it; null: there is none. */
export function findNginxWithLua(): string | null {
  const path = findNginx();
  if (!path) return null;
  const folder = mkdtempSync(join(tmpdir(), 'apim-user-nginx-lua-'));
  const config = join(folder, 'nginx.conf');
  const http = `http { client_body_temp_path ${folder}; init_by_lua_block { require 'resty.core' } lua_shared_dict a 1m; }`;
  writeFileSync(config, `include /etc/nginx/modules-enabled/*.conf; pid ${folder}/pid; events {} ${http}`);
  const { status } = spawnSync(path, ['-t', '-q', '-e', 'stderr', '-c', config]);
  rmSync(folder, { recursive: true });
  return status === 0 ? path : null;
}
export const HOW_TO_GET_LUA =
  'No nginx with Lua was found, so the tests of one that judges calls itself are skipped. Debian has ' +
  '`libnginx-mod-http-lua` beside `nginx-light`.';

/**
 * The content of `http { … }` in the nginx configuration of one of our documents. Each pair of `changes` is a text in
 * the document and its replacement; throws when the document has no such text.
 */
export async function documentedNginx(document: string, changes: [string, string][]): Promise<string> {
  const text = await readFile(new URL(`../../${document}`, import.meta.url), 'utf8');
  const config = /```nginx\n(.*?)```/s.exec(text)?.[1] ?? '';
  const http = /^ *http \{\n(.*)^ *\}/ms.exec(config)?.[1] ?? config;
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the configuration in ${document} has no ${from}`);
    return changed.replace(from, to);
  }, http);
}

/** `http` is the content of `http { … }`. Resolves once nginx listens at `port`. */
export async function startNginx(path: string, http: string, port: number) {
  const folder = await mkdtemp(join(tmpdir(), 'apim-user-nginx-'));
  // When root starts it, its workers run as another user.
  await chmod(folder, 0o755);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log stderr warn;
    events {}
    http { access_log off; ${temporary.join(' ')}
    ${http}
    }`,
  );
  const child = spawn(path, ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = once(child, 'close');
  await eventually(
    () => `nginx to listen; it said:\n${said}`,
    async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      return fetch(`http://127.0.0.1:${port}/`).then(
        (response) => response.arrayBuffer(),
        () => false,
      );
    },
  );
  return {
    pid: child.pid ?? 0,
    said: () => said,
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
