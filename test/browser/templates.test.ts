import { beforeAll, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const TITLE = "A mail's text";
const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let developer: BrowserDeveloper;
beforeAll(async () => {
  [admin, developer] = await Promise.all([app.as('admin'), app.developer()]);
});

async function opensInvitation() {
  await admin.types('/apim-user templates');
  await admin.presses('Edit Invitation');
  const modal = admin.dialog(TITLE);
  await modal.waitFor();
  return modal;
}

story('a text whose links lead nowhere is refused beside its field, and stays as it was typed', async () => {
  const modal = await opensInvitation();
  await modal.getByText('This is the default text.').waitFor();
  await admin.fills(TITLE, { Subject: ' ', Text: 'No link, but a $DevPassword' });
  await admin.submits(TITLE, 'Save');
  await modal.getByRole('alert').filter({ hasText: 'Enter a subject' }).waitFor();
  await admin.fills(TITLE, { Subject: 'Come in' });
  await admin.submits(TITLE, 'Save');
  await modal.getByRole('alert').filter({ hasText: 'DevPassword' }).waitFor();
  const text = modal.getByRole('textbox', { name: 'Text' });
  expect(await text.inputValue()).toBe('No link, but a $DevPassword');
  expect(await text.getAttribute('aria-invalid')).toBe('true');
});

story('the preview of a text opens on top, and under it everything is as it was', async () => {
  const modal = admin.dialog(TITLE);
  await admin.fills(TITLE, {
    Subject: 'Come in, $DevFirstName',
    Text: 'Glad to have you, $DevFirstName.\n\n[Accept the offer]($ConfirmUrl)',
  });
  await modal.getByRole('button', { name: 'Preview' }).click();
  const preview = admin.dialog('Preview');
  const words = (await preview.getByText(/Glad to have you/).textContent()) ?? '';
  expect(words).not.toContain('$DevFirstName');
  await admin.page.keyboard.press('Escape');
  await preview.waitFor({ state: 'detached' });
  expect(await modal.getByRole('textbox', { name: 'Subject' }).inputValue()).toBe('Come in, $DevFirstName');
});

story('a test of a text goes to the admin who asks, and nothing is saved by that', async () => {
  await admin.dialog(TITLE).getByRole('button', { name: 'Send me a test' }).click();
  await admin.seesInModal(/A test is on its way to ada@playground.example/);
  const mail = await developer.reads('ada@playground.example', /Come in, /);
  await mail.getByRole('link', { name: 'Accept the offer' }).waitFor();
  await admin.closesModal();
  const modal = await opensInvitation();
  await modal.getByText('This is the default text.').waitFor();
  await admin.closesModal();
});

story(
  'a saved text is what developers get; restored after a question, they get the default again',
  async () => {
    let modal = await opensInvitation();
    await admin.fills(TITLE, { Subject: 'Our own words', Text: 'Please do.\n\n[Come in]($ConfirmUrl)' });
    await admin.submits(TITLE, 'Save');
    await admin.seesInModal(/Saved Invitation/);
    await admin.closesModal();
    await admin.types('/apim-user invite ann@example.com');
    const own = await developer.reads('ann@example.com', /Our own words/);
    await own.getByRole('link', { name: 'Come in' }).waitFor();

    modal = await opensInvitation();
    await modal.getByText(/Changed by Ada Admin/).waitFor();
    await modal.getByRole('button', { name: 'Restore default' }).click();
    await admin.page
      .getByRole('dialog', { name: 'Restore default?' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    await modal.getByText(/Changed by Ada Admin/).waitFor();
    await modal.getByRole('button', { name: 'Restore default' }).click();
    await admin.page
      .getByRole('dialog', { name: 'Restore default?' })
      .getByRole('button', { name: 'Restore', exact: true })
      .click();
    await admin.seesInModal(/Invitation has its default text again/);
    await admin.closesModal();
    await admin.types('/apim-user invite ben@example.com');
    await developer.reads('ben@example.com', /You’re invited/);
  },
);

story('the approvals channel hears who changed which mail', async () => {
  await admin.goesTo('approvals');
  await admin.message(/Ada Admin changed the text of the mail “Invitation”/).waitFor();
});
