// T44 in Slack: whatever a person types, presses or submits, the operation behind it decides.
import { WebClient } from '@slack/web-api';
import { beforeAll, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { saveAnnouncement } from '../../src/operations/announcements/save.ts';
import { sendAnnouncement } from '../../src/operations/announcements/send.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import type { Served, SlackActor } from '../../src/operations/frame/context.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { keepImport } from '../../src/operations/imports/keep.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { reportLeakedKey } from '../../src/operations/leaked-keys/report.ts';
import { grantRole } from '../../src/operations/operators/grant.ts';
import { showOwnRole } from '../../src/operations/operators/show-own-role.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { answerReview } from '../../src/operations/reviews/answer.ts';
import { startReview } from '../../src/operations/reviews/start.ts';
import { createRule } from '../../src/operations/rules/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { saveTemplate } from '../../src/operations/templates/save.ts';
import { showTemplate } from '../../src/operations/templates/show.ts';
import { createWebhook } from '../../src/operations/webhooks/create.ts';
import { pauseWebhook } from '../../src/operations/webhooks/pause.ts';
import { sendTestEvent } from '../../src/operations/webhooks/send-test.ts';
import type { Command, SlackRequest } from '../../src/slack/frame/feature.ts';
import { BUTTONS, COMMANDS, SHORTCUTS, SUBMISSIONS } from '../../src/slack/handlers.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  MEMBER,
  programOf,
  refusalOf,
  SYSTEM,
  withMembership,
} from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { azureUser, bindMirror, readInAzure } from '../support/mirror.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

/** In the name and email of each account, which people without a role must not see. */
const CANARY = 'zanzibar';
/** A guest stands for every person that Slack does not call a member. */
const ROLES: Record<string, SlackActor> = {
  admin: ADMIN as SlackActor,
  approver: APPROVER as SlackActor,
  member: MEMBER as SlackActor,
  guest: withMembership('guest') as SlackActor,
};

