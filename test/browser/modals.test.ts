// A modal that can't do what it was asked to says so in place, and keeps what the person typed.
import type { Locator } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let approver: BrowserPerson;
beforeAll(async () => {
  [admin, approver] = await Promise.all([app.as('admin'), app.as('approver')]);
  for (const [address, name] of [
    ['ann@example.com', 'Ann Lee'],
    ['ben@example.com', 'Ben Fox'],
    ['cy@example.com', 'Cy Oak'],
  ]) {
    await admin.types(`/apim-user add ${address} ${name}`);
    await admin.sees(/Added .+: the account is active/);
  }
});
/** A modal that one story left open must not cover the next. */
beforeEach(() => Promise.all([admin, approver].map((one) => one.closesAll())));

const fault = (modal: Locator, words: RegExp) =>
  modal.getByRole('alert').filter({ hasText: words }).waitFor();

describe('add and invite', () => {
  story('refuse an email that has an account, or is missing', async () => {
    await admin.types('/apim-user add ann@example.com');
    await admin.fills('Add an account', { 'First name': 'Ann', 'Last name': 'Twice' });
    await admin.submits('Add an account', 'Add');
    await admin.seesInModal(/An account with this email already exists, and is active/);
    await admin.closesModal();
    await admin.types('/apim-user invite');
    const modal = admin.dialog('Invite developers');
    await admin.submits('Invite developers', 'Send invitations');
    await modal.getByRole('alert').first().waitFor();
    await admin.fills('Invite developers', { Email: 'ann@example.com' });
    await admin.submits('Invite developers', 'Send invitations');
    await admin.seesInModal(/No one was invited.*1 person was not invited.*ann@example.com/s);
    await admin.closesModal();
  });
});

describe('edit', () => {
  story('refuses no email, and one that another account has', async () => {
    await admin.types('/apim-user edit ben@example.com');
    const modal = await admin.fills('Edit an account', { Email: 'ben at example', 'Last name': 'Wolf' });
    await admin.submits('Edit an account', 'Save');
    await fault(modal, /There is no @/);
    expect(await modal.getByRole('textbox', { name: 'Last name' }).inputValue()).toBe('Wolf');
    await admin.fills('Edit an account', { Email: 'ann@example.com' });
    await admin.submits('Edit an account', 'Save');
    await admin.seesInModal(/An account with this email already exists/);
    await admin.closesModal();
    await admin.types('/apim-user show ben@example.com');
    const card = await admin.sees(/State: active/);
    expect(await card.textContent()).toContain('Ben Fox');
  });
});

