import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../src/domain/event-types.ts';
import { previewAccounts } from '../../src/operations/account-batches/preview.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { answerSignUp } from '../../src/operations/accounts/answer-sign-up.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { changeOwnEmail } from '../../src/operations/accounts/change-own-email.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { makeSignInLink } from '../../src/operations/accounts/make-sign-in-link.ts';
import { advanceAnnouncement } from '../../src/operations/announcements/advance.ts';
import { saveAnnouncement } from '../../src/operations/announcements/save.ts';
import { sendAnnouncement } from '../../src/operations/announcements/send.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { withdrawApproval } from '../../src/operations/approvals/withdraw.ts';
import { beginBatch } from '../../src/operations/batches/begin.ts';
import { claimBatch } from '../../src/operations/batches/claim.ts';
import { runSlice } from '../../src/operations/batches/run-slice.ts';
import { settleBatch } from '../../src/operations/batches/settle.ts';
import type { Actor } from '../../src/operations/frame/context.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { connectProvider } from '../../src/operations/identities/connect.ts';
import { keepImport } from '../../src/operations/imports/keep.ts';
import type { PlannedRow } from '../../src/operations/imports/rows.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { revokeInvitation } from '../../src/operations/invitations/revoke.ts';
import { reportLeakedKey } from '../../src/operations/leaked-keys/report.ts';
import { addNotificationRecipient } from '../../src/operations/notifications/add-recipient.ts';
import { grantRole } from '../../src/operations/operators/grant.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { setPassword } from '../../src/operations/passwords/set.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { answerReview } from '../../src/operations/reviews/answer.ts';
import { startReview } from '../../src/operations/reviews/start.ts';
import { createRule } from '../../src/operations/rules/create.ts';
import { requestProof } from '../../src/operations/sessions/request-proof.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { rotateKey } from '../../src/operations/subscriptions/rotate-key.ts';
import { saveTemplate } from '../../src/operations/templates/save.ts';
import { createWebhook } from '../../src/operations/webhooks/create.ts';
import { pauseWebhook } from '../../src/operations/webhooks/pause.ts';
import { sendTestEvent } from '../../src/operations/webhooks/send-test.ts';
import { bindWorkspace } from '../../src/operations/workspaces/bind.ts';
import { sealText } from '../../src/security/sealed-text.ts';
import { bindInstance, lastOrder } from '../support/bound-instance.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  DEVELOPER,
  MEMBER,
  programOf,
  refusalOf,
  type ServiceId,
  SIGNED_IN,
  SYSTEM,
} from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { comesBack, proved } from '../support/memory-provider.ts';
import { azureUser, bindMirror, readInAzure } from '../support/mirror.ts';
import { findOperations } from '../support/operations.ts';
import { auditText, secretsIn } from '../support/secrets.ts';
import { hashesOfTables } from '../support/stored-rows.ts';

const PASSWORD = 'three quiet garden chairs';
/** The database refuses audit rows of this request, so an operation in it must change nothing. */
const NO_AUDIT = 'no-audit';

const t = forAllTests(createTestContext);
/** The developer who is signed in, unless a test signs in another. */
let developer: Awaited<ReturnType<typeof account>>;
beforeAll(async () => {
  developer = await account();
  await t.sql.unsafe(`
    create function refuse_audit() returns trigger language plpgsql as $$
      begin raise exception 'no audit today'; end $$;
    create trigger refuse_audit before insert on audit
      for each row when (new.request_id = '${NO_AUDIT}') execute function refuse_audit()`);
});
// Some of these tests end every session, or sign in another developer.
beforeEach(() => t.signIn(developer.accountId));

/** Replaced by each case that needs a program: its token is stored in the database. */
const PROGRAM = { kind: 'token' } as Actor;

const operations = await findOperations();
const changing = [...operations.values()].filter((operation) => operation.effect === 'change');

const NEWS = 'AccountClosedPublisher' as const;
let count = 0;
const next = (what: string): string => {
  count += 1;
  return `${what}${count}`;
};
const newAddress = (): string => `${next('dev')}@example.com`;
const person = { firstName: 'Ann', lastName: 'Lee' };
const admin = () => t.as(ADMIN);

async function account(email = newAddress()): Promise<{ accountId: string; email: string }> {
  const added = await addAccount(admin(), { email, ...person, password: PASSWORD });
  return { accountId: added.account.id, email };
}
/** The note of an account is another one in Azure. */
async function drift(): Promise<{ driftId: string }> {
  const { accountId, email } = await account();
  await bindMirror(t.sql, 'ours');
  await readInAzure(t.as(SYSTEM), azureUser(accountId, { email, note: 'from Azure' }), accountId);
  const [row] = await t.sql`select id from azure_drifts where thing_id = ${accountId}`;
  return { driftId: row?.id };
}
/** For the developer who is signed in. */
const provedByDeveloper = () =>
  proved(t, next('subject'), { as: t.as(SIGNED_IN), purpose: 'connect', currentPassword: PASSWORD });
