// In another service, operations that read or do bookkeeping answer as if our things did not exist.
import { beforeAll, describe, expect, it } from 'vitest';
import { addUsage } from '../../src/db/usage/write.ts';
import { EMPTY_MEMORY } from '../../src/domain/azure-mirror.ts';
import { selectAccounts } from '../../src/operations/account-batches/select.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { makeSignInLink } from '../../src/operations/accounts/make-sign-in-link.ts';
import { saveAnnouncement } from '../../src/operations/announcements/save.ts';
import { sendAnnouncement } from '../../src/operations/announcements/send.ts';
import { showAnnouncement } from '../../src/operations/announcements/show.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { exportApi } from '../../src/operations/apis/export.ts';
import { linkAudit } from '../../src/operations/audit/link.ts';
import { bindToAzure } from '../../src/operations/azure/bind.ts';
import { claimPull } from '../../src/operations/azure/claim-pull.ts';
import { beginBatch } from '../../src/operations/batches/begin.ts';
import { claimBatch } from '../../src/operations/batches/claim.ts';
import { planCards } from '../../src/operations/cards/plan.ts';
import { setDigest } from '../../src/operations/digests/set.ts';
import { takeExport } from '../../src/operations/exports/take.ts';
import type { Actor } from '../../src/operations/frame/context.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { keepImport } from '../../src/operations/imports/keep.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { setInvitationMessages } from '../../src/operations/invitations/set-messages.ts';
import { reportLeakedKey } from '../../src/operations/leaked-keys/report.ts';
import { claimMail } from '../../src/operations/mails/claim.ts';
import { settleMail } from '../../src/operations/mails/settle.ts';
import { addNotificationRecipient } from '../../src/operations/notifications/add-recipient.ts';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { noteOutage } from '../../src/operations/outages/note.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { setPassword } from '../../src/operations/passwords/set.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { startReview } from '../../src/operations/reviews/start.ts';
import { createRule } from '../../src/operations/rules/create.ts';
import { signIn } from '../../src/operations/sessions/sign-in.ts';
import { approveSubscription } from '../../src/operations/subscriptions/approve.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { limitSubscription } from '../../src/operations/subscriptions/limit.ts';
import { saveTemplate } from '../../src/operations/templates/save.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { claimEvents } from '../../src/operations/webhooks/claim.ts';
import { createWebhook } from '../../src/operations/webhooks/create.ts';
import { sendTestEvent } from '../../src/operations/webhooks/send-test.ts';
import { BOUND_PATH, bindInstance, lastOrder } from '../support/bound-instance.ts';
import {
  ADMIN,
  createTestContext,
  DEVELOPER,
  MEMBER,
  programOf,
  SIGNED_IN,
  SYSTEM,
} from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { proved } from '../support/memory-provider.ts';
import { azureUser, bindMirror, readInAzure } from '../support/mirror.ts';
import { findOperations } from '../support/operations.ts';
import { ORDERS_TEXT } from '../support/orders-document.ts';
import { hashesOfTables } from '../support/stored-rows.ts';

const t = forAllTests(createTestContext);
beforeAll(async () => {
  await t.signIn((await account()).accountId);
});

const operations = await findOperations();
const TEMPLATE = 'AccountBlocked';
/** A word in everything of our service, so that an answer that reveals any of it holds the word. */
const OURS = 'zanzibar';
const PASSWORD = 'three quiet garden chairs';
const CONSOLE: Actor = { kind: 'console', name: 'Connie' };
const ADMIN_IN_SLACK = { teamId: 'T0TEST', userId: 'U0ADMIN' };
const observation = (id: string) => ({
  kind: 'account',
  askedAt: new Date(),
  observations: [{ id, record: null }],
});
const refusal = (id: string) => ({
  kind: 'account',
  observed: {
    kind: 'account',
    id,
    azureId: id,
    ourId: null,
    ours: null,
    theirs: null,
    take: [],
    write: [],
    isEarly: false,
  },
  field: 'state',
  words: OURS,
});
const NO_UUID = '01890000-0000-7000-8000-000000000000';
const KEY = 'a-key-brought-from-elsewhere';
const INSTANCE = '/subscriptions/one';
/** As an instance of Azure has it, whose name is another one. */
const THEIR_GROUP = {
  kind: 'group',
  records: [{ kind: 'group', id: 'compared', name: 'Partners', description: '', type: 'custom' }],
};
const NO_TICKET = 'A'.repeat(43);

let count = 0;
const newAddress = (): string => {
  count += 1;
  return `${OURS}${count}@example.com`;
};
const admin = () => t.as(ADMIN);

