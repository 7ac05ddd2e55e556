// A developer's way through the portal, without a script: from sign-up to a call that passes, and a block that ends both.
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { documentedNginx, findNginx, HOW_TO_GET_NGINX, startNginx } from '../support/nginx.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'three quiet garden chairs';
const OTHER_PASSWORD = 'another four quiet chairs';
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
};

const app = forAllTests(() => startBrowserApp({ SIGN_UP: 'approval' }));
let admin: BrowserPerson;
let approver: BrowserPerson;
let mailbox: BrowserDeveloper;
/** Ann's browser at the portal, which runs no script. */
let ann: Page;
let key = '';
/** Asks the API with Ann's key, through the gateway of the README. */
let call: () => Promise<number>;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  [admin, approver, mailbox] = await Promise.all([app.as('admin'), app.as('approver'), app.developer()]);
  ann = await app.open('/portal', { ...PHONE, javaScriptEnabled: false });
  const gateway = await startGateway();
  call = async () => {
    const headers = { 'ocp-apim-subscription-key': key, 'x-original-uri': '/orders/v1/1' };
    return (await fetch(gateway, { headers })).status;
  };
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** The address of the API behind nginx, or without an nginx the address that nginx would ask. */
async function startGateway(): Promise<string> {
  const path = findNginx();
  if (!path) {
    process.stderr.write(`\n${HOW_TO_GET_NGINX}\n\n`);
    return `${app.url}/gateway/check`;
  }
  const api = await startGuardedApi();
  closing.push(api.close);
  const port = await freePort();
  const http = await documentedNginx('README.md', [
    ['127.0.0.1:8080', `127.0.0.1:${port}`],
    ['127.0.0.1:9000', api.host],
    ['127.0.0.1:3000', new URL(app.url).host],
  ]);
  const nginx = await startNginx(path, http, port);
  closing.push(nginx.stop);
  return `http://127.0.0.1:${port}/orders/v1/1`;
}

async function fills(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
}
const presses = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const follows = (page: Page, name: string | RegExp) =>
  page.getByRole('link', { name, exact: typeof name === 'string' }).click();
const sees = (page: Page, heading: string | RegExp) => page.getByRole('heading', { name: heading }).waitFor();
async function signsIn(page: Page, password = PASSWORD): Promise<void> {
  await page.goto(`${app.url}/portal/sign-in`);
  await fills(page, { Email: EMAIL, Password: password });
  await presses(page, 'Sign in');
}
const isAsWideAsScreen = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

