import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const START_MS = 60_000;

/** Runs a program of ours in a process of its own until it says its address. */
export async function startProcess(file: string, env: Record<string, string>, words: string[] = []) {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...words], {
    // That of the tests themselves is for React, and in production the product asks for more settings.
    env: { ...process.env, NODE_ENV: 'development', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${file} did not start`)), START_MS);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      const found = /ready(?: at|\. Open) (http:\S+)/.exec(said)?.[1];
      if (!found) return;
      clearTimeout(late);
      resolve(found);
    });
    void gone.then(() => reject(new Error(`${file} ended`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal);
      await gone;
    },
  };
}

export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(typeof address === 'object' ? address?.port : 0);
}
