// The whole product with its playground, as `npm start` runs it, and windows of a real browser that look at it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { type AppOptions, startApp } from '../../src/app.ts';
import { createLog } from '../../src/log.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { createBrowserDeveloper } from './browser-developer.ts';
import { createBrowserPerson } from './browser-person.ts';
import { createTestDatabase } from './database.ts';
import { TEST_PASSWORD_COST } from './test-settings.ts';

const WAIT_MS = 20_000;
const PEOPLE = { admin: 'U0ADAADMIN', approver: 'U0AMIRAPPR', nobody: 'U0NOORNOBO' };

/** A test that needs a browser: reported as skipped where there is none. */
export const story = it.skipIf(inject('chromium') === null);

/** Starts from an empty database. */
export async function startBrowserApp(
  env: Record<string, string> = {},
  options: Pick<AppOptions, 'languages'> = {},
) {
  const browser = await chromium.connect(inject('chromium') ?? '');
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'apim-user-browser-'));
  const settings = readSettings({ PORT: '0', DATABASE_URL: database.url, DATA_DIR: dataDir, ...env });
  const app = await startApp(settings, createLog('error'), {
    passwordCost: TEST_PASSWORD_COST,
    ...options,
  });
  const troubles: string[] = [];
  const open = (path: string, options: BrowserContextOptions = {}) =>
    openWindow(browser, `${app.url}${path}`, options, troubles);
  return {
    url: app.url,
    publicUrl: app.url,
    databaseUrl: database.url,
    /** A window with cookies of its own. */
    open,
    /** The playground as one person sees it. */
    as: async (who: keyof typeof PEOPLE) => createBrowserPerson(await open(`/playground?as=${PEOPLE[who]}`)),
    /** A developer, who only has a mailbox. */
    developer: async (options: BrowserContextOptions = {}) =>
      createBrowserDeveloper(await open(`/playground?as=${PEOPLE.nobody}&pane=inbox`, options)),
    async close() {
      await browser.close();
      await app.stop();
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
      expect(troubles, 'said by the pages themselves').toEqual([]);
    },
  };
}

async function openWindow(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  troubles: string[],
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  context.setDefaultTimeout(WAIT_MS);
  context.on('page', (page) => page.on('pageerror', (error) => troubles.push(`${page.url()}: ${error}`)));
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
