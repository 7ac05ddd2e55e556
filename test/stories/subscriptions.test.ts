import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../src/operations/apis/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { editProduct } from '../../src/operations/products/edit.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { limitSubscription } from '../../src/operations/subscriptions/limit.ts';
import { requestSubscription } from '../../src/operations/subscriptions/request.ts';
import { startTestApp } from '../support/app.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);
let beside: BesideApp;
beforeAll(async () => {
  beside = await besideApp(app);
  const console = beside.console();
  await createApi(console, { id: 'orders', name: 'Orders', path: 'orders' });
  const open = { isPublished: true, apiIds: ['orders'] };
  await createProduct(console, { ...open, id: 'gold', name: 'Gold', isApprovalRequired: true });
  await createProduct(console, { ...open, id: 'free', name: 'Free' });
});
afterAll(async () => {
  await beside.close();
});

const admin = () => app.as('admin');
const approver = () => app.as('approver');

async function hasAccount(email: string, name: string): Promise<void> {
  await admin().types(`/apim-user add ${email} ${name}`);
  await admin().sees(/Added .+: the account is/);
}
async function asks(email: string, name: string) {
  const developer = await beside.developer(email);
  const { subscription } = await requestSubscription(developer, { productId: 'gold', name });
  return subscription;
}
/** The card of a request, in the approvals channel. */
async function cardOf(who: RegExp) {
  approver().goesTo('approvals');
  return approver().message(new RegExp(`${who.source}.* asks to use`));
}
const mailsTo = (email: string, subject: RegExp) =>
  eventually(`a mail to ${email} about ${subject}`, () =>
    app.inbox.mails().find((mail) => mail.to.includes(email) && subject.test(mail.subject)),
  );

describe('a request for a subscription', () => {
  it('waits on a card, which says who approved it, and the developer is told', async () => {
    await hasAccount('ann@example.com', 'Ann Lee');
    await asks('ann@example.com', 'For the shop');
    const card = await cardOf(/Ann Lee/);
    expect(card.text()).toMatch(/Ann Lee\W* asks to use \W*Gold/);
    expect(card.text()).toMatch(/Limits:\W* none \(the product has none\)/);
    expect(card.buttons()).toEqual([
      'Approve: For the shop of Ann Lee',
      'Decline: For the shop of Ann Lee',
      'Details: For the shop of Ann Lee',
    ]);
    await card.clicks(/Approve/);
    const seen = await approver().sees(/Approved: .*For the shop.* of Ann Lee is active/);
    expect(seen).toMatch(/A mail tells the developer/);
    await eventually('the card to say who decided', () => /activated by Amir Approver/.test(card.text()));
    expect(card.buttons()).toEqual(['Details: For the shop of Ann Lee']);
    await mailsTo('ann@example.com', /subscription to Gold is active/);
  });

  it('T45: is decided by one of two operators who press at once, and the other is told who decided', async () => {
    await hasAccount('bea@example.com', 'Bea Fox');
    await asks('bea@example.com', 'Bea’s');
    const card = await cardOf(/Bea Fox/);
    admin().goesTo('approvals');
    const same = await admin().message(/Bea Fox asks to use/);
    await Promise.all([card.clicks(/Approve/), same.clicks(/Approve/)]);
    const outcomes = await Promise.all([
      approver().sees(/Approved: |(already \w+|Someone changed) this subscription/),
      admin().sees(/Approved: |(already \w+|Someone changed) this subscription/),
    ]);
    expect(outcomes.filter((text) => /Approved: /.test(text))).toHaveLength(1);
    expect(outcomes.find((text) => !/Approved: /.test(text))).toMatch(/Amir Approver|Ada Admin/);
    admin().goesTo('general');
  });

  it('is rejected with a reason that the developer reads, and waits again when the developer asks again', async () => {
    await hasAccount('cy@example.com', 'Cy Oak');
    await asks('cy@example.com', 'Cy’s');
    const card = await cardOf(/Cy Oak/);
    await card.clicks(/Decline/);
    const modal = await approver().modal('Decline a request');
    await modal.fill({ Reason: '  ' });
    await modal.submit();
    expect(modal.errors()).toEqual({ Reason: 'Enter a reason: the developer reads it.' });
    await modal.fill({ Reason: 'not before the contract' });
    await modal.submit();
    await modal.sees(/Declined /);
    await modal.closeAll();
    await eventually('the card to say why', () =>
      /declined by Amir Approver.*not before the contract/s.test(card.text()),
    );
    expect(card.buttons()).toEqual([expect.stringMatching(/^Details/)]);
    const mail = await mailsTo('cy@example.com', /About your request for Gold/);
    expect(mail?.text).toContain('not before the contract');
    expect((await asks('cy@example.com', 'Cy’s again')).state).toBe('submitted');
    await approver().message(/Cy Oak asks to use Gold\. Approve\?.*until an operator approves/s);
  });

  it('of a blocked account can be approved, and the answer says that no call passes yet', async () => {
    await approver().types('/apim-user block cy@example.com unpaid');
    await approver().sees(/Blocked: Cy Oak/);
    await approver().types('/apim-user subscriptions');
    await approver().sees(/the account is \W*blocked/);
    await approver().chooses('Approve', 'Cy’s again');
    await approver().sees(/The account is \W*blocked\W*: calls are refused until it is activated/);
  });

  it('whose subscription was deleted loses its buttons at the first press', async () => {
    await hasAccount('di@example.com', 'Di Elm');
    const { id } = await asks('di@example.com', 'Di’s');
    const card = await cardOf(/Di Elm/);
    await deleteSubscription(beside.console(), { subscriptionId: id });
    await card.clicks(/Decline/);
    await approver().sees(/Subscription not found/);
    await eventually('the card to be replaced', () =>
      /was deleted\. There is nothing left to decide/.test(card.text()),
    );
    expect(card.buttons()).toEqual([]);
  });

  it('stands in App Home while it waits', async () => {
    await asks('di@example.com', 'Di’s new');
    const home = await approver().home();
    await eventually('the request in Home', () => /1 subscription is waiting for approval/.test(home.text()));
    await home.clicks('Review');
    await approver().modal(/Di’s new/);
    await (await approver().modal()).closeAll();
  });
});

