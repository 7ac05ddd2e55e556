// The operations that the console exposes, and their positional arguments.
import { activateAccount } from '../../operations/accounts/activate.ts';
import { addAccount } from '../../operations/accounts/add.ts';
import { blockAccount } from '../../operations/accounts/block.ts';
import { countAccounts } from '../../operations/accounts/count.ts';
import { deleteAccount } from '../../operations/accounts/delete.ts';
import { editAccount } from '../../operations/accounts/edit.ts';
import { findOneAccount } from '../../operations/accounts/find.ts';
import { listAccounts } from '../../operations/accounts/list.ts';
import { resendConfirmation } from '../../operations/accounts/resend-confirmation.ts';
import { restoreAccount } from '../../operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../operations/accounts/set-groups.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { discardAnnouncement } from '../../operations/announcements/discard.ts';
import { listAnnouncements } from '../../operations/announcements/list.ts';
import { listRecipientsOfAnnouncement } from '../../operations/announcements/list-recipients.ts';
import { saveAnnouncement } from '../../operations/announcements/save.ts';
import { sendAnnouncement } from '../../operations/announcements/send.ts';
import { showAnnouncement } from '../../operations/announcements/show.ts';
import { stopAnnouncement } from '../../operations/announcements/stop.ts';
import { createApi } from '../../operations/apis/create.ts';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import { listApis } from '../../operations/apis/list.ts';
import { listEndpoints } from '../../operations/apis/list-endpoints.ts';
import { showApi } from '../../operations/apis/show.ts';
import { listWaitingApprovals } from '../../operations/approvals/list-waiting.ts';
import { showHistory } from '../../operations/audit/history.ts';
import { searchHistory } from '../../operations/audit/search.ts';
import { listDrifts } from '../../operations/azure/list-drifts.ts';
import { listAzureOrders } from '../../operations/azure/list-orders.ts';
import { previewAzureMode } from '../../operations/azure/preview-mode.ts';
import { retryOrder } from '../../operations/azure/retry-order.ts';
import { setAzureMode } from '../../operations/azure/set-mode.ts';
import { settleDrift } from '../../operations/azure/settle-drift.ts';
import { showMirror } from '../../operations/azure/show.ts';
import { showDrift } from '../../operations/azure/show-drift.ts';
import { showOrder } from '../../operations/azure/show-order.ts';
import { setDigest } from '../../operations/digests/set.ts';
import { showDigest } from '../../operations/digests/show.ts';
import type { Context } from '../../operations/frame/context.ts';
import type { Operation } from '../../operations/frame/operation.ts';
import { createGroup } from '../../operations/groups/create.ts';
import { deleteGroup } from '../../operations/groups/delete.ts';
import { listGroups } from '../../operations/groups/list.ts';
import { renameGroup } from '../../operations/groups/rename.ts';
import { countOpenInvitations } from '../../operations/invitations/count.ts';
import { invite } from '../../operations/invitations/invite.ts';
import { listInvitations } from '../../operations/invitations/list.ts';
import { resendInvitation } from '../../operations/invitations/resend.ts';
import { revokeInvitation } from '../../operations/invitations/revoke.ts';
import { addNotificationRecipient } from '../../operations/notifications/add-recipient.ts';
import { listNotifications } from '../../operations/notifications/list.ts';
import { removeNotificationRecipient } from '../../operations/notifications/remove-recipient.ts';
import { grantFromConsole } from '../../operations/operators/grant-from-console.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { withdrawFromConsole } from '../../operations/operators/withdraw-from-console.ts';
import { sendPasswordReset } from '../../operations/passwords/send-reset.ts';
import { createProduct } from '../../operations/products/create.ts';
import { deleteProduct } from '../../operations/products/delete.ts';
import { editProduct } from '../../operations/products/edit.ts';
import { listProducts } from '../../operations/products/list.ts';
import { showProduct } from '../../operations/products/show.ts';
import { endReview } from '../../operations/reviews/end.ts';
import { listReviews } from '../../operations/reviews/list.ts';
import { listRowsOfReview } from '../../operations/reviews/list-rows.ts';
import { reportReview } from '../../operations/reviews/report.ts';
import { showReview } from '../../operations/reviews/show.ts';
import { startReview } from '../../operations/reviews/start.ts';
import { stopReview } from '../../operations/reviews/stop.ts';
import { createRule } from '../../operations/rules/create.ts';
import { deleteRule } from '../../operations/rules/delete.ts';
import { editRule } from '../../operations/rules/edit.ts';
import { listRules } from '../../operations/rules/list.ts';
import { approveSubscription } from '../../operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../operations/subscriptions/delete.ts';
import { extendSubscription } from '../../operations/subscriptions/extend.ts';
import { grantSubscription } from '../../operations/subscriptions/grant.ts';
import { limitSubscription } from '../../operations/subscriptions/limit.ts';
import { listSubscriptions } from '../../operations/subscriptions/list.ts';
import { regenerateKey } from '../../operations/subscriptions/regenerate-key.ts';
import { rejectSubscription } from '../../operations/subscriptions/reject.ts';
import { renameSubscription } from '../../operations/subscriptions/rename.ts';
import { resumeSubscription } from '../../operations/subscriptions/resume.ts';
import { rotateKey } from '../../operations/subscriptions/rotate-key.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import { suspendSubscription } from '../../operations/subscriptions/suspend.ts';
import { listTemplates } from '../../operations/templates/list.ts';
import { restoreDefaultTemplate } from '../../operations/templates/restore-default.ts';
import { showTemplate } from '../../operations/templates/show.ts';
import { listTokens } from '../../operations/tokens/list.ts';
import { revokeToken } from '../../operations/tokens/revoke.ts';
import { showUsage } from '../../operations/usage/show.ts';
import { createWebhook } from '../../operations/webhooks/create.ts';
import { deleteWebhook } from '../../operations/webhooks/delete.ts';
import { editWebhook } from '../../operations/webhooks/edit.ts';
import { listWebhooks } from '../../operations/webhooks/list.ts';
import { listWebhookDeliveries } from '../../operations/webhooks/list-deliveries.ts';
import { pauseWebhook } from '../../operations/webhooks/pause.ts';
import { redeliverEvent } from '../../operations/webhooks/redeliver.ts';
import { resumeWebhook } from '../../operations/webhooks/resume.ts';
import { rotateWebhookSecret } from '../../operations/webhooks/rotate-secret.ts';
import { sendTestEvent } from '../../operations/webhooks/send-test.ts';

