// The programs of the product, which chaos kills and starts again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A machine may be busy with other things, and speed is not what is judged. */
const START_MS = 300_000;
const KEPT_OUTPUT = 20_000;

export type Server = ReturnType<typeof createServer>;

/** `words` begin with the compiled program. */
export function createProgram(name: string, words: readonly string[], env: Record<string, string>) {
  let child: ChildProcess | null = null;
  let output = '';
  let kills = 0;
  /** Ends that no SIGKILL of ours explains. */
  const deaths: string[] = [];

  function launch(extra: Record<string, string>): ChildProcess {
    const started = spawn(process.execPath, words, {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk) => {
        output = (output + String(chunk)).slice(-KEPT_OUTPUT);
      });
    started.once('exit', (code, signal) => {
      if (child === started && signal !== 'SIGKILL' && signal !== 'SIGTERM')
        deaths.push(`${name} ended by itself with ${code ?? signal}: ${output.slice(-600)}`);
    });
    return started;
  }

  return {
    name,
    output: () => output,
    kills: () => kills,
    deaths: () => deaths,
    isRunning: () => child !== null && child.exitCode === null && child.signalCode === null,
    start(extra: Record<string, string> = {}): void {
      child = launch(extra);
    },
    async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      if (signal === 'SIGKILL') kills += 1;
      await ended;
    },
    pause: () => child?.kill('SIGSTOP'),
    goOn: () => child?.kill('SIGCONT'),
  };
}

/** Always at the same port. `programs` is the folder of the compiled programs. */
export function createServer(name: string, port: number, programs: string, env: Record<string, string>) {
  const program = createProgram(name, [join(programs, 'src/main.js')], { ...env, PORT: String(port) });
  return {
    ...program,
    port,
    url: `http://127.0.0.1:${port}`,
    /** Resolves when it answers that it is ready; false: it ended, or wasn't ready for minutes. */
    async ready(signal: AbortSignal): Promise<boolean> {
      const until = performance.now() + START_MS;
      while (performance.now() < until && program.isRunning()) {
        signal.throwIfAborted();
        const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
          signal: AbortSignal.timeout(2_000),
        }).catch(() => null);
        await response?.arrayBuffer();
        if (response?.ok) return true;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return false;
    },
  };
}
