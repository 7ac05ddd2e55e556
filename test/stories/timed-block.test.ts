import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const DAY_MS = 86_400_000;

const app = forAllTests(() => startTestApp({}, { clock: () => new Date(now) }));
let now = Date.now();

const minute = () => app.sql`select graphile_worker.add_job('every-minute')`;
const mailTo = (address: string, subject: RegExp) =>
  eventually(`the mail ${subject}`, () =>
    app.inbox.mails().find((mail) => mail.to.includes(address) && subject.test(mail.subject)),
  );

it('a block for a week shows its end on the answer and the card, and ends by itself', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user add ann@example.com Ann Lee');
  await admin.sees(/Added/);
  await admin.types('/apim-user block ann@example.com for 7d too many calls');
  await admin.sees(
    /Blocked until .* UTC \(in 7 days\): Ann Lee can't .*the account reactivates automatically/,
  );
  await admin.sees(/State:\W* blocked until .* then active again · too many calls/);
  await mailTo('ann@example.com', /is blocked/);

  now += 7 * DAY_MS;
  await minute();
  await mailTo('ann@example.com', /account is active/);
  await admin.types('/apim-user show ann@example.com');
  await admin.sees(/State:\W* active · the block ended/);
  await admin.types('/apim-user history ann@example.com');
  await admin.sees(/ended the block\. Why: the block ended\. state: blocked → active/);
});

it('the modal of a block takes an end, and says beside the field what is wrong with one', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user block ann@example.com');
  const modal = await admin.modal('Block an account');
  await modal.fill({ Ends: '03/04/2027' });
  await modal.submit();
  expect(modal.errors()).toEqual({
    Ends: expect.stringMatching(/could be Sat 3 Apr 2027 or Thu 4 Mar 2027/),
  });
  await modal.fill({ Ends: '2h', Reason: 'asked to' });
  await modal.submit();
  await modal.sees(/Blocked until .* UTC \(in 2 hours\).*reactivates automatically/);
  await modal.closeAll();
});