describe('the subscriptions of an account', () => {
  const rows = async () => {
    await admin().types('/apim-user subscriptions ann@example.com');
    await admin().sees(/Subscriptions of Ann Lee/);
    return admin().message(/Subscriptions of Ann Lee/);
  };

  it('are granted by an admin, for a product, an API or all of them', async () => {
    await (await rows()).clicks('Grant');
    const modal = await admin().modal('Grant a subscription');
    await modal.sees(/To \W*Ann Lee/);
    expect(await modal.searches('For', 'o')).toEqual(['Gold · product', 'Orders · API']);
    expect(await modal.searches('For', 'all')).toEqual(['All APIs']);
    await modal.fill({ For: 'Orders', Name: 'Robot', Starts: '2030-01-02', Ends: '2030-01-01' });
    await modal.submit();
    expect(modal.errors()).toEqual({ Ends: 'Choose a day after the start.' });
    await modal.fill({ Starts: null, Ends: '2020-01-01' });
    await modal.submit();
    await modal.sees(/has passed; choose a later one/);
    expect(await modal.value('Ends')).toBe('2020-01-01');
    await modal.fill({ Ends: '2030-01-01' });
    await modal.submit();
    const seen = await modal.sees(/Granted: /);
    expect(seen).toMatch(/Robot.* · to the API Orders · \W*active/);
    expect(seen).toMatch(/never used/);
    await modal.closeAll();
    await mailsTo('ann@example.com', /subscription to Orders is active/);
  });

  it('are suspended with a reason, resumed, given another end, renamed, cancelled and deleted', async () => {
    await (await rows()).chooses('Suspend', 'Robot');
    const suspending = await admin().modal('Suspend a subscription');
    await suspending.fill({ Reason: 'too many calls' });
    await suspending.submit();
    await suspending.sees(/Suspended: the keys of .*Robot/);
    expect(await suspending.sees(/too many calls/)).toMatch(/suspended by Ada Admin/);
    await suspending.closeAll();

    await (await rows()).chooses('Resume', 'Robot');
    await admin().sees(/Resumed: .*Robot.* is active/);

    await (await rows()).chooses('Change the end', 'Robot');
    const ending = await admin().modal('Change the end');
    expect(await ending.value('Ends')).toBe('2030-01-01');
    await ending.fill({ Ends: null });
    await ending.submit();
    expect(await ending.sees(/Saved/)).not.toMatch(/ends /);
    await ending.closeAll();

    await (await rows()).chooses('Show', 'Robot');
    await admin().clicks('Rename: Robot of Ann Lee');
    const naming = await admin().modal('Rename a subscription');
    await naming.fill({ Name: 'Machine' });
    await naming.submit();
    await naming.sees(/Saved.*Machine/s);
    await naming.closeAll();

    await (await rows()).chooses('Show', 'Machine');
    await admin().clicks('Cancel: Machine of Ann Lee');
    const cancelling = await admin().modal('Cancel a subscription');
    await cancelling.submit();
    await cancelling.sees(/Cancelled: /);
    expect(cancelling.buttons()).toEqual([
      'Rename: Machine of Ann Lee',
      'Delete: Machine of Ann Lee',
      'Details: Machine of Ann Lee',
      'Show Ann Lee',
    ]);
    await cancelling.clicks('Delete: Machine of Ann Lee');
    const deleting = await admin().modal('Delete a subscription');
    await deleting.submit();
    await deleting.sees(/Deleted the subscription .*Machine/);
    await deleting.closeAll();
    expect((await rows()).text()).not.toContain('Machine');
  });

  it('have the limits of their product, or their own', async () => {
    const console = beside.console();
    await editProduct(console, { productId: 'gold', rate: '100 per minute', quota: '10,000 per day' });
    const limits = '100 calls per minute and 10,000 per day';
    await (await rows()).clicks('Grant');
    const granting = await admin().modal('Grant a subscription');
    expect(await granting.searches('For', 'gold')).toEqual([`Gold · product · ${limits}`]);
    await granting.fill({ For: 'Gold', Name: 'Till' });
    await granting.submit();
    await granting.sees(/Granted: .*Limits: 100 calls per minute and 10,000 per day \(the product's\)/s);
    await granting.closeAll();
    await asks('ann@example.com', 'Kiosk');
    approver().goesTo('approvals');
    await approver().message(/Kiosk.*Limits:\W* 100 calls per minute and 10,000 per day \(the product's\)/s);
    await beside.sql`delete from subscriptions where name in ('Till', 'Kiosk')`;
    await (await rows()).chooses('Show', 'For the shop');
    await admin().sees(/Limits: 100 calls per minute and 10,000 per day \(the product's\) · 0 used, until/);
    await admin().clicks('Limits: For the shop of Ann Lee');
    const modal = await admin().modal('Limits');
    await modal.sees(/The product's limits: 100 calls per minute and 10,000 per day/);
    await modal.fill({ Rate: 'fast', Quota: '5 per day' });
    await modal.submit();
    expect(modal.errors()).toEqual({ Rate: 'Write it like 100 per minute or 20/10s, or unlimited.' });
    await modal.fill({ Rate: 'unlimited' });
    await modal.submit();
    await modal.sees(/Limits: 5 calls per day \(its own rate and quota\)/);
    await modal.clicks('Limits: For the shop of Ann Lee');
    const again = await admin().modal('Limits');
    expect([await again.value('Rate'), await again.value('Quota')]).toEqual(['unlimited', '5 per day']);
    await again.fill({ Rate: '', Quota: 'as product' });
    await again.submit();
    expect(await again.sees(/Saved/)).not.toMatch(/its own/);
    await again.closeAll();
    const changes = await beside.sql`select d.before, d.after from audit_details d join audit a
      on a.id = d.audit_id where a.operation = 'subscriptions/limit' order by a.id`;
    expect(changes.map(({ before, after }) => [before, after])).toEqual([
      [
        { rate: 'as product', quota: 'as product' },
        { rate: 'unlimited', quota: '5 per day' },
      ],
      [
        { rate: 'unlimited', quota: '5 per day' },
        { rate: 'as product', quota: 'as product' },
      ],
    ]);
    await editProduct(console, { productId: 'gold', rate: null, quota: null });
  });

  it('at their limits are listed for operators, and App Home says how many there are', async () => {
    await admin().types('/apim-user subscriptions limited');
    await admin().sees(/No quota is used up, and in the last 24 hours no subscription went over its rate/);
    const console = beside.console();
    const [row] = await beside.sql`select id from subscriptions where name = 'For the shop'`;
    const subscriptionId = String(row?.id);
    await limitSubscription(console, { subscriptionId, quota: '5 per month' });
    await beside.sql`insert into quota_use (service_id, subscription_id, starts_at, ends_at, calls, is_exhausted)
      select service_id, id, date_trunc('month', now(), 'UTC'),
        (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC', 5, true
      from subscriptions where id = ${subscriptionId}`;
    const home = await approver().home();
    await eventually('the line in Home', () =>
      /1 subscription has used up a quota, or went/.test(home.text()),
    );
    await home.clicks('Show them');
    const list = await approver().modal(/For the shop.* · \W*quota used up/);
    await list.closeAll();
    await (await rows()).chooses('Show', 'For the shop');
    await admin().sees(
      /Limits: 5 calls per month \(its own quota\) · \W*quota used up\W*: calls are refused until/,
    );
    await limitSubscription(console, { subscriptionId, quota: null });
    await admin().types('/apim-user subscriptions limited');
    await admin().sees(/No quota is used up/);
  });

  const hashes = async (name: string) =>
    Object.fromEntries(
      (
        await beside.sql`select slot, hash from subscription_keys k join subscriptions s
          on s.service_id = k.service_id and s.id = k.subscription_id where s.name = ${name}`
      ).map(({ slot, hash }) => [slot, hash]),
    );

  it('get a new key in place of an old one, and the owner is told', async () => {
    const before = await hashes('For the shop');
    await (await rows()).chooses('Replace a key', 'For the shop');
    const modal = await admin().modal('Replace a key');
    await modal.fill({ Which: 'The secondary key' });
    await modal.submit();
    expect(await modal.sees(/Replaced the secondary key of .*For the shop/)).toMatch(
      /A mail tells the owner/,
    );
    await modal.closeAll();
    const after = await hashes('For the shop');
    expect(after.primary).toBe(before.primary);
    expect(after.secondary).not.toBe(before.secondary);
    await mailsTo('ann@example.com', /A key of your subscription to Gold was replaced/);
  });

  it('whose key leaked get one or two new keys, with a mail that says why, and no block', async () => {
    const before = await hashes('For the shop');
    await approver().types('/apim-user subscriptions ann@example.com');
    await approver().sees(/Subscriptions of Ann Lee/);
    await approver().chooses('Key leaked', 'For the shop');
    const modal = await approver().modal('A key leaked');
    await modal.fill({ Which: "Both, or I don't know which" });
    await modal.submit();
    expect(await modal.sees(/Replaced both keys of/)).toMatch(/tells the owner why/);
    await modal.closeAll();
    const after = await hashes('For the shop');
    expect(after.primary).not.toBe(before.primary);
    expect(after.secondary).not.toBe(before.secondary);
    const mail = await mailsTo('ann@example.com', /leaked and was replaced/);
    expect(mail?.text).toContain('primary and secondary');
    await approver().types('/apim-user show ann@example.com');
    await approver().sees(/State:\W* active/);
  });

  it('are refused when they have changed since they were drawn, and say what they are now', async () => {
    const drawn = await rows();
    await drawn.chooses('Suspend', 'For the shop');
    const modal = await admin().modal('Suspend a subscription');
    await approver().types('/apim-user subscriptions ann@example.com');
    await approver().sees(/Subscriptions of Ann Lee/);
    await approver().chooses('Suspend', 'For the shop');
    const other = await approver().modal('Suspend a subscription');
    await other.submit();
    await other.sees(/Suspended/);
    await other.closeAll();
    await modal.submit();
    await modal.sees(/this subscription.*suspended.*Amir Approver|Amir Approver already suspended/s);
    await modal.clicks('Show subscription');
    const shown = await admin().modal(/suspended by Amir Approver/);
    expect(shown.buttons()).toContain('Resume: For the shop of Ann Lee');
    await shown.closeAll();
  });

  it('stand on the account’s card with their last use, and their id finds the account', async () => {
    const [row] = await beside.sql`select id from subscriptions where name = 'For the shop'`;
    await beside.sql`insert into subscription_usage (service_id, subscription_id, last_used_at, calls)
      values ('default', ${String(row?.id)}, now(), 12)`;
    await approver().types(`/apim-user show ${row?.id}`);
    const seen = await approver().sees(/Subscriptions:\W* 1/);
    expect(seen).toMatch(/For the shop · suspended · last used .* \(12 calls\)/);
    await approver().clicks('Subscriptions of Ann Lee');
    await approver().sees(/For the shop.* · suspended · last used/);
  });

  it('appear in the account’s history, in words', async () => {
    await approver().types('/apim-user history ann@example.com');
    await approver().sees(/History of Ann Lee/);
    let text = '';
    for (;;) {
      const page = await approver().message(/History of Ann Lee/);
      text += page.text();
      if (!page.has('Next')) break;
      const before = page.text();
      await page.clicks('Next');
      await eventually('the next page', () => page.text() !== before);
    }
    expect(text).toMatch(/the developer\W+requested the subscription \W*For the shop of Ann Lee/);
    expect(text).toMatch(/Amir Approver\W+approved .*For the shop/);
    expect(text).toMatch(/Amir Approver\W+suspended .*state: active → suspended/);
    expect(text).toMatch(/Ada Admin\W+replaced a key .*key: secondary/);
    expect(text).toMatch(/Amir Approver\W+replaced a key.*key: both · because it leaked/);
    await admin().types(`/apim-user history by:<@${app.ids.admin}|ada>`);
    const deeds = await admin().sees(/granted (a|the) subscription/);
    expect(deeds).toMatch(/granted a subscription.*for: Orders/);
  });

  it('are open to operators only, and granted by admins only', async () => {
    await app.as('nobody').types('/apim-user subscriptions ann@example.com');
    await app.as('nobody').sees(/You don't have permission to do this/);
    await approver().types('/apim-user subscriptions ann@example.com');
    await approver().sees(/Subscriptions of Ann Lee/);
    const list = await approver().message(/Subscriptions of Ann Lee/);
    expect(JSON.stringify(list.message.blocks)).toContain('"Resume"');
    expect(list.buttons()).not.toContain('Grant');
    expect(app.refusals()).toEqual([]);
  });
});

describe('an account that has subscriptions', () => {
  const opens = async (command: string, title: string) => {
    await admin().types(command);
    return admin().modal(title);
  };

  it('is shown with what a block cuts off, before the block and after it', async () => {
    const modal = await opens('/apim-user block bea@example.com', 'Block an account');
    await modal.sees(/It cuts off 1 subscription, not used in the last 24 hours/);
    await modal.closeAll();
    await beside.sql`insert into subscription_usage (service_id, subscription_id, last_used_at, calls)
      select service_id, id, now(), 1 from subscriptions where name = 'Bea’s'`;
    await admin().types('/apim-user block bea@example.com unpaid');
    await admin().sees(/It cuts off 1 subscription, used in the last 24 hours/);
    await admin().types('/apim-user activate bea@example.com');
    await admin().sees(/Activated: Bea Fox/);
  });

  it('is deleted with them when the admin chooses so, and comes back with them', async () => {
    const modal = await opens('/apim-user delete bea@example.com', 'Delete an account');
    await modal.sees(/It cuts off 1 subscription, used in the last 24 hours/);
    await modal.submit();
    expect(modal.errors()).toEqual({ Subscriptions: expect.stringMatching(/Tick this to delete them too/) });
    await modal.fill({ Subscriptions: ['Delete its 1 subscription too'] });
    await modal.submit();
    const text = await modal.sees(/Access has ended/);
    expect(text).toMatch(/brings the account and its subscriptions back/);
    await modal.closeAll();
    const [row] = await beside.sql`select id from accounts where email = 'bea@example.com'`;
    await admin().types(`/apim-user show ${row?.id}`);
    await admin().sees(/Subscriptions:\W* 1, which come back with it/);
    await admin().types(`/apim-user restore ${row?.id}`);
    await admin().sees(/Restored.*1 subscription came back with it/);
    await admin().types('/apim-user subscriptions bea@example.com');
    await admin().sees(/Bea’s.*active/s);
  });

  it('asks for the box when it gets its first subscription while the question is open', async () => {
    await hasAccount('eve@example.com', 'Eve Ash');
    const modal = await opens('/apim-user delete eve@example.com', 'Delete an account');
    expect(modal.labels()).not.toContain('Subscriptions');
    await requestSubscription(await beside.developer('eve@example.com'), { productId: 'free' });
    await modal.submit();
    await modal.sees(/It cuts off 1 subscription/);
    expect(modal.labels()).toContain('Subscriptions');
    await modal.closeAll();
    expect(app.refusals()).toEqual([]);
  });
});

describe('without an approvals channel', () => {
  it('the card comes to each operator, and every one of those cards says who decided', async () => {
    const own = await startTestApp({ SLACK_APPROVALS_CHANNEL: '' });
    const beside = await besideApp(own);
    await createProduct(beside.console(), {
      id: 'gold',
      name: 'Gold',
      isPublished: true,
      isApprovalRequired: true,
    });
    await own.as('admin').types('/apim-user add ann@example.com Ann Lee');
    await own.as('admin').sees(/Added .+: the account is/);
    await requestSubscription(await beside.developer('ann@example.com'), { productId: 'gold' });
    const ofAdmin = await own.as('admin').message(/Ann Lee.*asks to use/s);
    const ofApprover = await own.as('approver').message(/Ann Lee.*asks to use/s);
    expect(ofAdmin.message.channel).not.toBe(ofApprover.message.channel);
    await ofApprover.clicks(/Approve/);
    await own.as('approver').sees(/Approved: /);
    for (const card of [ofAdmin, ofApprover]) {
      await eventually('the card to say who decided', () => /activated by Amir Approver/.test(card.text()));
      expect(card.buttons()).toEqual([expect.stringMatching(/^Details/)]);
    }
    await beside.close();
    await own.close();
  });
});
