import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);

const admin = () => app.as('admin');

async function createsApi(name: string, path: string) {
  await admin().types('/apim-user apis');
  await admin().sees(/longest matching path/);
  await admin().clicks('Create');
  const modal = await admin().modal('Create an API');
  await modal.fill({ Name: name, Path: path });
  await modal.submit();
  return modal;
}
async function opensProduct(name: string, entry: string, title: string) {
  await admin().types('/apim-user products');
  await admin().sees(/no products yet|subscription need/);
  await (entry === 'Create' ? admin().clicks(entry) : admin().chooses(entry, name));
  return admin().modal(title);
}

describe('APIs', () => {
  it('are made known with a path, which no two of them share', async () => {
    const first = await createsApi('Orders API', '/orders/v1/');
    expect(await first.sees(/Created/)).toMatch(/Orders API.*\/orders\/v1/s);
    await first.clicks('Details');
    await first.sees(/Id:\W+orders-api/);
    await first.closeAll();
    const second = await createsApi('Invoices', 'Orders/V1');
    await second.sees(/Another API already has this path/);
    expect(await second.value('Name')).toBe('Invoices');
    await second.fill({ Path: 'invoices' });
    await second.submit();
    await second.sees(/Created/);
    await second.closeAll();
  });

  it('say beside the field what is wrong with it', async () => {
    const modal = await createsApi('  ', 'orders/../secret');
    expect(modal.errors()).toEqual({ Name: 'Enter a name.', Path: 'No part of it can be . or ..' });
    await modal.fill({ Name: 'Secret', Path: 'secret', Id: 'not an id' });
    await modal.submit();
    expect(modal.errors().Id).toMatch(/Must not hold spaces/);
    await modal.closeAll();
  });

  it('are changed, unless another operator was faster', async () => {
    await admin().types('/apim-user apis');
    const older = await admin().message(/Invoices/);
    await admin().types('/apim-user apis');
    await admin().sees(/Invoices/);
    const list = await admin().message(/Invoices/);
    await list.chooses('Edit', 'Invoices');
    const modal = await admin().modal('Edit an API');
    expect(await modal.value('Path')).toBe('invoices');
    await modal.fill({ Path: 'billing/v2' });
    await modal.submit();
    expect(await modal.sees(/Saved/)).toContain('/billing/v2');
    await modal.closeAll();
    // The older list still carries the former version.
    await older.chooses('Edit', 'Invoices');
    const late = await admin().modal('Edit an API');
    await late.fill({ Name: 'Bills' });
    await late.submit();
    await late.sees(/Someone changed this after you opened it/);
    await late.closeAll();
  });

  it('are listed for approvers without buttons, and not for people without a role', async () => {
    const approver = app.as('approver');
    await approver.types('/apim-user apis');
    await approver.sees(/Orders API/);
    const list = await approver.message(/Orders API/);
    expect(JSON.stringify(list.message.blocks)).not.toMatch(/"(Edit|Delete|Create)"/);
    await app.as('nobody').types('/apim-user apis');
    await app.as('nobody').sees(/You don't have permission to do this/);
  });
});

describe('products', () => {
  it('bundle APIs, chosen by typing, for the groups that see them', async () => {
    const modal = await opensProduct('', 'Create', 'Create a product');
    expect(await modal.searches('APIs', 'ord')).toEqual(['Orders API']);
    expect(await modal.searches('Seen by', '')).toEqual(
      expect.arrayContaining(['Administrators', 'Developers', 'Guests']),
    );
    await modal.fill({
      Name: 'Starter',
      Description: 'For <!channel> and all who *begin*',
      APIs: ['Orders API', 'Invoices'],
      'Subscriptions per account': '2',
      Terms: 'Be kind.',
      Published: ['Developers see it, and its keys work'],
      Approval: ['An operator approves each subscription'],
    });
    await modal.submit();
    const seen = await modal.sees(/Created\. Developers in the groups below see it/);
    expect(seen).toMatch(/Starter.*published.*APIs:.*Invoices, Orders API/s);
    expect(seen).toMatch(/needs approval, at most 2 per account · with terms/);
    expect(seen).toMatch(/Seen by:\W+Developers/);
    await modal.closeAll();
  });

  it('say beside the field what is wrong with it', async () => {
    const modal = await opensProduct('', 'Create', 'Create a product');
    await modal.fill({
      Name: ' ',
      'Subscriptions per account': '0',
      Subscription: [],
      Approval: ['An operator approves each subscription'],
    });
    await modal.submit();
    expect(modal.errors()).toEqual({
      Name: 'Enter a name.',
      'Subscriptions per account': 'Enter a number from 1 to 1000, or leave it empty.',
      Approval: 'Only subscriptions can be approved: tick that one is required too.',
    });
    await modal.closeAll();
  });

  it('limit the calls of each subscription, in words that are read as they are shown', async () => {
    const modal = await opensProduct('Starter', 'Edit', 'Edit a product');
    expect([await modal.value('Rate'), await modal.value('Quota')]).toEqual([null, null]);
    await modal.fill({ Rate: '100 per hour', Quota: 'many' });
    await modal.submit();
    expect(modal.errors()).toEqual({
      Rate: 'A rate is for at most 5 minutes, like 100 per minute. Set a limit for a day, week or month as the quota.',
      Quota: 'Write it like 10,000 per day, per week or per month, or unlimited.',
    });
    await modal.fill({ Rate: '100/60s', Quota: '10k daily' });
    await modal.submit();
    const seen = await modal.sees(/Saved\. It applies to calls at once/);
    expect(seen).toMatch(/Limits:\W+100 calls per minute and 10,000 per day/);
    await modal.closeAll();
    expect((await app.sql`select rate, quota from products`)[0]).toEqual({
      rate: { calls: 100, seconds: 60 },
      quota: { calls: 10_000, period: 'day' },
    });
    await admin().types('/apim-user products');
    await admin().sees(/100 calls per minute and 10,000 per day/);
    const again = await opensProduct('Starter', 'Edit', 'Edit a product');
    expect([await again.value('Rate'), await again.value('Quota')]).toEqual([
      '100 per minute',
      '10,000 per day',
    ]);
    await again.fill({ Quota: 'none' });
    await again.submit();
    expect(await again.sees(/Saved/)).toMatch(/Limits:\W+100 calls per minute\s/);
    await again.closeAll();
    await admin().types(`/apim-user history by:<@${app.ids.admin}|ada>`);
    await admin().sees(/edited the product\W+Starter.*quota: 10,000 per day → none/);
  });

  it('are changed as a whole, and what the form can not show stays', async () => {
    const id = 'a'.repeat(78);
    await app.sql`insert into apis (service_id, id, name, path, created_at, updated_at)
      values ('default', ${id}, 'Long', 'long', now(), now())`;
    await app.sql`insert into product_apis (service_id, product_id, api_id) values ('default', 'starter', ${id})`;
    const modal = await opensProduct('Starter', 'Edit', 'Edit a product');
    await modal.sees(/too long for Slack, so they stay as they are: Long/);
    await modal.fill({ Name: 'Starter plan', APIs: ['Orders API'], 'Seen by': ['Guests', 'Developers'] });
    await modal.submit();
    const seen = await modal.sees(/Saved. It applies to calls at once/);
    expect(seen).toMatch(/Starter plan.*APIs:\W+Long, Orders API/s);
    expect(seen).toMatch(/Seen by:\W+Developers, Guests/);
    await modal.closeAll();
  });

  it('are deleted after a question that counts their subscriptions, and those go with them', async () => {
    const subscribe = (subscriptionId: string) => app.sql`insert into subscriptions
      (service_id, id, product_id, name, state, state_changed_at, state_changed_by, created_at, updated_at)
      values ('default', ${subscriptionId}, 'starter', 'S', 'active', now(), 'a test', now(), now())`;
    const modal = await opensProduct('Starter plan', 'Delete', 'Delete a product');
    await modal.sees(/It has no subscriptions/);
    // A developer subscribes while the question is open.
    await subscribe('one');
    await modal.submit();
    await modal.sees(/It has 1 subscription/);
    await modal.submit();
    expect(Object.keys(modal.errors())).toEqual(['Subscriptions']);
    await subscribe('two');
    await modal.fill({ Subscriptions: ['Delete its 1 subscription too'] });
    await modal.submit();
    await modal.sees(/Deleted the product .*Starter plan.* and its 2 subscriptions\. Its APIs stay/);
    await modal.closeAll();
    expect(await app.sql`select 1 from subscriptions`).toHaveLength(0);
    await admin().types('/apim-user products');
    await admin().sees(/no products yet/);
  });

  it('turn pages when there are many', async () => {
    for (let n = 10; n < 32; n++)
      await app.sql`insert into products (service_id, id, name, is_published, is_subscription_required,
        is_approval_required, created_at, updated_at)
        values ('default', ${`p${n}`}, ${`Product ${n}`}, true, true, false, now(), now())`;
    await admin().types('/apim-user products');
    expect(await admin().sees(/Product 10/)).not.toContain('Product 31');
    await admin().clicks('Next');
    await admin().sees(/Product 31/);
    expect(app.refusals()).toEqual([]);
  });
});