async function account() {
  const person = { email: newAddress(), firstName: OURS, lastName: 'Lee' };
  const { account: added } = await addAccount(admin(), { ...person, password: PASSWORD });
  return { accountId: added.id, email: person.email };
}
/** The note of an account is another one in Azure. */
async function drift() {
  const { accountId, email } = await account();
  await bindMirror(t.sql, 'ours');
  await readInAzure(t.as(SYSTEM), azureUser(accountId, { email, firstName: OURS, note: OURS }), accountId);
  const [row] = await t.sql`select id from azure_drifts where thing_id = ${accountId} and field = 'note'`;
  return { driftId: String(row?.id) };
}
async function invitation() {
  const email = newAddress();
  const { invitationId } = await invite(admin(), { email, firstName: OURS });
  const [mail] = await t.mailsTo(email);
  return { invitationId, mailId: mail?.id ?? '', ticket: mail?.ticket ?? '' };
}
async function announcement() {
  const words = { kind: 'operational', audience: 'everyone', subject: OURS, body: OURS } as const;
  const { announcementId } = await saveAnnouncement(admin(), words);
  return { announcementId };
}
async function sentAnnouncement() {
  await account();
  const draft = await announcement();
  const { recipients } = await showAnnouncement(admin(), draft);
  await sendAnnouncement(admin(), { ...draft, recipients });
  // Its job is taken.
  await t.sql`delete from graphile_worker._private_jobs where key like 'announcement%'`;
  return draft;
}
async function batch() {
  const batchId = crypto.randomUUID();
  await invite(admin(), { email: newAddress(), firstName: OURS, batchId });
  return { batchId };
}
/** Requested by a member without a role. */
async function approval() {
  const wish = { email: newAddress(), firstName: OURS, why: OURS };
  const { approvalId } = await requestInvitation(t.as(MEMBER), wish);
  return { approvalId };
}
async function api() {
  count += 1;
  const { api: made } = await createApi(admin(), { id: `api${count}`, name: OURS, path: `${OURS}${count}` });
  return { apiId: made.id };
}
async function offeredApi() {
  count += 1;
  const document = { text: ORDERS_TEXT };
  const id = `api${count}`;
  await createApi(admin(), { id, name: OURS, path: `${OURS}${count}`, document });
  const groupIds = ['guests'];
  await createProduct(admin(), { id: `of-${id}`, name: OURS, isPublished: true, groupIds, apiIds: [id] });
  return { apiId: id };
}
async function product() {
  count += 1;
  const wanted = { id: `product${count}`, name: OURS, isPublished: true, groupIds: ['guests'] };
  const { product: made } = await createProduct(admin(), wanted);
  return { productId: made.id };
}
async function subscription() {
  const of = { accountId: SIGNED_IN.accountId, ...(await product()) };
  const { subscription: made } = await grantSubscription(admin(), { ...of, state: 'submitted' });
  return { subscriptionId: made.id };
}
/** A key of a subscription, which was found in public. */
async function leaked() {
  const { subscriptionId } = await subscription();
  const [key] =
    await t.sql`select hash from subscription_keys where subscription_id = ${subscriptionId} limit 1`;
  const hash = String(key?.hash);
  await reportLeakedKey(t.as(SYSTEM), { hash, places: [{ url: `https://${OURS}.example`, source: OURS }] });
  const [row] = await t.sql`select id from leaked_keys where hash = ${hash}`;
  return { leakedKeyId: String(row?.id), hash };
}
async function keptImport() {
  const email = newAddress();
  const wanted = { mode: 'invite' as const, email, first: '', last: '', note: '' as const, groupIds: [] };
  const rows = [{ line: 2, email, status: 'new' as const, wanted }];
  const { batchId } = await keepImport(admin(), { name: OURS, rows });
  return { batchId };
}
async function begunImport() {
  const kept = await keptImport();
  await beginBatch(admin(), kept);
  return kept;
}
/** A review of one account, by all operators. */
async function review() {
  count += 1;
  const { groupId } = await createGroup(admin(), { name: `${OURS} ${count}` });
  const { account: reviewed } = await addAccount(admin(), {
    email: newAddress(),
    firstName: OURS,
    lastName: 'Lee',
    groupIds: [groupId],
  });
  const started = await startReview(admin(), { scope: 'group', scopeId: groupId, note: OURS });
  const [row] = await t.sql`select id from review_rows where account_id = ${reviewed.id}`;
  return { groupId, reviewId: started.review.id, rowId: String(row?.id) };
}
const reviewId = async () => ({ reviewId: (await review()).reviewId });
const ANY_TIME = { from: new Date(0), to: new Date('2100-01-01') };
/** Our service alone is bound to an instance of Azure's, which was never read. */
async function bound() {
  await t.sql`delete from azure_instances`;
  await bindToAzure(t.as(SYSTEM), { path: INSTANCE });
}
/** A report on a time with calls. */
const usageOf = (input: Record<string, unknown>) => async () => {
  const call = {
    subscription: null,
    keyMark: null,
    apiId: null,
    outcome: 'passed',
    calls: 1,
    lastAt: Date.now(),
  } as const;
  const calls = [{ ...call, ...(await product()) }];
  await addUsage(t.db, 'ours', { source: crypto.randomUUID(), number: 1, calls }, t.clock());
  return { ...ANY_TIME, ...input };
};
/** An operator of our service alone. */
async function onlyOurs(userId = 'U0ONLYOURS') {
  const person = { teamId: 'T0TEST', slackUserId: userId };
  await grantFirstOperator(t.as(SYSTEM), { ...person, name: OURS, role: 'admin' });
  return { teamId: 'T0TEST', userId };
}
const NOT_FAR = { position: 0, state: 'applying', channelId: null, messageTs: null };
/** Requested by an operator. */
async function ownApproval() {
  const wish = { email: newAddress(), firstName: OURS, why: OURS };
  const { approvalId } = await requestInvitation(t.as(ADMIN), wish);
  return { approvalId };
}
/** Makes something that the input finds. */
const having =
  (make: () => Promise<unknown>, input: Record<string, unknown> = {}) =>
  async () => {
    await make();
    return input;
  };
async function resetTicket() {
  const { accountId, email } = await account();
  await sendPasswordReset(admin(), { accountId });
  return t.ticketTo(email, 'PasswordResetIdentityDefault');
}

const contains = (field: string, text: string) => ({ kind: 'match', field, how: 'contains', text });

type Case = {
  as: Actor;
  /** An input that finds or records something in our service. */
  ours: () => Promise<Record<string, unknown>> | Record<string, unknown>;
  /** The same input about something that no service has. */
  nothing: Record<string, unknown>;
};