describe('from nothing to a call', () => {
  story('an admin publishes a product whose subscriptions are approved', async () => {
    await admin.types('/apim-user apis');
    await admin.sees(/longest matching path/);
    await admin.presses('Create');
    await admin.fills('Create an API', { Name: 'Orders', Path: 'orders/v1' });
    await admin.submits('Create an API', 'Create');
    await admin.seesInModal(/Created/);
    await admin.closesModal();
    await admin.types('/apim-user products');
    await admin.sees(/no products yet/);
    await admin.presses('Create');
    await admin.fills('Create a product', { Name: 'Starter', Terms: 'Be kind to our servers.' });
    await admin.picks('Create a product', 'APIs', 'ord', 'Orders');
    await admin
      .dialog('Create a product')
      .getByRole('checkbox', { name: /An operator approves/ })
      .check();
    await admin
      .dialog('Create a product')
      .getByRole('checkbox', { name: /Developers see it/ })
      .check();
    await admin.submits('Create a product', 'Create');
    await admin.seesInModal(/Created/);
    await admin.closesModal();
  });

  story('Ann signs up; faults stand beside their fields, and what was typed stays', async () => {
    await follows(ann, 'Sign up');
    await fills(ann, { Email: 'ann@localhost', 'First name': 'Ann', 'Last name (if you have one)': 'Lee' });
    await presses(ann, 'Sign up');
    await ann.getByText('Email: there is no full domain after the @').waitFor();
    expect(await ann.getByLabel('First name').inputValue()).toBe('Ann');
    await fills(ann, { Email: EMAIL });
    await presses(ann, 'Sign up');
    await sees(ann, 'Check your inbox');
  });

  story(
    'the mailed link confirms the email and takes a password; until then no approver is asked',
    async () => {
      await approver.goesTo('approvals');
      const tab = await mailbox.follows(EMAIL, /confirm/, /confirm/i);
      expect(await approver.messages.filter({ hasText: EMAIL }).count()).toBe(0);
      await fills(tab, { 'New password': 'short' });
      await presses(tab, 'Confirm my email');
      await tab.getByText('Use at least 15 characters. A few words').first().waitFor();
      await fills(tab, { 'New password': PASSWORD });
      await presses(tab, 'Confirm my email');
      await tab.getByText('still has to approve your account').waitFor();
      await signsIn(ann);
      await sees(ann, 'Your account is not active yet');
    },
  );

  story('an approver lets her in, and she signs in', async () => {
    await approver.message(/Ann Lee.*pending/s).waitFor();
    await approver.presses('Activate Ann Lee');
    await mailbox.reads(EMAIL, /is active/);
    await signsIn(ann, 'nobody ever chose this one');
    await ann.getByRole('alert').filter({ hasText: 'Wrong email or password.' }).waitFor();
    await signsIn(ann);
    await sees(ann, 'Hello Ann');
  });

  story('she subscribes, once she has agreed to the terms', async () => {
    await follows(ann, 'Products');
    await follows(ann, 'Starter');
    // The browser itself does not submit what the operation would refuse.
    await presses(ann, 'Request a subscription');
    expect(new URL(ann.url()).pathname).toBe('/portal/products/starter');
    await ann.getByLabel('I have read these terms').check();
    await fills(ann, { 'Name of the subscription': 'My shop' });
    await presses(ann, 'Request a subscription');
    await ann.getByText('Waiting for approval').waitFor();
    await approver.message(/asks to use.*Starter/s).waitFor();
    await approver.presses(/^Approve/);
    await approver.sees(/Approved/);
    await ann.reload();
    await ann.getByText('Active', { exact: true }).waitFor();
  });

  story('she has her keys shown, and a call passes', async () => {
    await presses(ann, 'Show the keys');
    key = await ann.getByLabel('Primary key').inputValue();
    expect(key).toMatch(/^apim_/);
    await eventually('the call to pass', async () => (await call()) === 200);
    await follows(ann, 'Hide the keys');
    expect(await ann.content()).not.toContain(key);
  });

  story('a block in Slack refuses the portal and the call; activating lets both pass again', async () => {
    await approver.types(`/apim-user block ${EMAIL} a leaked key`);
    await approver.sees(/Blocked/);
    await eventually('the call to be refused', async () => (await call()) === 403);
    await ann.reload();
    await sees(ann, 'Sign in');
    await signsIn(ann);
    await sees(ann, 'Your account is blocked');
    await approver.types(`/apim-user activate ${EMAIL}`);
    await approver.sees(/Activated/);
    await eventually('the call to pass', async () => (await call()) === 200);
    await signsIn(ann);
    // The page that asked her to sign in.
    await sees(ann, 'My shop');
  });

  story(
    'she replaces a key after a question, and the former key is unknown, as are all once she cancels',
    async () => {
      await follows(ann, 'Subscriptions');
      await follows(ann, 'My shop');
      await follows(ann, 'Replace the primary key');
      await ann.getByLabel('Not at all').check();
      await presses(ann, 'Replace the primary key');
      await ann.getByText('Primary key replaced.').waitFor();
      await eventually('the old key to be unknown', async () => (await call()) === 401);
      await presses(ann, 'Show the keys');
      key = await ann.getByLabel('Primary key').inputValue();
      await eventually('the new key to pass', async () => (await call()) === 200);
      await follows(ann, 'Hide the keys');
      await follows(ann, 'Cancel this subscription');
      await presses(ann, 'Cancel this subscription');
      await ann.getByText('Cancelled.').waitFor();
      await eventually('the key to be refused', async () => (await call()) === 403);
    },
  );
});

describe('her account', () => {
  story('changes its names and its password, and ends its other sessions', async () => {
    const elsewhere = await app.open('/portal/sign-in');
    await signsIn(elsewhere);
    await sees(elsewhere, 'Hello Ann');
    await follows(ann, 'My account');
    await fills(ann, { 'First name': 'Anna' });
    await presses(ann, 'Save');
    await ann.getByText('Your name is saved.').waitFor();
    await ann
      .getByRole('button', { name: /^Sign out Chrome/ })
      .first()
      .click();
    await ann.getByText('That browser is signed out.').waitFor();
    await elsewhere.reload();
    await sees(elsewhere, /^Build with/);
    await follows(ann, 'Change password');
    await fills(ann, { 'Current password': 'not this one at all', 'New password': OTHER_PASSWORD });
    await presses(ann, 'Change password');
    await ann.getByText('This is not your current password.').waitFor();
    await fills(ann, { 'Current password': PASSWORD, 'New password': PASSWORD });
    await presses(ann, 'Change password');
    await ann.getByText('That’s your current password. Choose a new one.').waitFor();
    await fills(ann, { 'Current password': PASSWORD, 'New password': OTHER_PASSWORD });
    await presses(ann, 'Change password');
    await ann.getByText('Password changed. You’ve been signed out everywhere else.').waitFor();
    await mailbox.reads(EMAIL, /password was changed/);
  });

  story('is closed with the password, and gone', async () => {
    await follows(ann, 'Close my account');
    await fills(ann, { 'Current password': OTHER_PASSWORD });
    await presses(ann, 'Close my account');
    await sees(ann, 'Your account is closed');
    await signsIn(ann, OTHER_PASSWORD);
    await ann.getByText('Wrong email or password.').waitFor();
    await approver.message(/closed their account/).waitFor();
  });
});