/** The roles that get an answer other than a refusal; those with `*` also change something. */
const EXPECTED: Record<string, string> = {
  '/apim-user add': 'admin*',
  '/apim-user invite': 'admin*',
  '/apim-user invites': 'admin',
  '/apim-user import': 'admin',
  '[import-apply]': 'admin*',
  '{import}': 'admin*',
  '[many-select]': 'admin',
  '[many-turn]': 'admin',
  '{many-select}': 'admin',
  '{many-accounts}': 'admin',
  '[batch-begin]': 'admin*',
  '[batch-stop]': 'admin',
  '[batch-undo]': 'admin',
  '/apim-user list': 'admin approver',
  '/apim-user show': 'admin approver',
  '/apim-user edit': 'admin',
  '/apim-user block': 'admin* approver*',
  '/apim-user activate': 'admin* approver*',
  '/apim-user delete': 'admin',
  '/apim-user restore': 'admin*',
  '/apim-user reset-password': 'admin',
  '/apim-user groups': 'admin',
  '/apim-user templates': 'admin',
  '/apim-user announce': 'admin',
  '[menu-announce]': 'admin',
  '[menu-announcements]': 'admin',
  '[announcements-turn]': 'admin',
  '[announced-turn]': 'admin',
  '[product-tell]': 'admin',
  '[api-tell]': 'admin',
  '[announcement-show]': 'admin',
  '[announcement-refresh]': 'admin',
  '[announcement-mail]': 'admin',
  '[announcement-recipients]': 'admin',
  '[announcement-edit]': 'admin',
  '[announcement-test]': 'admin*',
  '[announcement-discard]': 'admin*',
  '[announcement-send]': 'admin*',
  '[announcement-stop]': 'admin*',
  '{announcement-begin}': 'admin',
  '{announcement-save}': 'admin*',
  '/apim-user help': 'admin approver member',
  '[menu-add]': 'admin',
  '[menu-invite]': 'admin',
  '[menu-invites]': 'admin',
  '[invite-correct]': 'admin',
  '[invite-anyway]': 'admin',
  '[add-anyway]': 'admin',
  '[invitation-resend]': 'admin*',
  '[invitation-revoke]': 'admin*',
  '[invitation-messages-off]': 'admin* approver* member*',
  '[invitation-messages-on]': 'admin* approver* member*',
  '[invitation-revoke-ask]': 'admin',
  '{invitation-revoke}': 'admin*',
  '[menu-list]': 'admin approver',
  '[list-pending]': 'admin approver',
  '[menu-import]': 'admin',
  '[menu-groups]': 'admin approver',
  '[menu-templates]': 'admin',
  '[menu-operators]': 'admin',
  '[menu-tokens]': 'admin',
  '[operators-turn]': 'admin',
  '[template-variables]': 'admin',
  '[list-turn]': 'admin approver',
  '[invites-turn]': 'admin',
  '[groups-turn]': 'admin approver',
  '[history-turn]': 'admin approver',
  '[audit-turn]': 'admin approver',
  '[apis-turn]': 'admin approver',
  '[products-turn]': 'admin approver',
  '[subscriptions-turn]': 'admin approver',
  '[tokens-turn]': 'admin',
  '[approvals-turn]': 'admin approver',
  '[own-approvals-turn]': 'admin approver member',
  '[account-details]': 'admin approver',
  '[subscription-details]': 'admin approver',
  '[product-details]': 'admin approver',
  '[api-details]': 'admin approver',
  '[account-decline]': 'admin approver',
  '{account-decline}': 'admin* approver*',
  '[menu-find]': 'admin approver',
  '[list-show]': 'admin approver',
  '[account-edit]': 'admin',
  '[account-block]': 'admin approver',
  '[account-activate]': 'admin* approver*',
  '[account-delete]': 'admin',
  '[account-restore]': 'admin*',
  '[account-reset-password]': 'admin',
  '[account-groups]': 'admin',
  '/apim-user rules': 'admin',
  '[menu-rules]': 'admin',
  '[rules-turn]': 'admin',
  '[rule-create]': 'admin',
  '[rule-edit]': 'admin',
  '[rule-delete]': 'admin',
  '{rule}': 'admin',
  '{rule-delete}': 'admin*',
  '[group-create]': 'admin',
  '[group-rename]': 'admin',
  '[group-delete]': 'admin',
  '{group-delete}': 'admin*',
  '[template-edit]': 'admin',
  '[template-preview]': 'admin',
  '[template-test]': 'admin*',
  '[template-restore]': 'admin*',
  '/apim-user history': 'admin approver',
  '/apim-user review': 'admin',
  '[reviews-turn]': 'admin approver',
  '[review-rows-turn]': 'admin approver',
  '[review-start-ask]': 'admin',
  '[review-open]': 'admin approver',
  '[review-show]': 'admin approver',
  '[review-report]': 'admin approver',
  '[review-end]': 'admin*',
  '[review-stop]': 'admin',
  '[review-keep]': 'admin* approver*',
  '[review-block]': 'admin approver',
  '[review-take-back]': 'admin*',
  '{review-plan}': 'admin',
  '{review-start}': 'admin*',
  '{review-block}': 'admin* approver*',
  '{review-stop}': 'admin*',
  '/apim-user approvals': 'admin approver member',
  '/apim-user request': 'admin approver member',
  '/apim-user operators': 'admin',
  '/apim-user export': 'admin',
  '[menu-export]': 'admin',
  '[list-export]': 'admin*',
  '{export}': 'admin*',
  '[history-of]': 'admin approver',
  '[menu-approvals]': 'admin approver member',
  '[approval-approve]': 'admin* approver*',
  '[approval-decline]': 'admin approver',
  '[approval-withdraw]': 'admin approver member*',
  '[menu-request]': 'admin approver member',
  '/apim-user tokens': 'admin',
  '[token-revoke]': 'admin*',
  '[leaked-key-end]': 'admin* approver*',
  '[digest-off]': 'admin*',
  '[digest-on]': 'admin*',
  '[leaked-key-leave]': 'admin* approver*',
  '/apim-user webhooks': 'admin',
  '[menu-webhooks]': 'admin',
  '[webhooks-turn]': 'admin',
  '[webhook-show]': 'admin',
  '[webhook-create]': 'admin',
  '[webhook-edit]': 'admin',
  '[webhook-pause]': 'admin*',
  '[webhook-resume]': 'admin*',
  '[webhook-test]': 'admin*',
  '[webhook-rotate]': 'admin*',
  '[webhook-delete]': 'admin*',
  '[webhook-deliveries]': 'admin',
  '[webhook-deliveries-turn]': 'admin',
  '[webhook-redeliver]': 'admin*',
  '{webhook-create}': 'admin*',
  '{webhook-edit}': 'admin*',
  '/apim-user service': 'admin',
  '[home-service]': 'admin approver member',
  '[operator-add]': 'admin',
  '[operator-grant]': 'admin*',
  '[operator-withdraw]': 'admin*',
  '[undo]': 'admin* approver*',
  '[menu-help]': 'admin approver member',
  '[run-command]': 'admin approver',
  '{add}': 'admin*',
  '{invite}': 'admin*',
  '{choose-for-show}': 'admin approver',
  '{choose-for-edit}': 'admin',
  '{edit}': 'admin*',
  '{choose-for-block}': 'admin approver',
  '{block}': 'admin* approver*',
  '{choose-for-activate}': 'admin approver',
  '{choose-for-delete}': 'admin',
  '{delete}': 'admin*',
  '{choose-for-reset-password}': 'admin',
  '{reset-password}': 'admin*',
  '{group-create}': 'admin*',
  '{group-rename}': 'admin*',
  '{groups}': 'admin*',
  '{template-save}': 'admin*',
  '{choose-for-history}': 'admin approver',
  '{approval-decline}': 'admin* approver*',
  '{request}': 'admin* approver* member*',
  '{operator-grant}': 'admin*',
  '/apim-user apis': 'admin approver',
  '/apim-user products': 'admin approver',
  '[menu-apis]': 'admin approver',
  '[api-create]': 'admin',
  '[api-edit]': 'admin',
  '[api-document]': 'admin',
  '[api-delete]': 'admin',
  '[product-create]': 'admin',
  '[product-edit]': 'admin',
  '[product-delete]': 'admin',
  '{api-create}': 'admin*',
  '{api-edit}': 'admin*',
  '{api-document}': 'admin*',
  '{api-delete}': 'admin*',
  '{product-create}': 'admin*',
  '{product-edit}': 'admin*',
  '{product-delete}': 'admin*',
  '/apim-user subscriptions': 'admin approver',
  '/apim-user usage': 'admin approver',
  '[usage-time]': 'admin approver',
  '[account-usage]': 'admin approver',
  '[product-usage]': 'admin approver',
  '[subscription-usage]': 'admin approver',
  '[menu-products]': 'admin approver',
  '[menu-subscriptions]': 'admin approver',
  '[subscriptions-of]': 'admin approver',
  '[subscription-show]': 'admin approver',
  '[subscription-grant]': 'admin',
  '[subscription-approve]': 'admin* approver*',
  '[subscription-reject]': 'admin approver',
  '[subscription-suspend]': 'admin approver',
  '[subscription-resume]': 'admin* approver*',
  '[subscription-regenerate]': 'admin approver',
  '[subscription-leaked]': 'admin approver',
  '[subscription-cancel]': 'admin',
  '[subscription-delete]': 'admin',
  '[subscription-rename]': 'admin',
  '[subscription-extend]': 'admin',
  '[subscription-limit]': 'admin',
  '{subscription-grant}': 'admin*',
  '{subscription-reject}': 'admin* approver*',
  '{subscription-suspend}': 'admin* approver*',
  '{subscription-regenerate}': 'admin* approver*',
  '{subscription-leaked}': 'admin* approver*',
  '{subscription-cancel}': 'admin*',
  '{subscription-delete}': 'admin*',
  '{subscription-rename}': 'admin*',
  '{subscription-extend}': 'admin*',
  '{subscription-limit}': 'admin*',
  '/apim-user azure': 'admin approver',
  '[azure-status]': 'admin approver',
  '[azure-differences]': 'admin approver',
  '[azure-differences-turn]': 'admin approver',
  '[azure-difference]': 'admin approver',
  '[azure-orders]': 'admin approver',
  '[azure-orders-turn]': 'admin approver',
  '[azure-retry]': 'admin approver',
  '[azure-mode]': 'admin',
  '{azure-mode}': 'admin',
  '[azure-take]': 'admin* approver*',
  '[azure-keep]': 'admin* approver*',
  '[azure-leave]': 'admin* approver*',
  '<Invite API developer>': 'admin',
  '<Manage API developer>': 'admin approver',
};

