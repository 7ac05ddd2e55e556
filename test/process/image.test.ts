// The image without a container engine: the files that the Dockerfile copies are enough to start and to pass its health check.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, readText } from '../structure/project-files.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SLOW_MS = 120_000;
const dockerfile = readText('Dockerfile');
const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources = '']) =>
  sources.split(' '),
);
const ignored = readText('.dockerignore').trim().split('\n');
/** What the build leaves out although the folder above it is copied. */
const leftOut = ignored.filter((line) => /^[^*!]/.test(line));
const [, healthcheck = ''] = /^HEALTHCHECK.*? CMD (\[.*\])$/m.exec(dockerfile.replaceAll('\\\n', '')) ?? [];

const folder = forAllTests(() => temporaryFolder('image'));
const database = forAllTests(createTestDatabase);
const slack = forAllTests(createSlackDriver);
const processes = forAllTests(createProcesses);
let app: AppProcess | undefined;

describe('the image', () => {
  it('copies only files that .dockerignore lets in, leaves out the playground, does not run as root and holds no secret', () => {
    expect(copied.length).toBeGreaterThan(4);
    for (const source of copied) expect(ignored).toContain(`!${source.replace('./', '')}`);
    expect(ignored[0]).toBe('*');
    expect(leftOut).toEqual(['src/playground']);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).not.toMatch(/^(ARG|ENV) .*(SECRET|TOKEN|KEY|PASSWORD)/m);
    expect(listFiles('src', /\.ts$/).length).toBeGreaterThan(20);
  });

  it.skipIf(process.platform === 'win32')(
    'starts from exactly these files; its health check passes while it runs and fails once it has stopped',
    async () => {
      const root = new URL('../../', import.meta.url).pathname;
      for (const source of copied)
        await cp(join(root, source), join(folder.path, source), {
          recursive: true,
          filter: (path) => !leftOut.includes(relative(root, path)),
        });
      expect(existsSync(join(folder.path, 'src/playground'))).toBe(false);
      await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
      const port = await freePort();
      app = processes.start(
        {
          NODE_ENV: 'production',
          PORT: String(port),
          PUBLIC_URL: 'https://apis.example.com',
          DATABASE_URL: database.url,
          SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
          ...slack.settings,
          SUPPORT_EMAIL: 'support@example.com',
          GATEWAY_SECRET: 'none',
        },
        folder.path,
      );
      await eventually(
        () => `it to be ready; it said:\n${app?.output()}`,
        () => app?.output().includes('is ready at https://apis.example.com'),
        SLOW_MS,
      );
      const [program = '', ...words] = JSON.parse(healthcheck) as string[];
      const check = async () => {
        const [code] = await once(
          spawn(program, words, { env: { ...process.env, PORT: String(port) } }),
          'exit',
        );
        return code;
      };
      expect(await check()).toBe(0);
      const samples = spawn(program, ['--import', 'tsx', 'src/cli/sample-data.ts', '--help'], {
        cwd: folder.path,
      });
      expect((await once(samples, 'exit'))[0]).toBe(0);
      app.child.kill('SIGTERM');
      expect(await app.ended).toBe(0);
      expect(await check()).toBe(1);
    },
    SLOW_MS,
  );
});
