import { beforeAll, describe, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const PASSWORD = 'seven slow yellow trams';
const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let approver: BrowserPerson;
let developer: BrowserDeveloper;
beforeAll(async () => {
  [admin, approver, developer] = await Promise.all([app.as('admin'), app.as('approver'), app.developer()]);
});

describe('add', () => {
  story('with a password shows faults beside their fields, and its welcome mail has no link', async () => {
    await admin.types('/apim-user add');
    const wrong = { Email: 'no address', 'First name': ' ', Password: 'short' };
    const modal = await admin.fills('Add an account', wrong);
    await admin.submits('Add an account', 'Add');
    await modal.getByRole('alert').filter({ hasText: 'Enter a first name or a last name' }).waitFor();
    await modal
      .getByRole('alert')
      .filter({ hasText: /at least 15 characters/ })
      .waitFor();
    const email = modal.getByRole('textbox', { name: 'Email' });
    expect(await email.getAttribute('aria-invalid')).toBe('true');
    expect(await email.inputValue(), 'what was typed stays').toBe('no address');

    await admin.fills('Add an account', {
      Email: 'ann@example.com',
      'First name': 'Ann',
      'Last name': 'Lee',
      Password: PASSWORD,
    });
    await admin.submits('Add an account', 'Add');
    await admin.seesInModal(/Added .+: the account is active.*must be replaced at the first sign-in/s);
    await admin.closesModal();
    const mail = await developer.reads('ann@example.com', /Welcome/);
    expect(await mail.textContent()).not.toContain(PASSWORD);
    await admin.types('/apim-user show ann@example.com');
    const card = await admin.sees(/State: active/);
    expect(await card.textContent()).toContain('Ann Lee');
    expect(await card.textContent()).not.toContain(PASSWORD);
  });

  story(
    'with the email verified first lets an approver activate on the card, which is repainted',
    async () => {
      await approver.goesTo('approvals');
      await admin.types('/apim-user add cleo@example.com Cleo');
      await admin.fills('Add an account', { 'Last name': 'Cole', 'Send a link to confirm it first': true });
      await admin.submits('Add an account', 'Add');
      await admin.seesInModal(/account is pending/);
      await admin.closesModal();
      const card = approver.message(/^.*Ada Admin added Cleo Cole\. Activate\?.*State: pending/s);
      await card.getByRole('button', { name: 'Details of Cleo Cole' }).click();
      await approver.seesInModal(/Id: .*Registered: .*Version 1: each change raises it by one/s);
      await approver.closesModal();
      await approver.presses('Activate Cleo Cole');
      await approver.sees(/The email was never confirmed/);
      await approver.message(/Cleo Cole.*State: active.*by Amir Approver/s).waitFor();
      await approver.messages
        .getByRole('button', { name: 'Activate Cleo Cole' })
        .waitFor({ state: 'detached' });
      await developer.reads('cleo@example.com', /confirm/i);
    },
  );

  story('shows in the list, which its buttons filter by state', async () => {
    await admin.types('/apim-user list');
    const list = await admin.sees(/Accounts · 1–2 of 2/);
    await list.getByRole('button', { name: 'Active (2)' }).click();
    await list.getByText('Active accounts · 1–2 of 2').waitFor();
    await list.getByRole('button', { name: 'Blocked (0)' }).click();
    await list.getByText('No account matches').waitFor();
  });
});