type AnyOperation = Pick<Operation<never, unknown>, 'operation' | 'effect' | 'input' | 'attempt'>;

export type Exposed = {
  operation: AnyOperation;
  run(context: Context, input: unknown): Promise<unknown>;
  /** A shorter name. */
  alias?: string;
  /** The fields that may come without `--option`, in order: `accounts/block ann@example.com`. */
  positional: readonly string[];
  /** It prints a text that is meant for a file, as it is. */
  isFile?: true;
  /** The fields that the console takes, when it doesn't take all. */
  fields?: readonly string[];
  /** For outputs in pages: the field with the rows, and the input field that takes `next`. */
  pages?: { rows: string; cursor: string } | undefined;
};

type Exposure<Input, Output> = Partial<
  Pick<Exposed, 'alias' | 'positional' | 'fields' | 'pages' | 'isFile'>
> & {
  /** Input that the console always sends. */
  fixedInput?: Input;
  /** Selects what the console prints. Default: the whole output. */
  print?: (output: Output) => unknown;
};

function expose<Input, Output>(
  operation: Operation<Input, Output>,
  { positional = [], fixedInput, print = (output) => output, ...more }: Exposure<Input, Output> = {},
): Exposed {
  return {
    operation,
    positional,
    // The operation's own schema checks the input.
    run: async (context, input) => print(await operation(context, { ...fixedInput, ...(input as Input) })),
    ...more,
  };
}

const ACCOUNT = ['accountId'];
const SUBSCRIPTION = ['subscriptionId'];

