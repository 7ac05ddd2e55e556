// An invited developer, from the mail to the first call, and the admin who hears of it.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let mailbox: BrowserDeveloper;
beforeAll(async () => {
  [admin, mailbox] = await Promise.all([app.as('admin'), app.developer()]);
});

async function accepts(email: string, first: string): Promise<Page> {
  const tab = await mailbox.follows(email, /invited/, /accept/i);
  await tab.getByRole('textbox', { name: 'First name' }).fill(first);
  await tab.getByRole('textbox', { name: 'Last name' }).fill('Lee');
  await tab.getByLabel('New password').fill('three quiet garden chairs');
  await tab.getByRole('button', { name: 'Accept the invitation' }).click();
  await tab.waitForURL('**/portal');
  return tab;
}

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

    const tab = await accepts('ann@example.com', 'Ann');
    await tab
      .getByRole('link', { name: /products/i })
      .first()
      .click();
    await tab.getByRole('link', { name: /Starter/ }).click();
    await tab.getByRole('button', { name: /Subscribe/ }).click();
    await tab.waitForURL('**/portal/subscriptions/*');
    await tab.getByRole('button', { name: 'Show the keys' }).click();
    const shown = tab.locator('.key').first();
    await shown.waitFor();
    const key = await shown.inputValue();
    const headers = { 'ocp-apim-subscription-key': key, 'x-original-uri': '/orders/1' };
    expect((await fetch(`${app.url}/gateway/check`, { headers })).status).toBe(200);
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
    await accepts('ben@example.com', 'Ben');
    await admin.message(/2 of 2 people accepted your invitations/).waitFor();
    expect(await admin.messages.filter({ hasText: /of 2 people accepted/ }).count()).toBe(1);
    await admin.presses('Turn off these messages');
    await admin.sees(/Turned off\. You won't get a message/);
  });
});
