// Signing up with the company of the playground: by keyboard, on a phone, in German and in the dark, with a brand and terms.
import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() =>
  startBrowserApp({
    SIGN_UP: 'approval',
    ORGANIZATION_NAME: 'Northwind Traders International',
    // Hardly a colour: links and buttons still differ from text, in light and in the dark.
    BRAND_COLOR: '#111111',
    PORTAL_LINKS:
      'Documentation for developers of our APIs=https://docs.example.com, Status=https://status.example.com',
    TERMS_URL: 'https://example.com/terms',
    TERMS_VERSION: '2026-11',
    PRIVACY_URL: 'https://example.com/privacy',
  }),
);
// The company is loaded with its first request, which takes a busy machine longer than a sign-in waits.
beforeAll(async () => {
  await fetch(`${app.url}/playground/company/.well-known/openid-configuration`);
});
/** A folder for what the pages look like. */
const SHOTS = process.env.SHOTS;
const PHONE = { viewport: { width: 360, height: 640 } };

/** `inLight`: too. Pages of the same parts needn't all be looked at twice. */
async function looksGood(page: Page, name: string, inLight = false): Promise<void> {
  for (const colorScheme of inLight ? (['light', 'dark'] as const) : (['dark'] as const)) {
    await page.emulateMedia({ colorScheme });
    expect(await faultsOnPage(page), `${name}, ${colorScheme}`).toEqual([]);
  }
  const width = await page.evaluate('document.documentElement.scrollWidth');
  expect(width, `${name} is no wider than the phone`).toBe(PHONE.viewport.width);
  if (!SHOTS) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

/** Goes on with the Tab key until the button has the focus, and presses Enter. */
async function presses(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name }).first();
  await button.waitFor();
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Tab');
        return button.evaluate((one) => one === document.activeElement);
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(true);
  await page.keyboard.press('Enter');
}

story(
  'T106: a developer signs up with the company’s button, is approved, and is signed in by it',
  async () => {
    const page = await app.open('/portal/sign-in', { ...PHONE, locale: 'de', colorScheme: 'dark' });
    const approver = await app.as('approver');
    await looksGood(page, 'sign-in');
    await presses(page, 'Weiter mit Acme');
    await page.getByRole('button', { name: 'Grace Osei' }).waitFor();
    await looksGood(page, 'company', true);
    await presses(page, 'Grace Osei');
    await page.getByRole('heading', { name: 'Legen Sie Ihr Konto an' }).waitFor();
    await looksGood(page, 'finish');
    await presses(page, 'Mein Konto anlegen');
    await page.getByText('muss Ihr Konto noch freigeben').waitFor();
    await looksGood(page, 'waiting');
    await approver.goesTo(/approvals/);
    await approver.presses(/^Activate/);
    await page.goto(`${app.url}/portal/sign-in`);
    await presses(page, 'Weiter mit Acme');
    await page.getByRole('checkbox').waitFor();
    await looksGood(page, 'terms', true);
    await page.getByRole('checkbox').press('Space');
    await presses(page, 'Zustimmen und fortfahren');
    await page.getByText('grace@acme.example').waitFor();
    await page.goto(`${app.url}/portal/account`);
    await looksGood(page, 'account', true);
    await page.goto(`${app.url}/portal/account/sign-ins`);
    await looksGood(page, 'sign-ins');
    await presses(page, 'Abmelden');
    await page.waitForURL(/\/playground\/company\/session\/end/);
    await presses(page, 'Sign out');
    await page.waitForURL(`${app.url}/portal`);
  },
);

story('without a script, the button leads to the company and back too', async () => {
  const page = await app.open('/portal/sign-in', { ...PHONE, javaScriptEnabled: false });
  await page.getByRole('button', { name: 'Continue with Acme' }).click();
  await page.getByRole('button', { name: 'Hugo Lind' }).click();
  await page.getByRole('heading', { name: 'Create your account' }).waitFor();
});
