// SECOND_OPERATOR_FOR has its default: a second operator must approve a deletion.
import { beforeAll, describe, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserDeveloper } from '../support/browser-developer.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let approver: BrowserPerson;
let noor: BrowserPerson;
let developer: BrowserDeveloper;
beforeAll(async () => {
  [admin, approver, noor, developer] = await Promise.all([
    app.as('admin'),
    app.as('approver'),
    app.as('nobody'),
    app.developer(),
  ]);
});

async function asksToDelete(who: BrowserPerson, address: string, reason: string): Promise<void> {
  await who.types(`/apim-user delete ${address}`);
  const modal = await who.fills('Delete an account', { Reason: reason });
  await modal.getByText('A second operator has to approve this').waitFor();
  await who.submits('Delete an account', 'Request deletion');
  await who.seesInModal(/second operator must approve/);
  await who.closesModal();
}

describe('delete', () => {
  story('waits for a second operator: the requester can’t approve, the approver can', async () => {
    await admin.types('/apim-user add ann@example.com Ann Lee');
    await admin.sees(/Added .+: the account is active/);
    await asksToDelete(admin, 'ann@example.com', 'contract ended');
    await approver.goesTo('approvals');
    const card = approver.message(/Delete Ann Lee\?/);
    await card.getByText('contract ended').waitFor();
    await admin.goesTo('approvals');
    await admin.presses('Approve: Delete Ann Lee?', 'Approve');
    await admin.sees(/You made this request/);
    await admin.types('/apim-user show ann@example.com');
    await admin.sees(/State: active/);

    await approver.presses('Approve: Delete Ann Lee?', 'Approve');
    await approver.sees(/Approved and done/);
    await approver.message(/Delete Ann Lee\?.*Approved by Amir Approver/s).waitFor();
    await approver.messages
      .getByRole('button', { name: 'Approve: Delete Ann Lee?' })
      .waitFor({ state: 'detached' });
    await developer.reads('ann@example.com', /account is closed/);
    await admin.types('/apim-user show ann@example.com');
    const said = await admin.sees(/deleted the account of ann@example.com/);
    await said.getByRole('button', { name: /^Restore/ }).waitFor();
  });

  story('has one effect when two approve at once, and the second is told who was first', async () => {
    await admin.goesTo('apim-user messages');
    await admin.types('/apim-user operators');
    await admin.presses('Add an operator');
    await admin.picks('Add an operator', 'Person', 'Noor', 'Noor Nobody');
    await admin
      .dialog('Add an operator')
      .getByRole('radio', { name: /^Admin/ })
      .check();
    await admin.submits('Add an operator', 'Grant');
    await admin.seesInModal(/Noor Nobody is now an admin/);
    await admin.closesModal();
    await noor.types('/apim-user add cy@example.com Cy Oak');
    await noor.sees(/Added .+: the account is active/);
    await asksToDelete(noor, 'cy@example.com', 'twice');
    await admin.goesTo('approvals');
    for (const one of [admin, approver]) await one.message(/Delete Cy Oak\?/).waitFor();
    await Promise.all([admin, approver].map((one) => one.presses('Approve: Delete Cy Oak?', 'Approve')));
    const said = await Promise.all(
      [admin, approver].map(async (one) =>
        (await one.sees(/Approved and done|already approved/)).textContent(),
      ),
    );
    expect(said.filter((text) => text?.includes('Approved and done'))).toHaveLength(1);
    expect(said.find((text) => text?.includes('already approved'))).toMatch(/Ada Admin|Amir Approver/);
  });

  story('is declined with a reason that the requester reads', async () => {
    await noor.types('/apim-user add bea@example.com Bea Fox');
    await noor.sees(/Added .+: the account is active/);
    await asksToDelete(noor, 'bea@example.com', 'by mistake');
    await approver.message(/Delete Bea Fox\?/).waitFor();
    await approver.presses('Decline: Delete Bea Fox?');
    await approver.fills('Decline a request', { Reason: 'she is our pilot' });
    await approver.submits('Decline a request', 'Decline');
    await approver.seesInModal(/Declined/);
    await approver.closesModal();
    await noor.goesTo('apim-user messages');
    await noor.message(/Declined by Amir Approver.*she is our pilot/s).waitFor();
  });
});
