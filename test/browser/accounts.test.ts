import { beforeAll, describe, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let approver: BrowserPerson;
let developer: BrowserDeveloper;
beforeAll(async () => {
  [admin, approver, developer] = await Promise.all([app.as('admin'), app.as('approver'), app.developer()]);
});

async function adds(address: string, name: string): Promise<void> {
  await admin.types(`/apim-user add ${address} ${name}`);
  await admin.sees(/Added .+: the account is active/);
}

describe('list', () => {
  story('turns pages in place, filters, and explains an empty page', async () => {
    for (let n = 1; n <= 21; n++) await adds(`dev${n}@example.com`, `Dev Number${n}`);
    await admin.types('/apim-user list');
    const page = await admin.sees(/1–20 of 21/);
    await page.getByText('Number21').first().waitFor();
    expect(await page.getByText('dev1@example.com').count()).toBe(0);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('dev1@example.com').waitFor();
    expect(await page.getByText('dev21@example.com').count()).toBe(0);
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('dev21@example.com').waitFor();

    await admin.types('/apim-user block dev7@example.com late again');
    await admin.sees(/Blocked: Dev Number7/);
    await admin.types('/apim-user list state:blocked');
    const blocked = await admin.sees(/1–1 of 1/);
    expect(await blocked.getByRole('button', { name: /More actions/ }).count()).toBe(1);
    await admin.chooses(/More actions/, 'Edit');
    await admin.dialog('Edit an account').getByRole('textbox', { name: 'First name' }).waitFor();
    await admin.closesModal();
    await admin.types('/apim-user list zzzzzz');
    await admin.sees(/No account matches/);
    await admin.types('/apim-user list state:asleep');
    await admin.sees(/write active, pending, blocked or deleted/);
  });
});

describe('edit', () => {
  story('of the email takes effect once the new one is confirmed, and the old one is told', async () => {
    await adds('dora@example.com', 'Dora Dee');
    await admin.types('/apim-user edit dora@example.com');
    await admin.fills('Edit an account', {
      'First name': ' ',
      'Last name': '',
      Email: 'dora@new.example.com',
      Note: 'moved',
    });
    await admin.submits('Edit an account', 'Save');
    const modal = admin.dialog('Edit an account');
    await modal.getByRole('alert').filter({ hasText: 'Enter a first name or a last name' }).waitFor();
    await admin.fills('Edit an account', { 'First name': 'Dora', 'Last name': 'Dee' });
    await admin.submits('Edit an account', 'Save');
    await admin.seesInModal(/takes effect once it's confirmed: a mail is on its way to dora@new.example.com/);
    await admin.closesModal();
    await developer.reads('dora@example.com', /Email change requested/);
    const tab = await developer.follows('dora@new.example.com', /confirm the new email/, /confirm/i);
    await tab.getByRole('button', { name: 'Confirm my email' }).click();
    await tab.getByRole('heading', { name: 'Your email is confirmed' }).waitFor();
    await admin.types('/apim-user show dora@new.example.com');
    await admin.sees(/State: active.*Note: moved/s);
    await admin.types('/apim-user show dora@example.com');
    await admin.sees(/No account found/);
  });
});

describe('block and activate', () => {
  story('the reason stands on the card and stays out of the mail, which has the message', async () => {
    await adds('bea@example.com', 'Bea Fox');
    await approver.types('/apim-user show bea@example.com');
    await approver.presses('Block Bea Fox');
    await approver.fills('Block an account', {
      Reason: 'unpaid invoice 17',
      'Message to the developer': 'Please call us.',
    });
    await approver.submits('Block an account', 'Block');
    await approver.seesInModal(/Blocked: Bea Fox.*State: blocked · unpaid invoice 17/s);
    await approver.closesModal();
    const mail = await developer.reads('bea@example.com', /blocked/);
    await mail.getByText('Please call us.').waitFor();
    expect(await mail.textContent()).not.toContain('unpaid');
    await approver.types('/apim-user activate bea@example.com');
    const said = await approver.sees(/Activated: Bea Fox can sign in and call/);
    await said.getByText('State: active').waitFor();
    await developer.reads('bea@example.com', /active|again/i);
  });

  story(
    'a card drawn before another operator’s change does nothing, and says what state the account is in',
    async () => {
      await adds('ed@example.com', 'Ed Oak');
      await approver.types('/apim-user show ed@example.com');
      await approver.sees(/State: active/);
      await admin.types('/apim-user block ed@example.com first');
      await admin.sees(/Blocked: Ed Oak/);
      await approver.presses('Block Ed Oak');
      await approver.fills('Block an account', { Reason: 'second' });
      await approver.submits('Block an account', 'Block');
      await approver.seesInModal(/Someone changed this account.*blocked/s);
      await approver.closesModal();
      await admin.types('/apim-user show ed@example.com');
      const card = await admin.sees(/State: blocked/);
      expect(await card.textContent()).toContain('first');
    },
  );
});

describe('reset-password', () => {
  story('mails a link that works once', async () => {
    await admin.types('/apim-user reset-password dev3@example.com');
    await admin.submits('Reset a password', 'Send the link');
    await admin.seesInModal(/on its way to dev3@example.com. It works once, for 60 minutes/);
    await admin.closesModal();
    const tab = await developer.follows('dev3@example.com', /Choose a new password/, /password/i);
    await tab.getByLabel('New password').fill('short');
    await tab.getByRole('button', { name: 'Set the new password' }).click();
    await tab
      .getByText(/At least 15 characters|at least 15 characters/)
      .first()
      .waitFor();
    await tab.getByLabel('New password').fill('eight slow yellow trams');
    await tab.getByRole('button', { name: 'Set the new password' }).click();
    await tab.getByRole('heading', { name: 'Your new password is set' }).waitFor();
    const again = await developer.follows('dev3@example.com', /Choose a new password/, /password/i);
    await again.getByRole('heading', { name: 'You’ve already used this link' }).waitFor();
    await admin.types('/apim-user reset-password dev7@example.com');
    await admin.sees(/Ada Admin already blocked this account/);
  });
});