async function deleted(): Promise<{ accountId: string }> {
  const { accountId } = await account();
  await deleteAccount(admin(), { accountId });
  return { accountId };
}
async function group(): Promise<{ groupId: string }> {
  const { groupId } = await createGroup(admin(), { name: next('Partners ') });
  return { groupId };
}
async function invitation(): Promise<{ invitationId: string; email: string; ticket: string }> {
  const email = newAddress();
  const { invitationId } = await invite(admin(), { email });
  return { invitationId, email, ticket: await t.ticketTo(email) };
}
/** Requested by a member without a role. */
async function approval(): Promise<{ approvalId: string }> {
  const { approvalId } = await requestInvitation(t.as(MEMBER), { email: newAddress(), why: 'a partner' });
  return { approvalId };
}
async function operator(): Promise<{ teamId: string; userId: string }> {
  const person = { teamId: 'T0TEST', userId: next('U0') };
  await grantRole(admin(), { ...person, role: 'approver' });
  return person;
}
async function api(): Promise<{ apiId: string }> {
  const { api } = await createApi(admin(), { name: next('Orders '), path: next('orders') });
  return { apiId: api.id };
}
async function rule(): Promise<{ ruleId: string }> {
  return { ruleId: (await createRule(admin(), { domain: `${next('acme')}.com` })).rule.id };
}
async function product(): Promise<{ productId: string }> {
  const { product } = await createProduct(admin(), { name: next('Starter '), isPublished: true });
  return { productId: product.id };
}
/** Of the developer who is signed in. */
async function subscription(
  wanted: Partial<Parameters<typeof grantSubscription>[1]> = {},
): Promise<{ subscriptionId: string }> {
  const { accountId } = SIGNED_IN;
  const { subscription } = await grantSubscription(admin(), { accountId, ...(await product()), ...wanted });
  return { subscriptionId: subscription.id };
}
/** The primary key of a subscription was found in public. */
async function leaked(): Promise<{ leakedKeyId: string }> {
  const { hash } = await keyHash();
  await reportLeakedKey(t.as(SYSTEM), { hash, places: [] });
  const [row] = await t.sql`select id from leaked_keys where hash = ${hash}`;
  return { leakedKeyId: row?.id };
}
async function keyHash(): Promise<{ hash: string }> {
  const { subscriptionId } = await subscription();
  const [key] = await t.sql`select hash from subscription_keys
    where subscription_id = ${subscriptionId} and slot = 'primary'`;
  return { hash: key?.hash };
}
async function announcement(more: Partial<Parameters<typeof saveAnnouncement>[1]> = {}) {
  const { announcementId } = await saveAnnouncement(admin(), { ...WORDS, ...more });
  return { announcementId };
}
/** To a group with one account in it. */
async function toSend(kind: 'operational' | 'news' = 'operational', email = newAddress()) {
  const { groupId } = await group();
  await addAccount(admin(), { email, ...person, groupIds: [groupId], tellDeveloper: false });
  return { ...(await announcement({ kind, audience: 'group', audienceOf: groupId })), recipients: 1 };
}
/** Of the developer who is signed in, on another device. */
const otherSession = async () => only(await t.signedIn(SIGNED_IN.accountId), 'sessionId');
const asked = () => subscription({ state: 'submitted' });
const WEBHOOK_URL = 'https://crm.example.com/events';
async function webhook(): Promise<{ webhookId: string }> {
  // There are at most 20.
  await t.sql`delete from webhooks`;
  const { webhook } = await createWebhook(admin(), { name: next('crm '), url: WEBHOOK_URL });
  return { webhookId: webhook.id };
}
const sealed = (email: string) => ({
  sealedEmail: sealText(t.keyring, 'request', email, (size) => crypto.getRandomValues(new Uint8Array(size))),
});
function table(): { name: string; rows: PlannedRow[] } {
  const email = newAddress();
  const wanted = { mode: 'invite' as const, email, first: '', last: '', note: '' as const, groupIds: [] };
  return { name: 'developers.csv', rows: [{ line: 2, email, status: 'new', wanted }] };
}
const sealedSignUp = (email: string) => ({
  sealedSignUp: sealText(t.keyring, 'sign-up', JSON.stringify({ email, ...person }), (size) =>
    crypto.getRandomValues(new Uint8Array(size)),
  ),
});
const only = <Key extends string>(row: Record<Key, string>, key: Key) => ({ [key]: row[key] });

const CONSOLE: Actor = { kind: 'console', name: 'Connie' };
const NO_UUID = '01890000-0000-7000-8000-000000000000';
const NO_ACCOUNT = { input: { accountId: 'nobody' }, code: 'account_not_found' };
const NO_INVITATION = { input: { invitationId: NO_UUID }, code: 'invitation_not_found' };
const NO_APPROVAL = { input: { approvalId: NO_UUID, decision: 'approve' }, code: 'approval_not_found' };
const ADMIN_PERSON = { teamId: 'T0TEST', userId: 'U0ADMIN' };
const NO_WEBHOOK = { input: { webhookId: NO_UUID }, code: 'webhook_not_found' };
const NO_DRIFT = { input: { driftId: NO_UUID, decision: 'keep' }, code: 'drift_not_found' };
const NO_LEAK = { input: { leakedKeyId: NO_UUID }, code: 'leaked_key_not_found' };
const NO_ANNOUNCEMENT = { input: { announcementId: NO_UUID }, code: 'announcement_not_found' };
const WORDS = { kind: 'news', audience: 'everyone', subject: 'A new office', body: 'We moved.' } as const;
const NO_API = { input: { apiId: 'none' }, code: 'api_not_found' };
const NO_PRODUCT = { input: { productId: 'none' }, code: 'product_not_found' };
const NO_SUBSCRIPTION = { input: { subscriptionId: 'none' }, code: 'subscription_not_found' };
const onNoSubscription = (input: Record<string, unknown>) => ({
  input: { subscriptionId: 'none', ...input },
  code: 'subscription_not_found',
});
const NO_GROUP = { input: { groupId: 'none' }, code: 'group_not_found' };
const NO_TICKET = 'A'.repeat(43);
const NO_TEMPLATE = { input: { template: 'Nothing' }, code: 'template_not_found' };
const NOT_VALID = { input: { no: 'sense' }, code: 'invalid_input' };
const TEXT = { template: 'AccountBlocked', subject: 'Your account', body: 'It is blocked.' };

type Refused = { input: Record<string, unknown>; code: string };
type Case = {
  as: Actor;
  /** Makes what the operation needs, and returns an input with which it succeeds. */
  done: () => Promise<Record<string, unknown>> | Record<string, unknown>;
  refused: Refused;
  /** The code when the same actor sends that input in the other service; null: the input names nothing of ours. */
  foreign: string | null;
  /** Operations that it runs, each with a row of its own. */
  parts?: readonly string[];
};

const of = (as: Actor, foreign: string | null, refused: Refused, done: Case['done']): Case => ({
  as,
  foreign,
  refused,
  done,
});

/** A review of one account, by all operators. */
async function review(wanted: Partial<Parameters<typeof startReview>[1]> = {}) {
  const { groupId } = await group();
  const { account: reviewed } = await addAccount(admin(), {
    email: newAddress(),
    ...person,
    groupIds: [groupId],
  });
  const started = await startReview(admin(), { scope: 'group', scopeId: groupId, ...wanted });
  const [row] = await t.sql`select id from review_rows where account_id = ${reviewed.id}`;
  return { reviewId: started.review.id, rowId: String(row?.id) };
}
const NO_ROW = { input: { rowId: NO_UUID, expectedVersion: 1 }, code: 'review_not_found' };
const NO_REVIEW = { input: { reviewId: NO_UUID }, code: 'review_not_found' };
const keep = async () => ({ ...only(await review(), 'rowId'), expectedVersion: 1, answer: 'keep' as const });

