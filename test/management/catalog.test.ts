import type { ApiManagementClient } from '@azure/arm-apimanagement';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { failureOf, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const t = forAllTests(startTestManagement);
let client: ApiManagementClient;
beforeAll(async () => {
  client = t.client();
});

let count = 0;
const next = (what: string): string => {
  count += 1;
  return `${what}${count}`;
};
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
async function user(): Promise<string> {
  const id = next('ann-');
  const person = { email: `${id}@example.com`, firstName: 'Ann', lastName: 'Lee' };
  await client.user.createOrUpdate(GROUP, SERVICE, id, person);
  return id;
}
async function api() {
  const id = next('orders-');
  await client.api.beginCreateOrUpdateAndWait(GROUP, SERVICE, id, { displayName: id, path: `${id}/v1` });
  return id;
}
async function product(more: Record<string, unknown> = {}) {
  const id = next('starter-');
  const created = await client.product.createOrUpdate(GROUP, SERVICE, id, {
    displayName: id,
    state: 'published',
    ...more,
  });
  return { id, created };
}
async function subscription(more: Record<string, unknown> = {}) {
  const [ownerId, productId, apiId] = [await user(), (await product()).id, await api()];
  await client.productApi.createOrUpdate(GROUP, SERVICE, productId, apiId);
  const sid = next('sub-');
  const created = await client.subscription.createOrUpdate(GROUP, SERVICE, sid, {
    displayName: 'Nightly',
    scope: `/products/${productId}`,
    ownerId: `/users/${ownerId}`,
    state: 'active',
    ...more,
  });
  return { sid, ownerId, productId, apiId, created };
}
/** The status from the gateway of the other process. */
const check = async (key: string, apiId: string) =>
  (
    await fetch(`${t.slack.url}/gateway/check`, {
      headers: { 'ocp-apim-subscription-key': key, 'x-original-uri': `/${apiId}/v1/7` },
    })
  ).status;

describe('the products and APIs', () => {
  it('can be created, changed with their ETags, found by a filter and deleted', async () => {
    const apiId = await api();
    expect(await client.api.get(GROUP, SERVICE, apiId)).toMatchObject({
      displayName: apiId,
      path: `${apiId}/v1`,
    });
    const { id, created } = await product({ description: 'to begin with', subscriptionsLimit: 2 });
    expect(created).toMatchObject({ state: 'published', subscriptionRequired: true, subscriptionsLimit: 2 });
    const updated = await client.product.update(GROUP, SERVICE, id, created.eTag ?? '', {
      approvalRequired: true,
    });
    expect(updated).toMatchObject({ approvalRequired: true, description: 'to begin with' });
    expect(await failureOf(client.product.update(GROUP, SERVICE, id, created.eTag ?? '', {}))).toMatchObject({
      status: 412,
    });
    const filter = `contains(displayName, '${id}') and state eq 'published'`;
    expect((await all(client.product.listByService(GROUP, SERVICE, { filter }))).length).toBe(1);
    await client.product.delete(GROUP, SERVICE, id, '*');
    await client.api.beginDeleteAndWait(GROUP, SERVICE, apiId, '*');
    expect(await failureOf(client.product.get(GROUP, SERVICE, id))).toMatchObject({ status: 404 });
    expect(await failureOf(client.api.get(GROUP, SERVICE, apiId))).toMatchObject({ status: 404 });
  });

  it.each([
    ['products/x', { displayName: '' }, 'displayName'],
    ['products/x', { displayName: 'X', subscriptionsLimit: -1 }, 'subscriptionsLimit'],
    [
      'products/x',
      { displayName: 'X', subscriptionRequired: false, approvalRequired: true },
      'approvalRequired',
    ],
    ['products/x', { displayName: 'X', state: 'secret' }, 'state'],
    ['apis/x', { displayName: 'X' }, 'path'],
    ['apis/x', { displayName: 'X', path: 'a b' }, 'path'],
  ])('refuse PUT %s with %j and name %s', async (path, properties, target) => {
    const { status, body } = await t.ask(path, { method: 'PUT', body: { properties } });
    expect([status, body.error.details[0].target]).toEqual([400, target]);
  });

  it('are deleted with subscriptions only when the program says so', async () => {
    const { productId, sid } = await subscription();
    expect(await failureOf(client.product.delete(GROUP, SERVICE, productId, '*'))).toMatchObject({
      status: 400,
      targets: ['deleteSubscriptions'],
    });
    await client.product.delete(GROUP, SERVICE, productId, '*', { deleteSubscriptions: true });
    expect(await failureOf(client.subscription.get(GROUP, SERVICE, sid))).toMatchObject({ status: 404 });
  });
});

describe('a subscription', () => {
  it('is submitted by default, approved by a change of its state, and never shows a key', async () => {
    const { sid, ownerId, productId, created } = await subscription({ state: undefined });
    expect(created).toMatchObject({ state: 'submitted', displayName: 'Nightly', allowTracing: false });
    expect(created.ownerId).toMatch(new RegExp(`/users/${ownerId}$`));
    expect(created.scope).toMatch(new RegExp(`/products/${productId}$`));
    const updated = await client.subscription.update(GROUP, SERVICE, sid, created.eTag ?? '', {
      state: 'active',
      displayName: 'Hourly',
    });
    expect(updated).toMatchObject({ state: 'active', displayName: 'Hourly' });
    const { text } = await t.ask(`subscriptions/${sid}`);
    expect(text).not.toMatch(/apim_|Key/);
    expect(
      await failureOf(client.subscription.update(GROUP, SERVICE, sid, created.eTag ?? '', {})),
    ).toMatchObject({ status: 412 });
    const lists = [
      client.subscription.list(GROUP, SERVICE, {
        filter: `ownerId eq '/users/${ownerId}' and state eq 'active'`,
      }),
      client.userSubscription.list(GROUP, SERVICE, ownerId),
      client.productSubscriptions.list(GROUP, SERVICE, productId),
    ];
    for (const list of lists)
      expect((await all<{ name?: string }>(list)).map(({ name }) => name)).toEqual([sid]);
    expect((await client.userSubscription.get(GROUP, SERVICE, ownerId, sid)).displayName).toBe('Hourly');
    expect(await failureOf(client.userSubscription.get(GROUP, SERVICE, await user(), sid))).toMatchObject({
      status: 404,
    });
  });

  it('can have keys from elsewhere, which pass the gateway until they are regenerated', async () => {
    const [primaryKey, secondaryKey] = ['a'.repeat(31) + next('x'), 'b'.repeat(31) + next('x')];
    const { sid, apiId } = await subscription({ primaryKey, secondaryKey });
    const secrets = await client.subscription.listSecrets(GROUP, SERVICE, sid);
    expect(secrets).toMatchObject({ primaryKey, secondaryKey });
    await eventually('the key to pass', async () => (await check(primaryKey, apiId)) === 200);
    await client.subscription.regeneratePrimaryKey(GROUP, SERVICE, sid);
    const { primaryKey: renewed = '' } = await client.subscription.listSecrets(GROUP, SERVICE, sid);
    expect(renewed).toMatch(/^apim_/);
    await eventually('the new key to pass', async () => (await check(renewed, apiId)) === 200);
    expect(await check(primaryKey, apiId)).toBe(401);
    const rows =
      await t.sql`select 1 from audit where operation = 'subscriptions/list-secrets' and target_id = ${sid}`;
    expect(rows).toHaveLength(2);
    const plain = t.client(await t.token('admin'));
    expect(await failureOf(plain.subscription.listSecrets(GROUP, SERVICE, sid))).toMatchObject({
      status: 403,
    });
  });

  it.each([
    [{ displayName: 'X', scope: '/nothing/x' }, ['scope']],
    [{ scope: '/apis' }, ['displayName']],
    [{ displayName: 'X', scope: '/apis', ownerId: 'ann' }, ['ownerId']],
    [{ displayName: 'X', scope: '/apis', primaryKey: 'short' }, ['primaryKey']],
    [{ displayName: 'X', scope: '/apis', state: 'paid' }, ['state']],
    [{ displayName: 'x'.repeat(101), scope: '/apis' }, ['displayName']],
  ])('is refused with %j, and the error names %j', async (properties, targets) => {
    const { status, body } = await t.ask(`subscriptions/${next('no-')}`, {
      method: 'PUT',
      body: { properties },
    });
    expect([status, body.error.code]).toEqual([400, 'ValidationError']);
    expect(body.error.details.map((one: { target: string }) => one.target)).toEqual(targets);
  });

  it('keeps its scope, owner and keys', async () => {
    const { sid } = await subscription();
    const patch = (properties: unknown) =>
      t.ask(`subscriptions/${sid}`, { method: 'PATCH', body: { properties }, headers: { 'if-match': '*' } });
    expect((await patch({ scope: '/apis' })).body.error.details[0].target).toBe('scope');
    expect((await patch({ ownerId: '/users/nobody' })).body.error.details[0].target).toBe('ownerId');
    expect((await patch({ primaryKey: 'c'.repeat(32) })).body.error.details[0].target).toBe('primaryKey');
    expect((await patch({ state: 'suspended', stateComment: 'unpaid' })).body.properties).toMatchObject({
      state: 'suspended',
      stateComment: 'unpaid',
    });
  });

  it('stops the deletion of its user unless the program asks to delete it too', async () => {
    const { ownerId } = await subscription();
    const remove = (query: string) =>
      t.ask(`users/${ownerId}${query}`, { method: 'DELETE', headers: { 'if-match': '*' } });
    expect((await remove('')).body.error.details[0].target).toBe('deleteSubscriptions');
    expect((await remove('?deleteSubscriptions=true')).status).toBe(204);
  });
});

it('a block in Slack reaches the gateway and the program, and a change by the program reaches Slack and the gateway', async () => {
  const { ownerId, sid, apiId } = await subscription();
  const { primaryKey = '' } = await client.subscription.listSecrets(GROUP, SERVICE, sid);
  await eventually('the key to pass', async () => (await check(primaryKey, apiId)) === 200);
  const admin = t.slack.as('admin');
  await admin.types(`/apim-user block ${ownerId}@example.com`);
  const modal = await admin.modal('Block an account');
  await modal.submit();
  await eventually('the gateway to refuse', async () => (await check(primaryKey, apiId)) === 403);
  await modal.closeAll();
  expect((await client.user.get(GROUP, SERVICE, ownerId)).state).toBe('blocked');
  await client.user.update(GROUP, SERVICE, ownerId, '*', { state: 'active', note: 'paid' });
  await eventually('the key to pass again', async () => (await check(primaryKey, apiId)) === 200);

  // The program's change repaints the card in Slack.
  const id = next('pending-');
  const person = { email: `${id}@example.com`, firstName: 'Penny', lastName: 'Card', state: 'pending' };
  await client.user.createOrUpdate(GROUP, SERVICE, id, person);
  t.slack.as('approver').goesTo('approvals');
  const card = await t.slack.as('approver').message(/Penny Card/);
  expect(card.text()).toMatch(/pending/);
  await client.user.update(GROUP, SERVICE, id, '*', { state: 'active' });
  await eventually('the card to be repainted', async () =>
    /State:\W* active/.test((await t.slack.as('approver').message(/Penny Card/)).text()),
  );
}, 60_000);
