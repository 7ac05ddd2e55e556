// Draws everything with generated texts. `LIMITS_RUNS` sets how often each is drawn.
import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEmailList } from '../../src/domain/email-list.ts';
import type { SlackRequest } from '../../src/slack/frame/feature.ts';
import { definePages } from '../../src/slack/frame/pages.ts';
import * as announcements from '../../src/slack/modals/announcement.ts';
import * as apis from '../../src/slack/modals/api.ts';
import * as groups from '../../src/slack/modals/group.ts';
import { resultModal } from '../../src/slack/modals/open.ts';
import * as products from '../../src/slack/modals/product.ts';
import * as reviews from '../../src/slack/modals/review.ts';
import * as rules from '../../src/slack/modals/rule.ts';
import * as subscriptions from '../../src/slack/modals/subscription.ts';
import * as templates from '../../src/slack/modals/template.ts';
import * as webhooks from '../../src/slack/modals/webhook.ts';
import { accountBlocks, accountMessage, accountRow, cardMessage } from '../../src/slack/present/account.ts';
import {
  announcementMessage,
  announcementRow,
  mailOfAnnouncement,
  recipientRow,
} from '../../src/slack/present/announcement.ts';
import {
  approvalCard,
  approvalLine,
  approvalTitle,
  decisionButtons,
  restoreBlocks,
} from '../../src/slack/present/approval.ts';
import { orderRow } from '../../src/slack/present/azure.ts';
import { driftCard, driftRow } from '../../src/slack/present/azure-drift.ts';
import { batchMessage } from '../../src/slack/present/batch.ts';
import { section } from '../../src/slack/present/blocks.ts';
import {
  apiBlocks,
  apiRow,
  messageWith,
  productBlocks,
  productRow,
} from '../../src/slack/present/catalog.ts';
import { listFaults } from '../../src/slack/present/email-list.ts';
import { errorMessage } from '../../src/slack/present/error.ts';
import { historyLine } from '../../src/slack/present/history.ts';
import { dryRunMessage } from '../../src/slack/present/import.ts';
import { invitationsMessage } from '../../src/slack/present/invitations.ts';
import { leakedKeyCard } from '../../src/slack/present/leaked-key.ts';
import {
  ownReviewBlocks,
  reviewCard,
  reviewedAccount,
  reviewMessage,
  reviewRow,
} from '../../src/slack/present/review.ts';
import { ruleText, triedText } from '../../src/slack/present/rule.ts';
import {
  subscriptionCard,
  subscriptionMessage,
  subscriptionRow,
} from '../../src/slack/present/subscription.ts';
import { escapeText } from '../../src/slack/present/text.ts';
import { deliveryRow, secretMessage, webhookMessage, webhookRow } from '../../src/slack/present/webhook.ts';
import { foreignText } from '../support/hostile-texts.ts';
import * as stored from '../support/hostile-views.ts';
import { type Drawn, faultsIn } from '../support/slack-limits.ts';

const RUNS = Number(process.env.LIMITS_RUNS ?? 25);
const OURS = [`<@${stored.MENTIONED}>`, '<!subteam^S0APPROVERS>'];

function drawsWell<T>(
  what: string,
  from: fc.Arbitrary<T>,
  draw: (one: T) => Drawn[] | Promise<Drawn[]>,
): void {
  test(`T50: ${what} keeps Slack's limits, and what was typed is only text there, whatever it is`, async () => {
    const property = fc.asyncProperty(from, async (one) => {
      expect((await draw(one)).flatMap((each) => faultsIn(each, OURS))).toEqual([]);
    });
    await fc.assert(property, { numRuns: RUNS });
  }, 600_000);
}

/** A page as long as it gets, with the list in the value of each button. */
async function pageOf<Row extends { id: string }>(
  rows: readonly Row[],
  draw: (row: Row) => KnownBlock[],
  text = '',
): Promise<Drawn> {
  const query = { text, state: 'deleted', groupId: '"'.repeat(256) };
  const pages = definePages<typeof query>('subscriptions', async () => ({
    title: `A list that matches “${escapeText(text)}”`,
    rows: rows.map(draw),
    next: { at: new Date(0), id: 'x'.repeat(80) },
    count: 446,
    none: 'None.',
    filters: [{ text: 'All (1,000)', query, isChosen: true }],
  }));
  return pages.first({} as SlackRequest, query);
}