describe('in every way of use', () => {
  /** A developer who is signed in and has a subscription. */
  async function developer(options: BrowserContextOptions, address: string): Promise<Page> {
    await admin.types(`/apim-user add ${address} Ben Fox`);
    await admin.sees(/Added/);
    const tab = await mailbox.follows(address, /Welcome/, /how I sign in/);
    await fills(tab, { 'New password': PASSWORD });
    await presses(tab, 'Set the new password');
    await sees(tab, 'Your new password is set');
    const page = await app.open('/portal/sign-in', options);
    await fills(page, { Email: address, Password: PASSWORD });
    await presses(page, 'Sign in');
    await sees(page, 'Hello Ben');
    await page.goto(`${app.url}/portal/products/starter`);
    await page.getByLabel('I have read these terms').check();
    await presses(page, 'Request a subscription');
    await page.getByText('Waiting for approval').waitFor();
    return page;
  }
  const PAGES = [
    '/portal',
    '/portal/products',
    '/portal/products/starter',
    '/portal/products/none',
    '/portal/subscriptions',
    '/portal/account',
    '/portal/account/email',
    '/portal/account/password',
    '/portal/account/close',
  ];

  for (const colorScheme of ['light', 'dark'] as const) {
    story(`axe finds nothing serious, and nothing is wider than a phone, ${colorScheme}`, async () => {
      const page = await developer({ ...PHONE, colorScheme }, `${colorScheme}@example.com`);
      const subscription = new URL(page.url()).pathname;
      const own = [subscription, `${subscription}/new-key?slot=primary`, `${subscription}/cancel`];
      for (const path of [...PAGES, ...own]) {
        await page.goto(app.url + path);
        expect(await faultsOnPage(page), path).toEqual([]);
        expect(await isAsWideAsScreen(page), path).toBe(true);
      }
      const visitor = await app.open('/portal', { ...PHONE, colorScheme });
      for (const path of [
        '/portal',
        '/portal/sign-in',
        '/portal/sign-up',
        '/portal/products',
        '/portal/closed',
      ]) {
        await visitor.goto(app.url + path);
        expect(await faultsOnPage(visitor), path).toEqual([]);
        expect(await isAsWideAsScreen(visitor), path).toBe(true);
      }
      await visitor.goto(`${app.url}/portal/sign-in`);
      await fills(visitor, { Email: 'nobody@example.com', Password: 'wrong' });
      await presses(visitor, 'Sign in');
      await visitor.getByRole('alert').waitFor();
      expect(await faultsOnPage(visitor), 'a refused sign-in').toEqual([]);
    });
  }

  story('the keyboard alone signs in, subscribes and signs out, with the focus always visible', async () => {
    const page = await developer({}, 'keys@example.com');
    const isSeen = 'getComputedStyle(document.activeElement).outlineStyle';
    const tabTo = async (name: string) => {
      for (let at = 0; at < 40; at++) {
        await page.keyboard.press('Tab');
        const words = await page.evaluate(
          'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent',
        );
        if (String(words).includes(name)) {
          expect(await page.evaluate(isSeen)).toBe('solid');
          return;
        }
      }
      throw new Error(`the keyboard never came to ${name}`);
    };
    await page.goto(`${app.url}/portal/products/starter`);
    await tabTo('Name of the subscription');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('By keyboard');
    await tabTo('I have read these terms');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await sees(page, 'By keyboard');
    await tabTo('Sign out');
    await page.keyboard.press('Enter');
    await sees(page, /^Build with/);
    await tabTo('Sign in');
    await page.keyboard.press('Enter');
    await sees(page, 'Sign in');
    await tabTo('Email');
    await page.keyboard.type('keys@example.com');
    await tabTo('Password');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await sees(page, 'Hello Ben');
  });
});
