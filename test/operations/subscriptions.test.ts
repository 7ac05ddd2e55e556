import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../src/operations/accounts/erase.ts';
import { findOneAccount } from '../../src/operations/accounts/find.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../src/operations/accounts/set-groups.ts';
import { showAccount } from '../../src/operations/accounts/show.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { deleteApi } from '../../src/operations/apis/delete.ts';
import { editApi } from '../../src/operations/apis/edit.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { deleteProduct } from '../../src/operations/products/delete.ts';
import { editProduct } from '../../src/operations/products/edit.ts';
import { listOfferedProducts } from '../../src/operations/products/list-offered.ts';
import { approveSubscription } from '../../src/operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../src/operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { expireSubscription } from '../../src/operations/subscriptions/expire.ts';
import { extendSubscription } from '../../src/operations/subscriptions/extend.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { listSubscriptions } from '../../src/operations/subscriptions/list.ts';
import { listOwnSubscriptions } from '../../src/operations/subscriptions/list-own.ts';
import { regenerateKey } from '../../src/operations/subscriptions/regenerate-key.ts';
import { rejectSubscription } from '../../src/operations/subscriptions/reject.ts';
import { renameSubscription } from '../../src/operations/subscriptions/rename.ts';
import { requestSubscription } from '../../src/operations/subscriptions/request.ts';
import { resumeSubscription } from '../../src/operations/subscriptions/resume.ts';
import { showSubscription } from '../../src/operations/subscriptions/show.ts';
import { showKeys } from '../../src/operations/subscriptions/show-keys.ts';
import { suspendSubscription } from '../../src/operations/subscriptions/suspend.ts';
import { apiKeyHash } from '../../src/security/api-key.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  DEVELOPER,
  refusalOf,
  SYSTEM,
  slackActor,
  type TestContext,
} from '../support/context.ts';

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
afterAll(() => t.close());

let count = 0;
const next = (what: string): string => {
  count += 1;
  return `${what}${count}`;
};
const admin = () => t.as(ADMIN);
const approver = () => t.as(APPROVER);

/** An account with a context of its developer, who is signed in. */
async function developer(): Promise<{ accountId: string; email: string; context: () => Context }> {
  const email = `${next('dev')}@example.com`;
  const { account } = await addAccount(admin(), { email, firstName: 'Ann', lastName: 'Lee' });
  const session = await t.signedIn(account.id);
  return { accountId: account.id, email, context: () => t.as(session) };
}
async function product(wanted: Partial<Parameters<typeof createProduct>[1]> = {}): Promise<string> {
  const { product: made } = await createProduct(admin(), {
    name: next('Starter '),
    isPublished: true,
    ...wanted,
  });
  return made.id;
}
const hashes = async (subscriptionId: string) =>
  (
    await t.sql<{ hash: string }[]>`
      select hash from subscription_keys where subscription_id = ${subscriptionId} order by slot`
  ).map(({ hash }) => hash);
const templatesTo = async (email: string) => (await t.mailsTo(email)).map(({ template }) => template);

