// npm run gateway, as far as it needs neither a gateway nor a server.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProgram } from '../support/process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apim-user-gateway-'));
});
afterAll(() => rm(folder, { recursive: true }));
const run = (words: string[], env: Record<string, string> = {}) =>
  runProgram('gateway', words, { DATA_DIR: folder, ...env });

it.each(['haproxy', 'nginx'])(
  '%s --print-config prints a configuration, and prepares the folder that it names for its owner alone',
  async (kind) => {
    const { code, out, err } = await run([kind, '--print-config']);
    expect(code).toBe(0);
    expect(out).toContain(join(folder, kind));
    expect(err).toBe(`The files that it names are in ${join(folder, kind)}.\n`);
    expect(await readdir(join(folder, kind))).toContain('may-call.lua');
    expect((await stat(join(folder, kind))).mode & 0o777).toBe(0o700);
  },
);

it('says what is wrong with its settings, all of it, and ends with 78', async () => {
  expect(await run(['nginx'])).toMatchObject({
    code: 78,
    err: expect.stringMatching(/GATEWAY_FOLLOW_SECRET: needed, the same as the server has/),
  });
  const { code, err } = await run(['nginx'], {
    GATEWAY_SOURCE_URL: 'server',
    GATEWAY_FOLLOW_SECRET: 'short',
  });
  expect(code).toBe(78);
  expect(err).toMatch(/^ {2}- GATEWAY_SOURCE_URL: .*\n {2}- GATEWAY_FOLLOW_SECRET: /m);
  expect(err).not.toContain('short\n');
});

it.each([[['apache']], [['nginx', '--print-config', '--keys', 'many']]])(
  'refuses the arguments %j with 64',
  async (words) => {
    expect((await run(words)).code).toBe(64);
  },
);
