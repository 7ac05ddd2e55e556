// The people who sent or requested an invitation hear how it ended.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

const PASSWORD = 'three quiet garden chairs';

let app: TestApp;
/** A second process of the same product. */
let other: TestApp;
const aheadMs = 0;
beforeAll(async () => {
  const clock = () => new Date(Date.now() + aheadMs);
  const env = { TRUSTED_PROXIES: '127.0.0.1' };
  app = await startTestApp(env, { clock });
  other = await startTestApp(env, { clock, beside: app });
});
afterAll(async () => {
  await other?.close();
  await app?.close();
});

const ticketTo = (email: string, earlier = 0) =>
  eventually(
    `an invitation to ${email}`,
    () =>
      /ticket=([\w-]{43})/.exec(
        app.inbox.mails().filter((mail) => mail.to.includes(email))[earlier]?.text ?? '',
      )?.[1],
  );
let clients = 0;
async function accepts(email: string, at: TestApp = app, earlier = 0): Promise<void> {
  const form = {
    ticket: await ticketTo(email, earlier),
    firstName: 'Pat',
    lastName: email.split('@')[0] ?? '',
  };
  clients += 1;
  const from = { 'x-forwarded-for': `198.51.100.${clients}` };
  const done = await at.post('/invitations/accept', { ...form, password: PASSWORD }, from);
  expect(done.status).toBe(303);
}
/** Ends open invitations as if their time had come. */
async function lapse(...emails: string[]): Promise<void> {
  await app.sql`update invitations set expires_at = now() - interval '1 minute' where email in ${app.sql(emails)}`;
  await app.sql`update tickets set expires_at = now() - interval '1 minute' where email in ${app.sql(emails)}`;
  await app.sql`select graphile_worker.add_job('every-minute')`;
}
/** The messages in a person's direct message that only the jobs write. */
const told = (who: 'admin' | 'approver' | 'nobody') =>
  app
    .as(who)
    .dm()
    .filter((message) => !message.isOnlyVisibleToMe && /invitations?\b/.test(message.notification()))
    .map((message) => message.text());

describe('the inviter', () => {
  it('hears of one who accepts, with a button to the account', async () => {
    await app.as('admin').types('/apim-user invite ann@example.com');
    await accepts('ann@example.com');
    const admin = app.as('admin');
    const message = await admin.message(/Pat ann accepted your invitation/);
    await message.clicks('Show account Pat ann');
    await admin.sees(/State:\W* active/);
  });

  it('hears of one who doesn’t, and invites them again from there; the message follows', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user invite late@example.com');
    await ticketTo('late@example.com');
    await lapse('late@example.com');
    const message = await admin.message(/late@example\.com didn't accept your invitation in time/);
    await message.clicks('Invite late@example.com again');
    await admin.sees(/Sent again to late@example\.com/);
    await eventually('the message to say so', () => message.text().includes('was sent again'));
    await accepts('late@example.com', app, 1);
    await eventually('the message to say so', () => message.text().includes('Pat late accepted'));
    expect(told('admin').filter((text) => /late/.test(text))).toHaveLength(1);
  });

  it('hears of a batch in one message that is repainted, whichever process is asked', async () => {
    const emails = Array.from({ length: 5 }, (_, at) => `batch${at}@example.com`);
    const admin = app.as('admin');
    await admin.types(`/apim-user invite ${emails.join(' ')}`);
    await admin.sees(/5 invitations are on their way/);
    await Promise.all(emails.slice(0, 3).map((email, at) => accepts(email, at % 2 ? other : app)));
    await admin.message(/3 of 5 people accepted your invitations\.\W* 2 still open/);
    await lapse('batch3@example.com');
    const message = await admin.message(
      /3 of 5 people accepted your invitations\.\W* 1 still open, 1 expired/,
    );
    await accepts('batch4@example.com', other);
    await eventually('the last one', () => /4 of 5 people.*1 expired/.test(message.text()));
    expect(message.text()).toMatch(/Pat batch4 \(batch4@example\.com\): accepted/);
    expect(told('admin').filter((text) => /of 5 people accepted/.test(text))).toHaveLength(1);
  });

  it('hears of an import in one message', async () => {
    const admin = app.as('admin');
    admin.goesToDm();
    await admin.shares('people.csv', 'email\nrow1@example.com\nrow2@example.com\nrow3@example.com\n');
    await admin.clicks('Apply');
    await Promise.all(['row1@example.com', 'row2@example.com'].map((email) => accepts(email, other)));
    await admin.message(/2 of 3 people accepted your invitations/);
    expect(told('admin').filter((text) => /of 3 people accepted/.test(text))).toHaveLength(1);
  });

  it('reads no email any more once the account is erased', async () => {
    const admin = app.as('admin');
    const message = await admin.message(/Pat ann accepted your invitation/);
    await admin.types('/apim-user delete ann@example.com');
    const modal = await admin.modal();
    await modal.submit();
    await eventually(
      'the deletion',
      async () => (await app.sql`select 1 from accounts where state = 'deleted'`).length,
    );
    await app.sql`update accounts set deleted_at = now() - interval '60 days' where state = 'deleted'`;
    await app.sql`select graphile_worker.add_job('every-minute')`;
    await eventually('the message without a name', () => message.text().includes('An erased email'));
    expect(message.text()).not.toMatch(/ann/);
  });
});

describe('the requester', () => {
  it('hears as well as the operator who approved, without buttons that only operators may press', async () => {
    const requester = app.as('nobody');
    await requester.types('/apim-user request');
    const modal = await requester.modal('Ask for an invitation');
    await modal.fill({ Email: 'asked@example.com', Why: 'a partner' });
    await modal.submit();
    await modal.sees(/Requested\./);
    await modal.closeAll();
    await app.as('approver').message(/Invite asked@example\.com/);
    await app.as('approver').clicks(/Approve: Invite asked/);
    await accepts('asked@example.com');
    const message = await requester.message(/Pat asked accepted your invitation/);
    expect(message.text()).not.toContain('Show account');
    await app.as('approver').message(/Pat asked accepted your invitation.*Show account/s);
  });
});

describe('“Turn off these messages”', () => {
  it('stops them for that person alone, until they turn them on again', async () => {
    const admin = app.as('admin');
    await (await admin.message(/late accepted/)).clicks('Turn off these messages');
    await admin.sees(/Turned off\. You won't get a message/);
    await admin.types('/apim-user invite quiet@example.com');
    await accepts('quiet@example.com');
    const home = await admin.home();
    expect(home.text()).toMatch(/Messages about your invitations:\W* off/);
    await home.clicks('Turn on');
    await admin.sees(/Turned on/);
    await (await admin.modal()).closeAll();
    await admin.types('/apim-user invite loud@example.com');
    await accepts('loud@example.com');
    await admin.message(/Pat loud accepted your invitation/);
    expect(told('admin').some((text) => /quiet/.test(text))).toBe(false);
  });
});