describe('a subscription that a developer asks for', () => {
  it('is active at once, with two keys of our form that only its owner reads', async () => {
    const ann = await developer();
    const bob = await developer();
    const { subscription } = await requestSubscription(ann.context(), { productId: await product() });
    expect(subscription).toMatchObject({ state: 'active', owner: { id: ann.accountId }, calls: 0 });
    const keys = await showKeys(ann.context(), { subscriptionId: subscription.id });
    expect(keys.primary).toMatch(/^apim_[0-9A-Za-z]{49}$/);
    expect(keys.secondary).not.toBe(keys.primary);
    expect(await hashes(subscription.id)).toEqual([apiKeyHash(keys.primary), apiKeyHash(keys.secondary)]);
    expect(await templatesTo(ann.email)).toContain('PurchaseDeveloperNotificationMessage');

    const theirs = { subscriptionId: subscription.id };
    const attempts = [
      showKeys(bob.context(), theirs),
      regenerateKey(bob.context(), { ...theirs, slot: 'primary' }),
      cancelSubscription(bob.context(), theirs),
      renameSubscription(bob.context(), { ...theirs, name: 'Bob’s' }),
    ];
    for (const code of await Promise.all(attempts.map(refusalOf)))
      expect(code).toBe('subscription_not_found');
    expect(await listOwnSubscriptions(bob.context(), {})).toEqual([]);
    expect((await listOwnSubscriptions(ann.context(), {})).map(({ id }) => id)).toEqual([subscription.id]);
  });

  it('T26: has its keys nowhere in clear, and each showing is audited', async () => {
    const ann = await developer();
    const { subscription } = await requestSubscription(ann.context(), { productId: await product() });
    const of = { subscriptionId: subscription.id };
    const before = await showKeys(ann.context(), of);
    await regenerateKey(approver(), { ...of, slot: 'primary', isLeaked: true });
    const after = await showKeys(ann.context(), of);
    const tables = await t.sql<{ schema: string; name: string }[]>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
    for (const { schema, name } of tables) {
      const rows = await t.sql`select one::text as text from ${t.sql(schema)}.${t.sql(name)} one`;
      const text = rows.map((row) => row.text as string).join('\n');
      for (const key of [...Object.values(before), ...Object.values(after)])
        expect(text.includes(key), `${name} holds a key`).toBe(false);
    }
    for (const mail of await t.mailsTo(ann.email)) expect(JSON.stringify(mail)).not.toMatch(/apim_/);
    const shown = await t.sql`select actor_id from audit
      where operation = 'subscriptions/show-keys' and target_id = ${subscription.id}`;
    expect(shown.map((row) => row.actor_id)).toEqual([ann.accountId, ann.accountId]);
  });

  it('T30: is for whoever is signed in, and for nobody that the input names', async () => {
    const ann = await developer();
    const bob = await developer();
    const productId = await product();
    for (const extra of [
      { accountId: bob.accountId },
      { createdBy: 'x' },
      { teamId: 'T' },
      { state: 'active' },
    ])
      expect(await refusalOf(requestSubscription(ann.context(), { productId, ...extra }))).toBe(
        'invalid_input',
      );
    expect(await listOwnSubscriptions(bob.context(), {})).toEqual([]);
  });

  it('waits where the product asks for approval, also again after a rejection or a deletion', async () => {
    const ann = await developer();
    const productId = await product({ isApprovalRequired: true });
    const ask = async () => (await requestSubscription(ann.context(), { productId })).subscription;
    const first = await ask();
    expect(first.state).toBe('submitted');
    expect(await templatesTo(ann.email)).toContain('RequestDeveloperNotificationMessage');
    await rejectSubscription(approver(), { subscriptionId: first.id, reason: 'For partners only' });
    const rejected = (await t.mailsTo(ann.email)).find(
      ({ template }) => template === 'RejectDeveloperNotificationMessage',
    );
    expect(rejected?.variables.SubDeclineReason).toBe('For partners only');
    const second = await ask();
    expect(second.state).toBe('submitted');
    await approveSubscription(approver(), { subscriptionId: second.id });
    expect((await showSubscription(admin(), { subscriptionId: second.id })).subscription.state).toBe(
      'active',
    );
    await deleteSubscription(admin(), { subscriptionId: second.id });
    expect((await ask()).state).toBe('submitted');
  });

  it('is decided by one of many who press at once, and the others hear who did', async () => {
    const ann = await developer();
    const { subscription } = await requestSubscription(ann.context(), {
      productId: await product({ isApprovalRequired: true }),
    });
    const of = { subscriptionId: subscription.id };
    const presses = Array.from({ length: 40 }, (_, index) =>
      index % 2 ? approveSubscription(approver(), of) : rejectSubscription(admin(), { ...of, reason: 'no' }),
    );
    const ended = await Promise.allSettled(presses);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { subscription: decided } = await showSubscription(admin(), of);
    for (const one of ended)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({
          code: 'subscription_state_unfitting',
          detail: { current: { state: decided.state, by: decided.stateChangedBy } },
        });
    const mails = (await templatesTo(ann.email)).filter((name) => /Purchase|Reject/.test(name));
    expect(mails).toHaveLength(1);
  });

  it('is not decided by its own developer', async () => {
    const email = 'u0self@work.example.com';
    const { account } = await addAccount(admin(), { email, firstName: 'Sel', lastName: 'Fie' });
    await t.sql`insert into operators values
      ('ours', 'T0TEST', 'U0SELF', 'Sel Fie', 'approver', now(), now())`;
    const { subscription } = await grantSubscription(admin(), {
      accountId: account.id,
      productId: await product(),
      state: 'submitted',
    });
    const self = t.as(slackActor('U0SELF', 'Sel Fie'));
    expect(await refusalOf(approveSubscription(self, { subscriptionId: subscription.id }))).toBe(
      'approval_about_oneself',
    );
  });

  it('takes agreement to terms, a product that is seen, and one that takes subscriptions', async () => {
    const ann = await developer();
    const { groupId } = await createGroup(admin(), { name: next('Partners ') });
    const refused = async (wanted: Parameters<typeof product>[0], agreesToTerms = false) =>
      refusalOf(requestSubscription(ann.context(), { productId: await product(wanted), agreesToTerms }));
    expect(await refused({ terms: 'Be kind.' })).toBe('terms_not_agreed');
    expect(await refused({ terms: 'Be kind.' }, true)).toBe('done');
    expect(await refused({ isPublished: false })).toBe('product_not_found');
    expect(await refused({ groupIds: [groupId] })).toBe('product_not_found');
    expect(await refused({ groupIds: [] })).toBe('product_not_found');
    expect(await refused({ isSubscriptionRequired: false })).toBe('product_unavailable');
    await setGroupsOfAccount(admin(), { accountId: ann.accountId, groupIds: [groupId] });
    expect(await refused({ groupIds: [groupId] })).toBe('done');
  });

  it('is refused to a developer who was blocked a moment ago', async () => {
    const ann = await developer();
    const productId = await product();
    await blockAccount(admin(), { accountId: ann.accountId });
    expect(await refusalOf(requestSubscription(ann.context(), { productId }))).toBe('not_permitted');
    expect(await refusalOf(listOwnSubscriptions(ann.context(), {}))).toBe('not_permitted');
  });

  it('T31: of 100 asked for at once at a limit of 5, exactly 5 come to be', async () => {
    const ann = await developer();
    const productId = await product({ subscriptionsLimit: 5 });
    const asked = await Promise.all(
      Array.from({ length: 100 }, () => refusalOf(requestSubscription(ann.context(), { productId }))),
    );
    expect(asked.filter((code) => code === 'done')).toHaveLength(5);
    expect(new Set(asked)).toEqual(new Set(['done', 'subscriptions_limit']));
    const [own] = await listOwnSubscriptions(ann.context(), {});
    await cancelSubscription(ann.context(), { subscriptionId: own?.id ?? '' });
    expect(await refusalOf(requestSubscription(ann.context(), { productId }))).toBe('done');
  });
});

