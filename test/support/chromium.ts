// Vitest's global set-up of the browser tests: one Chromium of this machine for the run.
import { join } from 'node:path';
import { type BrowserServer, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { findExecutable, foldersOf } from './executables.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the run's Chromium listens; null: this machine has none. */
    chromium: string | null;
  }
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
export const HOW_TO_GET_ONE =
  'No Chromium was found, so the browser tests are skipped. Install one (Debian, Ubuntu: `apt-get install chromium`; ' +
  'macOS: `brew install --cask chromium`), or set CHROMIUM_PATH to one.';

let server: BrowserServer | undefined;

export async function setup(project: TestProject): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === null) {
    process.stderr.write(`\n${HOW_TO_GET_ONE}\n\n`);
    project.provide('chromium', null);
    return;
  }
  // Shared memory is small in containers.
  server = await chromium.launchServer({ executablePath, args: ['--disable-dev-shm-usage'] });
  project.provide('chromium', server.wsEndpoint());
}

export async function teardown(): Promise<void> {
  await server?.close();
}

/** CHROMIUM_PATH when it is set, so that a wrong path fails; else the first that is there. Null: there is none. */
export function findChromium(env: Record<string, string | undefined> = process.env): string | null {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH;
  const folders = foldersOf(env.PATH);
  return findExecutable([...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...PLACES]);
}
