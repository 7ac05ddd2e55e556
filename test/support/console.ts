// A database that a server was started on, the programs of a shell, and operations to arrange things with.
import { openDependencies } from '../../src/dependencies.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { createTestDatabase } from './database.ts';
import { runProgram } from './process.ts';

const TEST_PASSWORD_COST = 4;

export type TestConsole = Awaited<ReturnType<typeof createTestConsole>>;

export async function createTestConsole(changed: Record<string, string> = {}) {
  const database = await createTestDatabase();
  const env = {
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    PUBLIC_URL: 'http://localhost:3999',
    SECOND_OPERATOR_FOR: 'none',
    ...changed,
  };
  const ends: (() => Promise<unknown>)[] = [() => database.close()];
  const lay = (atStop: (end: () => Promise<unknown>) => void, isBesideServer: boolean) =>
    openDependencies(readSettings(env), {
      clock: () => new Date(),
      people: { actorOf: () => Promise.reject(new Error('there is no Slack here')) },
      publicUrl: () => env.PUBLIC_URL,
      poolSize: 5,
      passwordCost: TEST_PASSWORD_COST,
      atStop,
      isBesideServer,
    });
  // The programs need a database that a server has used.
  const ofServer: (() => Promise<unknown>)[] = [];
  await lay((end) => void ofServer.push(end), false);
  for (const end of ofServer.reverse()) await end();
  const dependencies = await lay((end) => void ends.push(end), true);
  return {
    ...dependencies,
    system: () => dependencies.contextOf({ kind: 'system', name: 'test' }),
    /** As a person with a shell who arranges something for a test. */
    own: () => dependencies.contextOf({ kind: 'console', name: 'Test' }),
    audit: (...words: string[]) => runProgram('audit', words, env),
    auditWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('audit', words, { ...env, ...more }),
    operate: (...words: string[]) => runProgram('operate', words, env),
    token: (...words: string[]) => runProgram('token', words, env),
    operateWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('operate', words, { ...env, ...more }),
    afterRestore: (...words: string[]) => runProgram('after-restore', words, env),
    afterRestoreWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('after-restore', words, { ...env, ...more }),
    sampleData: (...words: string[]) => runProgram('sample-data', words, env),
    sampleDataWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('sample-data', words, { ...env, ...more }),
    async close() {
      for (const end of ends.reverse()) await end();
    },
  };
}
