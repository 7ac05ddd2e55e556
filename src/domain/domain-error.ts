// The one error that rules and operations throw, and the table of every reason to refuse.
import { type Said, sayInEnglish } from '../languages/say.ts';

/**
 * The kind of a refusal. It decides how a surface answers a code that the surface has no row for.
 * `stale`: the caller saw an older version. `unavailable`: the same request may work in a moment.
 */
export type RefusalKind = 'forbidden' | 'invalid' | 'missing' | 'stale' | 'conflict' | 'unavailable';

/**
 * Every way in which an operation can be refused, with words that hold on every surface. A new code is one row here;
 * `slack/present/error.ts`, `cli/console/output.ts` and `management/management-error.ts` add a row where they say it
 * differently.
 */
const REFUSALS = {
  not_permitted: ['forbidden', "You don't have permission to do this. Nothing changed."],
  invalid_input: ['invalid', "Nothing changed: something in it isn't valid."],
  form_outdated: ['stale', 'This button or form is from an older version of the app. Open it again.'],
  email_invalid: ['invalid', "That isn't a valid email."],
  email_taken: ['invalid', 'An account with this email already exists.'],
  email_invited: ['invalid', 'This email already has an open invitation.'],
  password_unacceptable: ['invalid', "That password can't be used."],
  account_not_found: ['missing', 'No account found.'],
  account_invited: ['missing', 'That person is invited, and has no account until they accept.'],
  account_deleted: ['missing', 'That account was deleted.'],
  account_ambiguous: ['conflict', 'More than one account matches. Use the email or the id.'],
  account_changed: ['stale', 'The account has changed since you opened it. Look at it again.'],
  account_state_unfitting: ['conflict', "The account's state doesn't allow this."],
  account_erased: [
    'missing',
    "This account was deleted and its data erased, so it can't come back. Invite the person again.",
  ],
  undo_too_late: ['conflict', "It's too late to undo that. Do the opposite instead."],
  ticket_refused: ['conflict', 'This link no longer works.'],
  sign_in_refused: ['conflict', 'Wrong email or password.'],
  password_wrong: ['conflict', "That isn't your current password."],
  password_sign_in_off: ['conflict', 'Passwords are turned off here. Sign in with a provider.'],
  sign_in_too_old: ['conflict', 'Prove first who you are: this needs a proof of the last few minutes.'],
  provider_refused: ['conflict', "The provider's answer couldn't be verified. Nothing changed."],
  provider_unavailable: ['unavailable', "The provider doesn't answer right now. Nothing changed."],
  identity_taken: ['conflict', 'Another account is already connected to this sign-in.'],
  identity_not_found: ['missing', 'This sign-in is not connected. It may have been disconnected.'],
  identity_last: ['conflict', "This is the only way to sign in, so it can't be disconnected."],
  password_must_change: ['conflict', 'Choose a new password first.'],
  session_not_found: ['missing', 'Session not found. It may have ended.'],
  sign_up_off: ['conflict', 'Sign-up is turned off here.'],
  invitation_not_found: ['missing', 'Invitation not found.'],
  invitation_not_open: ['conflict', 'This invitation is no longer open.'],
  group_not_found: ['missing', 'Group not found.'],
  group_name_taken: ['invalid', 'A group with this name already exists.'],
  group_built_in: ['conflict', "Built-in groups can't be changed or chosen."],
  rule_not_found: ['missing', 'Rule not found. It may have been deleted.'],
  rule_domain_taken: ['invalid', 'There is a rule for this domain already.'],
  template_not_found: ['missing', 'Mail not found.'],
  template_invalid: ['invalid', "This text can't be used."],
  template_changed: ['stale', 'Someone else has saved this mail since you opened it.'],
  export_empty: ['missing', 'Nothing matches, so there is nothing to export.'],
  export_too_large: ['invalid', 'That is more than fits into a file in Slack.'],
  announcement_not_found: ['missing', 'Announcement not found. It may have been discarded.'],
  announcement_changed: ['stale', 'Someone else has changed this announcement since you opened it.'],
  announcement_sent: ['conflict', 'This announcement was already sent.'],
  announcement_not_sending: ['conflict', 'This announcement is not being sent now.'],
  announcement_recipients_changed: [
    'stale',
    'The number of recipients has changed since you saw it. Nothing was sent. Look at it again.',
  ],
  announcement_reaches_no_one: ['conflict', 'This announcement reaches no developer. Nothing was sent.'],
  service_not_found: ['missing', 'There is no service with this name here.'],
  workspace_not_bound: ['conflict', "This Slack workspace isn't connected to the service. Nothing changed."],
  token_not_found: ['missing', 'Token not found. It may have been revoked.'],
  approval_not_found: ['missing', "Request not found, or it isn't yours."],
  approval_ended: ['conflict', 'This request was already decided.'],
  approval_own: ['conflict', 'You made this request, so someone else must approve it. You can withdraw it.'],
  approval_about_oneself: ['conflict', 'This is about your own account, so someone else must approve it.'],
  no_second_operator: [
    'conflict',
    "This needs a second operator's approval, and no one else can approve it. Nothing was requested.",
  ],
  requests_off: ['conflict', 'Requests for invitations are turned off here.'],
  batch_not_found: ['missing', 'This preview has expired.'],
  batch_running: ['conflict', 'This is still running.'],
  batch_ended: ['conflict', 'This has ended already.'],
  batch_begun: ['conflict', 'This was already applied.'],
  operator_unfitting: ['conflict', "That person can't have a role now."],
  operator_last_admin: ['conflict', 'No other admin can act, so this one stays.'],
  standing_unknown: ['unavailable', "Slack couldn't confirm who you are. Nothing changed."],
  standing_unconfirmed: [
    'unavailable',
    "Slack hasn't confirmed that you're still a full member. Nothing changed. Try again in a minute.",
  ],
  id_taken: ['conflict', 'This id is already in use. Choose another one.'],
  api_not_found: ['missing', 'API not found.'],
  api_path_taken: ['invalid', 'Another API already has this path.'],
  product_not_found: ['missing', 'Product not found.'],
  product_unavailable: ['conflict', "This product doesn't accept subscriptions right now."],
  catalog_changed: ['stale', 'Someone has changed this since you opened it. Look at it again.'],
  has_subscriptions: ['invalid', 'It still has subscriptions. Delete them too, or cancel them first.'],
  subscription_not_found: ['missing', 'Subscription not found.'],
  subscription_changed: ['stale', 'The subscription has changed since you opened it. Look at it again.'],
  subscription_state_unfitting: ['conflict', "The subscription's state doesn't allow this."],
  subscriptions_limit: ['invalid', 'This account has reached its limit of subscriptions to this product.'],
  key_leaked: [
    'conflict',
    "This key was found in public, so it can't go on beside a new one. Replace it at once.",
  ],
  no_overlap: [
    'invalid',
    'Azure has the keys of this service, and replaces a key at once. Switch to the other key first.',
  ],
  key_taken: ['invalid', 'This key is already in use.'],
  terms_not_agreed: ['conflict', "The product's terms must be accepted first."],
  drift_not_found: ['missing', 'Difference not found.'],
  drift_ended: ['conflict', 'This difference was already decided.'],
  drift_changed: ['stale', 'This difference has changed since you saw it. Look at it again.'],
  drift_gone_there: ['conflict', "It's gone in Azure. To follow, delete it here."],
  azure_not_bound: ['conflict', "This service isn't connected to an instance of Azure API Management."],
  azure_mode_changed: ['stale', 'Someone has changed what is written to Azure. Look at it again.'],
  azure_not_compared: [
    'conflict',
    "The first comparison with Azure hasn't ended yet. Until then, nothing can be written there.",
  ],
  azure_more_writes: ['stale', 'More would be written to Azure than you confirmed. Look at it again.'],
  azure_only_watches: ['conflict', 'This service only watches Azure. Nothing is written there.'],
  azure_order_not_found: ['missing', 'That change for Azure is not found. It may be more than 30 days old.'],
  azure_order_done: ['conflict', 'Azure has this change already.'],
  azure_bound_already: ['conflict', 'This service is bound to that instance already.'],
  azure_user_missing: ['conflict', "Azure API Management doesn't have this account yet."],
  azure_orders_waiting: ['conflict', 'Changes wait for Azure. Send them first, or give them up.'],
  leaked_key_not_found: ['missing', 'That leaked key is not found. Its subscription was deleted.'],
  leaked_key_settled: ['conflict', 'This leaked key was already dealt with.'],
  webhook_not_found: ['missing', 'Webhook not found. It may have been deleted.'],
  webhook_name_taken: ['invalid', 'Another webhook already has this name.'],
  webhook_changed: ['stale', 'Someone has changed this webhook since you opened it. Look at it again.'],
  webhook_state_unfitting: ['conflict', "The webhook's state doesn't allow this."],
  webhook_delivery_not_found: ['missing', 'That event is not found. It may be more than 30 days old.'],
  review_not_found: ['missing', 'Review not found.'],
  review_ended: ['conflict', 'This review has ended.'],
  review_answered: ['stale', 'This account has another answer by now. Look at it again.'],
  review_empty: ['invalid', "There's no active account to review."],
  review_unanswered: ['conflict', 'Some accounts still wait for an answer.'],
  review_own_account: ['conflict', 'This is your own account, so someone else must answer for it.'],
  limit_reached: ['invalid', "That's more than is allowed."],
  overtaken: ['conflict', 'Another change came first, so nothing was done. Look at it again.'],
  try_again: ['unavailable', "That didn't work this time. Try again in a moment."],
} as const satisfies Record<string, readonly [RefusalKind, string]>;

