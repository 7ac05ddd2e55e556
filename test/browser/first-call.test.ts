// An invited developer, from the mail to the first call as the reference shows it, and the admin who hears of it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { editApi } from '../../src/operations/apis/edit.ts';
import { startAskingGateway } from '../support/asking-gateway.ts';
import { besideApp } from '../support/beside-app.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { startGuardedApi } from '../support/guarded-api.ts';
import { ORDERS_TEXT } from '../support/orders-document.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';

/** The product, and a gateway that asks it before calls to an API. */
const app = forAllTests(async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = await startBrowserApp({ SECRET_KEY: TEST_SECRET_KEY, GATEWAY_URL: url });
  const api = await startGuardedApi();
  const gateway = await startAskingGateway(port, started.url, api.host);
  return {
    ...started,
    gatewayUrl: url,
    api,
    async close() {
      gateway.close();
      api.close();
      await started.close();
    },
  };
});
const beside = forAllTests(() => besideApp(app));
const GERMAN_PHONE: BrowserContextOptions = {
  ...{ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, locale: 'de-DE' },
};
let admin: BrowserPerson;
let mailbox: BrowserDeveloper;
beforeAll(async () => {
  [admin, mailbox] = await Promise.all([app.as('admin'), app.developer()]);
});

async function accepts(tab: Page, first: string): Promise<Page> {
  await tab.locator('#firstName').fill(first);
  await tab.locator('#lastName').fill('Lee');
  await tab.locator('#password').fill('three quiet garden chairs');
  await tab.getByRole('button', { name: /Accept the invitation|Einladung annehmen/ }).click();
  await tab.waitForURL('**/portal');
  return tab;
}

/** By the links of the pages alone: to a product, a key, and the line of curl that reads an order. */
async function goesToFirstCall(tab: Page): Promise<{ line: string; key: string }> {
  const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
  const follows = async (name: RegExp) => {
    await tab.getByRole('link', { name }).first().click();
    expect(await tab.evaluate(isWide), tab.url()).toBe(false);
  };
  await follows(/Choose a product|Produkt wählen/);
  await follows(/Starter/);
  await tab.getByRole('button', { name: /^(Subscribe|Abonnieren)/ }).click();
  await tab.waitForURL('**/portal/subscriptions/*');
  await tab.getByRole('button', { name: /Show the keys|Schlüssel zeigen/ }).click();
  const key = await tab.locator('#primary').inputValue();
  await tab.goto(`${app.url}/portal`);
  await follows(/What Orders can do|Was Orders kann/);
  await follows(/GET \/orders\/\{id\}/);
  return { line: (await tab.locator('pre').first().textContent()) ?? '', key };
}

/** The status that the line gets in a shell as it stands on the page. */
async function runs(line: string, key: string): Promise<string> {
  const command = `${line} --silent --output /dev/null --write-out '%{http_code}'`;
  const env = { PATH: process.env.PATH ?? '', API_KEY: key };
  return (await promisify(execFile)('/bin/sh', ['-c', command], { env })).stdout;
}
let ann = { line: '', key: '' };
let ben: Page;

describe('two people are invited', () => {
  story('and one of them gets from the mail to a call without a dead end', async () => {
    await admin.types('/apim-user apis');
    await admin.sees(/longest/);
    await admin.presses('Create');
    await admin.fills('Create an API', { Name: 'Orders', Path: 'orders' });
    await admin.submits('Create an API', 'Create');
    await admin.seesInModal(/Created/);
    await admin.closesModal();
    await admin.types('/apim-user products');
    await admin.sees(/no products yet/);
    await admin.presses('Create');
    await admin.fills('Create a product', { Name: 'Starter' });
    await admin.picks('Create a product', 'APIs', 'ord', 'Orders');
    await admin
      .dialog('Create a product')
      .getByRole('checkbox', { name: /Developers see it/ })
      .check();
    await admin.submits('Create a product', 'Create');
    await admin.seesInModal(/Created/);
    await admin.closesModal();
    await admin.types('/apim-user invite ann@example.com ben@example.com');
    await admin.sees(/2 invitations are on their way/);

    await editApi(beside.console(), { apiId: 'orders', document: { text: ORDERS_TEXT } });

    const tab = await mailbox.follows('ann@example.com', /invited/, /accept/i);
    ann = await goesToFirstCall(await accepts(tab, 'Ann'));
    expect(ann.line).toContain(`'${app.gatewayUrl}/orders/orders/42'`);
    expect(await runs(ann.line, ann.key)).toBe('200');
    expect(app.api.takeArrived()).toMatchObject([{ url: '/orders/orders/42' }]);
    expect(await runs(ann.line, `${ann.key}x`)).toBe('401');
  });

  story('an admin who opens Block at once reads that the call of this second is cut off', async () => {
    await admin.types('/apim-user block ann@example.com');
    await admin.seesInModal(/It cuts off 1 subscription, used in the last 24 hours/);
    await admin.closesModal();
    await admin.types('/apim-user show ann@example.com');
    await admin.sees(/Starter · active · last used .*\(1 call\)/);
  });

  story('the admin hears of it, in one message for both, and stops such messages', async () => {
    await admin.goesTo('apim-user messages');
    const message = admin.message(/1 of 2 people accepted your invitations/);
    await message.waitFor();
    const path = await mailbox.pathIn('ben@example.com', /invited/, /accept/i);
    ben = await accepts(await app.open(path, GERMAN_PHONE), 'Ben');
    await admin.message(/2 of 2 people accepted your invitations/).waitFor();
    expect(await admin.messages.filter({ hasText: /of 2 people accepted/ }).count()).toBe(1);
    await admin.presses('Turn off these messages');
    await admin.sees(/Turned off\. You won't get a message/);
  });

  story('the other one does the same in German on a phone, and a block ends the calls of one', async () => {
    const { line, key } = await goesToFirstCall(ben);
    expect(await ben.locator('html').getAttribute('lang')).toBe('de');
    expect(await runs(line, key)).toBe('200');
    await admin.types('/apim-user block ann@example.com');
    await admin.submits('Block an account', 'Block');
    await admin.seesInModal(/Blocked: Ann Lee/);
    await admin.closesModal();
    app.api.takeArrived();
    expect([await runs(ann.line, ann.key), app.api.takeArrived()]).toEqual(['403', []]);
    expect(await runs(line, key)).toBe('200');
  });
});
