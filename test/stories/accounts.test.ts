import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);

const PASSWORD = 'seven slow yellow trams';
const mailsTo = (address: string, subject: RegExp) =>
  app.inbox.mails().filter((mail) => mail.to.includes(address) && subject.test(mail.subject));
const mailTo = (address: string, subject: RegExp) =>
  eventually(`a mail to ${address}`, () => mailsTo(address, subject).at(-1));
const ticketIn = (mail: { text: string }) => /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';

async function add(fields: Record<string, string | string[]>) {
  const admin = app.as('admin');
  await admin.types('/apim-user add');
  const modal = await admin.modal('Add an account');
  await modal.fill(fields);
  await modal.submit();
  return modal;
}
const ann = (email: string, last = 'Lee') => ({ Email: email, 'First name': 'Ann', 'Last name': last });

describe('add', () => {
  it('makes an active account whose welcome mail sets the password', async () => {
    const modal = await add(ann('ann@example.com'));
    await modal.sees(/Added .+: the account is \*active/);
    expect(await modal.sees(/link to set a password/)).toContain('ann@example.com');
    await modal.closeAll();
    const ticket = ticketIn(await mailTo('ann@example.com', /Welcome/));
    const done = await app.post('/password/reset', { ticket, password: PASSWORD });
    expect(done.status).toBe(200);
  });

  it('takes a password, which no message or view of ours repeats, and no link is mailed', async () => {
    const modal = await add({ ...ann('bea@example.com'), Password: PASSWORD, Note: 'pilot customer' });
    await modal.sees(/must be replaced at the first sign-in/);
    await modal.sees(/pilot customer/);
    await modal.closeAll();
    expect(ticketIn(await mailTo('bea@example.com', /Welcome/))).toBe('');
    expect(JSON.stringify(app.everythingSent())).not.toContain(PASSWORD);
  });

  it('says beside the field what is wrong, and adds no account', async () => {
    const modal = await add({
      Email: 'no address',
      'First name': '  ',
      Password: 'short',
    });
    expect(modal.errors()).toEqual({
      Email: 'There is no @.',
      'First name': 'Enter a first name or a last name.',
      Password: expect.stringMatching(/at least 15 characters/),
    });
    await modal.closeAll();
  });

  it('of an email that has an account keeps what was typed except the password, and shows the account', async () => {
    const modal = await add({ ...ann('ann@example.com', 'Twice'), Password: PASSWORD });
    await modal.sees(/account with this email already exists, and is \*active/);
    expect(await modal.value('Last name')).toBe('Twice');
    await modal.clicks('Show account');
    await modal.sees(/State:\* active/);
    await modal.closeAll();
    expect(JSON.stringify(app.everythingSent())).not.toContain(PASSWORD);
  });

  it('that verifies first shows a card; Activate before the email is confirmed warns and is recorded', async () => {
    const modal = await add({
      ...ann('cleo@example.com'),
      'Email confirmation': ['Send a link to confirm it first'],
    });
    await modal.sees(/asks them to confirm their email/);
    await modal.closeAll();
    const approver = app.as('approver');
    approver.goesTo('approvals');
    const card = await approver.message(/not confirmed/);
    expect(card.buttons()).toEqual(['Activate Ann Lee', 'Block Ann Lee', 'Details of Ann Lee']);
    expect(card.notification()).toBe('Ada Admin added Ann Lee. Activate?');
    await card.clicks('Activate Ann Lee');
    await approver.sees(/The email was never confirmed/);
    await eventually('the card to say who decided', () => /by Amir Approver/.test(card.text()));
    expect(card.text()).toMatch(/^\*Amir Approver activated Ann Lee, /);
    expect(card.buttons()).toEqual(['Block Ann Lee', 'Usage of Ann Lee', 'Details of Ann Lee']);
    const confirmed = await app.post('/email/confirm', {
      ticket: ticketIn(await mailTo('cleo@example.com', /confirm/i)),
    });
    expect(confirmed.status).toBe(200);
    await eventually('the card to know the address', () => !/not confirmed/.test(card.text()));
  });

  it('that verifies first makes the account active by the mailed link', async () => {
    const modal = await add({
      ...ann('dora@example.com', 'Dee'),
      'Email confirmation': ['Send a link to confirm it first'],
    });
    await modal.sees(/Added/);
    await modal.closeAll();
    const ticket = ticketIn(await mailTo('dora@example.com', /confirm/i));
    expect((await app.post('/email/confirm', { ticket })).status).toBe(200);
    await app.as('admin').types('/apim-user show dora@example.com');
    await app.as('admin').sees(/State:\* active/);
  });
});