const t = forAllTests(createTestContext);
const slack = forAllTests(createSlackDriver);
let client: WebClient;
beforeAll(async () => {
  await bindMirror(t.sql, 'ours');
  client = new WebClient(slack.slack.botToken, {
    slackApiUrl: slack.slackApiUrl,
    retryConfig: { retries: 0 },
  });
});

let count = 0;
/** Makes one row of each kind for an entry to work on. */
async function arrange() {
  count += 1;
  const admin = t.as(ADMIN);
  const email = `${CANARY}${count}@example.com`;
  const { account } = await addAccount(admin, { email, firstName: CANARY, lastName: 'Lee' });
  const person = { firstName: CANARY, lastName: 'Lee' };
  const blocked = await addAccount(admin, { email: `blocked-${email}`, ...person });
  const { changeId } = await blockAccount(admin, { accountId: blocked.account.id });
  const deleted = await addAccount(admin, { email: `deleted-${email}`, ...person });
  await deleteAccount(admin, { accountId: deleted.account.id });
  const signedUp = await addAccount(admin, { email: `waiting-${email}`, ...person, verifyFirst: true });
  await t.sql`update accounts set signed_up_at = now(), email_confirmed_at = now() where id = ${signedUp.account.id}`;
  const text = { subject: `Your account ${count}`, body: 'It is blocked.' };
  await saveTemplate(admin, { template: 'AccountBlocked', ...text });
  const { version } = await showTemplate(admin, { template: 'AccountBlocked' });
  const { invitationId } = await invite(admin, { email: `${CANARY}-invited${count}@example.com` });
  const { groupId } = await createGroup(admin, { name: `${CANARY} partners ${count}` });
  const { rule } = await createRule(admin, { domain: `acme${count}.com` });
  const wish = { email: `${CANARY}-wanted${count}@example.com`, why: 'a partner' };
  const { approvalId } = await requestInvitation(t.as(MEMBER), wish);
  const row = {
    line: 2,
    email,
    status: 'new' as const,
    wanted: { ...WANTED, email: `${CANARY}-row${count}@example.com` },
  };
  // The entries store imports of their own, and only so many may wait at once.
  await t.sql`delete from batches`;
  const { batchId } = await keepImport(admin, { name: 'developers.csv', rows: [row] });
  const { api } = await createApi(admin, {
    id: `orders${count}`,
    name: `${CANARY} orders`,
    path: `orders${count}`,
  });
  // A document to remove, without the time that reading one takes.
  await t.sql`update apis set document_hash = ${'0'.repeat(64)} where id = ${api.id}`;
  const { product } = await createProduct(admin, { id: `starter${count}`, name: `${CANARY} starter` });
  const subscribe = async (state: 'active' | 'submitted' | 'suspended') =>
    (await grantSubscription(admin, { accountId: account.id, name: `${CANARY} robot`, state })).subscription;
  const active = await subscribe('active');
  const waiting = await subscribe('submitted');
  const suspended = await subscribe('suspended');
  // Only so many drafts may be kept.
  await t.sql`delete from announcements`;
  const told = await createGroup(admin, { name: `${CANARY} told ${count}` });
  await t.sql`insert into account_groups values ('ours', ${account.id}, ${told.groupId})`;
  const words = { kind: 'news', audience: 'group', audienceOf: told.groupId, body: 'We moved.' } as const;
  const draft = await saveAnnouncement(admin, { ...words, subject: `${CANARY} draft` });
  const sent = await saveAnnouncement(admin, { ...words, subject: `${CANARY} sent` });
  await sendAnnouncement(admin, { announcementId: sent.announcementId, recipients: 1 });
  const spare = { teamId: 'T0TEST', userId: `U0SPARE${count}` };
  await grantRole(admin, { ...spare, role: 'approver' });
  const { tokenId } = await programOf(t, 'reader');
  const [key] = await t.sql`select hash from subscription_keys where subscription_id = ${active.id} limit 1`;
  await reportLeakedKey(t.as(SYSTEM), { hash: String(key?.hash), places: [] });
  const [leak] = await t.sql`select id from leaked_keys where hash = ${key?.hash}`;
  const user = azureUser(account.id, { email, firstName: CANARY, note: 'from Azure' });
  await readInAzure(t.as(SYSTEM), user, account.id);
  const [drift] = await t.sql`select id, version from azure_drifts where thing_id = ${account.id}`;
  await t.sql`delete from webhooks`;
  const hook = (name: string) =>
    createWebhook(admin, { name: `${name}${count}`, url: 'https://crm.example.com/events' });
  const [{ webhook }, { webhook: other }] = [await hook('crm'), await hook('erp')];
  const { deliveryId } = await sendTestEvent(admin, { webhookId: webhook.id });
  const paused = await pauseWebhook(admin, { webhookId: other.id });
  return {
    account,
    webhookId: webhook.id,
    deliveryId,
    tokenId,
    leakedKeyId: String(leak?.id),
    email,
    groupId,
    approvalId,
    batchId,
    changeId,
    operator: spare.userId,
    subscriptionId: active.id,
    /** Everything that a button's value or a modal's metadata can refer to. */
    references: [
      { id: account.id, version: account.version },
      { id: blocked.account.id, version: blocked.account.version + 1 },
      { id: deleted.account.id, version: deleted.account.version + 1 },
      { id: invitationId, version: 1 },
      { id: groupId },
      { name: 'AccountBlocked', version },
      { id: approvalId },
      { userId: spare.userId, role: 'admin' },
      { accountId: account.id },
      { id: api.id, version: api.version },
      { id: product.id, version: product.version },
      { id: active.id, version: active.version },
      { id: waiting.id, version: waiting.version },
      { id: suspended.id, version: suspended.version },
      { id: signedUp.account.id, version: signedUp.account.version },
      { id: String(drift?.id), version: Number(drift?.version) },
      { id: webhook.id, version: webhook.version },
      { id: other.id, version: paused.webhook.version },
      { query: { webhookId: webhook.id }, from: 0 },
      { kind: 'accounts', wanted: { state: 'active' } },
      { id: draft.announcementId, version: draft.version, recipients: 1 },
      { id: sent.announcementId, version: sent.version },
      ...(await reviews(groupId)),
      { id: rule.id, version: rule.version },
    ] as Record<string, unknown>[],
  };
}

