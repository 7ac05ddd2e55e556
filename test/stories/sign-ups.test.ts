// Many developers sign up within an hour, and their approvers are not flooded with cards.
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';

const COUNT = 24;

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SIGN_UP: 'approval' }));
const portal = createPortalDriver(app);

const addresses = Array.from({ length: COUNT }, (_, at) => `flood${at}@example.com`);
const inChannel = () =>
  app
    .as('approver')
    .channel('approvals')
    .filter((message) => !message.isOnlyVisibleToMe)
    .map((message) => message.text());
const cards = () => inChannel().filter((text) => /flood\d+@example\.com/.test(text));
const summaries = () =>
  inChannel().filter((text) => /signed up|sign-ups on this card/.test(text) && !/flood/.test(text));

test('the first twenty sign-ups get a card each, and the others share one that counts down and ends', async () => {
  for (const email of addresses) {
    const wish = { email, firstName: 'Ann', lastName: 'Lee' };
    expect((await portal.visitor().post('/portal/sign-up', wish)).status).toBe(200);
  }
  const tickets = await Promise.all(addresses.map((email) => portal.ticketTo(email, /confirm/)));
  const confirm = (ticket: string) => portal.visitor().post('/email/confirm', { ticket, password: PASSWORD });
  // All at once, so that each must count the others.
  const answers = await Promise.all(tickets.map(confirm));
  expect(answers.map((answer) => answer.status)).toEqual(Array(COUNT).fill(200));
  await eventually('the summary', () =>
    summaries().some((text) => text.includes('4 developers signed up. Let them in?')),
  );
  await eventually('twenty cards', () => cards().length === 20);
  expect(summaries()).toHaveLength(1);

  const rest = await app.sql<
    { email: string }[]
  >`select email from accounts where sign_up_summary_id is not null`;
  expect(rest).toHaveLength(4);
  const approver = app.as('approver');
  const shared = await approver.message(/4 developers signed up/);
  await shared.clicks('Pending accounts');
  const list = await approver.message(/Pending accounts\*.*1–20 of 24/s);
  await list.chooses('Decline', new RegExp(rest[0]?.email ?? ''));
  const decline = await approver.modal('Decline a sign-up');
  await decline.fill({ Reason: 'no company of ours' });
  await decline.submit();
  await decline.sees(/Declined the sign-up of/);
  await decline.closeAll();
  await eventually('the list without it', () => /1–20 of 23/.test(list.text()));
  await eventually('the card that counts down', () => summaries()[0]?.includes('3 developers signed up'));
  for (const [at, { email }] of rest.slice(1).entries()) {
    await approver.types(`/apim-user ${at % 2 ? 'activate' : 'block'} ${email} somebody we know`);
    await approver.sees(/Activated|Blocked/);
  }
  await eventually('the end of the summary', () =>
    /All 4 sign-ups on this card are decided/.test(summaries()[0] ?? ''),
  );
  expect(summaries()).toHaveLength(1);
  expect(cards()).toHaveLength(20);
  expect(await app.sql`select 1 from sign_up_summaries where ended_at is null`).toHaveLength(0);
}, 120_000);