describe('a card', () => {
  const cardIn = async (words: RegExp) => {
    const approver = app.as('approver');
    approver.goesTo('approvals');
    return approver.message(words);
  };

  it('that is older than the account does nothing, says so, and is repainted', async () => {
    const modal = await add({
      ...ann('elsa@example.com', 'Ember'),
      'Email confirmation': ['Send a link to confirm it first'],
    });
    await modal.sees(/Added/);
    await modal.closeAll();
    const card = await cardIn(/elsa@example\.com/);
    // Slack refuses every repaint until we give up: what is drawn stays as it was.
    app.slackFails('chat.update', { kind: 'error', code: 'message_not_found' }, 100);
    app.slackFails('chat.postMessage', { kind: 'error', code: 'channel_not_found' }, 100);
    const admin = app.as('admin');
    await admin.types('/apim-user block elsa@example.com never heard of');
    await admin.sees(/Blocked: Ann Ember/);
    const [account] = await app.sql`select id from accounts where email = 'elsa@example.com'`;
    const key = `cards:default:${account?.id}`;
    try {
      await eventually('the job to have been put back, which is its last try here', async () => {
        const rows = await app.sql`update graphile_worker._private_jobs set attempts = max_attempts
          where key = ${key} and attempts > 0 and locked_at is null returning id`;
        return rows.length === 1;
      });
    } finally {
    }
    app.nothingFails();
    expect(card.buttons()).toEqual(['Activate Ann Ember', 'Block Ann Ember', 'Details of Ann Ember']);
    await card.clicks('Activate Ann Ember');
    await app
      .as('approver')
      .sees(/Someone changed this account after you opened it.*blocked\* \(by Ada Admin/);
    await eventually('the card to say who blocked it', () => /never heard of/.test(card.text()));
    expect(card.buttons()).toEqual(['Activate Ann Ember', 'Usage of Ann Ember', 'Details of Ann Ember']);
  });
});

describe('block', () => {
  it('without a reason asks for one, mails the message to the developer and keeps the reason out of that mail', async () => {
    const approver = app.as('approver');
    await approver.types('/apim-user block bea@example.com');
    const modal = await approver.modal('Block an account');
    await modal.fill({ Reason: 'unpaid invoice 17', 'Message to the developer': 'Please call us.' });
    await modal.submit();
    await modal.sees(/Blocked: Ann Lee/);
    await modal.closeAll();
    const mail = await mailTo('bea@example.com', /blocked/);
    expect(mail.text).toContain('Please call us.');
    expect(mail.text).not.toContain('unpaid');
    await approver.types('/apim-user show bea@example.com');
    await approver.sees(/State:\* blocked · unpaid invoice 17/);
  });

  it('without mail tells the developer nothing', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user show dora@example.com');
    await admin.clicks('Block Ann Dee');
    const modal = await admin.modal('Block an account');
    await modal.fill({ Mail: [] });
    await modal.submit();
    await modal.sees(/No mail was sent/);
    await modal.closeAll();
    expect(mailsTo('dora@example.com', /blocked/)).toEqual([]);
  });

  it('of a blocked account says so and changes nothing', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user block dora@example.com again and again');
    await admin.sees(/Ada Admin already blocked this account/);
    await admin.clicks('Show account');
    await admin.sees(/State:\* blocked/);
  });
});

describe('with no account named', () => {
  it('a search finds it, and the subcommand goes on with it', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user activate');
    const modal = await admin.modal('Activate which account?');
    expect(await modal.searches('Account', 'dora')).toEqual(['Ann Dee · dora@example.com']);
    await modal.fill({ Account: 'Ann Dee · dora@example.com' });
    await modal.submit();
    await modal.sees(/Activated: Ann Dee/);
    await modal.closeAll();
    await admin.types('/apim-user edit');
    const choose = await admin.modal('Edit which account?');
    await choose.fill({ Account: 'Ann Dee · dora@example.com' });
    await choose.submit();
    await choose.sees(/Edit an account/);
    expect(await choose.value('Email')).toBe('dora@example.com');
    await choose.closeAll();
  });

  it('a name that several accounts have is an error that lists near matches, not a guess', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user show Lee');
    const said = await admin.sees(/More than one account matches/);
    expect(said).toContain('ann@example.com');
    await admin.clicks('Show ann@example.com');
    await admin.sees(/State:/);
  });
});