export const EXPOSED: readonly Exposed[] = [
  expose(listAccounts, {
    alias: 'list',
    positional: ['text'],
    fields: ['text', 'state', 'groupId'],
    print: ({ administrator: _, ...page }) => page,
    pages: { rows: 'accounts', cursor: 'after' },
  }),
  expose(countAccounts, { alias: 'count' }),
  expose(showDigest, { alias: 'digest' }),
  expose(setDigest, { positional: ['isOn'] }),
  expose(findOneAccount, { alias: 'find', positional: ['text'] }),
  expose(showAccount, { alias: 'show', positional: ACCOUNT }),
  expose(addAccount, { alias: 'add', positional: ['email'] }),
  expose(editAccount, { alias: 'edit', positional: ACCOUNT }),
  expose(blockAccount, { alias: 'block', positional: ACCOUNT }),
  expose(activateAccount, { alias: 'activate', positional: ACCOUNT }),
  expose(deleteAccount, { alias: 'delete', positional: ACCOUNT }),
  expose(restoreAccount, { alias: 'restore', positional: ACCOUNT }),
  expose(resendConfirmation, { alias: 'resend-confirmation', positional: ACCOUNT }),
  expose(setGroupsOfAccount, { alias: 'set-groups', positional: ACCOUNT }),
  expose(sendPasswordReset, { alias: 'reset-password', positional: ACCOUNT }),
  expose(invite, { alias: 'invite', positional: ['email'] }),
  expose(listInvitations, { alias: 'invites', pages: { rows: 'invitations', cursor: 'after' } }),
  expose(countOpenInvitations),
  expose(resendInvitation, { alias: 'resend', positional: ['invitationId'] }),
  expose(revokeInvitation, { alias: 'revoke', positional: ['invitationId'] }),
  expose(listGroups, {
    alias: 'groups',
    fields: [],
    fixedInput: { withMembers: true },
    print: ({ groups }) => groups.map(({ type: _t, version: _v, ...group }) => group),
  }),
  expose(createGroup, { positional: ['name'] }),
  expose(listRules, { fields: [], pages: { rows: 'rules', cursor: 'after' } }),
  expose(createRule, { positional: ['domain'] }),
  expose(editRule, { positional: ['ruleId'] }),
  expose(deleteRule, { positional: ['ruleId'] }),
  expose(renameGroup, { positional: ['groupId', 'name'] }),
  expose(deleteGroup, { positional: ['groupId'] }),
  expose(showHistory, { alias: 'history', positional: ACCOUNT, pages: { rows: 'entries', cursor: 'after' } }),
  expose(startReview, { positional: ['scope', 'scopeId'] }),
  expose(listReviews, { alias: 'reviews', pages: { rows: 'reviews', cursor: 'after' } }),
  expose(showReview, { positional: ['reviewId'] }),
  expose(listRowsOfReview, { positional: ['reviewId'], pages: { rows: 'rows', cursor: 'after' } }),
  expose(endReview, { positional: ['reviewId'] }),
  expose(stopReview, { positional: ['reviewId'] }),
  expose(reportReview, { positional: ['reviewId', 'format'], print: ({ text }) => text, isFile: true }),
  expose(searchHistory, { alias: 'search', pages: { rows: 'entries', cursor: 'after' } }),
  expose(listWaitingApprovals, { alias: 'approvals', pages: { rows: 'approvals', cursor: 'after' } }),
  expose(listOperators, { alias: 'operators' }),
  expose(grantFromConsole, { alias: 'grant-operator', positional: ['userId', 'name'] }),
  expose(previewAzureMode),
  expose(setAzureMode, { positional: ['mode'] }),
  expose(showOrder, { positional: ['kind', 'id'] }),
  expose(retryOrder, { positional: ['number'] }),
  expose(listApis, {
    alias: 'apis',
    fields: ['limit', 'text'],
    pages: { rows: 'apis', cursor: 'after' },
  }),
  expose(showApi, { positional: ['apiId'] }),
  expose(listEndpoints, { positional: ['apiId'], pages: { rows: 'endpoints', cursor: 'after' } }),
  expose(createApi, { positional: ['name', 'path'] }),
  expose(editApi, { positional: ['apiId'] }),
  expose(deleteApi, { positional: ['apiId'] }),
  expose(listProducts, {
    alias: 'products',
    fields: ['limit', 'text'],
    pages: { rows: 'products', cursor: 'after' },
  }),
  expose(showProduct, { positional: ['productId'] }),
  expose(createProduct, { positional: ['name'] }),
  expose(editProduct, { positional: ['productId'] }),
  expose(deleteProduct, { positional: ['productId'] }),
  expose(listSubscriptions, {
    alias: 'subscriptions',
    positional: ACCOUNT,
    fields: ['accountId', 'productId', 'apiId', 'state', 'isLimited'],
    pages: { rows: 'subscriptions', cursor: 'after' },
  }),
  expose(showSubscription, { positional: SUBSCRIPTION }),
  expose(grantSubscription, { positional: ACCOUNT }),
  expose(approveSubscription, { positional: SUBSCRIPTION }),
  expose(rejectSubscription, { positional: SUBSCRIPTION }),
  expose(suspendSubscription, { positional: SUBSCRIPTION }),
  expose(resumeSubscription, { positional: SUBSCRIPTION }),
  expose(cancelSubscription, { positional: SUBSCRIPTION }),
  expose(extendSubscription, { positional: [...SUBSCRIPTION, 'endsAt'] }),
  expose(limitSubscription, { positional: SUBSCRIPTION }),
  expose(renameSubscription, { positional: [...SUBSCRIPTION, 'name'] }),
  expose(regenerateKey, { positional: [...SUBSCRIPTION, 'slot'] }),
  expose(rotateKey, { positional: [...SUBSCRIPTION, 'slot', 'overlapHours'] }),
  expose(deleteSubscription, { positional: SUBSCRIPTION }),
  expose(showMirror, { alias: 'azure' }),
  expose(listDrifts, { alias: 'differences', pages: { rows: 'drifts', cursor: 'after' } }),
  expose(showDrift, { positional: ['driftId'] }),
  expose(listAzureOrders, { positional: ['state'], pages: { rows: 'orders', cursor: 'after' } }),
  expose(settleDrift, { positional: ['driftId', 'decision'] }),
  expose(showUsage, { alias: 'usage', fields: ['time', 'accountId', 'productId', 'subscriptionId'] }),
  expose(withdrawFromConsole, { alias: 'withdraw-operator', positional: ['userId'] }),
  expose(listAnnouncements, { alias: 'announcements', pages: { rows: 'announcements', cursor: 'after' } }),
  expose(showAnnouncement, { positional: ['announcementId'] }),
  expose(listRecipientsOfAnnouncement, {
    positional: ['announcementId'],
    pages: { rows: 'recipients', cursor: 'after' },
  }),
  expose(saveAnnouncement, { positional: ['subject', 'body'] }),
  expose(sendAnnouncement, { positional: ['announcementId', 'recipients'] }),
  expose(stopAnnouncement, { positional: ['announcementId'] }),
  expose(discardAnnouncement, { positional: ['announcementId'] }),
  expose(listTemplates, {
    alias: 'templates',
    fields: [],
    print: ({ templates }) =>
      templates.map(({ name, title, description, isInUse, isDefault }) => ({
        name,
        title,
        description,
        isInUse,
        isDefault,
      })),
  }),
  expose(showTemplate, { positional: ['template'] }),
  expose(restoreDefaultTemplate, { positional: ['template'] }),
  expose(listNotifications, { alias: 'notifications' }),
  expose(addNotificationRecipient, { positional: ['notification', 'email'] }),
  expose(removeNotificationRecipient, { positional: ['notification', 'email'] }),
  expose(listWebhooks, { alias: 'webhooks' }),
  expose(createWebhook, { positional: ['name', 'url'] }),
  expose(editWebhook, { positional: ['webhookId'] }),
  expose(pauseWebhook, { positional: ['webhookId'] }),
  expose(resumeWebhook, { positional: ['webhookId'] }),
  expose(deleteWebhook, { positional: ['webhookId'] }),
  expose(rotateWebhookSecret, { positional: ['webhookId'] }),
  expose(sendTestEvent, { positional: ['webhookId'] }),
  expose(listWebhookDeliveries, {
    positional: ['webhookId', 'state'],
    pages: { rows: 'deliveries', cursor: 'after' },
  }),
  expose(redeliverEvent, { positional: ['deliveryId'] }),
  expose(listTokens, { alias: 'tokens', pages: { rows: 'tokens', cursor: 'after' } }),
  expose(revokeToken, { alias: 'revoke-token', positional: ['tokenId'] }),
];