describe('products that are offered', () => {
  it('are the published ones of the groups that somebody is in; a visitor is a guest', async () => {
    const ann = await developer();
    const { groupId } = await createGroup(admin(), { name: next('Partners ') });
    const forGuests = await product({ groupIds: ['guests'] });
    const forDevelopers = await product();
    const forPartners = await product({ groupIds: [groupId] });
    const hidden = await product({ groupIds: ['guests'], isPublished: false });
    const seen = async (context: Context, productId: string) =>
      (await listOfferedProducts(context, { productId })).products.length;
    const all = [forGuests, forDevelopers, forPartners, hidden];
    const seenBy = (context: Context) => Promise.all(all.map((id) => seen(context, id)));
    expect(await seenBy(t.as(DEVELOPER))).toEqual([1, 0, 0, 0]);
    expect(await seenBy(ann.context())).toEqual([1, 1, 0, 0]);
    await setGroupsOfAccount(admin(), { accountId: ann.accountId, groupIds: [groupId] });
    expect(await seenBy(ann.context())).toEqual([1, 1, 1, 0]);
  });
});

describe('keys', () => {
  it('T29: replaced by two at the same moment, fifty times, end as one live key in each slot', async () => {
    const ann = await developer();
    const { subscription } = await requestSubscription(ann.context(), { productId: await product() });
    const of = { subscriptionId: subscription.id, slot: 'primary' as const };
    const seen = new Set(await hashes(subscription.id));
    const [, untouched] = await hashes(subscription.id);
    for (let round = 0; round < 50; round++) {
      await Promise.all([regenerateKey(ann.context(), of), regenerateKey(approver(), of)]);
      const [primary = '', secondary] = await hashes(subscription.id);
      expect(secondary).toBe(untouched);
      expect(seen.has(primary)).toBe(false);
      seen.add(primary);
    }
    expect(await hashes(subscription.id)).toHaveLength(2);
  });

  it('that another replaced are mailed about to their owner, and never in the mail', async () => {
    const ann = await developer();
    const { subscription } = await requestSubscription(ann.context(), { productId: await product() });
    const of = { subscriptionId: subscription.id };
    expect((await regenerateKey(ann.context(), { ...of, slot: 'secondary' })).isTold).toBe(false);
    expect((await regenerateKey(approver(), { ...of, slot: 'primary' })).isTold).toBe(true);
    expect((await regenerateKey(approver(), { ...of, slot: 'primary', isLeaked: true })).isTold).toBe(true);
    expect((await templatesTo(ann.email)).filter((name) => name.startsWith('Key'))).toEqual([
      'KeyReplaced',
      'KeyLeaked',
    ]);
  });

  it('brought from elsewhere are kept as they are, and one that is in use is refused', async () => {
    const ann = await developer();
    const azure = '0123456789abcdef0123456789abcdef';
    const grant = (wanted: object) =>
      grantSubscription(admin(), { accountId: ann.accountId, ...wanted } as never);
    const { subscription } = await grant({ primaryKey: azure });
    expect((await showKeys(ann.context(), { subscriptionId: subscription.id })).primary).toBe(azure);
    expect(await refusalOf(grant({ secondaryKey: azure }))).toBe('key_taken');
    expect(await refusalOf(grant({ primaryKey: 'x'.repeat(30), secondaryKey: 'x'.repeat(30) }))).toBe(
      'key_taken',
    );
    expect(await refusalOf(grant({ primaryKey: 'short' }))).toBe('invalid_input');
    expect(await refusalOf(grant({ primaryKey: `apim_${'a'.repeat(49)}` }))).toBe('invalid_input');
    expect((await listOwnSubscriptions(ann.context(), {})).length).toBe(1);
    // The other service may have the same one.
    const { account } = await addAccount(t.as(ADMIN, 'theirs'), {
      email: ann.email,
      firstName: 'Ann',
      lastName: 'Lee',
    });
    const theirs = { accountId: account.id, primaryKey: azure };
    expect(await refusalOf(grantSubscription(t.as(ADMIN, 'theirs'), theirs))).toBe('done');
  });
});