describe('edit', () => {
  it('of the email tells the old and the new one, and takes effect once the new one is confirmed', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user edit dora@example.com');
    const modal = await admin.modal('Edit an account');
    await modal.fill({ 'First name': 'Dora', Email: 'dora@new.example.com', Note: 'moved' });
    await modal.submit();
    expect(await modal.sees(/takes effect once it's confirmed/)).toContain('another tells dora@example.com');
    await modal.closeAll();
    await mailTo('dora@example.com', /Email change requested/);
    const ticket = ticketIn(await mailTo('dora@new.example.com', /confirm the new email/));
    await admin.types('/apim-user show dora@example.com');
    await admin.sees(/New email, not confirmed yet:\* dora@new\.example\.com/);
    expect((await app.post('/email/confirm', { ticket })).status).toBe(200);
    await eventually('a mail that the former address no longer counts', () =>
      mailsTo('dora@example.com', /changed/i).at(-1),
    );
    await admin.types('/apim-user show dora@new.example.com');
    await admin.sees(/Note:\* moved/);
    await admin.types('/apim-user show dora@example.com');
    await admin.sees(/No account found/);
  });

  it('of an account that an operator has changed meanwhile keeps what was typed and overwrites nothing', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user edit dora@new.example.com');
    const modal = await admin.modal('Edit an account');
    await app.as('approver').types('/apim-user block dora@new.example.com seen elsewhere');
    await app.as('approver').sees(/Blocked: Dora Dee/);
    await modal.fill({ Note: 'too late' });
    await modal.submit();
    await modal.sees(/Someone changed this account after you opened it/);
    expect(await modal.value('Note')).toBe('too late');
    await modal.closeAll();
    await admin.types('/apim-user show dora@new.example.com');
    await admin.sees(/Note:\* moved/);
  });
});

describe('reset-password', () => {
  it('asks first and mails a link, and the link sets the new password', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user reset-password ann@example.com');
    const modal = await admin.modal('Reset a password');
    await modal.sees(/one-time link/);
    await modal.submit();
    await modal.sees(/on its way to ann@example.com. It works once, for 60 minutes/);
    const ticket = ticketIn(await mailTo('ann@example.com', /Choose a new password/));
    await modal.clicks('Show account');
    await modal.sees(/Choose a new password/);
    await modal.closeAll();
    expect((await app.post('/password/reset', { ticket, password: 'eight slow yellow trams' })).status).toBe(
      200,
    );
  });

  it('of a blocked account says so and sends nothing', async () => {
    const admin = app.as('admin');
    const before = mailsTo('bea@example.com', /./).length;
    await admin.types('/apim-user reset-password bea@example.com');
    await admin.sees(/already blocked this account/s);
    expect(admin.hasModal()).toBe(false);
    expect(mailsTo('bea@example.com', /./)).toHaveLength(before);
  });
});

describe('delete', () => {
  it('asks, ends access, and restore brings the account back blocked', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user delete ann@example.com');
    const modal = await admin.modal('Delete an account');
    await modal.sees(/the email can be used again/);
    await modal.sees(/To keep someone out, block the account instead/);
    await modal.fill({ Reason: 'left the company' });
    await modal.submit();
    await modal.sees(/erased in 7 days/);
    await modal.closeAll();
    await mailTo('ann@example.com', /account is closed/);
    await admin.types('/apim-user show ann@example.com');
    await admin.sees(/Ada Admin.* deleted the account of ann@example.com.*can be restored until/s);

    await admin.types('/apim-user invite ann@example.com');
    await admin.sees(/Their deleted account can still be restored/);
    await admin.clicks('Show deleted ann@example.com');
    await admin.sees(/State:\* deleted, can be restored until .* · left the company/);
    await admin.types('/apim-user restore ann@example.com');
    await admin.sees(/Restored .+\. The account is \*blocked/);
    await admin.types('/apim-user show ann@example.com');
    await admin.sees(/State:\* blocked/);
    await admin.types('/apim-user invites');
    expect(await admin.sees(/invitation/)).not.toContain('ann@example.com');
  });

  it('restores nothing that is not deleted, and says which id was meant', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user restore ann@example.com');
    await admin.sees(/already blocked this account/);
    await admin.types('/apim-user restore');
    await admin.sees(/No deleted account can be restored now/);
  });
});

it('Slack refused nothing that was sent to it, except what was made to fail', () => {
  const ours = ['chat.update: message_not_found', 'chat.postMessage: channel_not_found'];
  expect(app.refusals().filter((one) => !ours.some((made) => one.startsWith(made)))).toEqual([]);
});