const page = <Row extends { id: string }>(row: fc.Arbitrary<Row>, length = 20) =>
  fc.uniqueArray(row, { minLength: 1, maxLength: length, selector: ({ id }) => id });
const exposed = fc.boolean().map((isExposed) => ({ isExposed }));

drawsWell(
  'an account',
  fc.tuple(stored.account, stored.roles, stored.details, exposed),
  ([account, role, details, how]) => [
    cardMessage(account, how),
    accountMessage('Saved.', account, role, { changeId: 'change' }),
    { text: 'An account', blocks: accountBlocks(account, role, details) },
    groups.groupsOfAccountModal(account),
    resultModal('Done', accountMessage('Saved.', account, role)),
  ],
);

drawsWell(
  'a list of accounts',
  fc.tuple(page(stored.account), stored.roles, foreignText(200)),
  async ([accounts, role, text]) => [await pageOf(accounts, (one) => accountRow(one, role), text)],
);

drawsWell(
  'a subscription',
  fc.tuple(stored.subscription, stored.roles, exposed),
  ([subscription, role, how]) => [
    subscriptionCard(subscription, how),
    subscriptionMessage('Subscription', subscription, role),
    subscriptions.rejectSubscriptionModal(subscription),
    subscriptions.suspendSubscriptionModal(subscription),
    subscriptions.cancelSubscriptionModal(subscription),
    subscriptions.deleteSubscriptionModal(subscription),
    subscriptions.renameSubscriptionModal(subscription),
    subscriptions.extendSubscriptionModal(subscription),
    subscriptions.limitSubscriptionModal(subscription),
    subscriptions.regenerateKeyModal(subscription, { keysMayOverlap: true }),
    subscriptions.leakedKeyModal(subscription),
  ],
);

drawsWell(
  'a list of subscriptions',
  fc.tuple(page(stored.subscription), stored.roles, fc.boolean()),
  async ([rows, role, withOwner]) => [await pageOf(rows, (one) => subscriptionRow(one, role, { withOwner }))],
);

drawsWell('an approval', fc.tuple(stored.approval, exposed), ([approval, { isExposed }]) => {
  const told = `*${escapeText(approvalTitle(approval))}*`;
  return [
    approvalCard(approval, { isExposed, mention: OURS[1] ?? null }),
    { text: told, blocks: [section(told), ...restoreBlocks(approval)] },
  ];
});

drawsWell('a list of approvals', page(stored.approval, 10), async (approvals) => [
  await pageOf(approvals, (approval) => [
    section(approvalLine(approval)),
    { ...decisionButtons(approval, approvalTitle(approval)), block_id: approval.id },
  ]),
]);

drawsWell(
  'a review of access',
  fc.tuple(stored.review, stored.roles, fc.boolean()),
  ([one, role, isAsked]) => [
    reviewCard(one),
    reviewMessage(one, role, isAsked),
    { text: 'reviews', blocks: [...reviewRow(one, role, isAsked), ...ownReviewBlocks([one])] },
    reviews.stopReviewModal(one),
    reviews.confirmReviewModal(
      { ...one, name: one.scopeName, count: one.total, reviewers: one.people },
      { end: one.endsAt, atEnd: one.atEnd, hasReminders: true },
      { note: one.note },
    ),
  ],
);
drawsWell('an account in a review', fc.tuple(stored.reviewedRow, fc.boolean()), async ([row, isAsked]) => [
  { text: 'an account', blocks: reviewedAccount(row, isAsked) },
  reviews.blockReviewedModal({
    row,
    cutOff: { all: 1, live: 1, used: 1, isExact: true },
    isOperator: isAsked,
  }),
]);
drawsWell('a message about invitations', stored.batch, (report) => [invitationsMessage(report)]);

drawsWell(
  'the history',
  fc.tuple(page(stored.auditEntry), exposed, fc.boolean(), fc.boolean()),
  async ([entries, how, withTarget, isBrief]) => {
    const place = { ...how, withTarget, ...(isBrief ? { isBrief: true as const } : {}) };
    return [await pageOf(entries, (entry) => [section(historyLine(entry, place))])];
  },
);

drawsWell(
  'an import',
  fc.tuple(
    foreignText(255),
    stored.plannedRows,
    stored.rowsReport,
    fc.array(
      foreignText(500).map((text) => `Left out: ${text}`),
      { maxLength: 5 },
    ),
  ),
  ([name, rows, report, notes]) => [
    dryRunMessage(name, rows, {
      saved: { batchId: String(report.about.name), expiresAt: new Date(0) },
      notes,
    }),
    batchMessage(report, true),
  ],
);