describe('the state of a subscription', () => {
  it('follows what is done to it, and refuses what does not fit', async () => {
    const ann = await developer();
    const { subscription } = await grantSubscription(admin(), { accountId: ann.accountId });
    const of = { subscriptionId: subscription.id };
    const state = async () => (await showSubscription(admin(), of)).subscription.state;
    expect(await refusalOf(resumeSubscription(approver(), of))).toBe('subscription_state_unfitting');
    await suspendSubscription(approver(), { ...of, reason: 'unpaid' });
    expect(await state()).toBe('suspended');
    expect(await refusalOf(suspendSubscription(approver(), of))).toBe('subscription_state_unfitting');
    await resumeSubscription(approver(), of);
    expect(await state()).toBe('active');
    await cancelSubscription(admin(), of);
    for (const attempt of [
      () => resumeSubscription(approver(), of),
      () => extendSubscription(admin(), { ...of, endsAt: null }),
    ])
      expect(await refusalOf(attempt())).toBe('subscription_state_unfitting');
    expect(await state()).toBe('cancelled');
  });

  it('is refused for a version that was seen before another change', async () => {
    const ann = await developer();
    const { subscription } = await grantSubscription(admin(), { accountId: ann.accountId });
    const of = { subscriptionId: subscription.id, expectedVersion: subscription.version };
    await renameSubscription(admin(), { ...of, name: 'Other' });
    expect(await refusalOf(suspendSubscription(approver(), of))).toBe('subscription_changed');
  });

  it('is expired from its end on, to the millisecond, before any job writes so', async () => {
    const ann = await developer();
    const endsAt = new Date(t.clock().getTime() + 60_000);
    const { subscription } = await grantSubscription(admin(), { accountId: ann.accountId, endsAt });
    const of = { subscriptionId: subscription.id };
    const state = async () => (await showSubscription(admin(), of)).subscription.state;
    await expireSubscription(t.as(SYSTEM), of);
    expect(await state()).toBe('active');
    t.advance(endsAt.getTime() - t.clock().getTime() - 1);
    expect(await state()).toBe('expired');
    expect(await refusalOf(suspendSubscription(approver(), of))).toBe('subscription_state_unfitting');
    await expireSubscription(t.as(SYSTEM), of);
    const [row] =
      await t.sql`select state, state_changed_at = ${endsAt.toISOString()} as "isAtItsEnd" from subscriptions where id = ${subscription.id}`;
    expect(row).toEqual({ state: 'expired', isAtItsEnd: true });
    await extendSubscription(admin(), { ...of, endsAt: null });
    expect(await state()).toBe('active');
    expect(await refusalOf(extendSubscription(admin(), { ...of, endsAt: '2001-01-01' }))).toBe(
      'invalid_input',
    );
  });

  it('is left alone by a block of the account', async () => {
    const ann = await developer();
    const { subscription } = await grantSubscription(admin(), { accountId: ann.accountId });
    await blockAccount(admin(), { accountId: ann.accountId });
    const { subscription: now } = await showSubscription(admin(), { subscriptionId: subscription.id });
    expect(now).toMatchObject({
      state: 'active',
      version: subscription.version,
      owner: { state: 'blocked' },
    });
  });
});

