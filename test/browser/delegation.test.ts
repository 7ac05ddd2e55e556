// Azure's developer portal delegates to ours, as a developer's browser sees it: in German on a narrow screen, by keyboard.
import postgres from 'postgres';
import { beforeAll, describe, expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { startAzurePortal } from '../support/azure-portal.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startMirroredPair } from '../support/mirrored-pair.ts';

const ANN = 'ann@example.com';
const PASSWORD = 'three quiet garden chairs';
const SLOW_MS = 90_000;
const NARROW = { locale: 'de-DE', viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;

const pair = forAllTests(startMirroredPair, SLOW_MS);
const azure = forAllTests(() => startAzurePortal({ arm: () => pair.arm }));
beforeAll(async () => {
  const asPaula = pair.arm.asPortal('Paula Portal');
  await asPaula.put('users/ann', { email: ANN, firstName: 'Ann', lastName: 'Lee' });
}, SLOW_MS);
const app = forAllTests(() => startBrowserApp({ ...pair.settings, ...azure.settings }), SLOW_MS);
beforeAll(async () => {
  const sql = postgres(app.databaseUrl, { max: 1 });
  await eventually(
    'the first comparison with Azure to bring the account',
    async () => (await sql`select 1 from accounts where email = ${ANN}`)[0],
    SLOW_MS,
  );
  await sql.end();
  // The account gets the language in which its developer chooses the password.
  const mailbox = await app.developer({ locale: 'de-DE' });
  const asks = await app.open('/password/forgot');
  await asks.getByLabel('Email', { exact: true }).fill(ANN);
  await asks.keyboard.press('Enter');
  const tab = await mailbox.follows(ANN, /password/i, /password/i);
  await tab.locator('input[type=password]').fill(PASSWORD);
  await tab.keyboard.press('Enter');
  await tab.waitForURL((url) => !url.search.includes('ticket'));
}, SLOW_MS);

describe('T118: a developer of Azure’s portal', () => {
  story('signs in here by keyboard, and is back at Azure’s portal by itself', async () => {
    const page = await app.open(azure.link('SignIn', { returnUrl: `${azure.url}/products` }), NARROW);
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    expect(await faultsOnPage(page)).toEqual([]);
    await page.getByRole('textbox').first().focus();
    await page.keyboard.type(ANN);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${azure.url}/products`);
    expect(azure.signedIn.at(-1)).toEqual({ user: 'ann', returnUrl: '/products', referer: undefined });
    // Neither the token nor the signature is in the history of our pages.
    await page.goBack();
    expect(page.url()).not.toMatch(/token=|sig=/);
  });

  story('without scripts, goes on by a press', async () => {
    const page = await app.open(azure.link('SignIn', { returnUrl: '/apis' }), {
      ...NARROW,
      javaScriptEnabled: false,
    });
    await page.getByRole('textbox').first().fill(ANN);
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sie werden angemeldet' }).waitFor();
    await page.getByRole('button', { name: 'Weiter' }).press('Enter');
    await page.waitForURL(`${azure.url}/apis`);
  });

  story('finds the way back on each page of what she does here', async () => {
    const page = await app.open(azure.link('ChangePassword', { userId: 'ann' }), NARROW);
    await page.getByRole('textbox').first().fill(ANN);
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    const back = page.getByRole('link', { name: `Zurück zu ${new URL(azure.url).host}` });
    await back.waitFor();
    expect(await faultsOnPage(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await back.press('Enter');
    await page.waitForURL(`${azure.url}/`);
  });

  story('reads pages that fit the phone, also where it doesn’t go on', async () => {
    const page = await app.open(azure.link('ChangeProfile', { userId: 'ann' }), NARROW);
    await page.getByRole('textbox').first().fill(ANN);
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/portal/account');
    for (const [title, path] of [
      ['Dieser Link funktioniert nicht', azure.link('SignIn', { returnUrl: '/' }, { sig: 'AAAA' })],
      ['Hier ist ein anderes Konto angemeldet', azure.link('CloseAccount', { userId: 'bob' })],
      ['Hier noch nicht bekannt', azure.link('Subscribe', { productId: 'unknown', userId: 'ann' })],
      ['Auch hier abmelden', azure.link('SignOut', { userId: 'ann' })],
    ] as const) {
      await page.goto(app.url + path);
      await page.getByRole('heading', { name: title }).waitFor();
      expect(await faultsOnPage(page), title).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), title).toBe(true);
    }
  });
});
