// Nobody is left standing: what an operator reads has the button that goes on.
import { beforeAll } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() => startBrowserApp({ SECOND_OPERATOR_FOR: 'none' }));
let admin: BrowserPerson;
let approver: BrowserPerson;
let mailbox: BrowserDeveloper;
beforeAll(async () => {
  [admin, approver, mailbox] = await Promise.all([app.as('admin'), app.as('approver'), app.developer()]);
});

story('an operator who blocks an invited person is told so, and resends or revokes there', async () => {
  await admin.types('/apim-user invite dora@example.com');
  await admin.sees(/1 invitation is on its way/);
  await admin.types('/apim-user block dora@example.com spam');
  await admin.sees(/Ada .* invited dora@example.com.*haven't accepted yet/);
  await admin.presses('Resend');
  await admin.sees(/Sent again to dora@example.com/);
  await admin.types('/apim-user show dora@example.com');
  await admin.sees(/haven't accepted yet/);
  await admin.presses('Revoke dora@example.com', 'Revoke');
  await admin.sees(/Revoked: the link mailed to dora@example.com no longer works/);
});

story('a deletion is taken back from its answer, and from the list of deleted accounts', async () => {
  await admin.types('/apim-user add eve@example.com Eve Il');
  await admin.sees(/Added/);
  await admin.types('/apim-user delete eve@example.com');
  await admin.submits('Delete an account', 'Delete');
  const modal = await admin.seesInModal(/Deleted .+\. Access has ended/);
  await modal.getByRole('button', { name: 'Restore Eve Il' }).click();
  await admin.seesInModal(/Restored .+\. The account is blocked/);
  await admin.closesAll();
  await admin.types('/apim-user delete eve@example.com');
  await admin.submits('Delete an account', 'Delete');
  await admin.seesInModal(/Deleted .+\. Access has ended/);
  await admin.closesAll();
  await admin.types('/apim-user list state:deleted');
  await admin.sees(/Eve Il.*can be restored until/s);
  await admin.types('/apim-user restore eve@example.com');
  await admin.sees(/Restored .+\. The account is blocked/);
});

story('unblock activates, revoke asks which, and a misspelling never offers the opposite', async () => {
  await admin.types('/apim-user unblock eve@example.com');
  await admin.sees(/Activated: Eve Il/);
  await admin.types('/apim-user unblok eve@example.com');
  await admin.sees(/Did you mean activate\?/);
  await admin.types('/apim-user revoke');
  await admin.sees(/can mean more than one subcommand/);
  await admin.presses('tokens');
  await admin.sees(/Tokens of the management API/);
});

story('the app answers in its direct message: an email, and anything else', async () => {
  await admin.goesTo('apim-user messages');
  await admin.types('eve@example.com');
  await admin.sees(/Eve Il.*active/s);
  await admin.types('hello');
  await admin.sees(/Developer accounts/);
});

story('what an approver may not do stands in the history as what they tried', async () => {
  await admin.types('/apim-user add kim@example.com Kim Oak');
  await admin.sees(/Added/);
  await approver.types('/apim-user delete kim@example.com');
  await approver.sees(/You don't have permission to do this/);
  await admin.types('/apim-user history refused');
  await admin.sees(
    /Amir Approver tried to delete Kim Oak \(kim@example\.com\)\. Refused: they don't have permission/,
  );
});

story('a mailed link that was used confirms the email, whatever it was for', async () => {
  await admin.types('/apim-user add lou@example.com Lou Fox');
  await admin.sees(/lou@example.com \(not confirmed\)/);
  const tab = await mailbox.follows('lou@example.com', /Welcome/, /how I sign in/);
  await tab.getByLabel('New password').fill('eight slow yellow trams');
  await tab.getByRole('button', { name: 'Set the new password' }).click();
  await tab.getByRole('heading', { name: 'Your new password is set' }).waitFor();
  await admin.types('/apim-user show lou@example.com');
  await admin.sees(/lou@example.com \(confirmed\)/);
});

story('Undo says that the developer is told again, and the mail goes out', async () => {
  await admin.types('/apim-user block lou@example.com spam');
  await admin.sees(/Blocked: Lou Fox/);
  await mailbox.reads('lou@example.com', /blocked/);
  await admin.presses('Undo');
  await admin
    .message(/Undone: Lou Fox is as before\. A mail told the developer about the change, so another/)
    .waitFor();
  await mailbox.reads('lou@example.com', /active/);
});
