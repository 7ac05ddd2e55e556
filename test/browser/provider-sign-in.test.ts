// Signing up with the company of the playground, by keyboard, on a phone, in German and without a script.
import { mkdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() => startBrowserApp({ SIGN_UP: 'approval' }));
const SHOTS = process.env.SHOTS;

story('T106: a developer signs up with the company’s button, is approved, and is signed in by it', async () => {
  const phone = { viewport: { width: 360, height: 640 }, javaScriptEnabled: false, locale: 'de' };
  const [page, approver] = [await app.open('/portal/sign-in', phone), await app.as('approver')];
  const look = async (name: string) => {
    expect(await faultsOnPage(page), name).toEqual([]);
    if (!SHOTS) return;
    await mkdir(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  };
  /** Goes on with the Tab key until the focus is on it. */
  const presses = async (name: string) => {
    const button = page.getByRole('button', { name }).first();
    await button.waitFor();
    for (let tabs = 0; tabs < 20; tabs += 1) {
      await page.keyboard.press('Tab');
      if (await button.evaluate((one) => one === document.activeElement)) break;
    }
    await page.keyboard.press('Enter');
  };
  await look('sign-in');
  await presses('Weiter mit Acme');
  await presses('Grace Osei');
  await page.getByRole('heading', { name: 'Legen Sie Ihr Konto an' }).waitFor();
  await look('finish');
  await presses('Mein Konto anlegen');
  await page.getByText('muss Ihr Konto noch freigeben').waitFor();
  await look('pending');
  await approver.goesTo(/approvals/);
  await approver.presses(/^Activate/);
  await page.goto(`${app.url}/portal/sign-in`);
  await presses('Weiter mit Acme');
  await page.getByText('grace@acme.example').waitFor();
  await page.goto(`${app.url}/portal/account`);
  await look('account');
  await page.goto(`${app.url}/portal/account/sign-ins`);
  await look('sign-ins');
  await presses('Abmelden');
  await page.waitForURL(/\/playground\/company\/session\/end/);
});