/** An account in two reviews: one waits, and in the other an admin answered. */
async function reviews(groupId: string): Promise<Record<string, unknown>[]> {
  const email = `reviewed-${CANARY}${count}@example.com`;
  const person = { email, firstName: CANARY, lastName: 'Lee', groupIds: [groupId] };
  await addAccount(t.as(ADMIN), person);
  const start = () => startReview(t.as(ADMIN), { scope: 'group', scopeId: groupId });
  const ids = [(await start()).review.id, (await start()).review.id];
  const rows = await t.sql`select id from review_rows where review_id in ${t.sql(ids)} order by review_id`;
  const [waiting, answered] = rows.map((row) => String(row.id));
  await answerReview(t.as(ADMIN), { rowId: answered ?? '', expectedVersion: 1, answer: 'keep' });
  return [
    { id: ids[0] },
    { id: waiting, version: 1 },
    { query: { reviewId: ids[0] } },
    { id: ids[1] },
    { id: answered, version: 2 },
    { scope: 'all' },
  ];
}
type Things = Awaited<ReturnType<typeof arrange>>;

const typed = ({ account, groupId, email, operator }: Things) => ({
  person: operator,
  role: 'admin',
  kind: 'accounts',
  format: 'csv',
  filter: '',
  why: 'a partner',
  account: account.id,
  accounts: account.id,
  email: `new-${email}`,
  path: `orders/${groupId}`,
  url: 'https://erp.example.com/events',
  domain: `more-${groupId}.com`,
  scope: 'all',
  endsAt: '2031-01-01',
  slot: 'primary',
  removeDocument: true,
  emails: `another-${email}`,
  firstName: 'Ann',
  lastName: 'Lee',
  name: `Friends of ${groupId}`,
  description: '',
  note: 'a note',
  table: `email\nrow-${email}`,
  reason: 'a reason',
  groups: [groupId],
  template: 'AccountBlocked',
  subject: 'Your account',
  body: 'It is blocked.',
});

