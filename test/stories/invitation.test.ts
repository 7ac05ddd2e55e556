import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { confirmRevoke } from '../support/confirm-revoke.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);

const PASSWORD = 'three quiet garden chairs';
const mailTo = (address: string, subject: RegExp) =>
  eventually(`a mail to ${address}`, () =>
    app.inbox.mails().find((mail) => mail.to.includes(address) && subject.test(mail.subject)),
  );
const ticketIn = (mail: { text: string }) => /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';

describe('an invitation', () => {
  it('leads from the command by mail and page to an active account on its card', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user invite ann@example.com');
    await admin.sees(/1 invitation is on its way/);
    const mail = await mailTo('ann@example.com', /invited/);
    const ticket = ticketIn(mail);

    await admin.types('/apim-user show ann@example.com');
    await admin.sees(/Ada Admin invited .* haven't accepted yet, so there is no account/);

    const page = await fetch(`${app.url}/invitations/accept?ticket=${ticket}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('ann@example.com');

    const done = await app.post('/invitations/accept', {
      ticket,
      firstName: 'Ann',
      lastName: 'Lee',
      password: PASSWORD,
    });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/portal']);

    await admin.types('/apim-user show ann@example.com');
    await admin.sees(/State: active|\*State:\* active/);
    await mailTo('ann@example.com', /Welcome/);
  });

  it('works once: the same link is dead afterwards', async () => {
    const ticket = ticketIn(await mailTo('ann@example.com', /invited/));
    const again = await app.post('/invitations/accept', {
      ticket,
      firstName: 'Eve',
      lastName: 'Il',
      password: PASSWORD,
    });
    expect(again.status).toBe(410);
  });

  it('that is revoked leaves a dead link', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user invite ben@example.com');
    const ticket = ticketIn(await mailTo('ben@example.com', /invited/));
    await admin.types('/apim-user invites');
    await admin.chooses('Revoke', 'ben@example.com');
    await confirmRevoke(admin);
    const page = await fetch(`${app.url}/invitations/accept?ticket=${ticket}`);
    expect(page.status).toBe(410);
  });

  it('is refused to a person without the role', async () => {
    const nobody = app.as('nobody');
    await nobody.types('/apim-user invite eve@example.com');
    await nobody.sees(/You don't have permission to do this/);
    expect(app.inbox.mails().some((mail) => mail.to.includes('eve@example.com'))).toBe(false);
  });
});

describe('an account', () => {
  it('is blocked and activated, and its developer is told', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user add cara@example.com Cara Moss');
    await admin.sees(/Added .+: the account is/);
    await admin.types('/apim-user block cara@example.com leaked a key');
    await admin.sees(/Blocked: Cara Moss/);
    const told = await mailTo('cara@example.com', /blocked/);
    expect(told.text).not.toContain('leaked a key');
    await app.as('approver').types('/apim-user activate cara@example.com');
    await app.as('approver').sees(/Activated: Cara Moss/);
    await mailTo('cara@example.com', /active/);
  });

  it('that waits for its email to be confirmed has a card whose button activates it, and the card is repainted', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user add');
    const modal = await admin.modal();
    await modal.fill({
      Email: 'dan@example.com',
      'First name': 'Dan',
      'Last name': 'Oak',
      'Email confirmation': ['Send a link to confirm it first'],
    });
    await modal.submit();
    await mailTo('dan@example.com', /confirm/i);
    await modal.sees(/Added/);
    await modal.closeAll();
    const approver = app.as('approver');
    approver.goesTo('approvals');
    await approver.sees(/pending/);
    await approver.clicks('Activate Dan Oak');
    await approver.sees(/Activated: Dan Oak/);
    await eventually('the card to say active, without its button', () =>
      app.workspace.conversations
        .all()
        .find(
          (message) => /^Amir Approver activated Dan Oak, /.test(message.text) && message.onlyFor === null,
        ),
    );
  });

  it('gets a new password by a mailed link, and the link works once', async () => {
    const forgot = await app.post('/password/forgot', { email: 'ann@example.com' });
    expect(forgot.status).toBe(200);
    const ticket = ticketIn(await mailTo('ann@example.com', /new password|password/i));
    const first = await app.post('/password/reset', { ticket, password: 'another four quiet chairs' });
    expect(first.status).toBe(200);
    const second = await app.post('/password/reset', { ticket, password: 'another five quiet chairs' });
    expect(second.status).toBe(410);
  });
});

it('T51: no message, view or answer in Slack ever held a ticket or a password', () => {
  const sent = JSON.stringify(app.everythingSent().filter((call) => !call.method.includes('emails')));
  expect(sent).toContain('ann@example.com');
  expect(sent).not.toMatch(/ticket=/);
  expect(sent).not.toContain(PASSWORD);
});

it('a mistyped subcommand gets the nearest one offered, with the words that followed', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user shwo ann@example.com');
  await admin.sees(/Did you mean/);
  await admin.clicks('show');
  await eventually('the card of Ann', () => admin.canRead(/Ann Lee/));
});
