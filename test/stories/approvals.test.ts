import { describe, expect, it } from 'vitest';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() => startTestApp({ SECOND_OPERATOR_FOR: 'accounts/delete' }));

const admin = () => app.as('admin');
const approver = () => app.as('approver');
const nobody = () => app.as('nobody');

async function hasAccount(address: string, name: string): Promise<void> {
  await admin().types(`/apim-user add ${address} ${name}`);
  await admin().sees(/Added .+: the account is/);
}
async function asksToDelete(address: string, reason: string): Promise<void> {
  await admin().types(`/apim-user delete ${address}`);
  const modal = await admin().modal('Delete an account');
  await modal.sees(/A second operator has to approve this/);
  await modal.fill({ Reason: reason });
  await modal.submit();
  await modal.sees(/second operator must approve/);
  await modal.closeAll();
}
const isState = (address: string, state: string) =>
  eventually(`${address} to be ${state}`, async () => {
    await admin().types(`/apim-user show ${address}`);
    return admin()
      .sees(new RegExp(`State:\\W* ${state}`), 2_000)
      .catch(() => null);
  });
const card = (title: RegExp) => approver().message(title);

describe('deleting with a second operator', () => {
  it('waits for another operator, is done when that operator approves, and both are told', async () => {
    await hasAccount('ann@example.com', 'Ann Lee');
    await asksToDelete('ann@example.com', 'contract ended');
    approver().goesTo('approvals');
    const asked = await card(/Delete Ann Lee\?/);
    expect(asked.text()).toMatch(/contract ended/);
    expect(asked.text()).toMatch(/Access and links end at once/);
    await isState('ann@example.com', 'active');

    await admin().clicks('Approve: Delete Ann Lee?');
    await admin().sees(/You made this request/);
    await nobody().types('/apim-user approvals');
    await nobody().sees(/No request is waiting for your decision/);

    await approver().clicks('Approve: Delete Ann Lee?');
    await approver().sees(/Approved and done/);
    await admin().sees(/You asked: \W*Delete Ann Lee\?\W* Approved by Amir Approver/);
    await eventually('every card to say who approved', () => {
      const cards = app.workspace.conversations
        .all()
        .filter((one) => /Delete Ann Lee\?/.test(one.text) && !/You asked/.test(one.text));
      return (
        cards.length >= 2 &&
        cards.every(
          (one) =>
            /Approved by Amir Approver/.test(one.text) &&
            !/"action_id":"approval-approve"/.test(JSON.stringify(one.blocks)),
        )
      );
    });
    await admin().types('/apim-user show ann@example.com');
    await admin().sees(/Ada Admin.* deleted the account of ann@example\.com/);
  });

  it('says on its card that the subscriptions go with the account, when the requester chose that', async () => {
    await hasAccount('sue@example.com', 'Sue Birch');
    const beside = await besideApp(app);
    const [account] = await beside.sql`select id from accounts where email = 'sue@example.com'`;
    await grantSubscription(beside.console(), { accountId: String(account?.id) });
    await beside.close();
    await admin().types('/apim-user delete sue@example.com');
    const modal = await admin().modal('Delete an account');
    await modal.fill({ Subscriptions: ['Delete its 1 subscription too'] });
    await modal.submit();
    await modal.sees(/second operator must approve/);
    await modal.closeAll();
    const asked = await card(/Delete Sue Birch\?/);
    expect(asked.text()).toMatch(/It cuts off 1 subscription, not used in the last 24 hours/);
    expect(asked.text()).toMatch(/1 subscription of the account is deleted too/);
    await approver().clicks('Approve: Delete Sue Birch?');
    await approver().sees(/Approved and done/);
  });

  it('is declined with a reason that the requester reads', async () => {
    await hasAccount('bea@example.com', 'Bea Fox');
    await asksToDelete('bea@example.com', 'by mistake');
    await card(/Delete Bea Fox\?/);
    await approver().clicks('Decline: Delete Bea Fox?');
    const modal = await approver().modal('Decline a request');
    await modal.fill({ Reason: 'she is our pilot' });
    await modal.submit();
    await modal.sees(/Declined/);
    await modal.closeAll();
    await admin().sees(/Declined by Amir Approver.*she is our pilot/);
    await isState('bea@example.com', 'active');
    await approver().types('/apim-user approvals');
    await approver().sees(/No request is waiting for your decision/);
  });

  it('T46: two approvers who press at once have one effect, and the second is told who decided', async () => {
    const second = app.addPerson('bo', { realName: 'Bo Second' });
    await admin().types('/apim-user operators');
    await admin().clicks('Add an operator');
    const grant = await admin().modal('Add an operator');
    await grant.fill({ Person: 'Bo Second' });
    await grant.submit();
    await grant.sees(/Bo Second is now an \*?approver/);
    await grant.closeAll();
    await hasAccount('cy@example.com', 'Cy Oak');
    await asksToDelete('cy@example.com', 'twice');
    const ofApprover = await approver().message(/Delete Cy Oak\?/);
    const ofSecond = await second.message(/Delete Cy Oak\?/);
    await Promise.all([ofApprover.clicks(/Approve/), ofSecond.clicks(/Approve/)]);
    const [one, other] = await Promise.all([
      approver().sees(/Approved and done|already approved/),
      second.sees(/Approved and done|already approved/),
    ]);
    expect([one, other].filter((text) => /Approved and done/.test(text))).toHaveLength(1);
    expect([one, other].find((text) => /already approved/.test(text))).toMatch(/Amir Approver|Bo Second/);
  });

  it('is closed when the requester becomes a guest, and the admins are told', async () => {
    await admin().types('/apim-user operators');
    await admin().clicks('Make Bo Second an admin');
    await admin().sees(/Bo Second is now an \*?admin/);
    const second = app.as(
      [...app.workspace.conversations.people.values()].find((one) => one.realName === 'Bo Second')?.id ?? '',
    );
    await hasAccount('di@example.com', 'Di Elm');
    await second.types('/apim-user invite from-bo@example.com');
    await second.types('/apim-user delete di@example.com');
    const modal = await second.modal('Delete an account');
    await modal.submit();
    await modal.sees(/second operator must approve/);
    await modal.closeAll();
    await card(/Delete Di Elm\?/);
    await app.changePerson(second.id, { isRestricted: true });
    await admin().sees(/can no longer act here/);
    await admin().sees(/from-bo@example.com/);
    await eventually('the card to be closed', () =>
      app.workspace.conversations.all().some((one) => /Delete Di Elm\? Closed/.test(one.text)),
    );
    await isState('di@example.com', 'active');
  });
});

