// T55: a refusal is recorded as the operation that was tried, with its target, from every surface.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/management/app.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { changePassword } from '../../src/operations/passwords/change.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { startReview } from '../../src/operations/reviews/start.ts';
import { createRule } from '../../src/operations/rules/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { createWebhook } from '../../src/operations/webhooks/create.ts';
import { pauseWebhook } from '../../src/operations/webhooks/pause.ts';
import { BUTTONS, COMMANDS, SHORTCUTS, SUBMISSIONS } from '../../src/slack/handlers.ts';
import { didText, toDoText } from '../../src/slack/present/operation-words.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { refusalOf } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { BASE } from '../support/management.ts';
import { findOperations } from '../support/operations.ts';

const operations = await findOperations();
const EMAIL = 'dora@example.com';
/** More than may be invited at once. */
const MANY = Array.from({ length: 51 }, (_, at) => `a${at}@example.com`).join(' ');
const NO_UUID = '01890000-0000-7000-8000-000000000000';

let app: TestApp;
let beside: BesideApp;
let replyUrl: string;
/** Takes more replies than Slack's own `response_url` does, which is five. */
const replyAddress = createServer((req, res) => void req.resume().on('end', () => res.end('ok')));
/** A group and an API that no account is in and no product has. */
const UNLINKED: Record<string, string> = {};
/** The ids by the kind of target that an audit row names. */
const ids: Record<string, string> = {
  approval: NO_UUID,
  batch: NO_UUID,
  announcement: NO_UUID,
  template: 'AccountBlocked',
  notification: 'AccountClosedPublisher',
  policy: 'policy',
  email: 'ops@example.com',
};
let token = '';
let changeId = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => replyAddress.listen(0, '127.0.0.1', resolve));
  replyUrl = `http://127.0.0.1:${(replyAddress.address() as AddressInfo).port}/`;
  app = await startTestApp();
  beside = await besideApp(app);
  const console = beside.console();
  const person = { email: EMAIL, firstName: 'Dora', lastName: 'Diaz', password: 'three quiet garden chairs' };
  const { groupId } = await createGroup(console, { name: 'Partners' });
  const { account } = await addAccount(console, { ...person, groupIds: [groupId] });
  const { review } = await startReview(console, { scope: 'group', scopeId: groupId });
  const [reviewRow] = await beside.sql`select id from review_rows`;
  changeId = (await blockAccount(console, { accountId: account.id })).changeId;
  const { api } = await createApi(console, { id: 'orders', name: 'Orders', path: 'orders' });
  const { product } = await createProduct(console, {
    id: 'starter',
    name: 'Starter',
    apiIds: [api.id],
    groupIds: [groupId],
    rate: { calls: 10, seconds: 60 },
  });
  const wanted = { accountId: account.id, apiId: api.id, name: 'robot' };
  const [workspace] = await beside.sql`select team_id from workspaces`;
  const owner = { teamId: workspace?.team_id, userId: app.ids.admin };
  const reader = await createToken(console, { name: 'ci', role: 'reader', ...owner });
  token = reader.token;
  UNLINKED.group = (await createGroup(console, { name: 'Friends' })).groupId;
  UNLINKED.api = (await createApi(console, { id: 'invoices', name: 'Invoices', path: 'invoices' })).api.id;
  const { webhook } = await createWebhook(console, { name: 'crm', url: 'https://crm.example.com/events' });
  await pauseWebhook(console, { webhookId: webhook.id });
  Object.assign(ids, {
    webhook: webhook.id,
    account: account.id,
    api: api.id,
    product: product.id,
    group: groupId,
    rule: (await createRule(console, { domain: 'acme.com' })).rule.id,
    invitation: (await invite(console, { email: 'open@example.com' })).invitationId,
    subscription: (await grantSubscription(console, wanted)).subscription.id,
    token: reader.tokenId,
    review: review.id,
    reviewRow: String(reviewRow?.id),
    operator: `${owner.teamId}/${app.ids.approver}`,
  });
});
afterAll(async () => {
  await beside?.close();
  await app?.close();
  replyAddress.close();
});

/** The refusals of an actor from now on, each as `operation kind id code`. */
async function refusalsSince(by: { actorId?: string; kind?: string }) {
  const read = () => beside.sql<{ id: string; row: string }[]>`
    select id, concat_ws(' ', operation, target_kind, target_id, code) as row from audit
    where outcome = 'refused' and (actor_id = ${by.actorId ?? ''} or actor_kind = ${by.kind ?? ''}) order by id`;
  const before = (await read()).length;
  return async () => (await read()).slice(before).map(({ row }) => row);
}

