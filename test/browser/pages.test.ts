// The pages behind mailed links, as on a phone: a small screen, no scripts, or the keyboard alone; and under axe.
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
};
const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let developer: BrowserDeveloper;
beforeAll(async () => {
  [admin, developer] = await Promise.all([app.as('admin'), app.developer()]);
});

async function pathOfInvitation(address: string): Promise<string> {
  await admin.types(`/apim-user invite ${address}`);
  await admin.sees(/1 invitation is on its way/);
  return developer.pathIn(address, /invited/, /accept/i);
}
/** An account whose password is to be set by a link. */
async function pathOfReset(address: string): Promise<string> {
  await admin.types(`/apim-user add ${address} Some Body`);
  await admin.sees(/Added .+: the account is active/);
  return developer.pathIn(address, /Welcome/, /how I sign in/);
}
async function pathOfConfirmation(address: string): Promise<string> {
  await admin.types(`/apim-user add ${address} Some`);
  await admin.fills('Add an account', { 'Last name': 'Body', 'Send a link to confirm it first': true });
  await admin.submits('Add an account', 'Add');
  await admin.seesInModal(/account is pending/);
  await admin.closesModal();
  return developer.pathIn(address, /confirm/i, /confirm/i);
}
const isAsWideAsScreen = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

describe('on a phone without scripts', () => {
  story('an invitation is accepted, and faults stand beside their fields', async () => {
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
    await page.waitForURL('**/portal');
  });

  story('a password is set and an email confirmed, each by one press', async () => {
    const reset = await app.open(await pathOfReset('cleo@example.com'), {
      ...PHONE,
      javaScriptEnabled: false,
    });
    await reset.getByLabel('New password').fill('short');
    await reset.getByRole('button', { name: 'Set the new password' }).tap();
    await reset.locator('[aria-invalid]').waitFor();
    await reset.getByLabel('New password').fill('three quiet garden chairs');
    await reset.getByRole('button', { name: 'Set the new password' }).tap();
    await reset.getByRole('heading', { name: 'Your new password is set' }).waitFor();
    const confirmation = await pathOfConfirmation('dan@example.com');
    const confirm = await app.open(confirmation, { ...PHONE, javaScriptEnabled: false });
    await confirm.getByRole('button', { name: 'Confirm my email' }).tap();
    await confirm.getByRole('heading', { name: 'Your email is confirmed' }).waitFor();
  });

  story(
    'T135: news is written, read and ended, and every page of it is fit for a phone in the dark',
    async () => {
      await admin.types('/apim-user add nora@example.com Nora News');
      await admin.sees(/Added .+: the account is active/);
      await admin.types('/apim-user announce');
      await admin.picks('Announce', 'To', 'everyone', /Everyone/);
      await admin.dialog('Announce').getByRole('radio', { name: /^News/ }).check();
      await admin
        .dialog('Announce')
        .getByRole('radio', { name: /own words/ })
        .check();
      await admin.submits('Announce', 'Next');
      await admin.seesInModal(/In Markdown/);
      await admin.fills('Announce', { Subject: 'A new office', Text: 'Hi $DevFirstName,\n\nWe **moved**.' });
      await admin.submits('Announce', 'Preview');
      const preview = await admin.seesInModal(/gets? it now/);
      await preview.getByRole('button', { name: /^Send to/ }).click();
      await admin.page.getByRole('dialog').last().getByRole('button', { name: 'Send', exact: true }).click();
      await admin.seesInModal(/Being sent/);
      await admin.closesModal();
      const path = await developer.pathIn('nora@example.com', /A new office/, /Unsubscribe/);
      const page = await app.open(path, { ...PHONE, javaScriptEnabled: true, colorScheme: 'dark' });
      const isFit = async () => {
        expect(await isAsWideAsScreen(page)).toBe(true);
        expect(await faultsOnPage(page)).toEqual([]);
      };
      await isFit();
      await page.getByRole('button', { name: 'Unsubscribe' }).tap();
      await page.getByRole('heading', { name: 'You’re unsubscribed' }).waitFor();
      await isFit();
    },
  );

  story('nothing is wider than the screen', async () => {
    const path = await pathOfInvitation('a.rather-long-name.of.somebody@subdomain.example.com');
    for (const one of [path, '/portal', '/password/forgot', '/invitations/accept?ticket=dead'])
      expect(await isAsWideAsScreen(await app.open(one, PHONE)), one).toBe(true);
  });
});

describe('by keyboard alone, with the focus always visible', () => {
  /** Presses Tab until the focus is on an element of that name, and looks at the focus of each on the way. */
  async function tabTo(page: Page, role: 'textbox' | 'button', name: string): Promise<void> {
    const wanted = page.getByRole(role, { name }).and(page.locator(':focus'));
    for (let at = 0; at < 10; at++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      if ((await wanted.count()) === 1) return;
    }
    throw new Error(`the keyboard never came to ${name}`);
  }
  async function typesInto(page: Page, label: string, words: string): Promise<void> {
    await tabTo(page, 'textbox', label);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(words);
  }

  story('an invitation is accepted', async () => {
    const page = await app.open(await pathOfInvitation('ben@example.com'));
    await typesInto(page, 'First name', 'Ben');
    await typesInto(page, 'Last name', 'Fox');
    await typesInto(page, 'New password', 'three quiet garden chairs');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/portal');
  });

  story('a password is set and an email confirmed', async () => {
    const reset = await app.open(await pathOfReset('eve@example.com'));
    await typesInto(reset, 'New password', 'three quiet garden chairs');
    await reset.keyboard.press('Enter');
    await reset.getByRole('heading', { name: 'Your new password is set' }).waitFor();
    const confirm = await app.open(await pathOfConfirmation('finn@example.com'));
    await tabTo(confirm, 'button', 'Confirm my email');
    await confirm.keyboard.press('Enter');
    await confirm.getByRole('heading', { name: 'Your email is confirmed' }).waitFor();
  });
});

describe('axe finds nothing serious', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    story(`on the pages behind links, from opened to done, ${colorScheme}`, async () => {
      const page = await app.open('/portal', { colorScheme });
      const looksAt = async (what: string) => expect(await faultsOnPage(page), what).toEqual([]);
      const dead = ['/password/reset?ticket=dead', '/invitations/accept?ticket=dead', '/email/confirm'];
      for (const path of ['/portal', '/password/forgot', ...dead]) {
        await page.goto(`${app.url}${path}`);
        await looksAt(path);
      }
      await page.goto(`${app.url}${await pathOfInvitation(`${colorScheme}@example.com`)}`);
      await looksAt('the invitation');
      await page.getByRole('textbox', { name: 'First name' }).fill('Ann');
      await page.getByRole('textbox', { name: 'Last name' }).fill('Lee');
      await page.getByLabel('New password').fill('short');
      await page.getByRole('button', { name: 'Accept the invitation' }).click();
      await page.locator('[aria-invalid]').first().waitFor();
      await looksAt('what is wrong with it');
      await page.getByLabel('New password').fill('three quiet garden chairs');
      await page.getByRole('button', { name: 'Accept the invitation' }).click();
      await page.waitForURL('**/portal');
      await looksAt('the developer is signed in');
      await page.goto(`${app.url}${await pathOfReset(`${colorScheme}-reset@example.com`)}`);
      await looksAt('a new password');
      await page.goto(`${app.url}${await pathOfConfirmation(`${colorScheme}-confirm@example.com`)}`);
      await looksAt('an address to confirm');
    });
  }
});
