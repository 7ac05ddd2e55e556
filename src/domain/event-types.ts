// What other systems hear of: the types of the event that each operation makes.

/** Event Grid's names, for what Azure API Management tells about. */
const azure = (what: string): string => `Microsoft.ApiManagement.${what}`;
const ours = (what: string): string => `apim-user.${what}`;

/** A request that waits for a second operator, whatever the operation. */
const ASKED = [ours('approval.requested')];

const CONNECTED = [ours('account.provider-connected'), azure('UserUpdated')];
const KEY_ROTATED = [ours('key.rotated'), azure('SubscriptionUpdated')];
const NEWS_CHANGED = [ours('account.news-changed'), azure('UserUpdated')];
const PASSWORD_CHANGED = [ours('account.password-changed')];
const ROLE_GRANTED = [ours('operator.granted')];
const ROLE_WITHDRAWN = [ours('operator.withdrawn')];
const SIGNED_UP = [ours('account.signed-up'), azure('UserCreated')];

/**
 * The types of an operation's event, the most exact first: an event has the first one that its receiver asked for. Null for
 * a change that makes no event: it is about this product alone (its texts, cards and sessions), another event says what
 * comes of it, or it repeats what a restored backup forgot. A test demands a row for each operation that changes something.
 */
export const EVENT_TYPES: Readonly<Record<string, readonly string[] | null>> = {
  'account-batches/plan-undo': null,
  'account-batches/preview': null,
  'accounts/activate': [ours('account.activated'), azure('UserUpdated')],
  'accounts/add': [azure('UserCreated')],
  'accounts/answer-sign-up': SIGNED_UP,
  'accounts/block': [ours('account.blocked'), azure('UserUpdated')],
  'accounts/call-off-own-email': null,
  'accounts/change-own-email': null,
  'accounts/close': [ours('account.closed'), azure('UserDeleted')],
  'accounts/confirm-email': [ours('account.email-confirmed'), azure('UserUpdated')],
  'accounts/decline-sign-up': [ours('account.declined'), azure('UserDeleted')],
  'accounts/delete': [azure('UserDeleted')],
  'accounts/edit': [azure('UserUpdated')],
  'accounts/edit-own': [azure('UserUpdated')],
  'accounts/end-block': [ours('account.activated'), azure('UserUpdated')],
  'accounts/end-ways-in': null,
  'accounts/erase': [ours('account.erased')],
  'accounts/make-sign-in-link': null,
  'accounts/remove-sign-up': [azure('UserDeleted')],
  'accounts/resend-confirmation': null,
  'accounts/restore': [ours('account.restored'), azure('UserCreated')],
  'accounts/secure': [ours('account.secured'), azure('UserUpdated')],
  'accounts/set-email': [azure('UserUpdated')],
  'accounts/set-groups': [azure('UserUpdated')],
  'accounts/set-language': [azure('UserUpdated')],
  'accounts/set-news': NEWS_CHANGED,
  'accounts/sign-up': null,
  'announcements/discard': null,
  'announcements/save': null,
  'announcements/send': [ours('announcement.sent')],
  'announcements/send-test': null,
  'announcements/stop': [ours('announcement.stopped')],
  'announcements/stop-all': null,
  'announcements/unsubscribe': NEWS_CHANGED,
  'apis/create': [azure('APICreated')],
  'apis/delete': [azure('APIDeleted')],
  'apis/edit': [azure('APIUpdated')],
  'approvals/close-all': null,
  'approvals/decide': [ours('approval.decided')],
  'approvals/erase': null,
  'approvals/withdraw': [ours('approval.withdrawn')],
  'azure/attach': null,
  'azure/bind': null,
  'azure/detach': null,
  'azure/enter-portal': null,
  'azure/retry-order': null,
  'azure/set-mode': null,
  'azure/settle-drift': null,
  'batches/begin': [ours('batch.started')],
  'batches/stop': null,
  'batches/stop-all': null,
  'digests/set': null,
  'exports/take': null,
  'groups/create': [ours('group.created')],
  'groups/delete': [ours('group.deleted')],
  'groups/rename': [ours('group.updated')],
  'identities/claim': CONNECTED,
  'identities/connect': CONNECTED,
  'identities/connect-by-link': CONNECTED,
  'identities/disconnect': [ours('account.provider-disconnected'), azure('UserUpdated')],
  'identities/finish': null,
  'identities/sign-up': SIGNED_UP,
  'imports/keep': null,
  'invitations/accept': [ours('invitation.accepted'), azure('UserCreated')],
  'invitations/erase': null,
  'invitations/expire': [ours('invitation.expired')],
  'invitations/invite': [ours('invitation.sent')],
  'invitations/request': ASKED,
  'invitations/request-again': null,
  'invitations/resend': [ours('invitation.sent')],
  'invitations/revoke': [ours('invitation.revoked')],
  'invitations/set-messages': null,
  'leaked-keys/end': [ours('key.leak-ended')],
  'leaked-keys/follow-key': null,
  'leaked-keys/leave': null,
  'leaked-keys/report': [ours('key.leaked')],
  'mails/cancel-all': null,
  'notifications/add-recipient': null,
  'notifications/remove-recipient': null,
  'operators/grant': ROLE_GRANTED,
  'operators/grant-first': ROLE_GRANTED,
  'operators/grant-from-console': ROLE_GRANTED,
  'operators/lose': ROLE_WITHDRAWN,
  'operators/withdraw': ROLE_WITHDRAWN,
  'operators/withdraw-from-console': ROLE_WITHDRAWN,
  'passwords/change': PASSWORD_CHANGED,
  'passwords/request-reset': null,
  'passwords/reset': PASSWORD_CHANGED,
  'passwords/send-reset': null,
  'passwords/set': PASSWORD_CHANGED,
  'products/create': [azure('ProductCreated')],
  'products/delete': [azure('ProductDeleted')],
  'products/edit': [azure('ProductUpdated')],
  'reviews/answer': null,
  'reviews/block-unanswered': null,
  'reviews/end': null,
  'reviews/report': null,
  'reviews/start': null,
  'reviews/stop': null,
  'reviews/take-back': null,
  'rules/create': null,
  'rules/delete': null,
  'rules/edit': null,
  'services/set-of-channel': null,
  'sessions/end': null,
  'sessions/end-all': null,
  'sessions/end-others': null,
  'sessions/prove': null,
  'sessions/redeem-link': null,
  'sessions/request-proof': null,
  'sessions/sign-in': null,
  'sessions/sign-out': null,
  'subscriptions/approve': [ours('subscription.approved'), azure('SubscriptionUpdated')],
  'subscriptions/cancel': [ours('subscription.cancelled'), azure('SubscriptionUpdated')],
  'subscriptions/delete': [azure('SubscriptionDeleted')],
  'subscriptions/end-former-key': null,
  'subscriptions/expire': [ours('subscription.expired'), azure('SubscriptionUpdated')],
  'subscriptions/extend': [azure('SubscriptionUpdated')],
  'subscriptions/give': [azure('SubscriptionCreated')],
  'subscriptions/grant': [azure('SubscriptionCreated')],
  'subscriptions/limit': [azure('SubscriptionUpdated')],
  'subscriptions/list-secrets': null,
  'subscriptions/put-key': KEY_ROTATED,
  'subscriptions/regenerate-key': KEY_ROTATED,
  'subscriptions/reject': [ours('subscription.rejected'), azure('SubscriptionUpdated')],
  'subscriptions/rename': [azure('SubscriptionUpdated')],
  'subscriptions/request': [ours('subscription.requested'), azure('SubscriptionCreated')],
  'subscriptions/resume': [ours('subscription.resumed'), azure('SubscriptionUpdated')],
  'subscriptions/rotate-key': KEY_ROTATED,
  'subscriptions/show-keys': null,
  'subscriptions/suspend': [ours('subscription.suspended'), azure('SubscriptionUpdated')],
  'templates/restore-default': null,
  'templates/save': null,
  'templates/send-test': null,
  'terms/agree': [ours('terms.agreed')],
  'tickets/answer-request': null,
  'tickets/void-all': null,
  'tokens/create': [ours('token.created')],
  'tokens/exchange': null,
  'tokens/revoke': [ours('token.revoked')],
  'tokens/revoke-all': null,
  'webhooks/create': null,
  'webhooks/delete': null,
  'webhooks/edit': null,
  'webhooks/pause': null,
  'webhooks/redeliver': null,
  'webhooks/report-trouble': null,
  'webhooks/resume': null,
  'webhooks/rotate-secret': null,
  'webhooks/send-test': null,
  'workspaces/bind': null,
  'workspaces/revoke': null,
};

/** Of an event that only shows whether a webhook works. */
export const TEST_TYPE = ours('test');

/** Every type that there is, Azure's first. */
export const ALL_EVENT_TYPES: readonly string[] = [
  ...new Set(Object.values(EVENT_TYPES).flatMap((types) => types ?? [])),
].sort();

type AuditedChange = {
  operation: string;
  outcome: 'done' | 'asked' | 'refused';
  after: Record<string, unknown> | null;
};

/** The type of a row's event for a receiver of these types, or of all. Null when it gets none: of a refusal there is none. */
export function eventTypeOf(row: AuditedChange, wanted: readonly string[] = []): string | null {
  const types = row.outcome === 'asked' ? ASKED : row.outcome === 'done' ? EVENT_TYPES[row.operation] : null;
  // A sign-up of a person who has an account, or an invitation, makes nothing.
  if (types === SIGNED_UP && row.after?.state === undefined) return null;
  return types?.find((type) => wanted.length === 0 || wanted.includes(type)) ?? null;
}
