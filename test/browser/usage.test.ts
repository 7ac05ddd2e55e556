// The chart of calls as people see it: a developer's page in both schemes and on a phone, and an operator's image in Slack.
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { faultsOnPage } from '../support/axe.ts';
import { besideApp } from '../support/beside-app.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { storeCalls } from '../support/calls.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'three quiet garden chairs';
const PAGE = '/portal/subscriptions/robot';

const app = forAllTests(() => startBrowserApp({ SECRET_KEY: TEST_SECRET_KEY }));
const beside = forAllTests(() => besideApp(app));
beforeAll(async () => {
  const console = beside.console();
  const { account } = await addAccount(console, {
    email: EMAIL,
    firstName: 'Ann',
    lastName: 'Lee',
    password: PASSWORD,
  });
  await beside.sql`update accounts set password_must_change = false`;
  await createApi(console, { id: 'orders', name: 'Orders', path: 'orders' });
  const limits = { rate: { calls: 100, seconds: 60 }, quota: { calls: 20_000, period: 'month' } } as const;
  await createProduct(console, {
    id: 'starter',
    name: 'Starter',
    isPublished: true,
    apiIds: ['orders'],
    ...limits,
  });
  await grantSubscription(console, {
    id: 'robot',
    accountId: account.id,
    productId: 'starter',
    name: 'My robot',
  });
  const days = Array.from({ length: 30 }, (_, at) => at);
  await storeCalls(beside, 'robot', [
    ...days.map((at) => ({ calls: 300 + ((at * 137) % 700), hoursAgo: 24 * at, apiId: 'orders' })),
    ...days.slice(0, 20).map((at) => ({
      calls: (at * 61) % 190,
      hoursAgo: 24 * at,
      apiId: 'orders',
      outcome: at % 3 === 0 ? ('rate_limited' as const) : ('api_not_covered' as const),
    })),
  ]);
});

async function signedIn(options: BrowserContextOptions): Promise<Page> {
  const page = await app.open('/portal/sign-in', options);
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/portal');
  await page.goto(`${app.url}${PAGE}`);
  return page;
}
const widthOf = (image: unknown) => (image as { naturalWidth: number }).naturalWidth;
const isAsWideAsScreen = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [1280, 360])
    story(`a developer's calls at ${width} px, ${colorScheme}`, async () => {
      const page = await signedIn({ colorScheme, viewport: { width, height: 900 } });
      const chart = page.getByRole('img', { name: 'Your calls of My robot in the last 30 days' });
      const box = await chart.boundingBox();
      expect(box?.width).toBeGreaterThan(280);
      await page.getByText('Show the figures as a table').click();
      expect(await page.getByRole('row').count()).toBe(31);
      expect(await isAsWideAsScreen(page)).toBe(true);
      expect(await faultsOnPage(page)).toEqual([]);
      await page.getByRole('link', { name: '12 months' }).click();
      await page.getByRole('img', { name: 'Your calls of My robot in the last 12 months' }).waitFor();
    });

story('an operator reads the figures, and sees the chart in the direct message', async () => {
  const admin = await app.as('admin');
  await admin.types(`/apim-user usage ${EMAIL}`);
  await admin.sees(/Calls of Ann Lee/);
  await admin.goesTo(/apim-user/);
  const chart = admin.page.getByRole('img', {
    name: /^Bar chart\. Calls of Ann Lee\. [\d,]+ calls in the last 30 days/,
  });
  await chart.waitFor();
  // It was drawn, not only named.
  await eventually('the image', async () => (await chart.evaluate(widthOf)) === 720);
});