export type DomainErrorCode = keyof typeof REFUSALS;
export const DOMAIN_ERROR_CODES = Object.keys(REFUSALS) as DomainErrorCode[];

/** The plain words of a code: no markup, no name of a command. */
export const plainWordsOf = (code: DomainErrorCode): string => REFUSALS[code][1];

/** Such a refusal is of the caller, whatever they ask for: the rest of a batch would be refused too. */
export const isOfCaller = (code: string | null): boolean =>
  code === 'not_permitted' || code === 'standing_unconfirmed';

export const refusalKindOf = (code: DomainErrorCode): RefusalKind => REFUSALS[code][0];

/** Field name → what is wrong with it: a sentence, or a clause such as `is needed`. */
export type FieldFaults = Readonly<Record<string, Said | string>>;

/** What a surface needs to word a refusal. Holds no secret, and nothing that the person could not see anyway. */
export type DomainErrorDetail = {
  /** What is wrong with fields, for errors beside them. */
  fields?: FieldFaults;
  /** Accounts with a similar name, when a name matched none or several: "Ann Lee <ann@example.com>". */
  near?: { id: string; label: string }[];
  /** The present state of the thing that the operation was to change, and who put it into that state. */
  current?: { state?: string; version?: number; by?: string; at?: Date };
  /** How many things stand in the way. */
  count?: number;
  /** The limit that was reached, in words: "50 emails at once". */
  limit?: string;
  /** What a program's token lacks, to follow "it needs": "the grant sso". */
  needs?: string;
  /** The id of the thing that is in the way (an account that has the address, an open invitation). */
  id?: string;
  /** The email of the account or invitation that was found instead. */
  email?: string;
  /** Until when what was found can be brought back. */
  until?: Date;
  /** The names of the services that there are. */
  services?: readonly string[];
  /** For the audit only: the account concerned, when the input does not name it. */
  accountId?: string;
};

export class DomainError extends Error {
  readonly code: DomainErrorCode;
  readonly detail: DomainErrorDetail;
  /** Whether the audit has a row for this refusal. */
  isRecorded = false;

  constructor(code: DomainErrorCode, detail: DomainErrorDetail = {}) {
    // The code alone, so that a logged or printed message holds no personal data.
    super(code);
    this.name = 'DomainError';
    this.code = code;
    this.detail = detail;
  }
}

/** The fields that a rule refuses, each with what is wrong; empty when it passes. */
export function faultsOf(rule: () => unknown): FieldFaults {
  try {
    rule();
    return {};
  } catch (error) {
    if (error instanceof DomainError) return error.detail.fields ?? {};
    throw error;
  }
}

/** The same in English. */
export const refusedFields = (rule: () => unknown): Record<string, string> => inEnglish(faultsOf(rule));

/** For readers who all speak English: operators and programs. */
export const inEnglish = (faults: FieldFaults = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(faults).map(([field, fault]) => [
      field,
      typeof fault === 'string' ? fault : sayInEnglish(fault),
    ]),
  );
