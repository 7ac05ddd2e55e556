// The portal in other languages, on a phone: nothing is cut off or left in English, and Arabic runs from right to left.
import type { BrowserContextOptions, Page, Response } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import type { Text } from '../../src/languages/languages.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { agreeToTerms } from '../../src/operations/terms/agree.ts';
import { versionOf } from '../../src/operations/terms/terms.ts';
import { WITH_ARABIC } from '../support/arabic.ts';
import { faultsOnPage } from '../support/axe.ts';
import { besideApp } from '../support/beside-app.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { storeCalls } from '../support/calls.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { ORDERS_TEXT } from '../support/orders-document.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';
import { WIDE_TEXT } from '../support/wide-document.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'three quiet garden chairs';
const TERMS = 'Be kind.';
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
};

const app = forAllTests(() =>
  startBrowserApp(
    { SECRET_KEY: TEST_SECRET_KEY, SIGN_UP: 'approval', GATEWAY_URL: 'https://api.example.com' },
    { languages: WITH_ARABIC },
  ),
);
const beside = forAllTests(() => besideApp(app));
beforeAll(async () => {
  const console = beside.console();
  const person = { email: EMAIL, firstName: 'Ann', lastName: 'Lee', password: PASSWORD };
  const { account } = await addAccount(console, person);
  await beside.sql`update accounts set password_must_change = false`;
  for (const [id, name, text] of [
    ['orders', 'Orders', ORDERS_TEXT],
    ['wide', 'Wide', WIDE_TEXT],
  ] as const)
    await createApi(console, { id, name, path: id, document: { text } });
  await createProduct(console, {
    id: 'starter',
    name: 'Starter',
    isPublished: true,
    apiIds: ['orders', 'wide'],
    terms: TERMS,
    rate: { calls: 100, seconds: 60 },
    quota: { calls: 20_000, period: 'month' },
  });
  const wanted = { accountId: account.id, productId: 'starter', name: 'My robot' };
  await grantSubscription(console, { id: 'robot', ...wanted });
  const agreed = { subscriptionId: 'robot', version: versionOf(TERMS) };
  await agreeToTerms(await beside.developer(EMAIL), agreed);
  await storeCalls(beside, 'robot', [
    { calls: 1_204, hoursAgo: 1 },
    { calls: 3, hoursAgo: 1, outcome: 'api_not_covered' },
    { calls: 9, hoursAgo: 1, outcome: 'rate_limited' },
  ]);
});

const VISITORS = [
  '/portal',
  '/portal/sign-in',
  '/portal/sign-up',
  '/portal/sign-in/acme/callback?state=none',
  '/portal/products',
  '/portal/products/none',
  '/portal/language',
  '/portal/closed',
  '/portal/nothing',
  '/password/forgot',
  '/password/reset?ticket=none',
];
const DEVELOPERS = [
  '/portal',
  '/portal/products',
  '/portal/products/starter',
  '/portal/subscriptions',
  '/portal/subscriptions/robot',
  '/portal/subscriptions/robot/new-key?slot=primary',
  '/portal/subscriptions/robot/cancel',
  '/portal/apis/orders',
  '/portal/apis/orders/placeOrder',
  '/portal/apis/wide',
  '/portal/apis/wide?find=nothing',
  '/portal/apis/wide/strained',
  '/portal/account',
  '/portal/account/email',
  '/portal/account/password',
  '/portal/account/sign-ins',
  '/portal/account/close',
  '/portal/language',
];

/** Pages of each form. Axe has looked at all of them in English. */
const AXED = new Set([
  '/portal/sign-in',
  '/portal/language',
  '/portal/products/starter',
  '/portal/apis/orders/placeOrder',
  '/portal/apis/wide',
  '/portal/apis/wide/strained',
  '/portal/account',
  'a refused sign-up',
  'the table of calls',
  'the keys',
]);

/** English texts that a page in this language has instead of its own. Those with values have other words on a page. */
async function leftInEnglish(page: Page, tag: string): Promise<string[]> {
  const texts = Object.entries(WITH_ARABIC[tag]?.catalog?.texts ?? {}) as [Text, string][];
  const english = new Set<string>(texts.flatMap(([text, words]) => (text === words ? [] : [text])));
  // A word of one language may be another's: "Limits".
  for (const [, words] of texts) english.delete(words);
  const shown = await page.evaluate(SHOWN);
  return (shown as string[]).filter((text) => english.has(text));
}

const SHOWN = `(() => {
  const texts = document.createTreeWalker(document.querySelector('html'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode())
    if (!['STYLE', 'SCRIPT'].includes(texts.currentNode.parentNode.nodeName)) found.push(texts.currentNode.data.trim());
  for (const element of document.querySelectorAll('[aria-label]')) found.push(element.getAttribute('aria-label'));
  return found;
})()`;

/** As it's sent, without compression. */
const MAX_PAGE_BYTES = 60_000;

const isAsWideAsScreen = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

async function judge(page: Page, paths: readonly string[], tag: string): Promise<void> {
  const answers: Response[] = [];
  page.on('response', (answer) => answers.push(answer));
  for (const path of paths) {
    answers.length = 0;
    const shown = await page.goto(app.url + path);
    await judgeShown(page, path, tag);
    expect((await shown?.body())?.byteLength, path).toBeLessThan(MAX_PAGE_BYTES);
    // Its style, script and icon are in it, so that one round trip shows it.
    expect(answers.filter((one) => one.request().redirectedTo() === null).length, path).toBe(1);
  }
}