const WANTED = { mode: 'invite' as const, first: '', last: '', note: '' as const, groupIds: [] };

const REFERENCES = Array.from({ length: 29 }, (_, at) => at);

type Attempt = (request: SlackRequest, things: Things) => Promise<unknown>;
const entries = new Map<string, Attempt[]>();
const types = (command: Command, request: SlackRequest, words: string[]) =>
  command.run(request, words, words.join(' '));
for (const command of COMMANDS)
  entries.set(`/apim-user ${command.name}`, [
    (request) => types(command, request, []),
    (request, { email }) => types(command, request, [email, 'Ann', 'Lee']),
    (request, { email }) => types(command, request, [`fresh-${email}`, 'Ann', 'Lee']),
    (request, { email }) => types(command, request, [`bare-${email}`]),
    (request, { email }) => types(command, request, [`blocked-${email}`]),
    (request, { references }) => types(command, request, [String(references[2]?.id)]),
  ]);
for (const [name, press] of BUTTONS)
  entries.set(`[${name}]`, [
    ...REFERENCES.map<Attempt>(
      (index) => (request, things) => press(request, JSON.stringify(things.references[index]), typed(things)),
    ),
    (request, things) => press(request, things.account.id, typed(things)),
    (request, things) => press(request, 'AccountBlocked', typed(things)),
    (request, things) => press(request, things.approvalId, typed(things)),
    (request, things) => press(request, things.changeId, typed(things)),
    (request, things) => press(request, things.batchId, typed(things)),
    (request, things) => press(request, things.operator, typed(things)),
    (request, things) => press(request, things.subscriptionId, typed(things)),
    (request, things) => press(request, things.tokenId, typed(things)),
    (request, things) => press(request, things.leakedKeyId, typed(things)),
    (request, things) => press(request, things.webhookId, typed(things)),
    (request, things) => press(request, things.deliveryId, typed(things)),
    (request, things) => press(request, JSON.stringify(['show', things.email]), typed(things)),
    (request, things) => press(request, '{}', typed(things)),
  ]);