drawsWell('an API', fc.tuple(stored.api, stored.roles, fc.nat(3)), ([api, role, count]) => [
  messageWith('Saved.', apiBlocks(api, role ?? 'approver')),
  apis.editApiModal(api),
  apis.deleteApiModal(api, count),
]);

drawsWell('a product', fc.tuple(stored.product, stored.roles, fc.nat(3)), ([product, role, count]) => [
  messageWith('Saved.', productBlocks(product, role ?? 'approver')),
  products.editProductModal(product),
  products.deleteProductModal(product, count),
]);

drawsWell(
  'a list of APIs and of products',
  fc.tuple(page(stored.api), page(stored.product), stored.roles),
  async ([someApis, someProducts, role]) => [
    await pageOf(someApis, (one) => apiRow(one, role)),
    await pageOf(someProducts, (one) => productRow(one, role)),
  ],
);

drawsWell('a group', stored.group, (group) => [
  groups.renameGroupModal(group as groups.Group),
  groups.deleteGroupModal(group as groups.Group),
]);

drawsWell(
  'a rule, and what it would have done',
  fc.tuple(page(stored.rule), stored.triedRule),
  async ([some, tried]) => {
    const policy = { signUp: 'approval' } as const;
    return [
      await pageOf(some, (one) => [section(ruleText(one, policy))]),
      ...some.slice(0, 1).flatMap((one) => [
        rules.ruleModal(policy, one, {
          text: triedText(tried, one),
          fields: { ...one, groupIds: [], productIds: [] },
        }),
        rules.deleteRuleModal(one, triedText(tried, null)),
      ]),
    ];
  },
);

drawsWell('the text of a mail', stored.template, (template) => [
  templates.templateModal(template),
  templates.variablesModal(template),
  templates.previewModal({ subject: template.subject, text: template.body }),
]);

drawsWell('an announcement', stored.announcement, (view) => [
  announcementMessage(view),
  resultModal('Announce', announcementMessage(view)),
  announcements.beginModal(view.announcement),
  announcements.editModal(view.announcement),
  announcements.mailModal(mailOfAnnouncement(view)),
]);

drawsWell(
  'lists of announcements and of recipients',
  fc.tuple(page(stored.listedAnnouncement), page(stored.announcementRecipient)),
  async ([views, recipients]) => [
    await pageOf(views, announcementRow),
    await pageOf(recipients, (one) => recipientRow({ ...one, changedAt: null })),
  ],
);

drawsWell('a difference with Azure', fc.tuple(stored.drift, exposed), ([drift, how]) => [
  driftCard(drift, how),
]);

drawsWell('a webhook', fc.tuple(page(stored.webhook), page(stored.delivery)), async ([hooks, deliveries]) => [
  ...hooks
    .slice(0, 1)
    .flatMap((one) => [
      webhookMessage(one, 'Saved.'),
      secretMessage(one, `whsec_${'A'.repeat(44)}`, 'Made it.'),
      webhooks.editWebhookModal(one),
    ]),
  await pageOf(hooks, webhookRow),
  await pageOf(deliveries, deliveryRow),
]);

drawsWell('a key that was found in public', fc.tuple(stored.leakedKey, exposed), ([leakedKey, how]) => [
  leakedKeyCard(leakedKey, how),
]);

drawsWell(
  'lists of differences and of changes for Azure',
  fc.tuple(page(stored.drift), page(stored.listedOrder)),
  async ([drifts, orders]) => [await pageOf(drifts, driftRow), await pageOf(orders, orderRow)],
);

drawsWell(
  'what Azure has of an account and a subscription',
  fc.tuple(stored.account, stored.subscription, stored.roles, stored.mirror),
  ([account, subscription, role, mirror]) => [
    cardMessage(account, { isExposed: false, mirror }),
    accountMessage('Blocked.', account, role, { mirror }),
    subscriptionCard(subscription, { isExposed: false, mirror }),
    subscriptionMessage('Subscription', subscription, role, { mirror }),
  ],
);

drawsWell('a refusal', fc.tuple(stored.refusal, stored.roles), ([error, role]) => [
  errorMessage(error, 'member', null, role),
]);

drawsWell('a list of emails that can’t be read', foreignText(3_000), (text) => [
  { text: 'No one was invited.', blocks: listFaults(readEmailList(text)).map(section) },
]);
