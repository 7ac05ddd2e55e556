// The product as a process of its own, as an operator starts it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { COMPILED_PROGRAMS } from './programs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 90_000;
/** What any process needs; nothing else of the tests' own environment reaches the product. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SYSTEMROOT'];

export type AppProcess = {
  child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** How it ended: its exit code, or the signal that killed it. */
  ended: Promise<number | string>;
  /** Waits until it prints its address, and returns that without a slash at the end. */
  address(): Promise<string>;
};

type Ended = { code: number | string; out: string; err: string };

/** Runs one of the programs beside the server to its end. `wrapper` is a command that runs another one. */
export const runProgram = (
  program: string,
  words: string[],
  env: Record<string, string>,
  wrapper: readonly string[] = [],
): Promise<Ended> => startProgram(program, words, env, wrapper).ended;

/** Starts one without waiting for its end. */
export function startProgram(
  program: string,
  words: string[],
  env: Record<string, string>,
  wrapper: readonly string[] = [],
) {
  const child = start(`src/cli/${program}`, words, env, { wrapper });
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  child.stderr?.on('data', (chunk) => (err += String(chunk)));
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code: code ?? signal, out, err }));
  return { child, ended };
}

/** `cwd` is the folder of a copy of the product. Its output is kept, or written to a file that is open. */
export function startProcess(env: Record<string, string>, cwd?: string, file?: number): AppProcess {
  const child = start('src/main', [], env, { cwd, file });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  // `close` comes after the last output.
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    output: () => output,
    ended,
    address: () =>
      eventually(
        () => `apim-user to be ready; it said:\n${output}`,
        () => {
          if (child.exitCode !== null) throw new Error(`apim-user ended: ${output}`);
          return /is ready.* (http:\/\/[^/\s]+)/.exec(output)?.[1];
        },
        START_MS,
      ),
  };
}

/** Processes of the product that end with the tests. */
export function createProcesses() {
  const started: AppProcess[] = [];
  return {
    started: started as readonly AppProcess[],
    start(...how: Parameters<typeof startProcess>): AppProcess {
      const one = startProcess(...how);
      started.push(one);
      return one;
    },
    async close(): Promise<void> {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map((one) => one.ended));
    },
  };
}

/** `program` is a path without its ending: `src/main`. */
type Options = { cwd?: string | undefined; file?: number | undefined; wrapper?: readonly string[] };

function start(
  program: string,
  words: readonly string[],
  env: Record<string, string>,
  { cwd, file, wrapper = [] }: Options = {},
) {
  const own = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  // A copy of the product runs its own sources.
  const isCompiled = COMPILED_PROGRAMS !== null && cwd === undefined;
  const entry = isCompiled ? [`${COMPILED_PROGRAMS}/${program}.js`] : ['--import', 'tsx', `${program}.ts`];
  const [command = '', ...args] = [...wrapper, process.execPath, ...entry, ...words];
  return spawn(command, args, {
    cwd: cwd ?? ROOT,
    env: { ...own, PORT: '0', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', file ?? 'pipe', file ?? 'pipe'],
  });
}
