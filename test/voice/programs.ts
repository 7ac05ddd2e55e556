// What each program prints to a person at the console, from the programs themselves.

import { listFiles, readText } from '../structure/project-files.ts';
import { runProgram } from '../support/process.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';
import type { Page } from './page.ts';

/** Programs that serve until they are stopped, or print no words. */
const WITHOUT_HELP = new Set(['preview-mails', 'manifest']);
const AT_ONCE = 3;

export async function showPrograms(page: Page, databaseUrl: string): Promise<void> {
  page.chapter('Programs at the console');
  const env = { DATABASE_URL: databaseUrl, SECRET_KEY: TEST_SECRET_KEY, PUBLIC_URL: 'http://localhost:3999' };
  const runs = [
    ...PROGRAMS.map((program) => ({ program, words: ['--help'] })),
    { program: 'audit', words: ['--nonsense'] },
  ];
  const printed: string[] = [];
  for (let from = 0; from < runs.length; from += AT_ONCE) {
    const some = runs.slice(from, from + AT_ONCE).map(async ({ program, words }) => {
      const { out, err } = await runProgram(program, words, env);
      return `${out}\n${err}`;
    });
    printed.push(...(await Promise.all(some)));
  }
  for (const [index, { program, words }] of runs.entries()) {
    page.section(`\`${scriptOf(program)} ${words.join(' ')}\``);
    page.says('', printed[index] ?? '');
  }
}

/** A file that sets its own exit code is a program. */
const PROGRAMS = listFiles('src/cli', /\.ts$/)
  .filter((file) => file.split('/').length === 3 && !file.endsWith('/program.ts'))
  .map((file) => file.slice('src/cli/'.length, -'.ts'.length))
  .filter((program) => !WITHOUT_HELP.has(program));

const SCRIPTS = (JSON.parse(readText('package.json')) as { scripts: Record<string, string> }).scripts;

function scriptOf(program: string): string {
  const name = Object.keys(SCRIPTS).find((one) => SCRIPTS[one]?.includes(`src/cli/${program}.ts`));
  return `npm run -s ${name ?? program} --`;
}
