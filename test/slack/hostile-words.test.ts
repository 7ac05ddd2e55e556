import { describe, expect, it } from 'vitest';
import { requestSubscription } from '../../src/operations/subscriptions/request.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { HOSTILE_ADDRESSES, READABLE_IN_A_PASTE } from '../support/hostile-addresses.ts';
import { markupIn, read } from '../support/markup.ts';

const app = forAllTests(startTestApp);

/** Slack's own limit of an input: only a forged modal sends a longer one. */
const SLACK_INPUT_LENGTH = 3_000;

const rows = async () => {
  const [row] = await app.sql`select
    (select count(*)::int from accounts) as accounts, (select count(*)::int from invitations) as invitations,
    (select count(*)::int from mails) as mails, (select count(*)::int from tickets) as tickets`;
  return row;
};

/** What is around an address is no part of it: where people type, it is cut off. */
const BUT_FOR_SPACES = Object.entries(HOSTILE_ADDRESSES).filter(([what, text]) => {
  return (
    !READABLE_IN_A_PASTE.includes(what) &&
    !/^[a-z]+@example\.com$/.test(text.trim()) &&
    text.length <= SLACK_INPUT_LENGTH
  );
});

describe('T17: forty and more hostile addresses make no row and no mail when they are', () => {
  // A command's text is one line of words, and mailto: is what Slack itself makes of an address.
  const typable = BUT_FOR_SPACES.filter(([, text]) => !/[\s,]/.test(text) && text !== '');

  it('typed after /apim-user add', async () => {
    expect(typable.length).toBeGreaterThanOrEqual(35);
    const before = await rows();
    for (const [what, address] of typable) {
      await app.as('admin').types(`/apim-user add ${address} Ann Lee`);
      const modal = await app.as('admin').modal('Add an account');
      expect(modal.text(), what).toMatch(/`.+`: \S/);
      await modal.closeAll();
    }
    expect(await rows()).toEqual(before);
  });

  it('put into the form that adds an account', async () => {
    expect(BUT_FOR_SPACES.length).toBeGreaterThanOrEqual(40);
    const before = await rows();
    await app.as('admin').types('/apim-user add');
    const modal = await app.as('admin').modal('Add an account');
    for (const [what, address] of BUT_FOR_SPACES) {
      await modal.fill({ Email: address, 'First name': 'Ann', 'Last name': 'Lee' });
      await modal.submit();
      expect(modal.errors().Email, what).toBeTruthy();
    }
    await modal.closeAll();
    expect(await rows()).toEqual(before);
  });

  it('sent to the public forms', async () => {
    const before = await rows();
    for (const [, address] of BUT_FOR_SPACES) {
      const answer = await app.post('/password/forgot', { email: address });
      expect([200, 422, 400, 413, 429]).toContain(answer.status);
    }
    expect(await rows()).toEqual(before);
  });
});

it('T50: hostile words arrive as words: no mention, no broadcast, no link', async () => {
  const hostile = '<!channel> <@U0ADAADMIN> <https://evil.example|Approve> `x` *b*';
  const already = app.everythingSent().length;
  const admin = app.as('admin');
  await admin.types('/apim-user add');
  const modal = await admin.modal();
  await modal.fill({
    Email: 'hostile@example.com',
    'First name': hostile,
    'Last name': '<!here>\u202egnp.exe',
    'Email confirmation': ['Send a link to confirm it first'],
  });
  await modal.submit();
  await modal.sees(/Added/);
  await modal.closeAll();
  const approver = app.as('approver');
  approver.goesTo('approvals');
  await approver.sees(/hostile@example\.com/);
  await approver.types(`/apim-user block hostile@example.com ${hostile}`);
  await approver.sees(/hostile@example\.com/);
  await admin.types('/apim-user list');
  await admin.sees(/hostile@example\.com/);
  await admin.types(`/apim-user show ${hostile}`);
  await admin.sees(/State:\*? blocked/);
  await admin.types(`/apim-user show nobody ${hostile}`);
  await admin.sees(/No account found/);
  await admin.types(`/apim-user ${hostile}`);
  await admin.sees(/There is no/);
  await admin.types('/apim-user groups');
  await admin.clicks('Create');
  const group = await admin.modal('Create a group');
  await group.fill({ Name: `${hostile.slice(0, 60)} group` });
  await group.submit();
  await group.sees(/Created the group/);
  await group.closeAll();
  await admin.types('/apim-user groups hostile@example.com');
  const groups = await admin.modal('Groups of an account');
  await groups.fill({ Groups: [`${hostile.slice(0, 60)} group`] });
  await groups.submit();
  await groups.sees(/Saved/);
  await groups.closeAll();
  await approver.types(`/apim-user activate hostile@example.com`);
  await approver.sees(/Activated/);
  await approver.types(`/apim-user block hostile@example.com ${'x'.repeat(3_001)}`);
  await approver.sees(/at most 500 characters/);
  await approver.types('/apim-user history hostile@example.com');
  await approver.sees(/blocked the account/);
  await admin.types('/apim-user invites');
  await admin.sees(/no open invitations/);

  expectHarmless(already);
});