describe('an account with subscriptions', () => {
  it('is deleted only if they may go with it; they come back with it, and are gone once it is erased', async () => {
    const ann = await developer();
    const { subscription } = await grantSubscription(admin(), { accountId: ann.accountId, name: 'Zanzibar' });
    const { accountId } = ann;
    const keys = await hashes(subscription.id);
    await expect(deleteAccount(admin(), { accountId })).rejects.toMatchObject({
      code: 'has_subscriptions',
      detail: { count: 1 },
    });
    await deleteAccount(admin(), { accountId, deleteSubscriptions: true });
    const of = { subscriptionId: subscription.id };
    expect(await refusalOf(showSubscription(admin(), of))).toBe('subscription_not_found');
    expect(await refusalOf(suspendSubscription(admin(), of))).toBe('subscription_not_found');
    expect((await listSubscriptions(admin(), { accountId })).subscriptions).toEqual([]);

    await restoreAccount(admin(), { accountId });
    expect((await showSubscription(admin(), of)).subscription).toMatchObject({
      id: subscription.id,
      state: 'active',
    });
    expect(await hashes(subscription.id)).toEqual(keys);

    await deleteAccount(admin(), { accountId, deleteSubscriptions: true, tellDeveloper: false });
    t.advance(t.policy.eraseDeletedAfterDays * 86_400_000);
    await eraseAccount(t.as(SYSTEM), { accountId });
    expect(await hashes(subscription.id)).toEqual([]);
    const [left] =
      await t.sql`select count(*)::int as rows from audit_details where after::text like '%Zanzibar%'`;
    expect(left?.rows).toBe(0);
  });

  it('is found by the id of a subscription, and shown with what a block would cut off', async () => {
    const ann = await developer();
    const first = await grantSubscription(admin(), { accountId: ann.accountId });
    const second = await grantSubscription(admin(), { accountId: ann.accountId });
    await suspendSubscription(admin(), { subscriptionId: second.subscription.id });
    await grantSubscription(admin(), { accountId: ann.accountId });
    await t.sql`insert into subscription_usage values
      ('ours', ${first.subscription.id}, ${new Date(t.clock().getTime() - 3_600_000).toISOString()}, 12)`;
    const { account } = await findOneAccount(admin(), { text: first.subscription.id });
    expect(account.id).toBe(ann.accountId);
    const shown = await showAccount(admin(), { accountId: ann.accountId });
    expect(shown.subscriptionCounts).toEqual({ all: 3, live: 2, used: 1 });
    expect(shown.subscriptions.find(({ id }) => id === first.subscription.id)).toMatchObject({ calls: 12 });
  });
});

