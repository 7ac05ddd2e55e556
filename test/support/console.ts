// The command-line programs on a database that a server has used, and operations to prepare it.
import { openDependencies } from '../../src/dependencies.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { createTestDatabase } from './database.ts';
import { runProgram } from './process.ts';
import { NO_PEOPLE, TEST_PASSWORD_COST, TEST_SECRET_KEY } from './test-settings.ts';

export async function createTestConsole(changed: Record<string, string> = {}) {
  const database = await createTestDatabase();
  const env = {
    DATABASE_URL: database.url,
    SECRET_KEY: TEST_SECRET_KEY,
    PUBLIC_URL: 'http://localhost:3999',
    SECOND_OPERATOR_FOR: 'none',
    ...changed,
  };
  const ends: (() => Promise<unknown>)[] = [() => database.close()];
  const open = (atStop: (end: () => Promise<unknown>) => void, isBesideServer: boolean) =>
    openDependencies(readSettings(env), {
      clock: () => new Date(),
      people: NO_PEOPLE,
      publicUrl: () => env.PUBLIC_URL,
      poolSize: 5,
      passwordCost: TEST_PASSWORD_COST,
      atStop,
      isBesideServer,
    });
  // The programs need a database that a server has used.
  const ofServer: (() => Promise<unknown>)[] = [];
  await open((end) => void ofServer.push(end), false);
  for (const end of ofServer.reverse()) await end();
  const dependencies = await open((end) => void ends.push(end), true);
  return {
    ...dependencies,
    system: () => dependencies.contextOf({ kind: 'system', name: 'test' }),
    /** Acts as a person at the console, to prepare a test. */
    own: () => dependencies.contextOf({ kind: 'console', name: 'Test' }),
    audit: (...words: string[]) => runProgram('audit', words, env),
    export: (...words: string[]) => runProgram('export', words, env),
    auditWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('audit', words, { ...env, ...more }),
    operate: (...words: string[]) => runProgram('operate', words, env),
    operateIn: (wrapper: readonly string[], more: Record<string, string>, ...words: string[]) =>
      runProgram('operate', words, { ...env, ...more }, wrapper),
    many: (...words: string[]) => runProgram('many', words, env),
    token: (...words: string[]) => runProgram('token', words, env),
    operateWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('operate', words, { ...env, ...more }),
    afterRestore: (...words: string[]) => runProgram('after-restore', words, env),
    afterRestoreWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('after-restore', words, { ...env, ...more }),
    azure: (more: Record<string, string>, ...words: string[]) =>
      runProgram('azure', words, { ...env, ...more }),
    sampleData: (...words: string[]) => runProgram('sample-data', words, env),
    sampleDataWith: (more: Record<string, string>, ...words: string[]) =>
      runProgram('sample-data', words, { ...env, ...more }),
    async close() {
      for (const end of ends.reverse()) await end();
    },
  };
}