for (const [name, { run }] of SUBMISSIONS)
  entries.set(
    `{${name}}`,
    REFERENCES.map<Attempt>(
      (index) => (request, things) => run(request, typed(things), things.references[index] ?? {}),
    ),
  );
for (const shortcut of SHORTCUTS)
  entries.set(`<${shortcut.name}>`, [(request, { email }) => shortcut.run(request, `write to ${email}`)]);

const servedAs = (actor: SlackActor): Served => ({
  ...t.as(actor).service,
  policy: t.policy,
  contextOf: (who) => t.as(who),
  system: () => t.as(SYSTEM),
});

/** The reference was that of something else. */
const UNFITTING = /^(fault|invalid_input|\w+_not_found)$/;

/** Whether the attempt was refused with `not_permitted`, and everything that the person was shown. */
async function tryAs(actor: SlackActor, attempt: Attempt, things: Things) {
  const shown: unknown[] = [];
  const context = t.as(actor);
  const request: SlackRequest = {
    actor,
    context,
    services: [servedAs(actor)],
    channel: 'C0GENERAL',
    client,
    role: () => showOwnRole(context, {}),
    doneBefore: new Set(),
    reply: async (message) => void shown.push(message),
    openModal: async (make) => void shown.push(await make()),
  };
  const trying = async () => shown.push(await attempt(request, things));
  const outcome = await refusalOf(trying()).catch(() => 'fault');
  const words = JSON.stringify(shown);
  const isRefused = outcome === 'not_permitted' || /You don't have permission/.test(words);
  return { isRefused, isUnfitting: UNFITTING.test(outcome), words };
}

/** The number of rows of each table except the audit, and the last transaction that wrote one. */
async function everything(): Promise<string> {
  const tables = await t.sql<{ name: string }[]>`
    select tablename as name from pg_tables
    where schemaname = 'public' and tablename not like 'audit%' order by 1`;
  const looks = tables.map(
    ({ name }) =>
      `(select '${name} ' || count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) from ${name})`,
  );
  return JSON.stringify(await t.sql.unsafe(`select ${looks.join(" || ' ' || ")} as rows`));
}

it('T44: this file lists every command, button, modal and shortcut, and none that is gone', () => {
  expect([...entries.keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
});

/** Rows that no attempt has used up yet: most entries leave all of them as they are. */
let spare: Things | null = null;

it.each([...entries.keys()])('T44: only the listed roles may use %s', async (name) => {
  const able: string[] = [];
  const fitting = new Set<Attempt>();
  let attempts = entries.get(name) ?? [];
  let things = spare ?? (await arrange());
  spare = null;
  for (const [role, actor] of Object.entries(ROLES)) {
    const isOperator = role === 'admin' || role === 'approver';
    const before = await everything();
    let isRefused = false;
    for (const attempt of attempts) {
      // Refused, and what is left fits nothing.
      if (role !== 'admin' && isRefused && fitting.size > 0 && !fitting.has(attempt)) break;
      const tried = await tryAs(actor, attempt, things);
      isRefused ||= tried.isRefused;
      if (role === 'admin' && !tried.isUnfitting) fitting.add(attempt);
      // An answer may repeat what the person typed, but not what is stored.
      if (!isOperator) expect(tried.words).not.toContain(`${CANARY} Lee`);
    }
    const hasWritten = (await everything()) !== before;
    if (isRefused) expect(hasWritten).toBe(false);
    else able.push(hasWritten ? `${role}*` : role);
    // The admin comes first. The others begin with what fitted something.
    attempts = [...fitting, ...attempts.filter((one) => !fitting.has(one))];
    // The next role needs rows that the last one has not used up.
    if (hasWritten) things = await arrange();
  }
  spare = things;
  expect(able.join(' ')).toBe(EXPECTED[name]);
});