/** `accounts/block account` → that, with the id and the code. */
const rowOf = (expected: string, code = 'not_permitted'): string => {
  const [operation, kind] = expected.split(' ');
  return [operation, ...(kind ? [kind, ids[kind]] : []), code].join(' ');
};

describe('T55 in Slack', () => {
  const ACCOUNT_COMMANDS = {
    show: 'accounts/show',
    edit: 'accounts/edit',
    block: 'accounts/block',
    activate: 'accounts/activate',
    delete: 'accounts/delete',
    restore: 'accounts/restore',
    'reset-password': 'passwords/send-reset',
    groups: 'accounts/set-groups',
    history: 'audit/history',
    subscriptions: 'subscriptions/list',
    usage: 'usage/show',
  };
  /** Subcommands, by the words after `/apim-user`. */
  const TYPED: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(ACCOUNT_COMMANDS).map(([name, tried]) => [`${name} ${EMAIL}`, `${tried} account`]),
    ),
    'block nora@example.com': 'accounts/block',
    block: 'accounts/block',
    [`block ${EMAIL} for 7d spam`]: 'accounts/block account',
    groups: 'groups/list',
    restore: 'accounts/restore',
    add: 'accounts/add',
    'add ann@example.com Ann Lee': 'accounts/add',
    invite: 'invitations/invite',
    'invite ann@example.com': 'invitations/invite',
    [`invite ${MANY}`]: 'invitations/invite',
    invites: 'invitations/list',
    import: 'accounts/check-import',
    export: 'exports/take',
    'export accounts idle:90d': 'exports/take',
    announce: 'announcements/save',
    list: 'accounts/list',
    apis: 'apis/list',
    products: 'products/list',
    rules: 'rules/list',
    subscriptions: 'subscriptions/list',
    'history refused': 'audit/search',
    usage: 'usage/show',
    'usage nowhere': 'usage/show',
    operators: 'operators/list',
    templates: 'templates/list',
    tokens: 'tokens/list',
    webhooks: 'webhooks/list',
    azure: 'azure/show',
    'review start all': 'reviews/start',
    'service @nowhere': 'services/set-of-channel',
  };
  /** Buttons, with the kind of target that their value names. `=` stands for the id alone. */
  const PRESSED: Record<string, string> = {
    'invite-correct': 'invitations/invite',
    'invite-anyway': 'invitations/invite',
    'add-anyway': 'accounts/add',
    'invites-turn': 'invitations/list',
    'invitation-revoke-ask': 'invitations/revoke invitation',
    'menu-import': 'accounts/check-import',
    'list-turn': 'accounts/list',
    'menu-groups': 'groups/list',
    'groups-turn': 'groups/list',
    'products-turn': 'products/list',
    'apis-turn': 'apis/list',
    'subscriptions-turn': 'subscriptions/list',
    'account-decline': 'accounts/decline-sign-up account',
    'account-details': 'accounts/show account',
    'subscription-details': 'subscriptions/show subscription',
    'product-details': 'products/show product',
    'usage-time': 'usage/show account accountId',
    'account-usage': 'usage/show account',
    'product-usage': 'usage/show product',
    'subscription-usage': 'usage/show subscription',
    'api-details': 'apis/show api',
    'menu-announce': 'announcements/save',
    'menu-announcements': 'announcements/list',
    'announcements-turn': 'announcements/list',
    'announced-turn': 'announcements/list-recipients',
    'product-tell': 'announcements/save product',
    'api-tell': 'announcements/save api',
    'announcement-show': 'announcements/show announcement =',
    'announcement-refresh': 'announcements/show announcement =',
    'announcement-mail': 'announcements/show announcement =',
    'announcement-recipients': 'announcements/list-recipients announcement =',
    'announcement-edit': 'announcements/save announcement',
    'announcement-test': 'announcements/send-test announcement =',
    'announcement-discard': 'announcements/discard announcement',
    'announcement-send': 'announcements/send announcement',
    'announcement-stop': 'announcements/stop announcement =',
    'menu-templates': 'templates/list',
    'template-variables': 'templates/show template =',
    'history-turn': 'audit/history account query',
    'audit-turn': 'audit/search',
    'approvals-turn': 'approvals/list-waiting',
    'menu-operators': 'operators/list',
    'operators-turn': 'operators/list',
    'menu-tokens': 'tokens/list',
    'tokens-turn': 'tokens/list',
    'menu-webhooks': 'webhooks/list',
    'webhooks-turn': 'webhooks/list',
    'webhook-show': 'webhooks/list',
    'webhook-create': 'webhooks/create',
    'webhook-edit': 'webhooks/edit webhook =',
    'webhook-pause': 'webhooks/pause webhook',
    'webhook-resume': 'webhooks/resume webhook',
    'webhook-test': 'webhooks/send-test webhook =',
    'webhook-rotate': 'webhooks/rotate-secret webhook',
    'webhook-delete': 'webhooks/delete webhook',
    'webhook-deliveries': 'webhooks/list-deliveries webhook =',
    'webhook-deliveries-turn': 'webhooks/list-deliveries',
    'webhook-redeliver': 'webhooks/redeliver',
    'account-activate': 'accounts/activate account',
    'account-block': 'accounts/block account',
    'account-delete': 'accounts/delete account',
    'account-edit': 'accounts/edit account',
    'account-groups': 'accounts/set-groups account',
    'account-reset-password': 'passwords/send-reset account',
    'account-restore': 'accounts/restore account',
    'api-create': 'apis/create',
    'api-delete': 'apis/delete api',
    'api-document': 'apis/edit api',
    'api-edit': 'apis/edit api',
    'approval-approve': 'approvals/decide approval =',
    'approval-decline': 'approvals/decide approval =',
    'menu-rules': 'rules/list',
    'rules-turn': 'rules/list',
    'rule-create': 'rules/create',
    'rule-edit': 'rules/edit rule',
    'rule-delete': 'rules/delete rule',
    'group-create': 'groups/create',
    'group-delete': 'groups/delete group',
    'group-rename': 'groups/rename group =',
    'history-of': 'audit/history account =',
    'import-apply': 'batches/begin batch =',
    'many-select': 'account-batches/preview',
    'many-turn': 'account-batches/preview',
    'batch-begin': 'batches/begin batch =',
    'batch-stop': 'batches/stop batch =',
    'batch-undo': 'account-batches/plan-undo batch =',
    'invitation-resend': 'invitations/resend invitation',
    'invitation-revoke': 'invitations/revoke invitation',
    'list-pending': 'accounts/list',
    'list-show': 'accounts/show account =',
    'menu-add': 'accounts/add',
    'menu-apis': 'apis/list',
    'menu-find': 'accounts/show',
    'menu-invite': 'invitations/invite',
    'menu-invites': 'invitations/list',
    'menu-list': 'accounts/list',
    'menu-products': 'products/list',
    'menu-subscriptions': 'subscriptions/list',
    'operator-add': 'operators/grant',
    'operator-grant': 'operators/grant operator',
    'operator-withdraw': 'operators/withdraw operator',
    'product-create': 'products/create',
    'product-delete': 'products/delete product',
    'product-edit': 'products/edit product',
    'subscription-approve': 'subscriptions/approve subscription',
    'subscription-cancel': 'subscriptions/cancel subscription',
    'subscription-delete': 'subscriptions/delete subscription',
    'subscription-extend': 'subscriptions/extend subscription',
    'subscription-grant': 'subscriptions/grant account accountId',
    'subscription-leaked': 'subscriptions/regenerate-key subscription',
    'subscription-regenerate': 'subscriptions/regenerate-key subscription',
    'subscription-limit': 'subscriptions/limit subscription',
    'subscription-reject': 'subscriptions/reject subscription',
    'subscription-rename': 'subscriptions/rename subscription',
    'subscription-resume': 'subscriptions/resume subscription',
    'subscription-show': 'subscriptions/show subscription =',
    'subscription-suspend': 'subscriptions/suspend subscription',
    'subscriptions-of': 'subscriptions/list account =',
    'template-edit': 'templates/save template =',
    'template-preview': 'templates/preview template =',
    'template-restore': 'templates/restore-default template =',
    'template-test': 'templates/send-test template =',
    'token-revoke': 'tokens/revoke token =',
    'leaked-key-end': 'leaked-keys/end',
    'leaked-key-leave': 'leaked-keys/leave',
    'list-export': 'exports/take',
    'menu-export': 'exports/take',
    'digest-off': 'digests/set',
    'digest-on': 'digests/set',
    'azure-status': 'azure/show',
    'azure-differences': 'azure/list-drifts',
    'azure-differences-turn': 'azure/list-drifts',
    'azure-difference': 'azure/show-drift',
    'azure-orders': 'azure/list-orders',
    'azure-orders-turn': 'azure/list-orders',
    'azure-retry': 'azure/retry-order',
    'azure-mode': 'azure/set-mode',
    'azure-take': 'azure/settle-drift',
    'azure-keep': 'azure/settle-drift',
    'azure-leave': 'azure/settle-drift',
    'reviews-turn': 'reviews/list',
    'review-rows-turn': 'reviews/list-rows review query',
    'review-start-ask': 'reviews/start',
    'review-open': 'reviews/list-rows review =',
    'review-show': 'reviews/show review =',
    'review-report': 'reviews/report review =',
    'review-end': 'reviews/end review =',
    'review-stop': 'reviews/stop review =',
    'review-keep': 'reviews/answer account reviewRow',
    'review-block': 'reviews/answer account reviewRow',
    'review-take-back': 'reviews/take-back account reviewRow',
    undo: 'accounts/plan-undo account undo',
  };
  /** Submitted modals, with what their metadata names. */
  const SUBMITTED: Record<string, string> = {
    'account-decline': 'accounts/decline-sign-up account',
    add: 'accounts/add',
    'announcement-begin': 'announcements/save',
    'announcement-save': 'announcements/save announcement',
    'api-create': 'apis/create',
    'api-delete': 'apis/delete api',
    'api-document': 'apis/edit api',
    'api-edit': 'apis/edit api',
    'approval-decline': 'approvals/decide approval',
    'azure-mode': 'azure/set-mode',
    block: 'accounts/block account',
    ...Object.fromEntries(
      Object.entries(ACCOUNT_COMMANDS)
        .filter(([name]) => SUBMISSIONS.has(`choose-for-${name}`))
        .map(([name, tried]) => [`choose-for-${name}`, `${tried} account`]),
    ),
    delete: 'accounts/delete account',
    edit: 'accounts/edit account',
    rule: 'rules/create',
    'rule-delete': 'rules/delete rule',
    'group-create': 'groups/create',
    'group-delete': 'groups/delete group',
    'group-rename': 'groups/rename group',
    'invitation-revoke': 'invitations/revoke invitation',
    groups: 'accounts/set-groups account',
    export: 'exports/take',
    import: 'accounts/check-import',
    invite: 'invitations/invite',
    'many-select': 'account-batches/preview',
    'many-accounts': 'account-batches/preview',
    'operator-grant': 'operators/grant operator',
    'product-create': 'products/create',
    'product-delete': 'products/delete product',
    'product-edit': 'products/show product',
    'reset-password': 'passwords/send-reset account',
    'subscription-cancel': 'subscriptions/cancel subscription',
    'subscription-delete': 'subscriptions/delete subscription',
    'subscription-extend': 'subscriptions/extend subscription',
    'subscription-grant': 'subscriptions/grant account',
    'subscription-leaked': 'subscriptions/regenerate-key subscription',
    'subscription-regenerate': 'subscriptions/regenerate-key subscription',
    'subscription-limit': 'subscriptions/limit subscription',
    'subscription-reject': 'subscriptions/reject subscription',
    'subscription-rename': 'subscriptions/rename subscription',
    'subscription-suspend': 'subscriptions/suspend subscription',
    'template-save': 'templates/save template',
    'webhook-create': 'webhooks/create',
    'webhook-edit': 'webhooks/edit webhook',
    'review-plan': 'reviews/plan',
    'review-start': 'reviews/start',
    'review-block': 'reviews/answer account reviewRow',
    'review-stop': 'reviews/stop review',
  };
  /** For every member, or only a way to another row of these tables. */
  const OPEN_TO_MEMBERS = [
    ...['/help', '/request', '/approvals', '[approval-withdraw]', '[menu-approvals]', '[menu-help]'],
    ...['[invitation-messages-off]', '[invitation-messages-on]', '[own-approvals-turn]'],
    ...[
      '[menu-request]',
      '[home-service]',
      '{request}',
      '[run-command]',
      '<Invite API developer>',
      '<Manage API developer>',
    ],
  ];

  it('these tables have every subcommand, button and modal, and none that is gone', () => {
    const typed = new Set(Object.keys(TYPED).map((words) => `/${words.split(' ')[0]}`));
    const listed = [
      ...typed,
      ...Object.keys(PRESSED).map((name) => `[${name}]`),
      ...Object.keys(SUBMITTED).map((name) => `{${name}}`),
      ...OPEN_TO_MEMBERS,
    ];
    const there = [
      ...COMMANDS.map(({ name }) => `/${name}`),
      ...[...BUTTONS.keys()].map((name) => `[${name}]`),
      ...[...SUBMISSIONS.keys()].map((name) => `{${name}}`),
      ...SHORTCUTS.map(({ name }) => `<${name}>`),
    ];
    expect(listed.sort()).toEqual(there.sort());
  });

  /** Waits until each request has its row; a second row of one request makes the lists differ. */
  async function expectRows(read: () => Promise<string[]>, expected: string[]) {
    await eventually(`${expected.length} refusals`, async () => (await read()).length >= expected.length);
    expect((await read()).sort()).toEqual(expected.sort());
  }
  const ofNobody = () => refusalsSince({ actorId: `${teamId()}/${app.ids.nobody}` });
  const teamId = () => String(ids.operator).split('/')[0];
  const payloadOf = (kind: string) =>
    JSON.parse(new URLSearchParams(app.lastRequest(kind).body).get('payload') ?? '');
  const send = async (payload: object) => {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    expect((await app.send(app.signed(body, { kind: 'refused' }))).status).toBe(200);
  };

  it('a typed subcommand', async () => {
    const read = await ofNobody();
    for (const words of Object.keys(TYPED)) await app.as('nobody').types(`/apim-user ${words}`);
    await expectRows(
      read,
      Object.values(TYPED).map((tried) => rowOf(tried)),
    );
  });

  it('a button', async () => {
    await app.as('nobody').types('/apim-user');
    await app.as('nobody').clicks('Help');
    const press = payloadOf('block_actions');
    const read = await ofNobody();
    for (const [name, expected] of Object.entries(PRESSED)) {
      const [, kind = '', form] = expected.split(' ');
      const value =
        form === 'undo' ? changeId : form === '=' ? ids[kind] : JSON.stringify(carried(kind, form));
      const action = { type: 'button', action_id: name, block_id: 'b', action_ts: '1', value };
      if (name === 'operator-withdraw') action.value = app.ids.approver;
      await send({ ...press, response_url: replyUrl, actions: [action] });
    }
    await expectRows(
      read,
      Object.values(PRESSED).map((tried) => rowOf(tried)),
    );
  });

  it('a submitted modal', async () => {
    await app.as('nobody').types('/apim-user request');
    const modal = await app.as('nobody').modal('Ask for an invitation');
    await modal.fill({ Email: 'ann@example.com', Why: 'a partner' });
    await modal.submit();
    const submit = payloadOf('view_submission');
    await modal.closeAll();
    const read = await ofNobody();
    for (const [name, expected] of Object.entries(SUBMITTED)) {
      const [, kind = '', form] = expected.split(' ');
      const metadata = name === 'template-save' ? { name: ids.template, version: 1 } : carried(kind, form);
      if (name === 'subscription-grant') Object.assign(metadata, { accountId: ids.account });
      const view = { ...submit.view, callback_id: name, private_metadata: JSON.stringify(metadata) };
      await send({ ...submit, view: { ...view, state: { values: filled(name) } } });
    }
    await expectRows(
      read,
      Object.values(SUBMITTED).map((tried) => rowOf(tried)),
    );
  });

  const carried = (kind: string, key = 'id'): Record<string, unknown> =>
    kind === '' || key === 'query'
      ? { query: kind === 'review' ? { reviewId: ids.review } : { accountId: ids[kind] }, from: 0 }
      : key === 'reviewRow'
        ? { id: ids.reviewRow, version: 1 }
        : kind === 'operator'
          ? { userId: app.ids.approver, role: 'admin' }
          : { [key]: ids[kind], version: 1 };

  it('an account that is named as a mail program writes it', async () => {
    const read = await ofNobody();
    await app.as('nobody').types(`/apim-user block Dora Diaz <${EMAIL}>`);
    await expectRows(read, [rowOf('accounts/block account')]);
  });

  it('an admin whose account is not found', async () => {
    const read = await refusalsSince({ actorId: `${teamId()}/${app.ids.admin}` });
    await app.as('admin').types('/apim-user block nobody@example.com for 7d');
    await expectRows(read, ['accounts/block account_not_found']);
  });

  it('reads as a sentence in `history refused`', async () => {
    const read = await refusalsSince({ actorId: `${teamId()}/${app.ids.admin}` });
    await app.as('admin').types(`/apim-user restore ${ids.account}`);
    await eventually('the refusal', async () => (await read()).length === 1);
    await app.as('nobody').types(`/apim-user block ${EMAIL}`);
    await app.as('nobody').sees(/permission/);
    await app.as('admin').types('/apim-user history refused');
    const text = await app.as('admin').sees(/tried to block/);
    expect(text).toMatch(
      /Noor Nobody\W+tried to block Dora Diaz \(dora@example\.com\)\. Refused: they don't have permission/,
    );
    expect(text).toMatch(
      /Ada Admin\W+tried to restore Dora Diaz \(dora@example\.com\)\. Refused: the state of the account/,
    );
  });
});

