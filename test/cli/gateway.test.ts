// npm run gateway, as far as it needs neither a gateway nor a server.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = forAllTests(() => temporaryFolder('gateway'));
const run = (words: string[], env: Record<string, string> = {}) =>
  runProgram('gateway', words, { DATA_DIR: folder.path, ...env });

it.each(['haproxy', 'nginx'])(
  '%s --print-config prints a configuration, and prepares the folder that it names for its owner alone',
  async (kind) => {
    const { code, out, err } = await run([kind, '--print-config']);
    expect(code).toBe(0);
    expect(out).toContain(join(folder.path, kind));
    expect(err).toBe(`The files that it names are in ${join(folder.path, kind)}.\n`);
    expect(await readdir(join(folder.path, kind))).toContain('may-call.lua');
    expect((await stat(join(folder.path, kind))).mode & 0o777).toBe(0o700);
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