const CASES: Record<string, Case> = {
  'accounts/activate': of(ADMIN, 'account_not_found', NO_ACCOUNT, async () => {
    const { accountId } = await account();
    await blockAccount(admin(), { accountId });
    return { accountId, reason: 'paid' };
  }),
  'accounts/add': of(
    ADMIN,
    null,
    { input: { email: 'no address', ...person }, code: 'email_invalid' },
    () => ({ email: newAddress(), ...person, password: PASSWORD }),
  ),
  'azure/attach': of(CONSOLE, null, NOT_VALID, async () => {
    await bindMirror(t.sql, 'ours');
    return { path: next('/subscriptions/…/service/other') };
  }),
  'azure/detach': of(CONSOLE, 'azure_not_bound', NOT_VALID, async () => {
    await t.sql`delete from azure_instances where service_id <> 'ours'`;
    await bindMirror(t.sql, 'ours');
    return {};
  }),
  'azure/enter-portal': of(SIGNED_IN, 'not_permitted', NOT_VALID, async () => {
    const { accountId } = SIGNED_IN;
    await bindMirror(t.sql, 'ours');
    await readInAzure(t.as(SYSTEM), azureUser(accountId), accountId);
    return {};
  }),
  'azure/settle-drift': of(ADMIN, 'drift_not_found', NO_DRIFT, async () => ({
    ...(await drift()),
    decision: 'keep',
    reason: 'ours is newer',
  })),
  'accounts/answer-sign-up': of(SYSTEM, null, NOT_VALID, () => sealedSignUp(newAddress())),
  'accounts/block': of(ADMIN, 'account_not_found', NO_ACCOUNT, async () => ({
    ...only(await account(), 'accountId'),
    reason: 'leaked a key',
  })),
  'accounts/call-off-own-email': of(SIGNED_IN, 'not_permitted', NOT_VALID, async () => {
    await changeOwnEmail(t.as(SIGNED_IN), { email: newAddress(), currentPassword: PASSWORD });
    return {};
  }),
  'accounts/change-own-email': of(
    SIGNED_IN,
    'not_permitted',
    { input: { email: 'x@example.com', currentPassword: 'not this one' }, code: 'password_wrong' },
    () => ({ email: newAddress(), currentPassword: PASSWORD }),
  ),
  'accounts/close': of(
    SIGNED_IN,
    'not_permitted',
    { input: { currentPassword: 'not this one' }, code: 'password_wrong' },
    async () => {
      await t.signIn((await account()).accountId);
      return { currentPassword: PASSWORD };
    },
  ),
  'accounts/confirm-email': of(
    DEVELOPER,
    'ticket_refused',
    { input: { ticket: NO_TICKET }, code: 'ticket_refused' },
    async () => {
      const email = newAddress();
      await editAccount(admin(), { ...only(await account(), 'accountId'), email } as never);
      return { ticket: await t.ticketTo(email) };
    },
  ),
  'accounts/decline-sign-up': of(APPROVER, 'account_not_found', NO_ACCOUNT, async () => {
    const email = newAddress();
    await answerSignUp(t.as(SYSTEM), sealedSignUp(email));
    const [row] = await t.sql`select id from accounts where email = ${email}`;
    return { accountId: row?.id as string, reason: 'partners only' };
  }),
  'accounts/delete': of(ADMIN, 'account_not_found', NO_ACCOUNT, async () =>
    only(await account(), 'accountId'),
  ),
  'accounts/edit': of(ADMIN, 'account_not_found', NO_ACCOUNT, async () => ({
    ...only(await account(), 'accountId'),
    note: 'a note',
  })),
  'accounts/edit-own': of(
    SIGNED_IN,
    'not_permitted',
    { input: { firstName: '', lastName: '' }, code: 'invalid_input' },
    () => ({ firstName: next('Ann '), lastName: 'Lee' }),
  ),
  'accounts/set-news': of(
    SIGNED_IN,
    'not_permitted',
    { input: { isWanted: 'no' }, code: 'invalid_input' },
    async () => {
      await t.sql`update accounts set news_refused_at = null where id = ${SIGNED_IN.accountId}`;
      return { isWanted: false };
    },
  ),
  'announcements/discard': of(ADMIN, 'announcement_not_found', NO_ANNOUNCEMENT, announcement),
  'announcements/save': of(
    ADMIN,
    null,
    { input: { ...WORDS, body: '' }, code: 'template_invalid' },
    () => WORDS,
  ),
  'announcements/send': of(
    ADMIN,
    'announcement_not_found',
    { input: { ...NO_ANNOUNCEMENT.input, recipients: 1 }, code: 'announcement_not_found' },
    toSend,
  ),
  'announcements/send-test': of(
    ADMIN,
    'announcement_not_found',
    { input: { ...NO_ANNOUNCEMENT.input, to: 'ada@example.com' }, code: 'announcement_not_found' },
    async () => ({ ...(await announcement()), to: newAddress() }),
  ),
  'announcements/stop': of(ADMIN, 'announcement_not_found', NO_ANNOUNCEMENT, async () => {
    const { announcementId, recipients } = await toSend();
    await sendAnnouncement(admin(), { announcementId, recipients });
    return { announcementId };
  }),
  'announcements/stop-all': of(CONSOLE, null, NOT_VALID, async () => {
    await sendAnnouncement(admin(), await toSend());
    return {};
  }),
  'announcements/unsubscribe': of(
    DEVELOPER,
    null,
    { input: { ticket: 7 }, code: 'invalid_input' },
    async () => {
      const email = newAddress();
      const { announcementId, recipients } = await toSend('news', email);
      await sendAnnouncement(admin(), { announcementId, recipients });
      await advanceAnnouncement(t.as(SYSTEM), { announcementId });
      const [mail] = await t.mailsTo(email);
      return { ticket: /ticket=([\w-]{43})/.exec(JSON.stringify(mail))?.[1] ?? '' };
    },
  ),
  'accounts/set-language': of(
    SIGNED_IN,
    'not_permitted',
    { input: { language: 'German!' }, code: 'invalid_input' },
    () => ({ language: next('de-x') }),
  ),
  'accounts/end-block': of(SYSTEM, 'account_not_found', NO_ACCOUNT, async () => {
    const { accountId } = await account();
    await blockAccount(admin(), { accountId, end: '1h' });
    t.advance(3_600_000);
    return { accountId };
  }),
  'accounts/erase': of(SYSTEM, 'account_not_found', NO_ACCOUNT, async () => {
    const row = await deleted();
    t.advance(t.policy.eraseDeletedAfterDays * 86_400_000);
    return row;
  }),
  'accounts/make-sign-in-link': of(PROGRAM, 'not_permitted', NO_ACCOUNT, async () => {
    // Other cases move the clock by months, after which a token has expired.
    Object.assign(PROGRAM, await programOf(t, 'admin', { grants: ['sso'] }));
    return only(await account(), 'accountId');
  }),
  'accounts/remove-sign-up': of(SYSTEM, 'account_not_found', NO_ACCOUNT, async () => {
    const email = newAddress();
    await answerSignUp(t.as(SYSTEM), sealedSignUp(email));
    t.advance(7 * 86_400_000);
    const [row] = await t.sql`select id from accounts where email = ${email}`;
    return { accountId: row?.id as string };
  }),
  'accounts/end-ways-in': of(CONSOLE, 'account_not_found', NO_ACCOUNT, async () =>
    only(await account(), 'accountId'),
  ),
  'accounts/restore': of(ADMIN, 'account_not_found', NO_ACCOUNT, deleted),
  'accounts/secure': of(
    DEVELOPER,
    'ticket_refused',
    { input: { ticket: NO_TICKET }, code: 'ticket_refused' },
    async () => {
      const { accountId, email } = await account();
      await setPassword(admin(), { accountId, password: 'another four quiet chairs' });
      return { ticket: await t.ticketTo(email, 'PasswordChanged') };
    },
  ),
  'accounts/set-email': of(
    SYSTEM,
    'account_not_found',
    { input: { accountId: 'nobody', email: 'x@example.com' }, code: 'account_not_found' },
    async () => ({ ...only(await account(), 'accountId'), email: newAddress() }),
  ),
  'accounts/resend-confirmation': of(
    ADMIN,
    'account_not_found',
    { input: { accountId: 'nobody' }, code: 'account_not_found' },
    async () => {
      const { accountId } = await account();
      await t.sql`update accounts set state = 'pending', email_confirmed_at = null where id = ${accountId}`;
      return { accountId };
    },
  ),
  'accounts/set-groups': of(
    ADMIN,
    'account_not_found',
    { input: { accountId: 'nobody', groupIds: [] }, code: 'account_not_found' },
    async () => ({ ...only(await account(), 'accountId'), groupIds: [(await group()).groupId] }),
  ),
  'apis/create': of(
    ADMIN,
    null,
    { input: { name: 'Orders', path: '../secret' }, code: 'invalid_input' },
    () => ({ name: next('Orders '), path: next('orders') }),
  ),
  'apis/delete': of(ADMIN, 'api_not_found', NO_API, api),
  'apis/edit': of(ADMIN, 'api_not_found', NO_API, async () => ({ ...(await api()), name: next('Bills ') })),
  'approvals/close-all': of(CONSOLE, null, NOT_VALID, async () => {
    await approval();
    return { reason: 'a backup' };
  }),
  'accounts/sign-up': of(
    DEVELOPER,
    null,
    { input: { email: 'no address', ...person }, code: 'invalid_input' },
    () => ({ email: newAddress(), ...person }),
  ),
  'approvals/decide': of(APPROVER, 'approval_not_found', NO_APPROVAL, async () => ({
    ...(await approval()),
    decision: 'decline',
  })),
  'approvals/erase': of(
    SYSTEM,
    'approval_not_found',
    { input: { approvalId: NO_UUID }, code: 'approval_not_found' },
    async () => {
      const { approvalId } = await approval();
      await withdrawApproval(t.as(MEMBER), { approvalId });
      t.advance(t.policy.eraseDeletedAfterDays * 86_400_000);
      return { approvalId };
    },
  ),
  'approvals/withdraw': of(
    MEMBER,
    'approval_not_found',
    { input: { approvalId: NO_UUID }, code: 'approval_not_found' },
    approval,
  ),
  'azure/retry-order': of(
    ADMIN,
    'azure_order_not_found',
    { input: { number: 999_999 }, code: 'azure_order_not_found' },
    async () => {
      await bindInstance(t.sql);
      await account();
      return { number: await lastOrder(t.sql) };
    },
  ),
  'azure/set-mode': of(ADMIN, 'azure_not_bound', NOT_VALID, async () => {
    await bindInstance(t.sql, { mode: 'watch' });
    return { mode: 'add', from: 'watch', writesAtMost: 1_000 };
  }),
  'azure/bind': of(SYSTEM, null, NOT_VALID, async () => {
    await t.sql`delete from azure_instances`;
    return { path: '/subscriptions/one' };
  }),
  'reviews/answer': of(
    ADMIN,
    'review_not_found',
    { input: { ...NO_ROW.input, answer: 'keep' }, code: 'review_not_found' },
    keep,
  ),
  'reviews/block-unanswered': {
    ...of(SYSTEM, 'review_not_found', { input: { rowId: NO_UUID }, code: 'review_not_found' }, async () => {
      const { rowId } = await review({ atEnd: 'block' });
      t.advance(15 * 86_400_000);
      return { rowId };
    }),
    parts: ['accounts/block'],
  },
  'reviews/end': of(ADMIN, 'review_not_found', NO_REVIEW, async () => {
    const { reviewId, rowId } = await review();
    await answerReview(admin(), { rowId, expectedVersion: 1, answer: 'keep' });
    return { reviewId };
  }),
  'reviews/report': of(ADMIN, 'review_not_found', NO_REVIEW, async () => only(await review(), 'reviewId')),
  'reviews/start': of(
    ADMIN,
    'group_not_found',
    { input: { scope: 'group', scopeId: 'none' }, code: 'group_not_found' },
    async () => {
      const { groupId } = await group();
      await addAccount(admin(), { email: newAddress(), ...person, groupIds: [groupId] });
      return { scope: 'group', scopeId: groupId };
    },
  ),
  'reviews/stop': of(
    ADMIN,
    'review_not_found',
    { input: { reviewId: NO_UUID, reason: 'too early' }, code: 'review_not_found' },
    async () => ({ ...only(await review(), 'reviewId'), reason: 'too early' }),
  ),
  'reviews/take-back': of(ADMIN, 'review_not_found', NO_ROW, async () => {
    const { rowId } = await review();
    await answerReview(admin(), { rowId, expectedVersion: 1, answer: 'keep' });
    return { rowId, expectedVersion: 2 };
  }),
  'groups/create': of(ADMIN, null, { input: { name: 'developers' }, code: 'group_name_taken' }, () => ({
    name: next('Partners '),
  })),
  'groups/delete': of(ADMIN, 'group_not_found', NO_GROUP, group),
  'groups/rename': of(
    ADMIN,
    'group_not_found',
    { input: { groupId: 'developers', name: 'Everybody' }, code: 'group_built_in' },
    async () => ({ ...(await group()), name: next('Friends ') }),
  ),
  'batches/stop': of(
    ADMIN,
    'batch_not_found',
    { input: { batchId: NO_UUID }, code: 'batch_not_found' },
    async () => {
      const begun = { batchId: (await keepImport(admin(), table())).batchId };
      await beginBatch(admin(), begun);
      return begun;
    },
  ),
  'account-batches/preview': of(
    ADMIN,
    null,
    { input: { which: { accountIds: [] }, what: { action: 'block' } }, code: 'invalid_input' },
    async () => ({ which: { accountIds: [(await account()).accountId] }, what: { action: 'block' } }),
  ),
  'account-batches/plan-undo': of(
    ADMIN,
    'batch_not_found',
    { input: { batchId: NO_UUID }, code: 'batch_not_found' },
    async () => {
      const { accountId } = await account();
      const which = { accountIds: [accountId] };
      const { batchId } = await previewAccounts(admin(), { which, what: { action: 'block' } });
      await beginBatch(admin(), { batchId: String(batchId) });
      const claimed = await claimBatch(t.as(SYSTEM), { batchId: String(batchId) });
      if (!claimed) throw new Error('the batch is not there');
      const { state, position } = await runSlice(t.as(SYSTEM), claimed);
      const { leasedUntil } = claimed;
      const place = { channelId: null, messageTs: null };
      await settleBatch(t.as(SYSTEM), { batchId: String(batchId), leasedUntil, position, state, ...place });
      return { batchId };
    },
  ),
  'batches/begin': of(
    ADMIN,
    'batch_not_found',
    { input: { batchId: NO_UUID }, code: 'batch_not_found' },
    async () => only(await keepImport(admin(), table()), 'batchId'),
  ),
  'imports/keep': of(ADMIN, null, { input: { name: 'none', rows: [] }, code: 'invalid_input' }, table),
  'invitations/accept': of(
    DEVELOPER,
    'ticket_refused',
    { input: { ticket: NO_TICKET, ...person, password: PASSWORD }, code: 'ticket_refused' },
    async () => ({ ...only(await invitation(), 'ticket'), ...person, password: PASSWORD }),
  ),
  'invitations/erase': of(SYSTEM, 'invitation_not_found', NO_INVITATION, async () => {
    const { invitationId } = await invitation();
    await revokeInvitation(admin(), { invitationId });
    t.advance(t.policy.eraseDeletedAfterDays * 86_400_000);
    return { invitationId };
  }),
  'invitations/expire': of(SYSTEM, 'invitation_not_found', NO_INVITATION, async () => {
    const { invitationId } = await invitation();
    t.advance(t.policy.invitationLifetimeHours * 3_600_000);
    return { invitationId };
  }),
  'invitations/invite': of(
    ADMIN,
    null,
    { input: { email: 'x@example.com', groupIds: ['none'] }, code: 'group_not_found' },
    () => ({ email: newAddress() }),
  ),
  'invitations/request': of(
    MEMBER,
    null,
    { input: { email: 'no address', why: '' }, code: 'email_invalid' },
    () => ({
      email: newAddress(),
      why: 'a partner',
    }),
  ),
  'invitations/request-again': of(
    DEVELOPER,
    null,
    { input: { email: 'no address' }, code: 'email_invalid' },
    () => ({ email: newAddress() }),
  ),
  'invitations/resend': of(ADMIN, 'invitation_not_found', NO_INVITATION, async () =>
    only(await invitation(), 'invitationId'),
  ),
  'invitations/revoke': of(ADMIN, 'invitation_not_found', NO_INVITATION, async () =>
    only(await invitation(), 'invitationId'),
  ),
  'exports/take': of(ADMIN, null, NOT_VALID, async () => {
    await account();
    return { kind: 'accounts', wanted: { state: 'active' } };
  }),
  'digests/set': of(ADMIN, null, NOT_VALID, async () => {
    await t.sql`delete from digests`;
    return { isOn: false };
  }),
  'invitations/set-messages': of(ADMIN, null, NOT_VALID, async () => {
    await t.sql`delete from person_settings`;
    return { isOn: false };
  }),
  'batches/stop-all': of(CONSOLE, null, NOT_VALID, async () => {
    const { batchId } = await keepImport(admin(), table());
    await beginBatch(admin(), { batchId });
    return {};
  }),
  'mails/cancel-all': of(CONSOLE, null, NOT_VALID, async () => {
    await invitation();
    return {};
  }),
  'operators/grant': of(
    ADMIN,
    null,
    { input: { ...ADMIN_PERSON, role: 'approver' }, code: 'operator_last_admin' },
    () => ({ teamId: 'T0TEST', userId: next('U0'), role: 'approver' }),
  ),
  'operators/grant-first': of(SYSTEM, null, NOT_VALID, () => ({
    teamId: 'T0TEST',
    slackUserId: next('U0'),
    name: 'New One',
    role: 'approver',
  })),
  'operators/grant-from-console': of(
    { kind: 'console', name: 'Connie' },
    'workspace_not_bound',
    { input: { teamId: 'T0NOWHERE', userId: 'U0BACK', name: 'Back' }, code: 'workspace_not_bound' },
    async () => {
      const teamId = next('T0BACK');
      await bindWorkspace(t.as(SYSTEM), { teamId, tokenHash: 'c'.repeat(64) });
      const userId = next('U0');
      // The console does not ask Slack. For the other cases the admin stays the last who can act.
      t.memberships.set(userId, 'deactivated');
      return { teamId, userId, name: 'Back Again' };
    },
  ),
  'operators/lose': of(SYSTEM, null, NOT_VALID, async () => {
    const person = await operator();
    t.memberships.set(person.userId, 'deactivated');
    return person;
  }),
  'operators/withdraw-from-console': of(
    CONSOLE,
    'operator_unfitting',
    { input: { teamId: 'T0TEST', userId: 'U0NOBODY' }, code: 'operator_unfitting' },
    operator,
  ),
  'operators/withdraw': of(
    ADMIN,
    'operator_unfitting',
    { input: ADMIN_PERSON, code: 'operator_last_admin' },
    operator,
  ),
  'passwords/change': of(
    SIGNED_IN,
    'not_permitted',
    { input: { currentPassword: PASSWORD, password: 'short', agent: '' }, code: 'password_unacceptable' },
    async () => {
      await t.signIn((await account()).accountId);
      return { currentPassword: PASSWORD, password: 'another four quiet chairs', agent: '' };
    },
  ),
  'passwords/request-reset': of(
    DEVELOPER,
    null,
    { input: { email: 'no address' }, code: 'email_invalid' },
    () => ({ email: newAddress() }),
  ),
  'passwords/reset': of(
    DEVELOPER,
    'ticket_refused',
    { input: { ticket: NO_TICKET, password: PASSWORD }, code: 'ticket_refused' },
    async () => {
      const { accountId, email } = await account();
      await sendPasswordReset(admin(), { accountId });
      return { ticket: await t.ticketTo(email), password: 'another four quiet chairs' };
    },
  ),
  'passwords/set': of(
    ADMIN,
    'account_not_found',
    { input: { accountId: 'nobody', password: PASSWORD }, code: 'account_not_found' },
    async () => ({ ...only(await account(), 'accountId'), password: PASSWORD }),
  ),
  'passwords/send-reset': of(ADMIN, 'account_not_found', NO_ACCOUNT, async () =>
    only(await account(), 'accountId'),
  ),
  'products/create': of(
    ADMIN,
    null,
    { input: { name: 'Starter', apiIds: ['none'] }, code: 'api_not_found' },
    () => ({ name: next('Starter ') }),
  ),
  'products/delete': of(ADMIN, 'product_not_found', NO_PRODUCT, product),
  'products/edit': of(ADMIN, 'product_not_found', NO_PRODUCT, async () => ({
    ...(await product()),
    terms: 'Be kind.',
  })),
  'rules/create': of(ADMIN, null, { input: { domain: 'none' }, code: 'invalid_input' }, () => ({
    domain: `${next('acme')}.com`,
  })),
  'rules/delete': of(ADMIN, 'rule_not_found', { input: { ruleId: NO_UUID }, code: 'rule_not_found' }, rule),
  'rules/edit': of(
    ADMIN,
    'rule_not_found',
    { input: { ruleId: NO_UUID, domain: 'acme.com' }, code: 'rule_not_found' },
    async () => ({ ...(await rule()), domain: `${next('acme')}.com`, admission: 'refused' }),
  ),
  'subscriptions/give': of(SYSTEM, null, NOT_VALID, async () => ({
    ...only(await account(), 'accountId'),
    ...(await product()),
    isApproved: true,
  })),
  'subscriptions/approve': of(APPROVER, 'subscription_not_found', NO_SUBSCRIPTION, asked),
  'subscriptions/cancel': of(SIGNED_IN, 'not_permitted', NO_SUBSCRIPTION, () => subscription()),
  'subscriptions/delete': of(ADMIN, 'subscription_not_found', NO_SUBSCRIPTION, () => subscription()),
  'subscriptions/expire': of(SYSTEM, 'subscription_not_found', NO_SUBSCRIPTION, async () => {
    const ending = await subscription({ endsAt: new Date(t.clock().getTime() + 60_000) });
    t.advance(120_000);
    return ending;
  }),
  'subscriptions/extend': of(
    ADMIN,
    'subscription_not_found',
    onNoSubscription({ endsAt: null }),
    async () => ({ ...(await subscription()), endsAt: '2099-01-01' }),
  ),
  'subscriptions/grant': of(ADMIN, 'account_not_found', NO_ACCOUNT, async () => ({
    accountId: SIGNED_IN.accountId,
    ...(await product()),
  })),
  'subscriptions/limit': of(
    ADMIN,
    'subscription_not_found',
    onNoSubscription({ rate: '100 per minute' }),
    async () => ({ ...(await subscription()), rate: '20/10s', quota: 'unlimited' }),
  ),
  'subscriptions/regenerate-key': of(
    APPROVER,
    'subscription_not_found',
    onNoSubscription({ slot: 'primary' }),
    async () => ({ ...(await subscription()), slot: 'primary', isLeaked: true }),
  ),
  'subscriptions/rotate-key': of(
    APPROVER,
    'subscription_not_found',
    onNoSubscription({ slot: 'primary', overlapHours: 1 }),
    async () => ({ ...(await subscription()), slot: 'primary', overlapHours: 24 }),
  ),
  'subscriptions/end-former-key': of(
    SIGNED_IN,
    'not_permitted',
    onNoSubscription({ slot: 'primary' }),
    async () => {
      const its = await subscription();
      await rotateKey(t.as(ADMIN), { ...its, slot: 'primary', overlapHours: 24 });
      return { ...its, slot: 'primary' };
    },
  ),
  'subscriptions/put-key': of(
    SYSTEM,
    'subscription_not_found',
    onNoSubscription({ slot: 'primary', key: 'a-key-brought-from-elsewhere' }),
    async () => ({ ...(await subscription()), slot: 'primary', key: next('a-key-brought-from-elsewhere-') }),
  ),
  'subscriptions/reject': of(
    APPROVER,
    'subscription_not_found',
    onNoSubscription({ reason: 'for partners only' }),
    async () => ({ ...(await asked()), reason: 'for partners only' }),
  ),
  'subscriptions/rename': of(SIGNED_IN, 'not_permitted', onNoSubscription({ name: 'Mine' }), async () => ({
    ...(await subscription()),
    name: next('Mine '),
  })),
  'subscriptions/request': of(SIGNED_IN, 'not_permitted', NO_PRODUCT, product),
  'subscriptions/resume': of(APPROVER, 'subscription_not_found', NO_SUBSCRIPTION, () =>
    subscription({ state: 'suspended' }),
  ),
  'subscriptions/list-secrets': of(PROGRAM, 'not_permitted', NO_SUBSCRIPTION, async () => {
    Object.assign(PROGRAM, await programOf(t, 'admin', { grants: ['list-secrets'] }));
    return subscription();
  }),
  'subscriptions/show-keys': of(SIGNED_IN, 'not_permitted', NO_SUBSCRIPTION, () => subscription()),
  'subscriptions/suspend': of(APPROVER, 'subscription_not_found', NO_SUBSCRIPTION, () => subscription()),
  'terms/agree': of(
    SIGNED_IN,
    'not_permitted',
    { input: { version: 'another' }, code: 'terms_not_agreed' },
    () => {
      const termsVersion = next('version ');
      t.policy.brand = { ...t.policy.brand, termsVersion };
      return { version: termsVersion };
    },
  ),
  'identities/claim': of(
    DEVELOPER,
    'ticket_refused',
    { input: { browserSecret: NO_TICKET, password: PASSWORD, agent: '' }, code: 'ticket_refused' },
    async () => {
      const { accountId, email } = await account();
      await t.sql`update accounts set password_must_change = false where id = ${accountId}`;
      const browserSecret = await proved(t, next('subject'), { email });
      return { browserSecret, password: PASSWORD, agent: 'a browser' };
    },
  ),
  'identities/connect': of(
    SIGNED_IN,
    'not_permitted',
    { input: { browserSecret: NO_TICKET }, code: 'ticket_refused' },
    async () => ({ browserSecret: await provedByDeveloper() }),
  ),
  'identities/connect-by-link': of(
    DEVELOPER,
    'ticket_refused',
    { input: { ticket: NO_TICKET, browserSecret: NO_TICKET, agent: '' }, code: 'ticket_refused' },
    async () => {
      const { accountId, email } = await account();
      await sendPasswordReset(admin(), { accountId });
      const ticket = await t.ticketTo(email);
      return { ticket, browserSecret: await proved(t, next('subject')), agent: 'a browser' };
    },
  ),
  'identities/disconnect': of(
    SIGNED_IN,
    'not_permitted',
    {
      input: { issuer: 'https://acme.example', subject: 'nobody', currentPassword: PASSWORD },
      code: 'identity_not_found',
    },
    async () => {
      await connectProvider(t.as(SIGNED_IN), { browserSecret: await provedByDeveloper() });
      const [row] = await t.sql`select issuer, subject from account_identities
        where account_id = ${SIGNED_IN.accountId} order by linked_at desc limit 1`;
      return { ...row, currentPassword: PASSWORD };
    },
  ),
  'identities/finish': of(DEVELOPER, null, NOT_VALID, async () => {
    const subject = next('subject');
    const as = t.as(SIGNED_IN);
    const purpose = { purpose: 'connect', currentPassword: PASSWORD } as const;
    await connectProvider(as, { browserSecret: await proved(t, subject, { as, ...purpose }) });
    return comesBack(t.as(DEVELOPER), subject);
  }),
  'identities/sign-up': of(
    DEVELOPER,
    'ticket_refused',
    { input: { browserSecret: NO_TICKET, agent: '', ...person }, code: 'ticket_refused' },
    async () => ({ browserSecret: await proved(t, next('subject')), agent: 'a browser', ...person }),
  ),
  'sessions/end': of(
    SIGNED_IN,
    'not_permitted',
    { input: { sessionId: NO_UUID }, code: 'session_not_found' },
    otherSession,
  ),
  'sessions/end-all': of(CONSOLE, null, NOT_VALID, () => ({})),
  'sessions/end-others': of(SIGNED_IN, 'not_permitted', NOT_VALID, async () => {
    await otherSession();
    return {};
  }),
  'sessions/prove': of(
    SIGNED_IN,
    'not_permitted',
    { input: { ticket: NO_TICKET }, code: 'ticket_refused' },
    async () => {
      const { email } = await requestProof(t.as(SIGNED_IN), {});
      return { ticket: await t.ticketTo(email, 'SignInProof') };
    },
  ),
  'sessions/request-proof': of(SIGNED_IN, 'not_permitted', NOT_VALID, () => ({})),
  'sessions/redeem-link': of(
    DEVELOPER,
    'ticket_refused',
    { input: { ticket: NO_TICKET, agent: '' }, code: 'ticket_refused' },
    async () => {
      Object.assign(PROGRAM, await programOf(t, 'admin', { grants: ['sso'] }));
      const { url } = await makeSignInLink(t.as(PROGRAM), only(await account(), 'accountId') as never);
      return { ticket: new URL(url).searchParams.get('ticket'), agent: 'a browser' };
    },
  ),
  'sessions/sign-in': of(
    DEVELOPER,
    'sign_in_refused',
    { input: { email: 'nobody@example.com', password: PASSWORD, agent: '' }, code: 'sign_in_refused' },
    async () => ({
      ...only(await account(), 'email'),
      password: PASSWORD,
      newPassword: 'another four quiet chairs',
      agent: 'a browser',
    }),
  ),
  'sessions/sign-out': of(SIGNED_IN, 'not_permitted', NOT_VALID, () => ({})),
  'notifications/add-recipient': of(
    ADMIN,
    null,
    { input: { notification: 'BCC', email: 'a@example.com' }, code: 'invalid_input' },
    () => ({ notification: NEWS, email: newAddress() }),
  ),
  'notifications/remove-recipient': of(
    ADMIN,
    null,
    { input: { notification: NEWS, email: 'no address' }, code: 'email_invalid' },
    async () => {
      const recipient = { notification: NEWS, email: newAddress() } as const;
      await addNotificationRecipient(admin(), recipient);
      return recipient;
    },
  ),
  'templates/restore-default': of(ADMIN, null, NO_TEMPLATE, async () => {
    await saveTemplate(admin(), { ...TEXT, subject: next('Your account ') });
    return { template: TEXT.template };
  }),
  'templates/save': of(
    ADMIN,
    null,
    { input: { ...TEXT, subject: '', body: '' }, code: 'template_invalid' },
    () => ({ ...TEXT, subject: next('Your account ') }),
  ),
  'templates/send-test': of(
    ADMIN,
    null,
    { input: { ...TEXT, to: 'no address' }, code: 'email_invalid' },
    () => ({ ...TEXT, to: newAddress() }),
  ),
  'tickets/answer-request': of(SYSTEM, null, NOT_VALID, async () => ({
    kind: 'invitation',
    ...sealed((await invitation()).email),
  })),
  'tickets/void-all': of(CONSOLE, null, NOT_VALID, async () => {
    await invitation();
    return {};
  }),
  'leaked-keys/end': of(ADMIN, 'leaked_key_not_found', NO_LEAK, leaked),
  'leaked-keys/follow-key': of(SYSTEM, null, NOT_VALID, async () => {
    const its = await leaked();
    await t.sql`update subscription_keys set ends_at = now() - interval '1 day'
      where hash = (select hash from leaked_keys where id = ${its.leakedKeyId})`;
    return its;
  }),
  'leaked-keys/leave': of(ADMIN, 'leaked_key_not_found', NO_LEAK, async () => ({
    ...(await leaked()),
    reason: 'a test',
  })),
  'leaked-keys/report': of(SYSTEM, null, NOT_VALID, async () => ({
    ...(await keyHash()),
    places: [{ url: 'https://code.example.com', source: 'commit' }],
  })),
  'tokens/create': of(
    { kind: 'console', name: 'Connie' },
    null,
    {
      input: { name: 'ci', role: 'reader', teamId: 'T0TEST', userId: 'U0MEMBER' },
      code: 'operator_unfitting',
    },
    () => ({ name: next('ci '), role: 'reader', teamId: 'T0TEST', userId: 'U0ADMIN' }),
  ),
  'tokens/exchange': of(
    PROGRAM,
    'not_permitted',
    { input: { tenantId: 'none', address: '127.0.0.1' }, code: 'invalid_input' },
    async () => {
      Object.assign(PROGRAM, await programOf(t, 'reader'));
      return { tenantId: NO_UUID, address: '127.0.0.1' };
    },
  ),
  'tokens/revoke-all': of(CONSOLE, null, NOT_VALID, async () => {
    await programOf(t, 'reader');
    return {};
  }),
  'tokens/revoke': of(
    ADMIN,
    'token_not_found',
    { input: { tokenId: NO_UUID }, code: 'token_not_found' },
    async () => only(await programOf(t, 'reader'), 'tokenId'),
  ),
  'services/set-of-channel': of(ADMIN, null, NOT_VALID, async () => {
    const channelId = next('C0');
    await t.sql`insert into channel_services values ('theirs', 'T0TEST', ${channelId}, now())`;
    return { channelId };
  }),
  'webhooks/create': of(
    ADMIN,
    null,
    { input: { name: 'crm', url: 'http://crm.example.com' }, code: 'invalid_input' },
    () => ({ name: next('crm '), url: WEBHOOK_URL }),
  ),
  'webhooks/delete': of(ADMIN, 'webhook_not_found', NO_WEBHOOK, webhook),
  'webhooks/edit': of(ADMIN, 'webhook_not_found', NO_WEBHOOK, async () => ({
    ...(await webhook()),
    name: next('erp '),
  })),
  'webhooks/pause': of(ADMIN, 'webhook_not_found', NO_WEBHOOK, webhook),
  'webhooks/redeliver': of(
    ADMIN,
    'webhook_delivery_not_found',
    { input: { deliveryId: NO_UUID }, code: 'webhook_delivery_not_found' },
    async () => {
      const { deliveryId } = await sendTestEvent(admin(), await webhook());
      await t.sql`update webhook_deliveries set state = 'failed', attempts = 3`;
      return { deliveryId };
    },
  ),
  'webhooks/report-trouble': of(SYSTEM, 'webhook_not_found', NO_WEBHOOK, async () => {
    const made = await webhook();
    await t.sql`update webhooks set untold = 'gone'`;
    return made;
  }),
  'webhooks/resume': of(ADMIN, 'webhook_not_found', NO_WEBHOOK, async () => {
    const made = await webhook();
    await pauseWebhook(admin(), made);
    return made;
  }),
  'webhooks/rotate-secret': of(ADMIN, 'webhook_not_found', NO_WEBHOOK, webhook),
  'webhooks/send-test': of(ADMIN, 'webhook_not_found', NO_WEBHOOK, webhook),
  'workspaces/bind': of(SYSTEM, null, NOT_VALID, () => ({ teamId: next('T0'), tokenHash: 'a'.repeat(64) })),
  'workspaces/revoke': of(SYSTEM, null, NOT_VALID, async () => {
    const teamId = next('T0');
    await bindWorkspace(t.as(SYSTEM), { teamId, tokenHash: 'a'.repeat(64) });
    return { teamId, why: 'tokens_revoked' };
  }),
};