/** Fields of every modal, by their names; what a modal lacks is ignored. */
function filled(name: string): Record<string, Record<string, unknown>> {
  const text = (value: string) => ({ type: 'plain_text_input', value });
  const option = (value: string) => ({ type: 'static_select', selected_option: { value } });
  const fields: Record<string, object> = {
    email: text('ann@example.com'),
    emails: text('ann@example.com'),
    firstName: text('Ann'),
    lastName: text('Lee'),
    name: text('Partners 2'),
    path: text('path-2'),
    domain: text('acme.com'),
    link: text('https://example.com/openapi.json'),
    url: text('https://crm.example.com/events'),
    reason: text('spam'),
    table: text('email\nann@example.com'),
    subject: text('Your account'),
    body: text('It is blocked.'),
    role: option('admin'),
    kind: option('accounts'),
    format: option('csv'),
    slot: option('primary'),
    scope: option('all'),
    reviewed: option('all'),
    endsAt: { type: 'datepicker', selected_date: '2031-01-01' },
    person: { type: 'users_select', selected_user: app.ids.approver },
    all: { type: 'checkboxes', selected_options: [{ value: 'yes' }] },
    account: { type: 'external_select', selected_option: { value: ids.account } },
  };
  if (name === 'product-create' || name === 'product-edit') delete fields.path;
  return Object.fromEntries(Object.entries(fields).map(([key, state]) => [key, { [key]: state }]));
}