describe('the catalog', () => {
  it.each([
    ['orders/v1', 'orders/v1'],
    ['/Orders/', 'Orders'],
    ['', ''],
    ['/', ''],
  ])('keeps the path %s as %s', async (typed, kept) => {
    const { api } = await createApi(admin(), { name: next('Api '), path: typed });
    expect(api.path).toBe(kept);
    await deleteApi(admin(), { apiId: api.id });
  });

  it.each(['../x', 'a/./b', 'a//b', 'a b', 'ä', 'a%2fb', 'a?b', 'a\\b', 'x'.repeat(401)])(
    'refuses the path %s',
    async (path) => {
      expect(await refusalOf(createApi(admin(), { name: 'Odd', path }))).toBe('invalid_input');
    },
  );

  it('gives a path to one API, whatever its case, also of many that ask at once', async () => {
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        refusalOf(createApi(admin(), { name: next('Twin '), path: index % 2 ? 'TWIN/v1' : 'twin/V1' })),
      ),
    );
    expect(tries.filter((code) => code === 'done')).toHaveLength(1);
    expect(new Set(tries)).toEqual(new Set(['done', 'api_path_taken']));
    const { api } = await createApi(admin(), { name: next('Other '), path: next('other') });
    expect(await refusalOf(editApi(admin(), { apiId: api.id, path: 'Twin/v1' }))).toBe('api_path_taken');
  });

  it('deletes what subscriptions are for only if they may go with it', async () => {
    const ann = await developer();
    const { api } = await createApi(admin(), { name: next('Orders '), path: next('orders') });
    const productId = await product({ apiIds: [api.id] });
    await grantSubscription(admin(), { accountId: ann.accountId, productId });
    await grantSubscription(admin(), { accountId: ann.accountId, apiId: api.id });
    const of = { apiId: api.id };
    expect(await refusalOf(deleteApi(admin(), of))).toBe('has_subscriptions');
    expect((await deleteApi(admin(), { ...of, deleteSubscriptions: true })).subscriptions).toBe(1);
    expect(await refusalOf(deleteProduct(admin(), { productId }))).toBe('has_subscriptions');
    expect((await deleteProduct(admin(), { productId, deleteSubscriptions: true })).subscriptions).toBe(1);
    expect(await listOwnSubscriptions(ann.context(), {})).toEqual([]);
  });

  it('changes what is given and leaves the rest, for the version that was seen', async () => {
    const { api } = await createApi(admin(), { name: next('Orders '), path: next('orders') });
    const { product: made } = await createProduct(admin(), { name: next('Gold '), terms: 'Be kind.' });
    const { product: edited } = await editProduct(admin(), {
      productId: made.id,
      expectedVersion: made.version,
      isPublished: true,
      apiIds: [api.id],
    });
    expect(edited).toMatchObject({
      name: made.name,
      terms: 'Be kind.',
      isPublished: true,
      apis: [{ id: api.id }],
    });
    expect(edited.groups).toEqual(made.groups);
    const late = { productId: made.id, expectedVersion: made.version, name: 'Late' };
    expect(await refusalOf(editProduct(admin(), late))).toBe('catalog_changed');
    const odd = { productId: made.id, isSubscriptionRequired: false, isApprovalRequired: true };
    expect(await refusalOf(editProduct(admin(), odd))).toBe('invalid_input');
  });
});