const ONLY_SHOWN = [
  'azure/enter-portal',
  'subscriptions/show-keys',
  'subscriptions/list-secrets',
  'tokens/exchange',
  'reviews/report',
];

const rowsOf = (requestId: string) =>
  t.sql`select operation, outcome, code, service_id from audit where request_id = ${requestId}`;

function run(
  name: string,
  input: Record<string, unknown>,
  service: ServiceId = 'ours',
  requestId = next('request '),
) {
  const operation = operations.get(name);
  const one = CASES[name];
  if (!operation || !one) throw new Error(`${name} has no case here`);
  return { requestId, outcome: operation(t.as(one.as, service, requestId), input as never) };
}

it('T55: every operation that changes something has a case in this file', () => {
  expect(changing.map((operation) => operation.operation).sort()).toEqual(Object.keys(CASES).sort());
});

for (const { operation: name } of changing) {
  const one = CASES[name];
  if (!one) continue;
  describe(`T55: ${name}`, () => {
    it('writes one row when it is done', async () => {
      const { requestId, outcome } = run(name, await one.done());
      await outcome;
      expect(await rowsOf(requestId)).toEqual(
        [...(one.parts ?? []), name].map((operation) => ({
          operation,
          outcome: 'done',
          code: null,
          service_id: 'ours',
        })),
      );
    });

    it(`writes one row, and nothing else, when it is refused (${one.refused.code})`, async () => {
      const before = await hashesOfTables(t);
      const { requestId, outcome } = run(name, one.refused.input);
      expect(await refusalOf(outcome)).toBe(one.refused.code);
      expect(await rowsOf(requestId)).toEqual([
        { operation: name, outcome: 'refused', code: one.refused.code, service_id: 'ours' },
      ]);
      expect(await hashesOfTables(t)).toEqual(before);
    });

    it('changes nothing when its audit row can’t be written', async () => {
      const input = await one.done();
      const before = await hashesOfTables(t);
      await expect(run(name, input, 'ours', NO_AUDIT).outcome).rejects.toThrow();
      expect(await hashesOfTables(t)).toEqual(before);
      // The same input succeeds a moment later, so only the audit stopped it.
      await run(name, input).outcome;
      // An operation that only shows a secret has no effect but its row.
      if (!ONLY_SHOWN.includes(name)) expect(await hashesOfTables(t)).not.toEqual(before);
    });

    const { foreign } = one;
    if (foreign) {
      it(`T52: finds nothing of another service (${foreign}), and changes nothing`, async () => {
        const input = await one.done();
        const before = await hashesOfTables(t);
        const { requestId, outcome } = run(name, input, 'theirs');
        expect(await refusalOf(outcome)).toBe(foreign);
        expect(await rowsOf(requestId)).toEqual([
          { operation: name, outcome: 'refused', code: foreign, service_id: 'theirs' },
        ]);
        expect(await hashesOfTables(t)).toEqual(before);
        await run(name, input).outcome;
      });
    }
  });
}

