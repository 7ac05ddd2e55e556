import { beforeAll, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const ADD = 'Add an operator';
const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let noor: BrowserPerson;
beforeAll(async () => {
  [admin, noor] = await Promise.all([app.as('admin'), app.as('nobody')]);
});

story('a person without a role is refused everywhere, and told which admin to ask', async () => {
  const composer = noor.page.getByRole('textbox', { name: /^Message/ });
  await composer.fill('/apim-user ');
  const options = await noor.page.getByRole('listbox').getByRole('option').allInnerTexts();
  const names = options.map((words) => words.split(' ')[1] ?? '');
  const forEverybody = ['approvals', 'request', 'help'];
  expect(names).toEqual(expect.arrayContaining(['add', 'list', 'templates', 'operators', ...forEverybody]));
  for (const name of names.filter((one) => !forEverybody.includes(one))) {
    await noor.types(`/apim-user ${name} ann@example.com Ann Lee`);
    await noor.sees(/You don't have permission to do this.*Ada Admin/s);
    expect(await noor.page.getByRole('dialog').count(), name).toBe(0);
  }
  await noor.types('/apim-user approvals');
  await noor.sees(/No request is waiting for your decision/);
  await noor.types('/apim-user');
  await noor.sees(/You have no role here yet/);
  await noor.goesTo('Home');
  await noor.page.getByText('You have no role here yet').waitFor();
  await noor.goesTo('apim-user messages');
});

story('a role is granted to a person who is found by typing, and takes effect at once', async () => {
  await admin.types('/apim-user operators');
  await admin.presses(ADD);
  const modal = admin.dialog(ADD);
  await admin.submits(ADD, 'Grant');
  await modal.getByRole('alert').first().waitFor();
  const person = modal.getByRole('combobox', { name: 'Person' });
  await person.fill('nobody like this');
  await modal.getByText('No results').waitFor();
  await person.fill('Noor');
  await admin.page.keyboard.press('Enter');
  await modal.getByRole('radio', { name: /^Approver/ }).check();
  await admin.submits(ADD, 'Grant');
  await admin.seesInModal(/Noor Nobody is now an approver/);
  await admin.closesModal();
  await noor.types('/apim-user list');
  await noor.sees(/There are no accounts yet/);
  await noor.types('/apim-user invite eve@example.com');
  await noor.sees(/You don't have permission to do this/);
});

story('a role is changed and withdrawn after a question, and the last admin stays', async () => {
  await admin.types('/apim-user operators');
  await admin.presses('Make Noor Nobody an admin', 'Make admin');
  await admin.sees(/Noor Nobody is now an admin, and was an approver before/);
  await noor.types('/apim-user groups');
  await noor.sees(/Developers · built-in/);
  await admin.types('/apim-user operators');
  await admin.presses('Withdraw the role of Noor Nobody', 'Withdraw');
  await admin.sees(/Noor Nobody no longer has a role here/);
  await noor.types('/apim-user groups');
  await noor.sees(/You don't have permission to do this/);
  await admin.types('/apim-user operators');
  await admin.presses('Withdraw the role of Ada Admin', 'Withdraw');
  await admin.sees(/No other admin can act/);
  await admin.types('/apim-user list');
  await admin.sees(/There are no accounts yet/);
});

story('the history says what a person did, and what was refused', async () => {
  await admin.types('/apim-user history by:@ada');
  await admin.sees(/Ada Admin.*Noor Nobody/s);
  await admin.types('/apim-user history refused');
  await admin.sees(/Noor Nobody tried to list the groups. Refused: they don't have permission/);
  await admin.types('/apim-user history by:@ada from:2026-13-40');
  await admin.sees(/2026|date/);
});

story('a person without a role asks for an invitation, and is told the outcome', async () => {
  const ASK = 'Ask for an invitation';
  await noor.types('/apim-user request');
  const modal = await noor.fills(ASK, { Email: 'no address', Why: 'she builds our app' });
  await noor.submits(ASK, 'Send request');
  await modal.getByRole('alert').first().waitFor();
  await noor.fills(ASK, { Email: 'eve@example.com' });
  await noor.submits(ASK, 'Send request');
  await noor.seesInModal(/Requested. An operator can decide until/);
  await noor.closesModal();
  await admin.goesTo('approvals');
  await admin.message(/eve@example.com.*she builds our app/s).waitFor();
  await admin.presses(/^Approve: .*eve@example.com/, 'Approve');
  await admin.sees(/Approved and done/);
  await noor.message(/Approved by Ada Admin/).waitFor();
});
