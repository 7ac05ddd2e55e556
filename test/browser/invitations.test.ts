import { beforeAll, describe, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let developer: BrowserDeveloper;
beforeAll(async () => {
  [admin, developer] = await Promise.all([app.as('admin'), app.developer()]);
});

describe('two invited at once', () => {
  story('are not invited while one email is wrong, and what was typed stays', async () => {
    await admin.types('/apim-user invite');
    const modal = await admin.fills('Invite developers', { Email: 'ann@example.com\nben at example' });
    await admin.submits('Invite developers', 'Send invitations');
    await modal
      .getByRole('alert')
      .filter({ hasText: /ben.*No one has been invited yet/ })
      .waitFor();
    expect(await modal.getByRole('textbox', { name: 'Email' }).inputValue()).toContain('ann@example.com');
    expect(await developer.mailsTo('ann@example.com', /./)).toBe(0);
    await admin.fills('Invite developers', { Email: 'ann@example.com\nben@example.com' });
    await admin.submits('Invite developers', 'Send invitations');
    await admin.seesInModal(/2 invitations are on their way/);
    await admin.closesModal();
  });

  story('are in the list only once one of them accepts in the mail', async () => {
    await admin.types('/apim-user list');
    await admin.sees(/There are no accounts yet/);
    const tab = await developer.follows('ann@example.com', /invited/, /accept/i);
    await tab.getByText('You will sign in with ann@example.com').waitFor();
    await tab.getByRole('textbox', { name: 'First name' }).fill('Ann');
    await tab.getByRole('textbox', { name: 'Last name' }).fill('Lee');
    await tab.getByLabel('New password').fill('three quiet garden chairs');
    await tab.getByRole('button', { name: 'Accept the invitation' }).click();
    await tab.waitForURL('**/portal');
    await tab.getByText('ann@example.com').waitFor();
    await tab.reload();
    await tab.getByText('ann@example.com').waitFor();
    await tab.goBack();
    await tab.getByRole('heading', { name: 'You’ve already accepted' }).waitFor();
    await tab.getByRole('link', { name: 'Sign in' }).click();
    // Signed in already.
    await tab.waitForURL('**/portal');
    await admin.types('/apim-user list');
    await admin.sees(/Ann Lee · ann@example.com · active/s);
    await developer.reads('ann@example.com', /Welcome/);
  });

  story('get the mail again when one of them asks for help at the portal', async () => {
    const tab = await app.open('/password/forgot');
    await tab.getByRole('textbox', { name: 'mail' }).fill('ben@example.com');
    await tab.getByRole('button', { name: 'Send me a link' }).click();
    await tab.getByRole('heading', { name: 'Check your inbox' }).waitFor();
    const again = await developer.follows('ben@example.com', /invited/, /accept/i, 2);
    await again.getByRole('button', { name: 'Accept the invitation' }).waitFor();
  });

  story('get a new link when one of them is sent again, and the former link is dead', async () => {
    const first = await developer.follows('ben@example.com', /invited/, /accept/i, 2);
    await first.getByRole('button', { name: 'Accept the invitation' }).waitFor();
    await admin.types('/apim-user invites');
    await admin.sees(/ben@example.com · open/);
    await admin.chooses(/ben@example\.com/, 'Resend');
    await admin.sees(/Sent again to ben@example.com. The old link no longer works/);
    await first.reload();
    await first.getByRole('heading', { name: 'There is a newer link' }).waitFor();
    const second = await developer.follows('ben@example.com', /invited/, /accept/i, 3);
    await second.getByRole('button', { name: 'Accept the invitation' }).waitFor();
    await admin.types('/apim-user invites');
    await admin.sees(/ben@example.com · open/);
    await admin.chooses(/ben@example\.com/, 'Revoke');
    await admin.submits('Revoke an invitation', 'Revoke');
    await admin.seesInModal(/Revoked: the link mailed to ben@example.com no longer works/);
    await admin.closesModal();
    await admin.messages
      .filter({ hasText: /There are no open invitations/ })
      .last()
      .waitFor();
    await second.reload();
    await second.getByRole('heading', { name: 'This invitation was withdrawn' }).waitFor();
  });
});