/** Operations that the console may run and doesn't expose, with the reason. */
export const NOT_EXPOSED: Readonly<Record<string, string>> = {
  'accounts/likely-emails': 'asked by the forms that take emails',
  'accounts/check-import': 'npm run import',
  'accounts/compare': 'for the management API, which tells a repeated PUT by it',
  'accounts/read': 'for the management API; accounts/show says more',
  'announcements/begin': 'gives a text to begin with; announcements/save takes any',
  'announcements/send-test': 'mails the operator in Slack; announcements/show prints the mail',
  'announcements/stop-all': 'npm run after-restore',
  'apis/export': 'for the management API; its link is for programs',
  'approvals/show-outcome': 'for the management API; Slack tells the requester',
  'copies/compare': 'npm run import:azure',
  'groups/show': 'for the management API; groups/list has all',
  'resources/resolve': 'for the management API, whose ids may have any case',
  'accounts/search': 'for type-ahead; accounts/list has the same text',
  'accounts/decline-sign-up': 'a button of Slack; accounts/delete ends a sign-up too',
  'accounts/plan-undo': 'a button of Slack; here the opposite operation has a name of its own',
  'approvals/close-all': 'npm run after-restore',
  'audit/export': 'npm run audit',
  'audit/feed': 'for the management API; npm run audit exports',
  'events/list': 'for the management API; npm run audit exports',
  'exports/take': 'npm run export',
  'usage/list-days': 'npm run export',
  'audit/verify': 'npm run audit',
  'cards/repaint': 'about messages in Slack',
  'accounts/end-ways-in': 'npm run after-restore',
  'azure/attach': 'npm run azure',
  'azure/compare-instance': 'npm run azure',
  'azure/detach': 'npm run azure',
  'azure/list-ours': 'npm run azure',
  'cards/repaint-drift': 'about messages in Slack',
  'cards/repaint-subscription': 'about messages in Slack',
  'leaked-keys/end': 'a button of Slack; subscriptions/regenerate-key replaces the key too',
  'leaked-keys/leave': 'a button of Slack, about a message there',
  'mails/cancel-all': 'npm run after-restore',
  'operators/grant': 'asks Slack; operators/grant-from-console does not',
  'operators/withdraw': 'asks Slack who else could act; operators/withdraw-from-console does not',
  'account-batches/plan-undo': 'npm run many',
  'account-batches/preview': 'npm run many',
  'account-batches/select': 'a form of Slack',
  'batches/begin': 'npm run many',
  'batches/show': 'npm run many',
  'batches/stop': 'npm run many',
  'batches/stop-all': 'npm run after-restore',
  'recoveries/compare': 'npm run after-restore',
  'recoveries/count-open': 'npm run after-restore',
  'reviews/plan': 'for the form in Slack; reviews/start says the same refusals',
  'rules/try': 'takes a whole rule; Slack shows it before one is saved',
  'services/show': 'for the management API; the settings say the same',
  'sessions/end-all': 'npm run after-restore',
  'templates/preview': 'gives a page of HTML',
  'templates/save': 'takes pages of text',
  'templates/send-test': 'takes pages of text',
  'subscriptions/end-former-key': 'npm run after-restore',
  'subscriptions/compare-keys': 'for the management API, which tells a repeated PUT by it',
  'subscriptions/count': 'for the question before a block; accounts/show has the subscriptions',
  'tickets/void-all': 'npm run after-restore',
  'tokens/create': 'npm run token',
  'tokens/revoke-all': 'npm run after-restore',
  'usage/report': 'for the management API; usage/show has the calls',
  'usage/report-times': 'for the management API; usage/show has the calls',
};

export const findExposed = (name: string): Exposed | undefined =>
  EXPOSED.find(({ operation, alias }) => operation.operation === name || alias === name);