it('T130: every operation that changes something has an event, or is known to have none', () => {
  expect(Object.keys(EVENT_TYPES).sort()).toEqual(Object.keys(CASES).sort());
});

it('T55: an operation that had nothing to change writes no row', async () => {
  const input = { teamId: next('T0'), tokenHash: 'b'.repeat(64) };
  await run('workspaces/bind', input).outcome;
  const { requestId, outcome } = run('workspaces/bind', input);
  await outcome;
  expect(await rowsOf(requestId)).toEqual([]);
});

describe('T56: the audit table', () => {
  it.each([
    `update audit set actor_name = 'Nobody'`,
    `update audit set outcome = 'done' where outcome = 'refused'`,
    'delete from audit',
    'truncate audit cascade',
  ])('refuses the statement: %s', async (statement) => {
    await refusalOf(run('accounts/block', { accountId: 'nobody' }).outcome);
    const before = await t.sql`select * from audit order by id`;
    expect(before.length).toBeGreaterThan(0);
    await expect(t.sql.unsafe(statement)).rejects.toMatchObject({
      code: '42501',
      message: 'the audit is append-only',
    });
    expect(await t.sql`select * from audit order by id`).toEqual(before);
  });
});

it('T59: after all operations of this file the audit holds no password, hash, ticket or token', async () => {
  const text = await auditText(t.sql);
  for (const name of Object.keys(CASES)) expect(text).toContain(`"${name}"`);
  expect(secretsIn(text)).toEqual([]);
  expect(secretsIn('{"reason":"three quiet garden chairs"}')).toHaveLength(1);
});