const CASES: Record<string, Case> = {
  'accounts/check-import': {
    as: ADMIN,
    ours: async () => ({ addresses: [(await account()).email] }),
    nothing: { addresses: ['nobody@nowhere.example'] },
  },
  'accounts/compare': {
    as: ADMIN,
    ours: async () => ({ ...(await account()), firstName: OURS, lastName: 'Lee' }),
    nothing: { accountId: 'nobody', email: 'nobody@nowhere.example', firstName: 'No', lastName: 'Lee' },
  },
  'accounts/count': { as: ADMIN, ours: having(account), nothing: {} },
  'accounts/find': {
    as: ADMIN,
    ours: async () => ({ text: (await account()).email }),
    nothing: { text: 'nobody@nowhere.example' },
  },
  'accounts/list': {
    as: ADMIN,
    ours: having(account, { filter: contains('firstName', OURS), isCounted: true }),
    nothing: { filter: contains('firstName', 'nowhere'), isCounted: true },
  },
  'accounts/plan-undo': {
    as: ADMIN,
    ours: async () => ({
      changeId: (await blockAccount(admin(), { accountId: (await account()).accountId })).changeId,
    }),
    nothing: { changeId: NO_UUID },
  },
  'accounts/read': {
    as: ADMIN,
    ours: async () => ({ accountId: (await account()).accountId }),
    nothing: { accountId: 'nobody' },
  },
  'resources/resolve': {
    as: ADMIN,
    ours: async () => {
      const { accountId } = await account();
      return { accountId, ...(await api()), ...(await product()), ...(await subscription()) };
    },
    nothing: { accountId: 'nobody', apiId: 'none', productId: 'none', subscriptionId: 'none' },
  },
  'accounts/search': {
    as: ADMIN,
    ours: having(account, { text: OURS }),
    nothing: { text: 'nowhere' },
  },
  'accounts/show': {
    as: ADMIN,
    ours: async () => ({ accountId: (await account()).accountId }),
    nothing: { accountId: 'nobody' },
  },
  'announcements/advance': { as: SYSTEM, ours: sentAnnouncement, nothing: { announcementId: NO_UUID } },
  'announcements/begin': {
    as: ADMIN,
    ours: async () => ({
      audience: 'product',
      audienceOf: (await product()).productId,
      beginning: 'Announcement',
    }),
    nothing: { audience: 'product', audienceOf: 'none', beginning: 'Announcement' },
  },
  'announcements/list': { as: ADMIN, ours: having(announcement), nothing: {} },
  'announcements/list-recipients': {
    as: ADMIN,
    ours: sentAnnouncement,
    nothing: { announcementId: NO_UUID },
  },
  'announcements/record-message': {
    as: SYSTEM,
    ours: async () => ({ ...(await announcement()), channelId: 'D1', messageTs: '1.1' }),
    nothing: { announcementId: NO_UUID, channelId: 'D1', messageTs: '1.1' },
  },
  'announcements/show': { as: ADMIN, ours: announcement, nothing: { announcementId: NO_UUID } },
  'announcements/sweep': { as: SYSTEM, ours: having(sentAnnouncement), nothing: {} },
  'apis/list': { as: ADMIN, ours: having(api, { isCounted: true }), nothing: { isCounted: true } },
  'apis/export': {
    as: ADMIN,
    ours: async () => ({ ...(await api()), format: 'openapi' as const }),
    nothing: { apiId: 'none', format: 'openapi' },
  },
  'apis/open-exported': {
    as: SYSTEM,
    async ours() {
      const wanted = { ...(await api()), format: 'openapi' as const };
      return { secret: (await exportApi(t.as(ADMIN), wanted)).secret };
    },
    nothing: { secret: 'none' },
  },
  'apis/show': { as: ADMIN, ours: api, nothing: { apiId: 'none' } },
  'apis/list-endpoints': { as: ADMIN, ours: offeredApi, nothing: { apiId: 'none' } },
  'apis/read-offered-document': { as: DEVELOPER, ours: offeredApi, nothing: { apiId: 'none' } },
  'apis/show-offered': { as: DEVELOPER, ours: offeredApi, nothing: { apiId: 'none' } },
  'apis/show-offered-endpoint': {
    as: DEVELOPER,
    ours: async () => ({ ...(await offeredApi()), endpointId: 'readOrder' }),
    nothing: { apiId: 'none', endpointId: 'readOrder' },
  },
  'accounts/show-own': { as: SIGNED_IN, ours: () => ({}), nothing: {} },
  'approvals/list-own': { as: MEMBER, ours: having(approval), nothing: {} },
  'approvals/list-waiting': { as: ADMIN, ours: having(approval), nothing: {} },
  'approvals/show-outcome': { as: ADMIN, ours: ownApproval, nothing: { approvalId: NO_UUID } },
  'approvals/show': { as: SYSTEM, ours: approval, nothing: { approvalId: NO_UUID } },
  'approvals/sweep': {
    as: SYSTEM,
    ours: async () => {
      await approval();
      // A reminder is due.
      t.advance(5 * 3_600_000);
      return {};
    },
    nothing: {},
  },
  'audit/export': { as: ADMIN, ours: having(account), nothing: {} },
  'audit/feed': {
    as: ADMIN,
    ours: async () => {
      await account();
      await linkAudit(t.as(SYSTEM), {});
      return {};
    },
    nothing: {},
  },
  'events/list': {
    as: ADMIN,
    ours: async () => {
      await account();
      await linkAudit(t.as(SYSTEM), {});
      return {};
    },
    nothing: {},
  },
  'audit/history': {
    as: ADMIN,
    ours: async () => ({ accountId: (await account()).accountId }),
    nothing: { accountId: 'nobody' },
  },
  'audit/link': {
    as: SYSTEM,
    ours: async () => {
      await linkAudit(t.as(SYSTEM, 'theirs'), {});
      await account();
      return {};
    },
    nothing: {},
  },
  'audit/search': { as: ADMIN, ours: having(account), nothing: {} },
  'audit/show': {
    as: SYSTEM,
    ours: async () => {
      const { accountId } = await account();
      const [row] = await t.sql`select id from audit where target_id = ${accountId}`;
      return { auditId: row?.id };
    },
    nothing: { auditId: NO_UUID },
  },
  'audit/verify': { as: ADMIN, ours: having(() => linkAudit(t.as(SYSTEM), {})), nothing: {} },
  'azure/compare-instance': {
    as: CONSOLE,
    ours: having(() => createGroup(admin(), { groupId: 'compared', name: OURS }), THEIR_GROUP),
    nothing: THEIR_GROUP,
  },
  'leaked-keys/find-known': {
    as: SYSTEM,
    ours: async () => ({ hashes: [(await leaked()).hash] }),
    nothing: { hashes: ['0'.repeat(64)] },
  },
  'cards/plan-leaked-key': {
    as: SYSTEM,
    ours: async () => ({ leakedKeyId: (await leaked()).leakedKeyId, channels: ['C0CARDS'] }),
    nothing: { leakedKeyId: NO_UUID, channels: ['C0CARDS'] },
  },
  'azure/resolve-delegation': {
    as: SIGNED_IN,
    ours: having(() => seenInAzure(), { userId: SIGNED_IN.accountId, productId: 'starter' }),
    nothing: {},
  },
  'azure/list-ours': {
    as: CONSOLE,
    ours: having(account, { kind: 'account' }),
    nothing: { kind: 'account' },
  },
  'azure/list-drifts': { as: ADMIN, ours: having(drift, { isCounted: true }), nothing: { isCounted: true } },
  'azure/show': { as: ADMIN, ours: having(drift), nothing: {} },
  'azure/list-orders': {
    as: ADMIN,
    ours: having(order, { state: 'waiting' }),
    nothing: { state: 'waiting' },
  },
  'azure/show-drift': { as: ADMIN, ours: drift, nothing: { driftId: NO_UUID } },
  'cards/plan-drift': {
    as: SYSTEM,
    ours: async () => ({ ...(await drift()), channels: ['C0CARDS'] }),
    nothing: { driftId: NO_UUID, channels: ['C0CARDS'] },
  },
  'azure/note-who-changed': {
    as: SYSTEM,
    ours: async () => ({ ...(await drift()), who: 'bo@contoso.example', at: new Date(0) }),
    nothing: { driftId: NO_UUID, who: 'bo@contoso.example', at: new Date(0) },
  },
  'azure/plan-who-changed': { as: SYSTEM, ours: drift, nothing: { driftId: NO_UUID } },
  'cards/repaint-drift': { as: ADMIN, ours: drift, nothing: { driftId: NO_UUID } },
  'azure/claim-order': {
    as: SYSTEM,
    async ours() {
      await order();
      const [row] = await t.sql`select half from azure_orders where state = 'waiting' limit 1`;
      return { path: BOUND_PATH, half: row?.half };
    },
    nothing: { path: BOUND_PATH, half: 0 },
  },
  'azure/preview-mode': { as: ADMIN, ours: having(order), nothing: {} },
  'azure/settle-order': {
    as: SYSTEM,
    ours: async () => ({ ...(await order()), revision: 1, outcome: { kind: 'same' } }),
    nothing: { number: 999_999, revision: 1, outcome: { kind: 'same' } },
  },
  'azure/show-order': {
    as: ADMIN,
    async ours() {
      await order();
      return { kind: 'account', id: (await account()).accountId };
    },
    nothing: { kind: 'account', id: 'nobody' },
  },
  'azure/sweep-orders': { as: SYSTEM, ours: having(order), nothing: {} },
  'azure/claim-pull': { as: SYSTEM, ours: having(bound, { path: INSTANCE }), nothing: { path: '/none' } },
  'azure/plan-look': { as: SYSTEM, ours: having(bound, { path: INSTANCE }), nothing: { path: '/none' } },
  'azure/queue-look': {
    as: SYSTEM,
    ours: having(bound, { kind: 'account', id: OURS }),
    nothing: { kind: 'account', id: 'none' },
  },
  'azure/settle-pull': {
    as: SYSTEM,
    ours: async () => {
      await bound();
      const claimed = await claimPull(t.as(SYSTEM), { path: INSTANCE });
      return { leasedUntil: claimed?.leasedUntil, ended: { seen: 1, cursor: null } };
    },
    nothing: { leasedUntil: new Date(0), ended: { seen: 1, cursor: null } },
  },
  'azure/sweep-pull': { as: SYSTEM, ours: having(bound), nothing: {} },
  'cards/plan': {
    as: SYSTEM,
    ours: async () => ({ accountId: (await account()).accountId, channels: [] }),
    nothing: { accountId: 'nobody', channels: [] },
  },
  'cards/record-painted': {
    as: SYSTEM,
    ours: async () => {
      const { account: pending } = await addAccount(admin(), {
        email: newAddress(),
        firstName: OURS,
        lastName: 'Lee',
        verifyFirst: true,
      });
      const plan = await planCards(t.as(SYSTEM), { accountId: pending.id, channels: ['C0CARDS'] });
      return { cardId: plan.cards[0]?.id, channelId: 'C0CARDS', messageTs: '1.2', version: 1 };
    },
    nothing: { cardId: NO_UUID, channelId: 'C0CARDS', messageTs: '1.2', version: 1 },
  },
  'cards/repaint': {
    as: ADMIN,
    ours: async () => ({ accountId: (await account()).accountId }),
    nothing: { accountId: 'nobody' },
  },
  'cards/repaint-subscription': { as: ADMIN, ours: subscription, nothing: { subscriptionId: 'none' } },
  'azure/note-refusal': {
    as: SYSTEM,
    ours: async () => refusal(await seenInAzure()),
    nothing: refusal('nobody'),
  },
  'azure/observe': {
    as: SYSTEM,
    ours: async () => observation(await seenInAzure()),
    nothing: observation('nobody'),
  },
  'cards/plan-approval': {
    as: SYSTEM,
    ours: async () => ({ ...(await approval()), channels: ['C0CARDS'] }),
    nothing: { approvalId: NO_UUID, channels: ['C0CARDS'] },
  },
  'cards/plan-invitations': {
    as: SYSTEM,
    ours: async () => ({ ...(await batch()), person: ADMIN_IN_SLACK, channelId: 'C0CARDS' }),
    nothing: { batchId: NO_UUID, person: ADMIN_IN_SLACK, channelId: 'C0CARDS' },
  },
  'cards/plan-sign-ups': {
    as: SYSTEM,
    ours: async () => {
      const { accountId } = await account();
      const summaryId = crypto.randomUUID();
      await t.sql`update sign_up_summaries set ended_at = now()`;
      await t.sql`insert into sign_up_summaries (service_id, id, created_at) values ('ours', ${summaryId}, now())`;
      await t.sql`update accounts set state = 'pending', signed_up_at = now(), email_confirmed_at = now(),
        sign_up_summary_id = ${summaryId} where id = ${accountId}`;
      return { summaryId, channels: ['C0CARDS'] };
    },
    nothing: { summaryId: NO_UUID, channels: ['C0CARDS'] },
  },
  'cards/plan-subscription': {
    as: SYSTEM,
    ours: async () => ({ ...(await subscription()), channels: ['C0CARDS'] }),
    nothing: { subscriptionId: 'none', channels: ['C0CARDS'] },
  },
  'cards/sweep': {
    as: SYSTEM,
    ours: async () => {
      await approval();
      t.advance(2 * 60_000);
      // As after the loss of the process that had the jobs.
      await t.sql`delete from graphile_worker._private_jobs`;
      return {};
    },
    nothing: {},
  },
  'groups/list-custom': {
    as: MEMBER,
    ours: having(() => createGroup(admin(), { name: `${OURS} friends` })),
    nothing: {},
  },
  'groups/show': {
    as: ADMIN,
    ours: async () => ({ groupId: (await createGroup(admin(), { name: `${OURS} show` })).groupId }),
    nothing: { groupId: 'none' },
  },
  'groups/list': {
    as: ADMIN,
    ours: having(() => createGroup(admin(), { name: `${OURS} partners` }), {
      filter: contains('name', OURS),
      order: 'name',
      isCounted: true,
    }),
    nothing: { filter: contains('name', 'nowhere'), order: 'name', isCounted: true },
  },
  'account-batches/preview': {
    as: ADMIN,
    ours: async () => ({ which: { accountIds: [(await account()).accountId] }, what: { action: 'block' } }),
    nothing: { which: { accountIds: ['nobody'] }, what: { action: 'block' } },
  },
  'account-batches/select': {
    as: ADMIN,
    ours: async () => ({
      batchId: (await selectAccounts(admin(), { shown: [], chosen: [] })).batchId,
      shown: [],
      chosen: [],
    }),
    nothing: { batchId: NO_UUID, shown: [], chosen: [] },
  },
  'batches/claim': { as: SYSTEM, ours: begunImport, nothing: { batchId: NO_UUID } },
  'batches/record-message': {
    as: ADMIN,
    ours: async () => ({ ...(await keptImport()), channelId: 'D0ADMIN', messageTs: '1.2' }),
    nothing: { batchId: NO_UUID, channelId: 'D0ADMIN', messageTs: '1.2' },
  },
  'batches/settle': {
    as: SYSTEM,
    ours: async () => {
      const begun = await begunImport();
      const claimed = await claimBatch(t.as(SYSTEM), begun);
      return { ...begun, leasedUntil: claimed?.leasedUntil, ...NOT_FAR };
    },
    nothing: { batchId: NO_UUID, leasedUntil: new Date(0), ...NOT_FAR },
  },
  'batches/show': { as: ADMIN, ours: begunImport, nothing: { batchId: NO_UUID } },
  'batches/sweep': {
    as: SYSTEM,
    ours: async () => {
      await begunImport();
      // As after the loss of the process that had the jobs.
      await t.sql`delete from graphile_worker._private_jobs`;
      return {};
    },
    nothing: {},
  },
  'invitations/count': { as: ADMIN, ours: having(invitation), nothing: {} },
  'invitations/list': { as: ADMIN, ours: having(invitation), nothing: {} },
  'invitations/list-batch-people': { as: SYSTEM, ours: batch, nothing: { batchId: NO_UUID } },
  'invitations/list-of-inviter': {
    as: SYSTEM,
    ours: having(invitation, { invitedBy: 'T0TEST/U0ADMIN' }),
    nothing: { invitedBy: 'T0TEST/U0NOBODY' },
  },
  'digests/set': {
    as: ADMIN,
    ours: having(() => setDigest(admin(), { isOn: false }), { isOn: true }),
    nothing: { isOn: true },
  },
  'digests/show': { as: ADMIN, ours: having(() => setDigest(admin(), { isOn: false }), {}), nothing: {} },
  'digests/post-due': {
    as: SYSTEM,
    ours: async () => {
      await t.sql`update services set created_at = created_at - interval '30 days' where id = 'ours'`;
      return {};
    },
    nothing: {},
  },
  'invitations/show-messages': {
    as: ADMIN,
    ours: having(() => setInvitationMessages(admin(), { isOn: false }), {}),
    nothing: {},
  },
  'invitations/open': {
    as: DEVELOPER,
    ours: async () => ({ ticket: (await invitation()).ticket }),
    nothing: { ticket: NO_TICKET },
  },
  'invitations/show': {
    as: ADMIN,
    ours: async () => ({ invitationId: (await invitation()).invitationId }),
    nothing: { invitationId: NO_UUID },
  },
  'mails/claim': {
    as: SYSTEM,
    ours: async () => ({ mailId: (await invitation()).mailId }),
    nothing: { mailId: NO_UUID },
  },
  'mails/count': { as: ADMIN, ours: having(invitation), nothing: {} },
  'mails/record-event': {
    as: SYSTEM,
    ours: async () => {
      const { mailId } = await invitation();
      const providerId = `provider of ${mailId}`;
      const claimed = await claimMail(t.as(SYSTEM), { mailId });
      const outcome = { kind: 'accepted' as const, providerId };
      await settleMail(t.as(SYSTEM), { mailId, attempt: claimed?.attempt ?? 0, outcome });
      return { kind: 'delivered', providerId };
    },
    nothing: { kind: 'delivered', providerId: 'nobody’s' },
  },
  'mails/settle': {
    as: SYSTEM,
    ours: async () => {
      const { mailId } = await invitation();
      const claimed = await claimMail(t.as(SYSTEM), { mailId });
      return { mailId, attempt: claimed?.attempt, outcome: { kind: 'rejected', code: 'validation_error' } };
    },
    nothing: { mailId: NO_UUID, attempt: 1, outcome: { kind: 'rejected', code: 'validation_error' } },
  },
  'mails/sweep': {
    as: SYSTEM,
    ours: async () => {
      await invitation();
      // As after the loss of the process that had the jobs.
      await t.sql`delete from graphile_worker._private_jobs`;
      return {};
    },
    nothing: {},
  },
  'operators/list': {
    as: ADMIN,
    ours: async () => {
      const granted = { teamId: OURS, slackUserId: 'U0ZANZIBAR', name: OURS, role: 'approver' as const };
      await grantFirstOperator(t.as(SYSTEM), granted);
      return { teamId: OURS };
    },
    nothing: { teamId: 'T0NOBODY' },
  },
  'operators/confirm': {
    as: SYSTEM,
    ours: () => onlyOurs(),
    nothing: { teamId: 'T0TEST', userId: 'U0NOBODY' },
  },
  'operators/doubt': {
    as: SYSTEM,
    ours: () => onlyOurs('U0DOUBTED'),
    nothing: { teamId: 'T0TEST', userId: 'U0NOBODY' },
  },
  'operators/show-own-role': {
    as: { ...(ADMIN as Extract<Actor, { kind: 'slack' }>), userId: 'U0ONLYOURS' },
    ours: having(onlyOurs, {}),
    nothing: {},
  },
  'operators/sweep': {
    as: SYSTEM,
    ours: async () => {
      // Else it asks about their own operators.
      await t.sql`update operators set confirmed_at = ${t.clock().toISOString()} where service_id = 'theirs'`;
      return {};
    },
    nothing: {},
  },
  'outages/note': {
    as: SYSTEM,
    ours: having(() => noteOutage(t.as(SYSTEM), { of: 'slack', code: OURS }), { of: 'slack', code: null }),
    nothing: { of: 'slack', code: null },
  },
  'outages/tell': {
    as: SYSTEM,
    ours: async () => {
      await noteOutage(t.as(SYSTEM), { of: 'slack', code: OURS });
      t.advance(6 * 60_000);
      await noteOutage(t.as(SYSTEM), { of: 'slack', code: OURS });
      return {};
    },
    nothing: {},
  },
  'copies/compare': {
    as: CONSOLE,
    ours: async () => {
      const { accountId } = await account();
      const [row] = await t.sql`select email_canonical as address from accounts where id = ${accountId}`;
      const { api } = await createApi(admin(), { name: OURS, path: newAddress().replace(/@.*/, '') });
      const { subscription } = await grantSubscription(admin(), { accountId, primaryKey: KEY });
      return {
        accountIds: [accountId],
        addresses: [row?.address],
        apiPaths: [api.path],
        subscriptionIds: [subscription.id],
        keys: [KEY],
      };
    },
    nothing: {
      accountIds: ['nobody'],
      addresses: ['nobody@example.com'],
      apiPaths: ['nowhere'],
      subscriptionIds: ['none'],
      keys: ['no key of anybody at all'],
    },
  },
  'recoveries/compare': {
    as: CONSOLE,
    ours: async () => {
      const { accountId } = await account();
      const [row] = await t.sql`select id from audit where target_id = ${accountId}`;
      return {
        rows: [{ id: row?.id, hash: null }],
        accountIds: [accountId],
        operators: ['T0TEST/U0ZANZIBAR'],
      };
    },
    nothing: {
      rows: [{ id: NO_UUID, hash: null }],
      accountIds: ['nobody'],
      operators: ['T0NOBODY/U0NOBODY'],
    },
  },
  'recoveries/count-open': { as: CONSOLE, ours: having(invitation), nothing: {} },
  'accounts/open-confirmation': {
    as: DEVELOPER,
    ours: async () => {
      const email = newAddress();
      await addAccount(admin(), { email, firstName: OURS, lastName: 'Lee', verifyFirst: true });
      return { ticket: await t.ticketTo(email) };
    },
    nothing: { ticket: NO_TICKET },
  },
  'passwords/compare': {
    as: ADMIN,
    async ours() {
      const { accountId } = await account();
      // Replaces the one that an operator typed, which the developer must change.
      await setPassword(admin(), { accountId, password: PASSWORD });
      return { accountId, password: PASSWORD };
    },
    nothing: { accountId: 'nobody', password: PASSWORD },
  },
  'passwords/open-reset': {
    as: DEVELOPER,
    ours: async () => ({ ticket: await resetTicket() }),
    nothing: { ticket: NO_TICKET },
  },
  'products/list': { as: ADMIN, ours: having(product, { isCounted: true }), nothing: { isCounted: true } },
  'accounts/likely-emails': {
    as: ADMIN,
    ours: having(() => createRule(admin(), { domain: 'partners.example' }), {
      emails: ['ann@partnres.example'],
    }),
    nothing: { emails: [] },
  },
  'rules/list': {
    as: ADMIN,
    ours: having(() => createRule(admin(), { domain: 'listed.example' }), { isCounted: true }),
    nothing: { isCounted: true },
  },
  'rules/try': {
    as: ADMIN,
    ours: having(invitation, { rule: { domain: '*' } }),
    nothing: { rule: { domain: '*' } },
  },
  'products/list-offered': { as: DEVELOPER, ours: having(product), nothing: {} },
  'products/show': { as: ADMIN, ours: product, nothing: { productId: 'none' } },
  // In another service the developer isn't signed in.
  'identities/begin': {
    as: SIGNED_IN,
    ours: async () => {
      await t.sql`update accounts set password_hash = ${await t.passwords.hash(PASSWORD)}
        where id = ${SIGNED_IN.accountId}`;
      return { provider: 'acme', purpose: 'connect', currentPassword: PASSWORD };
    },
    nothing: { provider: 'acme', purpose: 'connect', currentPassword: PASSWORD },
  },
  'identities/show-proof': {
    as: DEVELOPER,
    ours: async () => ({ browserSecret: await proved(t, OURS) }),
    nothing: { browserSecret: NO_TICKET },
  },
  'sessions/list': { as: SIGNED_IN, ours: () => ({}), nothing: {} },
  'sessions/resume': {
    as: DEVELOPER,
    ours: async () => {
      const { email } = await account();
      const passwords = { password: PASSWORD, newPassword: 'another four quiet chairs' };
      const { secret } = await signIn(t.as(DEVELOPER), { email, ...passwords, agent: OURS });
      return { secret };
    },
    nothing: { secret: NO_TICKET },
  },
  'subscriptions/compare-keys': {
    as: ADMIN,
    async ours() {
      count += 1;
      const primaryKey = `${KEY}${count}`;
      const { subscription: made } = await grantSubscription(admin(), { primaryKey });
      return { subscriptionId: made.id, primaryKey };
    },
    nothing: { subscriptionId: 'none', primaryKey: `${KEY}0` },
  },
  'subscriptions/count': {
    as: ADMIN,
    ours: async () => {
      await subscription();
      return { accountId: SIGNED_IN.accountId };
    },
    nothing: { accountId: 'nobody' },
  },
  'subscriptions/list': {
    as: ADMIN,
    ours: having(subscription, { isCounted: true }),
    nothing: { isCounted: true },
  },
  'subscriptions/tell-of-quota': {
    as: SYSTEM,
    async ours() {
      const { subscriptionId } = await subscription();
      await approveSubscription(admin(), { subscriptionId });
      await limitSubscription(admin(), { subscriptionId, quota: '10 per day' });
      const now = t.clock().toISOString();
      await t.sql`insert into quota_use (service_id, subscription_id, starts_at, ends_at, calls)
        select 'ours', ${subscriptionId}, date_trunc('day', ${now}::timestamptz, 'UTC'), ${now}::timestamptz + interval '1 day', 9`;
      return { subscriptionId, news: 'near' };
    },
    nothing: { subscriptionId: 'none', news: 'near' },
  },
  'subscriptions/tell-of-ending-keys': {
    as: SYSTEM,
    async ours() {
      const { subscriptionId } = await subscription();
      await approveSubscription(admin(), { subscriptionId });
      await t.sql`update subscription_keys set ends_at = ${new Date(t.clock().getTime() + 3_600_000).toISOString()}
        where subscription_id = ${subscriptionId}`;
      return { subscriptionId };
    },
    nothing: { subscriptionId: 'none' },
  },
  'services/show': { as: ADMIN, ours: () => ({}), nothing: {} },
  'subscriptions/list-own': { as: SIGNED_IN, ours: having(subscription), nothing: {} },
  'terms/list-waiting': {
    as: SIGNED_IN,
    ours: having(async () => {
      const made = await subscription();
      await t.sql`update products set terms = ${`${OURS} ${count}`} where id =
        (select product_id from subscriptions where id = ${made.subscriptionId})`;
      return made;
    }),
    nothing: {},
  },
  'subscriptions/show': { as: ADMIN, ours: subscription, nothing: { subscriptionId: 'none' } },
  'usage/show': { as: ADMIN, ours: subscription, nothing: { subscriptionId: 'none' } },
  'usage/show-own': {
    as: SIGNED_IN,
    ours: async () => ({ ...(await subscription()), time: '30 days' }),
    nothing: { time: '30 days', subscriptionId: 'none' },
  },
  'tickets/open': {
    as: DEVELOPER,
    ours: async () => {
      const { accountId } = await account();
      const program = await programOf(t, 'admin', { grants: ['sso'] });
      const { url } = await makeSignInLink(t.as(program), { accountId });
      return { ticket: new URL(url).searchParams.get('ticket'), purpose: 'sign-in' };
    },
    nothing: { ticket: NO_TICKET, purpose: 'sign-in' },
  },
  'tickets/recognise': {
    as: DEVELOPER,
    ours: async () => ({ purpose: 'password-reset', ticket: await resetTicket() }),
    nothing: { purpose: 'password-reset', ticket: NO_TICKET },
  },
  'tokens/list': { as: ADMIN, ours: having(() => programOf(t, 'reader')), nothing: {} },
  'tokens/show': {
    as: SYSTEM,
    ours: async () => ({ tokenId: (await programOf(t, 'reader')).tokenId }),
    nothing: { tokenId: NO_UUID },
  },
  'tokens/recognise': {
    as: SYSTEM,
    ours: async () => {
      const wish = { name: OURS, role: 'reader' as const, teamId: 'T0TEST', userId: 'U0ADMIN' };
      return { token: (await createToken(t.as({ kind: 'console', name: OURS }), wish)).token };
    },
    nothing: { token: 'none' },
  },
  'tokens/warn': {
    as: SYSTEM,
    ours: async () => {
      await programOf(t, 'reader');
      t.advance(80 * 86_400_000);
      return {};
    },
    nothing: {},
  },
  'webhooks/claim': { as: SYSTEM, ours: having(webhook, { limit: 10 }), nothing: { limit: 10 } },
  'webhooks/list': { as: ADMIN, ours: having(webhook), nothing: {} },
  'webhooks/list-deliveries': {
    as: ADMIN,
    ours: async () => ({ webhookId: (await webhook()).webhookId }),
    nothing: { webhookId: NO_UUID },
  },
  'webhooks/queue': {
    as: SYSTEM,
    ours: async () => {
      await webhook();
      await account();
      await linkAudit(t.as(SYSTEM), {});
      return {};
    },
    nothing: {},
  },
  'webhooks/settle': {
    as: SYSTEM,
    ours: async () => {
      const { deliveryId } = await webhook();
      await claimEvents(t.as(SYSTEM), { limit: 10 });
      return { deliveryId, attempt: 1, status: 204, code: null };
    },
    nothing: { deliveryId: NO_UUID, attempt: 1, status: 204, code: null },
  },
  'webhooks/sweep': {
    as: SYSTEM,
    ours: async () => {
      await webhook();
      t.advance(4 * 86_400_000);
      return {};
    },
    nothing: {},
  },
  'cards/plan-review': {
    as: SYSTEM,
    ours: async () => ({ ...(await reviewId()), channels: ['C0CARDS'] }),
    nothing: { reviewId: NO_UUID, channels: ['C0CARDS'] },
  },
  'reviews/list': { as: ADMIN, ours: having(review), nothing: {} },
  'reviews/list-own': { as: ADMIN, ours: having(review), nothing: {} },
  'reviews/list-rows': { as: ADMIN, ours: reviewId, nothing: { reviewId: NO_UUID } },
  'reviews/lose-reviewer': {
    as: SYSTEM,
    ours: async () => ({ ...(await reviewId()), person: 'T0TEST/U0ADMIN' }),
    nothing: { reviewId: NO_UUID, person: 'T0TEST/U0ADMIN' },
  },
  'reviews/plan': {
    as: ADMIN,
    ours: async () => ({ scope: 'group', scopeId: (await review()).groupId }),
    nothing: { scope: 'group', scopeId: 'none' },
  },
  'reviews/show': { as: ADMIN, ours: reviewId, nothing: { reviewId: NO_UUID } },
  'reviews/show-row': {
    as: ADMIN,
    ours: async () => ({ rowId: (await review()).rowId, expectedVersion: 1 }),
    nothing: { rowId: NO_UUID, expectedVersion: 1 },
  },
  'reviews/sweep': {
    as: SYSTEM,
    async ours() {
      await review();
      // A reminder is due.
      t.advance(8 * 86_400_000);
      return {};
    },
    nothing: {},
  },
  'notifications/list': { as: ADMIN, ours: having(recipient), nothing: {} },
  'templates/list': { as: ADMIN, ours: saved, nothing: {} },
  'templates/preview': {
    as: ADMIN,
    ours: () => ({ template: TEMPLATE, subject: 'Blocked', body: 'It is blocked.' }),
    nothing: { template: TEMPLATE, subject: 'Blocked', body: 'It is blocked.' },
  },
  'templates/show': {
    as: ADMIN,
    ours: having(saved, { template: TEMPLATE }),
    nothing: { template: TEMPLATE },
  },
  'exports/claim': { as: SYSTEM, ours: exported, nothing: { exportId: NO_UUID } },
  'exports/note': {
    as: SYSTEM,
    ours: async () => ({ ...(await exported()), became: { is: 'gone' } }),
    nothing: { exportId: NO_UUID, became: { is: 'gone' } },
  },
  'exports/sweep': {
    as: SYSTEM,
    ours: async () => {
      await exported();
      await t.sql`update exported_files set ends_at = created_at`;
      return {};
    },
    nothing: {},
  },
  'usage/list-days': {
    as: ADMIN,
    ours: async () => {
      const of = { accountId: (await account()).accountId, ...(await product()) };
      const { id: subscriptionId } = (await grantSubscription(admin(), of)).subscription;
      await t.sql`insert into subscription_calls values
        ('ours', ${subscriptionId}, 'day', ${t.clock().toISOString().slice(0, 10)}::timestamp at time zone 'UTC', '', 'passed', 1)`;
      return { isCounted: true };
    },
    nothing: { isCounted: true },
  },
  'usage/report': {
    as: ADMIN,
    ours: usageOf({ by: 'product', order: { by: 'name', isDescending: false } }),
    nothing: { ...ANY_TIME, by: 'product', order: { by: 'name', isDescending: false } },
  },
  'usage/report-times': { as: ADMIN, ours: usageOf({ hours: 1 }), nothing: { ...ANY_TIME, hours: 1 } },
};

