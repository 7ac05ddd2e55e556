// A list is drawn again once a button of one of its rows, or the form behind it, has done its work.
import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() => startTestApp({ SECOND_OPERATOR_FOR: 'accounts/block' }));

it('invitations: after Resend and after Revoke, which asks first', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user invite ann@example.com ben@example.com');
  await admin.sees(/2 invitations are on their way/);
  await admin.types('/apim-user invites');
  const list = await admin.message(/Open invitations.*1–2 of 2/);
  await list.chooses('Revoke', /ann@example.com/);
  const modal = await admin.modal('Revoke an invitation');
  await modal.sees(/The link mailed to .*ann@example.com.* stops working/);
  expect(list.text()).toContain('ann@example.com');
  await modal.submit();
  await modal.sees(/Revoked: the link mailed to ann@example.com no longer works/);
  await modal.closeAll();
  await eventually('the list without it', () => /1–1 of 1/.test(list.text()));
  expect(list.text()).not.toContain('ann@example.com');
  const before = JSON.stringify(list.message.blocks);
  await list.chooses('Resend', /ben@example.com/);
  await admin.sees(/Sent again to ben@example.com/);
  await eventually('the list with the new end', () => JSON.stringify(list.message.blocks) !== before);
  // The row now has the new version, so its button works.
  await list.chooses('Resend', /ben@example.com/);
  await admin.sees(/Sent again to ben@example.com/);
});

it('approvals: after Approve, and after the form of Decline', async () => {
  const [admin, approver] = [app.as('admin'), app.as('approver')];
  for (const [email, name] of [
    ['cy@example.com', 'Cy One'],
    ['di@example.com', 'Di Two'],
  ]) {
    await admin.types(`/apim-user add ${email} ${name}`);
    await admin.sees(/Added .+: the account is/);
    await admin.types(`/apim-user block ${email} spam`);
    await admin.sees(/second operator/);
  }
  await approver.types('/apim-user approvals');
  const list = await approver.message(/Waiting for your decision.*1–2 of 2/);
  await list.clicks(/^Approve.*Cy One/);
  await approver.sees(/Approved and done/);
  await eventually('one left', () => /1–1 of 1/.test(list.text()));
  await list.clicks(/^Decline.*Di Two/);
  const modal = await approver.modal('Decline a request');
  await modal.fill({ Reason: 'not spam' });
  await modal.submit();
  await modal.sees(/Declined/);
  await modal.closeAll();
  await eventually('none left', () => /No request is waiting for your decision/.test(list.text()));
});

it('accounts: also with a filter that is longer than an id of Slack may be', async () => {
  const admin = app.as('admin');
  const long = 'long'.repeat(24);
  await admin.types(`/apim-user add long@example.com ${long} ${long}`);
  await admin.sees(/Added .+: the account is/);
  await admin.types(`/apim-user list ${long} ${long} state:active`);
  const list = await admin.message(/Active accounts that match.*1–1 of 1/s);
  await list.chooses('Edit');
  const modal = await admin.modal('Edit an account');
  await modal.fill({ 'First name': 'Lo', 'Last name': 'Ng' });
  await modal.submit();
  await modal.sees(/Saved/);
  await modal.closeAll();
  await eventually('the list without it', () => /No account matches/.test(list.text()));
}, 60_000);

it('Home: after the switch of the messages about invitations, and after a form that it opened', async () => {
  const admin = app.as('admin');
  const home = await admin.home();
  await eventually('the switch', () => home.has('Turn off invitation messages'));
  await home.clicks('Turn off invitation messages');
  await eventually('it is off in Home', () => /Messages about your invitations:\W+off/.test(home.text()));
  await (await admin.modal(/Turned off\./)).closeAll();
  await home.clicks('Turn on invitation messages');
  await eventually('it is on in Home', () => /Messages about your invitations:\W+on\./.test(home.text()));
  await (await admin.modal(/Turned on/)).closeAll();
  await eventually('the figure', () => home.text().includes('1 invitation is open'));
  await home.clicks('Invite');
  const modal = await admin.modal('Invite developers');
  await modal.fill({ Email: 'flo@example.com' });
  await modal.submit();
  await modal.sees(/1 invitation is on its way/);
  await modal.closeAll();
  await eventually('the new figure', () => home.text().includes('2 invitations are open'));
});

it('Home: after the form of Decline', async () => {
  const [admin, approver] = [app.as('admin'), app.as('approver')];
  await admin.types('/apim-user add ed@example.com Ed Three');
  await admin.sees(/Added .+: the account is/);
  await admin.types('/apim-user block ed@example.com spam');
  await admin.sees(/second operator/);
  const home = await approver.home();
  await eventually('it waits in Home', () => home.text().includes('Block Ed Three?'));
  await home.clicks(/^Decline.*Ed Three/);
  const modal = await approver.modal('Decline a request');
  await modal.fill({ Reason: 'not spam' });
  await modal.submit();
  await modal.sees(/Declined/);
  await modal.closeAll();
  await eventually('Home without it', () => !home.text().includes('Block Ed Three?'));
});

it('approvals: turning one list leaves the other in the message', async () => {
  const [admin, approver] = [app.as('admin'), app.as('approver')];
  for (let at = 1; at <= 11; at++) {
    const email = `page${at}@example.com`;
    await admin.types(`/apim-user add ${email} Page Number${at}`);
    await admin.sees(/Added .+: the account is/);
    await admin.types(`/apim-user block ${email} spam`);
    await admin.sees(/second operator/);
  }
  await approver.types('/apim-user request');
  const modal = await approver.modal('Ask for an invitation');
  await modal.fill({ Email: 'wanted@example.com', Why: 'a partner' });
  await modal.submit();
  await modal.closeAll();
  await approver.types('/apim-user approvals');
  const list = await approver.message(/Waiting for your decision.*1–10 of 11.*My requests.*1–1 of 1/s);
  await list.clicks('Next');
  await eventually('the second page, beside their own', () =>
    /Waiting for your decision.*11–11 of 11.*My requests.*1–1 of 1/s.test(list.text()),
  );
  await list.clicks(/^Withdraw/);
  await eventually('their own, beside the second page', () =>
    /11–11 of 11.*My requests.*Withdrawn/s.test(list.text()),
  );
  await list.clicks('Previous');
  await eventually('the first page', () => /1–10 of 11.*My requests.*Withdrawn/s.test(list.text()));
}, 60_000);