describe('T55 over the management API', () => {
  const POLICY = '<policies><inbound><rate-limit calls="7" renewal-period="60" /></inbound></policies>';
  const PROPERTIES: Record<string, object> = {
    'users/{userId}': { email: 'new@example.com', firstName: 'Dora', lastName: 'Diaz' },
    'groups/{groupId}': { displayName: 'Partners 2' },
    'apis/{apiId}': { displayName: 'Orders 2', path: 'orders2' },
    'products/{productId}': { displayName: 'Starter 2' },
    'subscriptions/{sid}': { displayName: 'robot 2', scope: '/apis/orders' },
    'products/{productId}/groupLinks/{linkName}': { groupId: '/groups/developers' },
    'products/{productId}/apiLinks/{linkName}': { apiId: '/apis/invoices' },
    'products/{productId}/policies/{policyId}': { value: POLICY },
    'templates/{templateName}': { subject: 'Your account', body: 'It is blocked.' },
  };
  /** By Azure's name, where it isn't what the route declares. */
  const EXPECTED: Record<string, string> = {
    User_CreateOrUpdate: 'accounts/edit account',
    Group_CreateOrUpdate: 'groups/rename group',
    Api_CreateOrUpdate: 'apis/edit api',
    Product_CreateOrUpdate: 'products/edit product',
    Subscription_CreateOrUpdate: 'subscriptions/rename subscription',
  };
  const KINDS: Record<string, string> = {
    userId: 'account',
    sid: 'subscription',
    templateName: 'template',
    groupId: 'group',
    apiId: 'api',
    productId: 'product',
    notification: 'notification',
    email: 'email',
    policyId: 'policy',
  };
  const changing = ROUTES.filter(
    // They refuse everyone: nothing here accepts such a token, and there are no such keys.
    (route) =>
      route.attempts && !['User_GetSharedAccessToken', 'TenantAccess_ListSecrets'].includes(route.operation),
  );

  it.each(changing.map((route) => [route.operation, route] as const))(
    '%s by a reader',
    async (name, route) => {
      // A link without a name of its own is called by what it leads to.
      const kinds = { ...KINDS, linkName: route.path.includes('/groupLinks') ? 'group' : 'api' };
      const kindOf = (param: string) => kinds[param as keyof typeof kinds] ?? '';
      const named = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, param = '']) => kindOf(param));
      // A link that exists already needs no right to make.
      const isLink = route.method === 'PUT' && named.length > 1;
      const path = route.path.replace(/\{(\w+)\}/g, (_, param: string) => {
        const kind = kindOf(param);
        return (isLink && UNLINKED[kind]) || (ids[kind] ?? '');
      });
      const read = await refusalsSince({ kind: 'token' });
      const { status } = await fetch(`${app.url}${BASE}/${path}?api-version=2024-05-01`, {
        method: route.method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-match': '*' },
        ...(route.method === 'DELETE' || route.method === 'POST'
          ? {}
          : { body: JSON.stringify({ properties: PROPERTIES[route.path] ?? {} }) }),
      });
      expect(status).toBe(403);
      const target = named.includes('account') ? 'account' : named.includes('product') ? 'product' : named[0];
      const declared = route.attempts as unknown as { operation: string };
      expect(await read()).toEqual([rowOf(EXPECTED[name] ?? `${declared.operation} ${target}`)]);
    },
  );

  it('what is refused before a batch begins', async () => {
    const admin = (
      await createToken(beside.console(), {
        name: 'ci admin',
        role: 'admin',
        teamId: String(ids.operator).split('/')[0] ?? '',
        userId: app.ids.admin,
      })
    ).token;
    const read = await refusalsSince({ kind: 'token' });
    const patch = (path: string, properties: object) =>
      fetch(`${app.url}${BASE}/${path}?api-version=2024-05-01`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json', 'if-match': '*' },
        body: JSON.stringify({ properties }),
      });
    await patch(`users/${ids.account}`, { state: 'pending' });
    await patch(`users/${ids.account}`, { firstName: 'Dora2', password: 'short' });
    await patch('users/nobody', { state: 'blocked' });
    await patch(`subscriptions/${ids.subscription}`, { state: 'expired' });
    expect(await read()).toEqual([
      rowOf('accounts/activate account', 'account_state_unfitting'),
      rowOf('passwords/set account', 'password_unacceptable'),
      'accounts/edit account nobody account_not_found',
      rowOf('subscriptions/resume subscription', 'subscription_state_unfitting'),
    ]);
  });
});

