// `npm run screenshots`: the README's pictures, taken from the whole product with the drivers of the stories.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { startApp } from '../../src/app.ts';
import { sampleCatalog } from '../../src/cli/samples/catalog.ts';
import { makeSubscriptions } from '../../src/cli/samples/subscriptions.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/server.ts';
import { createLog } from '../../src/log.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { besideApp } from '../support/beside-app.ts';
import { createBrowserDeveloper } from '../support/browser-developer.ts';
import { createBrowserPerson } from '../support/browser-person.ts';
import { findChromium, HOW_TO_GET_ONE } from '../support/chromium.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';

const FOLDER = join(import.meta.dirname, '../../docs/images');
const WINDOW = { width: 1_000, height: 600 };
const TALL = { width: 1_000, height: 920 };
/** Lower than the page, because the picture grows to the page's height. */
const SHEET = { width: 640, height: 200 };

async function main(): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(HOW_TO_GET_ONE);
  await mkdir(FOLDER, { recursive: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'apim-user-pictures-'));
  const settings = readSettings({
    ...{ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' },
    SECRET_KEY: TEST_SECRET_KEY,
  });
  const app = await startApp(settings, createLog('error'));
  const browser = await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage'] });
  const open = async (path: string, colorScheme: 'light' | 'dark' = 'light', viewport = WINDOW) => {
    const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', timezoneId: 'UTC' });
    const page = await context.newPage();
    await page.goto(`${app.url}${path}`);
    if (path.startsWith('/playground')) await page.getByRole('button', { name: 'Got it' }).click();
    return page;
  };
  try {
    await takeAll(open, app.url);
    await takeUsage(open, app.url, dataDir);
  } finally {
    await browser.close();
    await app.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Open = (path: string, colorScheme?: 'light' | 'dark', viewport?: typeof WINDOW) => Promise<Page>;

async function take(page: Page, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', fullPage });
}

async function takeAll(open: Open, url: string): Promise<void> {
  const admin = createBrowserPerson(await open('/playground?as=U0ADAADMIN'));
  const approver = createBrowserPerson(await open('/playground?as=U0AMIRAPPR'));
  const developer = createBrowserDeveloper(await open('/playground?as=U0NOORNOBO&pane=inbox'));

  await admin.types('/apim-user invite ann.lee@example.com ben.fox@example.com');
  await admin.sees(/2 invitations are on their way/);
  await admin.page.getByRole('textbox', { name: /^Message/ }).fill('/apim-user ');
  await take(admin.page, 'command');

  await admin.types('/apim-user add cleo.cole@example.com Cleo');
  await admin.fills('Add an account', { 'Last name': 'Cole', 'Send a link to confirm it first': true });
  await admin.page.setViewportSize(TALL);
  await take(admin.page, 'modal');
  await admin.page.setViewportSize(WINDOW);
  await admin.submits('Add an account', 'Add');
  await admin.seesInModal(/account is pending/);
  await admin.closesModal();
  await approver.goesTo('approvals');
  await approver.message(/Cleo Cole.*pending/s).waitFor();
  await take(approver.page, 'card');

  await admin.types('/apim-user add dan.oak@example.com Dan Oak');
  await admin.sees(/Added .+: the account is active/);
  await admin.types('/apim-user delete dan.oak@example.com');
  await admin.fills('Delete an account', { Reason: 'contract ended' });
  await admin.submits('Delete an account', 'Request deletion');
  await admin.seesInModal(/second operator must approve/);
  await admin.closesModal();
  await approver.presses('Approve: Delete Dan Oak?', 'Approve');
  await approver.message(/Delete Dan Oak\?.*Approved by Amir Approver/s).waitFor();
  await take(approver.page, 'approval-decided');

  await admin.goesTo('Home');
  await admin.page.getByRole('region', { name: /Home/ }).getByRole('button').first().waitFor();
  await admin.page.setViewportSize(TALL);
  await admin.page.getByText('Setup:').waitFor();
  await take(admin.page, 'app-home');

  const mail = await developer.reads('ann.lee@example.com', /invited/);
  const href =
    (await mail
      .getByRole('link', { name: /accept/i })
      .first()
      .getAttribute('href')) ?? '';
  const html = (await developer.inbox.locator('iframe').getAttribute('srcdoc')) ?? '';
  for (const scheme of ['light', 'dark'] as const) {
    const page = await open('/portal', scheme, SHEET);
    // Not under the policy of our own pages, which takes no style of a mail's.
    await page.goto('about:blank');
    await page.setContent(html);
    await take(page, `mail-${scheme}`, true);
  }
  await take(await open(href.replace(url, ''), 'light', SHEET), 'accept-page', true);
}

/** The page of a subscription that is half a year old. */
async function takeUsage(open: Open, url: string, dataDir: string): Promise<void> {
  const database = await startEmbeddedPostgres({ dataDir });
  const beside = await besideApp({ databaseUrl: database.url, publicUrl: url });
  const [email, password] = ['eva.hill@example.com', 'three quiet garden chairs'];
  const console = beside.console();
  await sampleCatalog(console);
  const names = { firstName: 'Eva', lastName: 'Hill' };
  const { account } = await addAccount(console, { email, ...names, password, tellDeveloper: false });
  await beside.sql`update accounts set password_must_change = false where id = ${account.id}`;
  const active = { state: 'active', comment: '', hoursAgo: 0 } as const;
  const wanted = [
    { id: 'sample-000000-1', productId: 'starter', name: 'Web shop', callsADay: 420, ...active },
  ];
  await makeSubscriptions(console, account.id, { wanted, ageHours: 5_000 });
  await beside.close();
  await database.release();
  const page = await open('/portal/sign-in', 'light', SHEET);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/portal');
  await page.goto(`${url}/portal/subscriptions/${wanted[0]?.id}`);
  const box = await page.getByRole('region', { name: 'Your calls' }).boundingBox();
  if (!box) throw new Error('no calls on the page');
  const clip = { x: box.x - 24, y: box.y - 24, width: box.width + 48, height: box.height + 48 };
  await page.screenshot({
    path: join(FOLDER, 'portal-usage.png'),
    animations: 'disabled',
    fullPage: true,
    clip,
  });
}

await main();