/** A webhook with an event on its way. */
async function webhook() {
  await t.sql`delete from webhooks where service_id = 'ours'`;
  const { webhook: made } = await createWebhook(admin(), { name: OURS, url: `https://${OURS}.example.com` });
  const { deliveryId } = await sendTestEvent(admin(), { webhookId: made.id });
  return { webhookId: made.id, deliveryId };
}

/** An account that a comparison with Azure has seen. */
async function seenInAzure(): Promise<string> {
  const { accountId } = await account();
  for (const service of ['ours', 'theirs']) await bindInstance(t.sql, { service, mode: 'watch' });
  await t.sql`insert into azure_things (service_id, kind, id, azure_id, our_id, memory, seen_at)
    values ('ours', 'account', ${accountId}, ${accountId}, ${accountId}, ${JSON.stringify(EMPTY_MEMORY)}::jsonb, now())`;
  return accountId;
}

/** For Azure, by an account that was added. */
async function order() {
  await bindInstance(t.sql);
  await account();
  return { number: await lastOrder(t.sql) };
}

async function exported() {
  await account();
  await takeExport(admin(), { kind: 'accounts' });
  const [row] = await t.sql<[{ id: string }]>`select id from exported_files order by id desc limit 1`;
  return { exportId: row.id };
}

async function recipient() {
  await addNotificationRecipient(admin(), { notification: 'AccountClosedPublisher', email: newAddress() });
  return {};
}

