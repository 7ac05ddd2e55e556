import { beforeAll, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { closeOwnAccount } from '../../../src/operations/accounts/close.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { claimMail } from '../../../src/operations/mails/claim.ts';
import { addNotificationRecipient } from '../../../src/operations/notifications/add-recipient.ts';
import { listNotifications } from '../../../src/operations/notifications/list.ts';
import { removeNotificationRecipient } from '../../../src/operations/notifications/remove-recipient.ts';
import { approveSubscription } from '../../../src/operations/subscriptions/approve.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { requestSubscription } from '../../../src/operations/subscriptions/request.ts';
import { anAccount } from '../../support/accounts.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct } from '../../support/subscriptions.ts';

const [ASKED, BOUGHT, CLOSED] = [
  'RequestPublisherNotificationMessage',
  'PurchasePublisherNotificationMessage',
  'AccountClosedPublisher',
] as const;
const OPS = 'Ops@Example.com';

const t = forAllTests(createTestContext);
beforeAll(async () => {
  for (const notification of [ASKED, BOUGHT, CLOSED])
    await addNotificationRecipient(t.as(ADMIN), { notification, email: OPS });
});

/** What the recipient got since the last look. */
async function news(to = OPS): Promise<{ template: string; variables: Record<string, string> }[]> {
  const mails = await t.mailsTo(to);
  const fresh = mails.filter(({ id }) => !seen.has(id));
  for (const { id } of fresh) seen.add(id);
  return fresh;
}
const seen = new Set<string>();
const names = async (to?: string) => (await news(to)).map(({ template }) => template);
const recipientsOf = async (notification: string) =>
  (await listNotifications(t.as(ADMIN), {})).notifications.find(({ name }) => name === notification);

it('a request that waits, and each subscription that becomes active, are mailed with who, what and when', async () => {
  const ann = await aDeveloper(t);
  const productId = await aProduct(t, { isApprovalRequired: true });
  const { subscription } = await requestSubscription(ann.context(), { productId });
  const [asked] = await news();
  expect(asked?.template).toBe(ASKED);
  expect(asked?.variables).toMatchObject({ DevName: 'Ann Lee', DevEmail: ann.email, SubId: subscription.id });
  expect(asked?.variables.EventAt).toMatch(/\d{4}, \d\d:\d\d UTC$/);
  await approveSubscription(t.as(ADMIN), { subscriptionId: subscription.id });
  expect(await names()).toEqual([BOUGHT]);
  await requestSubscription(ann.context(), { productId: await aProduct(t) });
  expect(await names()).toEqual([BOUGHT]);
});

it('an import and a program without `notify` mail no recipient, as they mail no developer', async () => {
  const { accountId } = await aDeveloper(t);
  const grant = { accountId, productId: await aProduct(t), tellDeveloper: false };
  for (const state of ['active', 'submitted'] as const)
    await grantSubscription(t.as(ADMIN), { ...grant, state });
  await deleteAccount(t.as(ADMIN), { accountId, deleteSubscriptions: true, tellDeveloper: false });
  expect(await names()).toEqual([]);
});

it('a closed and a deleted account are mailed, with who ended it and until when it can be restored', async () => {
  const currentPassword = 'three quiet garden chairs';
  const ann = await anAccount(t, { password: currentPassword });
  await closeOwnAccount(t.as(await t.signedIn(ann.accountId)), { currentPassword });
  await deleteAccount(t.as(ADMIN), { accountId: (await aDeveloper(t)).accountId });
  const mails = await news();
  expect(mails.map(({ template }) => template)).toEqual([CLOSED, CLOSED]);
  expect(mails.map(({ variables }) => variables.EventBy)).toEqual(['the developer', 'Ada Admin']);
  expect(mails[0]?.variables.RestorableUntil).toMatch(/UTC$/);
});

it('an email is a recipient once in any case, and can be taken out in any case', async () => {
  const other = { notification: BOUGHT, email: 'Other@Example.COM' } as const;
  expect((await addNotificationRecipient(t.as(ADMIN), other)).isNew).toBe(true);
  const again = { ...other, email: 'OTHER@example.com' };
  const both = [1, 2].map(() => addNotificationRecipient(t.as(ADMIN), again));
  expect((await Promise.all(both)).map(({ isNew }) => isNew)).toEqual([false, false]);
  expect((await recipientsOf(BOUGHT))?.emails).toEqual([OPS, 'Other@Example.COM']);
  expect((await removeNotificationRecipient(t.as(ADMIN), again)).isRemoved).toBe(true);
  expect((await removeNotificationRecipient(t.as(ADMIN), again)).isRemoved).toBe(false);
  expect((await recipientsOf(BOUGHT))?.emails).toEqual([OPS]);
});

it('twenty at once add one email once, and no notification gets more than 50', async () => {
  const wanted = { notification: CLOSED, email: 'race@example.com' } as const;
  const all = await Promise.all(
    Array.from({ length: 20 }, () => addNotificationRecipient(t.as(ADMIN), wanted)),
  );
  expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
  const more = Array.from({ length: 60 }, (_, n) =>
    refusalOf(addNotificationRecipient(t.as(ADMIN), { notification: CLOSED, email: `r${n}@example.com` })),
  );
  const codes = (await Promise.all(more)).filter((code) => code !== 'done');
  expect(new Set(codes)).toEqual(new Set(['limit_reached']));
  expect((await recipientsOf(CLOSED))?.emails).toHaveLength(50);
  for (const email of (await recipientsOf(CLOSED))?.emails ?? [])
    if (email !== OPS) await removeNotificationRecipient(t.as(ADMIN), { notification: CLOSED, email });
});

it('T65: a user is mailed while active, is not when blocked before the mail leaves, and is no recipient after the erasure', async () => {
  const { accountId, email } = await aDeveloper(t);
  await addNotificationRecipient(t.as(ADMIN), { notification: BOUGHT, accountId });
  const buy = async () =>
    requestSubscription((await aDeveloper(t)).context(), { productId: await aProduct(t) });
  await buy();
  const [waiting] = await t.sql`
    select id from mails where account_id = ${accountId} and template = ${BOUGHT}`;
  expect(await names(email)).toContain(BOUGHT);
  await blockAccount(t.as(ADMIN), { accountId, reason: 'spam' });
  expect(await claimMail(t.as(SYSTEM), { mailId: waiting?.id })).toBeNull();
  expect((await t.sql`select state from mails where id = ${waiting?.id}`)[0]).toEqual({ state: 'cancelled' });
  await news(email);
  await buy();
  expect(await names(email)).toEqual([]);

  await deleteAccount(t.as(ADMIN), { accountId });
  expect((await recipientsOf(BOUGHT))?.users).toEqual([]);
  await restoreAccount(t.as(ADMIN), { accountId });
  expect((await recipientsOf(BOUGHT))?.users).toEqual([{ accountId, resourceId: accountId }]);
  await deleteAccount(t.as(ADMIN), { accountId });
  t.advance(31 * 86_400_000);
  await eraseAccount(t.as(SYSTEM), { accountId });
  expect(await t.sql`select 1 from notification_recipients where kind = 'user'`).toHaveLength(0);
});

it.each([
  'BCC',
  'NewApplicationNotificationMessage',
  'QuotaLimitApproachingPublisherNotificationMessage',
] as const)('refuses a recipient of %s, which is never sent', async (notification) => {
  const wanted = { notification, email: OPS };
  expect(await refusalOf(addNotificationRecipient(t.as(ADMIN), wanted))).toBe('invalid_input');
  expect((await recipientsOf(notification))?.isSent).toBe(false);
});