it('T50: hostile names of APIs, products and subscriptions arrive as words, on cards and in the history too', async () => {
  const hostile = '<!channel> <@U0ADAADMIN> <https://evil.example|Approve> `x` *b*';
  const already = app.everythingSent().length;
  const admin = app.as('admin');
  const approver = app.as('approver');
  const beside = await besideApp(app);
  await admin.types('/apim-user add paul@example.com <!here> *Lee*');
  await admin.sees(/Added/);
  await admin.types('/apim-user apis');
  await admin.sees(/no APIs yet/);
  await admin.clicks('Create');
  const api = await admin.modal('Create an API');
  await api.fill({ Name: hostile, Path: 'orders', Id: 'or_d`ers' });
  await api.submit();
  await api.sees(/Created/);
  await api.closeAll();
  await admin.types('/apim-user products');
  await admin.sees(/no products yet/);
  await admin.clicks('Create');
  const product = await admin.modal('Create a product');
  await product.fill({
    Name: hostile,
    Id: 'gold',
    Description: hostile,
    Terms: hostile,
    APIs: [hostile],
    Published: ['Developers see it, and its keys work'],
    Approval: ['An operator approves each subscription'],
  });
  await product.submit();
  await product.sees(/Created/);
  await product.closeAll();
  for (const name of [hostile, '\u202egnp.exe <!here>']) {
    const wish = { productId: 'gold', name, agreesToTerms: true };
    await requestSubscription(await beside.developer('paul@example.com'), wish);
  }
  const card = await approver.message(/asks to use/);
  await card.clicks(/^Decline/);
  const rejecting = await approver.modal('Decline a request');
  await rejecting.fill({ Reason: hostile });
  await rejecting.submit();
  await rejecting.sees(/Declined/);
  await rejecting.closeAll();
  await admin.types('/apim-user subscriptions paul@example.com');
  await admin.sees(/Subscriptions of/);
  await admin.chooses('Approve');
  await admin.sees(/Approved/);
  await admin.clicks(/^Key leaked/);
  await (await admin.modal('A key leaked')).closeAll();
  await admin.types('/apim-user show paul@example.com');
  await admin.sees(/Subscriptions:/);
  await admin.types('/apim-user delete paul@example.com');
  await (await admin.modal('Delete an account')).closeAll();
  await admin.types('/apim-user history paul@example.com');
  await admin.sees(/Amir Approver\*? declined .+ state: submitted → rejected/);
  await admin.types(`/apim-user subscriptions nobody ${hostile}`);
  await admin.sees(/No account found/);
  await beside.close();
  expectHarmless(already);
  expect(app.refusals()).toEqual([]);
});

it('T50: a text that is longer than an email opens each form that begins with one, as far as it fits', async () => {
  for (const [who, command, title] of [
    ['nobody', 'request', 'Ask for an invitation'],
    ['admin', 'add', 'Add an account'],
  ] as const) {
    await app.as(who).types(`/apim-user ${command} ${'𝔘'.repeat(200)}@example.com`);
    const modal = await app.as(who).modal(title);
    expect(String(await modal.value('Email'))).toMatch(/^𝔘{126}…$/u);
    await modal.closeAll();
  }
  expect(app.refusals()).toEqual([]);
});

/** What was sent since has the words, and no markup except our own dates. */
function expectHarmless(already: number): void {
  const sent = app
    .everythingSent()
    .slice(already)
    .filter((call) => !call.method.includes('emails'))
    .map((call) => read(call.sent));
  const texts = sent.flatMap((one) => markupIn(one));
  expect(texts.some((text) => text.includes('&lt;!channel&gt;'))).toBe(true);
  for (const text of texts) expect(text).not.toMatch(/<(?!!date\^)/);
  for (const text of texts) expect(text).not.toContain('://evil.example');
  for (const text of texts) expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
}