async function saved() {
  count += 1;
  await saveTemplate(admin(), { template: TEMPLATE, subject: `${OURS} ${count}`, body: 'It is blocked.' });
  return {};
}

/** What the operation answered, or the code and detail of its refusal. */
async function answer(name: string, input: Record<string, unknown>, service: 'ours' | 'theirs') {
  const requestId = `${name} ${service} ${Math.random()}`;
  const operation = operations.get(name);
  const actor = CASES[name]?.as;
  if (!operation || !actor) throw new Error(`${name} has no case here`);
  const said: unknown = await operation(t.as(actor, service, requestId), input as never).catch(
    (error: { code: string; detail: unknown }) => ({ refused: error.code, detail: error.detail }),
  );
  const audited = await t.sql`select outcome, code from audit where request_id = ${requestId}`;
  return { said: JSON.parse(JSON.stringify(said ?? null)) as unknown, audited: [...audited] };
}

describe('T52: with the ids of our service, another service', () => {
  const looking = [...operations.values()].filter((operation) => operation.effect !== 'change');

  it.each(looking.map((operation) => [operation.operation, operation.effect]))(
    'finds nothing by %s (%s) and changes nothing',
    async (name, effect) => {
      const one = CASES[name];
      expect(one, `${name} has no case here`).toBeDefined();
      if (!one) return;
      const input = await one.ours();
      const before = await hashesOfTables(t);
      const theirs = await answer(name, input, 'theirs');
      expect(theirs).toEqual(await answer(name, one.nothing, 'theirs'));
      expect(JSON.stringify(theirs.said)).not.toContain(OURS);
      expect(await hashesOfTables(t)).toEqual(before);
      const isRefused = JSON.stringify(theirs.said).startsWith('{"refused"');
      expect(theirs.audited.map((row) => row.outcome)).toEqual(isRefused ? ['refused'] : []);

      // In our service the same input has an answer or an effect.
      const ours = await answer(name, input, 'ours');
      expect(JSON.stringify(ours.said)).not.toMatch(/^\{"refused"/);
      if (name !== 'templates/preview')
        expect([ours.said, await hashesOfTables(t)]).not.toEqual([theirs.said, before]);
      if (effect === 'read') expect(await hashesOfTables(t)).toEqual(before);
      // T55: reads and bookkeeping write no audit row.
      expect(ours.audited).toEqual([]);
    },
  );
});