describe('a request by any member of the workspace', () => {
  it('becomes an invitation once an operator approves it, and App Home shows its progress', async () => {
    await nobody().types('/apim-user request');
    const modal = await nobody().modal('Ask for an invitation');
    await modal.fill({
      Email: 'partner@example.com',
      'First name': 'Pat',
      'Last name': 'Ner',
      Why: 'our new partner',
    });
    await modal.submit();
    await modal.sees(/Requested\./);
    await modal.closeAll();
    const home = await nobody().home();
    await eventually(
      'the request in Home',
      () => /Invite Pat Ner/.test(home.text()) && /My requests/.test(home.text()),
    );
    await card(/Invite Pat Ner \(partner@example.com\)\?/);
    await approver().clicks(/Approve: Invite Pat Ner/);
    await nobody().sees(/You asked: .*Invite Pat Ner.*Approved by Amir Approver/);
    await eventually('the invitation', () =>
      app.inbox.mails().find((mail) => mail.to.includes('partner@example.com')),
    );
    await admin().types('/apim-user invites');
    await admin().sees(/Noor Nobody \(approved by Amir Approver\)/);
  });
});

describe('the history', () => {
  it('says who let a developer in, and what was done since', async () => {
    const mail = app.inbox.mails().find((one) => one.to.includes('partner@example.com'));
    const ticket = /ticket=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
    await app.post('/invitations/accept', {
      ticket,
      firstName: 'Pat',
      lastName: 'Ner',
      password: 'three quiet garden chairs',
    });
    await admin().types('/apim-user block partner@example.com leaked a key');
    await admin().sees(/Blocked: Pat Ner/);
    await approver().types('/apim-user history partner@example.com');
    const text = await approver().sees(/History of Pat Ner/);
    const order = [
      /Noor Nobody\W+requested an invitation/,
      /Noor Nobody\W+invited/,
      /approved by Amir Approver/,
      /the developer\W+accepted/,
      /Ada Admin\W+blocked the account/,
      /Why: leaked a key/,
      /active → blocked/,
    ];
    let at = -1;
    for (const words of order) {
      const next = text.slice(at + 1).search(words);
      expect(next, `${words} after ${at} in\n${text}`).toBeGreaterThanOrEqual(0);
      at += next + 1;
    }
  });

  it('finds what one person did and what was refused, and is closed to people without a role', async () => {
    await admin().types(`/apim-user history by:<@${app.ids.approver}|amir>`);
    await admin().sees(/Amir Approver\W+declined the request to/);
    await admin().types('/apim-user history refused');
    await admin().sees(/tried to decide a request.* Refused: it was their own request/);
    await admin().types('/apim-user history from:2026-13-01');
    await admin().sees(/2026-13-01 is no day of the calendar/);
    await nobody().types('/apim-user history partner@example.com');
    await nobody().sees(/You don't have permission to do this/);
  });
});
