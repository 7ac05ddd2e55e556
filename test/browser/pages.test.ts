// The pages behind mailed links, as on a phone: a small screen, no scripts, or the keyboard alone; and axe on everything.
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { type BrowserApp, startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
};
let app: BrowserApp;
let admin: BrowserPerson;
let developer: BrowserDeveloper;
beforeAll(async () => {
  app = await startBrowserApp();
  [admin, developer] = await Promise.all([app.as('admin'), app.developer()]);
});
afterAll(() => app.close());

async function pathOfInvitation(address: string): Promise<string> {
  await admin.types(`/apim-user invite ${address}`);
  await admin.sees(/1 invitation is on its way/);
  const mail = await developer.reads(address, /invited/);
  const href = await mail
    .getByRole('link', { name: /accept/i })
    .first()
    .getAttribute('href');
  return (href ?? '').replace(app.url, '');
}
const isAsWideAsScreen = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

describe('on a phone without scripts', () => {
  story('an invitation is accepted, and what is wrong stands beside its field', async () => {
    const path = await pathOfInvitation('ann@example.com');
    const page = await app.open(path, { ...PHONE, javaScriptEnabled: false });
    await page.getByRole('textbox', { name: 'First name' }).fill('Ann');
    await page.getByRole('textbox', { name: 'Last name' }).fill('Lee');
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Accept the invitation' }).tap();
    const password = page.getByLabel('New password');
    await page.locator('[aria-invalid]').waitFor();
    expect(await password.getAttribute('aria-describedby')).toContain('password-fault');
    expect(await page.getByRole('textbox', { name: 'First name' }).inputValue()).toBe('Ann');
    await password.fill('three quiet garden chairs');
    await page.getByRole('button', { name: 'Accept the invitation' }).tap();
    await page.getByRole('heading', { name: 'Your account is ready' }).waitFor();
  });

  story('nothing is wider than the screen', async () => {
    const path = await pathOfInvitation('a.rather-long-name.of.somebody@subdomain.example.com');
    for (const one of [path, '/portal', '/password/forgot', '/invitations/accept?ticket=dead'])
      expect(await isAsWideAsScreen(await app.open(one, PHONE)), one).toBe(true);
  });
});

story('by keyboard alone an invitation is accepted, the focus always to be seen', async () => {
  const page = await app.open(await pathOfInvitation('ben@example.com'));
  for (const words of ['Ben', 'Fox', 'three quiet garden chairs']) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(words);
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your account is ready' }).waitFor();
});

describe('axe finds nothing serious', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    story(`on the pages behind links and in the mail, ${colorScheme}`, async () => {
      const accept = await pathOfInvitation(`${colorScheme}@example.com`);
      const paths = [accept, '/portal', '/password/forgot', '/password/reset?ticket=dead', '/email/confirm'];
      for (const path of paths)
        expect(await faultsOnPage(await app.open(path, { colorScheme })), path).toEqual([]);
      const mail = await developer.inbox.locator('iframe').getAttribute('srcdoc');
      const page = await app.open('/portal', { colorScheme });
      // Not under the policy of our own pages, which takes no style of a mail's.
      await page.goto('about:blank');
      await page.setContent(mail ?? '');
      await page
        .getByRole('link', { name: /accept/i })
        .first()
        .waitFor();
      expect(await faultsOnPage(page), 'the mail').toEqual([]);
    });

    story(`in the playground, ${colorScheme}`, async () => {
      const page = await app.open('/playground?as=U0ADAADMIN&pane=inbox', { colorScheme });
      await page.getByRole('textbox', { name: /^Message/ }).fill('/apim-user ');
      await page.getByRole('listbox', { name: 'Suggestions' }).waitFor();
      expect(await faultsOnPage(page), 'composer and inbox').toEqual([]);
      await page.getByRole('textbox', { name: /^Message/ }).fill('/apim-user');
      await page.keyboard.press('Enter');
      await page.getByRole('article').last().getByRole('button').first().waitFor();
      await page.getByRole('button', { name: 'Inspector' }).click();
      const deliveries = page.getByRole('table', { name: 'Deliveries' });
      await deliveries
        .getByRole('button', { name: /^command/ })
        .first()
        .click();
      await deliveries.getByRole('region', { name: 'What was sent' }).waitFor();
      expect(await faultsOnPage(page), 'menu and inspector').toEqual([]);
      await page.getByRole('textbox', { name: /^Message/ }).fill('/apim-user add');
      await page.keyboard.press('Enter');
      const modal = page.getByRole('dialog', { name: 'Add an account' });
      await modal.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('alert').first().waitFor();
      expect(await faultsOnPage(page), 'modal with faults').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Home', exact: true }).click();
      await page.getByRole('region', { name: /Home/ }).getByRole('button').first().waitFor();
      expect(await faultsOnPage(page), 'Home').toEqual([]);
    });
  }
});