describe('a command without its account', () => {
  story('asks for it by typing, and goes on with the chosen account', async () => {
    await admin.types('/apim-user block');
    const chooser = admin.dialog('Block which account?');
    await admin.submits('Block which account?', 'Continue');
    await chooser.getByRole('alert').first().waitFor();
    const box = chooser.getByRole('combobox');
    await box.fill('zzzz');
    await chooser.getByText('No results').waitFor();
    await box.fill('Ben');
    await chooser.getByRole('option', { name: /Ben Fox/ }).waitFor();
    await admin.page.keyboard.press('Enter');
    await admin.submits('Block which account?', 'Continue');
    const modal = await admin.fills('Block an account', { Reason: 'late', Ends: 'some day' });
    await admin.submits('Block an account', 'Block');
    await fault(modal, /like 12h, 7 days, tomorrow/);
    await admin.fills('Block an account', { Ends: '1d' });
    await admin.submits('Block an account', 'Block');
    await admin.seesInModal(/Blocked until .*Ben Fox can't sign in.*reactivates automatically/s);
    await admin.closesModal();
  });
});

describe('an account that another operator changed while the modal was open', () => {
  const CHANGED = /(already \w+|Someone changed) this account/;
  story('is not deleted', async () => {
    await admin.types('/apim-user delete cy@example.com');
    const modal = await admin.fills('Delete an account', { Reason: 'gone' });
    await approver.types('/apim-user block cy@example.com first come');
    await approver.sees(/Blocked: Cy Oak/);
    await modal.getByRole('button', { name: 'Request deletion' }).click();
    await admin.seesInModal(CHANGED);
    await admin.closesModal();
  });

  story('is put into no group, and gets no link', async () => {
    await admin.types('/apim-user groups cy@example.com');
    await admin.dialog('Groups of an account').waitFor();
    await approver.types('/apim-user activate cy@example.com');
    await approver.sees(/Activated: Cy Oak/);
    await admin.submits('Groups of an account', 'Save');
    await admin.seesInModal(CHANGED);
    await admin.closesModal();
    await admin.types('/apim-user reset-password cy@example.com');
    await admin.dialog('Reset a password').waitFor();
    await approver.types('/apim-user block cy@example.com once more');
    await approver.sees(/Blocked: Cy Oak/);
    await admin.submits('Reset a password', 'Send the link');
    await admin.seesInModal(/blocked/);
    await admin.closesModal();
  });
});

describe('groups', () => {
  story('refuse a name that is blank or taken, and keep their accounts when they are deleted', async () => {
    await admin.types('/apim-user groups');
    await admin.presses('Create');
    const modal = await admin.fills('Create a group', { Name: ' ' });
    await admin.submits('Create a group', 'Create');
    await fault(modal, /Enter a name/);
    await admin.fills('Create a group', { Name: 'Partners' });
    await admin.submits('Create a group', 'Create');
    await admin.seesInModal(/Created the group Partners/);
    await admin.closesModal();
    await admin.types('/apim-user groups');
    await admin.chooses(/Partners/, 'Rename');
    await admin.fills('Rename a group', { Name: 'developers' });
    await admin.submits('Rename a group', 'Save');
    await admin.seesInModal(/already exists/);
    await admin.closesModal();
    await admin.chooses(/Partners/, 'Rename');
    await admin.fills('Rename a group', { Name: 'Friends', Description: 'of the house' });
    await admin.submits('Rename a group', 'Save');
    await admin.seesInModal(/Saved the group Friends/);
    await admin.closesModal();

    await admin.types('/apim-user groups ann@example.com');
    await admin.picks('Groups of an account', 'Groups', 'Fri', 'Friends');
    await admin.dialog('Groups of an account').getByRole('button', { name: 'Remove Friends' }).waitFor();
    await admin.submits('Groups of an account', 'Save');
    await admin.seesInModal(/Saved the groups of Ann Lee.*Friends/s);
    await admin.closesModal();
    await admin.types('/apim-user list group:Friends');
    const list = await admin.sees(/Ann Lee/);
    expect(await list.getByRole('button', { name: /More actions/ }).count()).toBe(1);

    await admin.types('/apim-user groups');
    await admin.chooses(/Friends/, 'Delete');
    await admin.submits('Delete a group', 'Delete');
    await admin.seesInModal(/Deleted the group Friends/);
    await admin.closesModal();
    await admin.types('/apim-user show ann@example.com');
    const card = await admin.sees(/State: active/);
    expect(await card.textContent()).not.toContain('Friends');
  });
});

describe('decline', () => {
  story('needs a reason, and is too late when another operator decided first', async () => {
    await admin.types('/apim-user delete ann@example.com');
    await admin.fills('Delete an account', { Reason: 'contract ended' });
    await admin.submits('Delete an account', 'Request deletion');
    await admin.seesInModal(/second operator must approve/);
    await admin.closesModal();
    await approver.goesTo('approvals');
    await approver.presses('Decline: Delete Ann Lee?');
    const modal = approver.dialog('Decline a request');
    await approver.submits('Decline a request', 'Decline');
    await modal.getByRole('alert').first().waitFor();
    await admin.types('/apim-user approvals');
    await admin.presses('Withdraw: Delete Ann Lee?');
    await admin.sees(/Withdrawn. Nothing changed/);
    await approver.fills('Decline a request', { Reason: 'too late' });
    await approver.submits('Decline a request', 'Decline');
    await approver.seesInModal(/already withdrew this request/i);
    await approver.closesModal();
  });
});
