// A real nginx of this machine, with a test's configuration.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
    said: () => said,
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