async function judgeShown(page: Page, path: string, tag: string): Promise<void> {
  expect(await page.locator('html').getAttribute('lang'), path).toBe(tag);
  expect(await isAsWideAsScreen(page), path).toBe(true);
  // Arabic is of the tests alone, and has a part of the texts.
  if (tag !== 'ar') expect(await leftInEnglish(page, tag), path).toEqual([]);
  if (tag === 'de' || tag === 'ar') expect(AXED.has(path) ? await faultsOnPage(page) : [], path).toEqual([]);
}

async function signsIn(page: Page): Promise<void> {
  await page.goto(`${app.url}/portal/sign-in`);
  await page.locator('#email').fill(EMAIL);
  await page.locator('#password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/portal');
}

async function chooses(page: Page, tag: string): Promise<void> {
  await page.goto(`${app.url}/portal/language`);
  await page.locator(`main button[value=${tag}]`).click();
  await page.getByRole('status').waitFor();
}

const TAGS = [
  ['de', 'Deutsch', 'de-AT'],
  ['nl', 'Nederlands', 'nl-NL'],
  ['fr', 'Français', 'fr-CA'],
  ['ar', 'العربية', 'ar-EG'],
] as const;

describe('T102: in the language that the browser asks for', () => {
  for (const [tag, name, locale] of TAGS)
    story(`${name}: a visitor’s pages fit a phone, weigh little, and leave nothing in English`, async () => {
      const page = await app.open('/portal', { ...PHONE, locale, timezoneId: 'Asia/Dubai' });
      await judge(page, VISITORS, tag);
      await page.goto(`${app.url}/portal/sign-up`);
      await page.locator('#email').fill('ann@localhost');
      await page.locator('#firstName').fill('Ann');
      await page.keyboard.press('Enter');
      await page.locator('.fault').waitFor();
      await judgeShown(page, 'a refused sign-up', tag);
    });
});

/** The longest words, and the other direction: what fits in these fits in the others, and each of the pages takes its time. */
const OF_DEVELOPERS = TAGS.filter(([tag]) => tag === 'de' || tag === 'ar');

describe('T102: in the language that the account has', () => {
  for (const [tag, name] of OF_DEVELOPERS)
    story(
      `${name}: a developer’s pages fit a phone, weigh little, and leave nothing in English`,
      async () => {
        const page = await app.open('/portal', { ...PHONE, timezoneId: 'Asia/Dubai' });
        await signsIn(page);
        await chooses(page, tag);
        await judge(page, DEVELOPERS, tag);
        await page.goto(`${app.url}/portal/subscriptions/robot`);
        await page.locator('details summary').click();
        await judgeShown(page, 'the table of calls', tag);
        await page.locator('form[action$="/keys"] button').click();
        await page.locator('#primary').waitFor();
        await judgeShown(page, 'the keys', tag);
      },
    );
});

story('from right to left, the page is mirrored, and a key and a command stay as they are', async () => {
  const page = await app.open('/portal', { ...PHONE, locale: 'ar-EG' });
  await signsIn(page);
  await chooses(page, 'ar');
  await page.goto(`${app.url}/portal`);
  const box = async (selector: string) => {
    const found = await page.locator(selector).first().boundingBox();
    if (!found) throw new Error(`${selector} is not on the page`);
    return { left: found.x, right: 360 - found.x - found.width };
  };
  // The name of the organization begins at the right edge, and the button to sign out is at the left one.
  expect((await box('header a.home')).right).toBeLessThan((await box('header a.home')).left);
  expect((await box('nav form button')).left).toBeLessThan((await box('nav form button')).right);
  expect((await page.getByRole('heading', { level: 1 }).textContent()) ?? '').toContain('مرحبًا');

  await page.goto(`${app.url}/portal/subscriptions/robot`);
  expect(
    await page.locator('.chart').evaluate('getComputedStyle(document.querySelector(".chart")).direction'),
  ).toBe('ltr');
  await page.locator('form[action$="/keys"] button').click();
  await page.locator('#primary').waitFor();
  for (const selector of ['#primary', 'pre'])
    expect(
      await page.evaluate(`getComputedStyle(document.querySelector('${selector}')).direction`),
      selector,
    ).toBe('ltr');
  // The button lies over the end of the key, which begins at the left.
  expect((await box('.field button.inside')).right).toBeLessThan((await box('.field button.inside')).left);
});

story(
  'a visitor finds her language on a page that she can’t read, by keyboard and without a script',
  async () => {
    const page = await app.open('/portal/sign-in', { ...PHONE, javaScriptEnabled: false });
    await page.locator('footer a', { hasText: 'Language: English' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/portal/language');
    await page.getByRole('button', { name: 'Deutsch' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Sprache gespeichert.').waitFor();
    expect(await page.getByRole('button', { name: 'Deutsch Gewählt' }).getAttribute('aria-current')).toBe(
      'true',
    );
    await page.goto(`${app.url}/portal/sign-in`);
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
  },
);