it('T55 in the portal, a developer’s own account is the target', async () => {
  const developer = await beside.developer(EMAIL);
  const read = await refusalsSince({ kind: 'account' });
  const passwords = { currentPassword: 'wrong', newPassword: 'four quiet garden chairs' };
  const code = await refusalOf(changePassword(developer, passwords as never));
  expect(await read()).toEqual([rowOf('passwords/change account', code)]);
});

describe('T55 every operation', () => {
  const guest = () => ({
    kind: 'slack' as const,
    teamId: String(ids.operator).split('/')[0] ?? '',
    userId: 'U0GUEST',
    name: 'Gus Guest',
    membership: 'guest' as const,
    email: null,
  });

  it('has one row under its own name, with the account that was named by id or typed', async () => {
    const read = await refusalsSince({ actorId: `${guest().teamId}/U0GUEST` });
    for (const operation of operations.values()) {
      const context = beside.as(guest());
      expect(await refusalOf(operation(context, { accountId: ids.account } as never))).toBe('not_permitted');
      const leading = operation.attempt(context, { account: `  ${EMAIL.toUpperCase()} ` }, (attempting) =>
        operation.demand(attempting),
      );
      expect(await refusalOf(leading)).toBe('not_permitted');
    }
    const expected = [...operations.keys()].flatMap((name) => [name, name]);
    expect((await read()).sort()).toEqual(expected.map((name) => rowOf(`${name} account`)).sort());
  });

  it('that a person can be refused has words', () => {
    const ofPeople = [...operations.values()].filter(({ allowed }) =>
      allowed.some((kind) => kind !== 'system'),
    );
    const wordless = ofPeople.filter(({ operation }) => toDoText(operation, null).includes('`'));
    expect(wordless.map(({ operation }) => operation)).toEqual([]);
    const changing = [...operations.values()].filter(({ effect }) => effect === 'change');
    const unnamed = changing.filter(({ operation }) => didText(operation, null).includes('`'));
    expect(unnamed.map(({ operation }) => operation)).toEqual([]);
  });
});
