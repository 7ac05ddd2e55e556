// The one error that rules and operations throw, and the table of every reason to refuse.

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
  not_permitted: ['forbidden', 'You may not do this; nothing was changed.'],
  invalid_input: ['invalid', "That can't be taken as it is."],
  form_outdated: ['stale', 'This button or form is from another version of the app; ask for it again.'],
  email_invalid: ['invalid', "That doesn't look like an e-mail address."],
  email_taken: ['invalid', 'There is already an account with this address.'],
  email_invited: ['invalid', 'This address is already invited.'],
  password_unacceptable: ['invalid', "That password can't be used."],
  account_not_found: ['missing', 'No account is called that.'],
  account_invited: ['missing', 'That person is invited and has no account until they accept.'],
  account_deleted: ['missing', 'That account was deleted.'],
  account_ambiguous: ['conflict', 'Several accounts come near that; name one by e-mail or id.'],
  account_changed: ['stale', 'The account changed meanwhile; look at it again.'],
  account_state_unfitting: ['conflict', "That doesn't fit the state that the account is in."],
  account_erased: [
    'missing',
    'This account was deleted and its data erased. It cannot come back; invite the person again.',
  ],
  undo_too_late: ['conflict', 'It is too late to undo that; the opposite operation still does it.'],
  ticket_refused: ['conflict', 'That link no longer works.'],
  sign_in_refused: ['conflict', "That address and password don't fit."],
  password_wrong: ['conflict', 'That is not the present password.'],
  password_must_change: ['conflict', 'The password has to be replaced first.'],
  session_not_found: ['missing', 'There is no such session; it may have ended.'],
  sign_up_off: ['conflict', "People can't sign up here: SIGN_UP is off."],
  invitation_not_found: ['missing', 'There is no such invitation.'],
  invitation_not_open: ['conflict', 'That invitation is not open any more.'],
  group_not_found: ['missing', 'There is no such group.'],
  group_name_taken: ['invalid', 'A group of that name exists already.'],
  group_built_in: ['conflict', "The built-in groups can't be changed or chosen."],
  template_not_found: ['missing', 'There is no such mail.'],
  template_invalid: ['invalid', "That text can't be used."],
  template_changed: ['stale', 'Someone else saved this mail meanwhile.'],
  workspace_not_bound: [
    'conflict',
    'This workspace is not bound to a service, so nothing can be done from here.',
  ],
  token_not_found: ['missing', 'There is no such token, or it was revoked already.'],
  approval_not_found: ['missing', 'There is no such request, or it is not yours.'],
  approval_ended: ['conflict', 'That was decided already.'],
  approval_own: [
    'conflict',
    'You asked for this yourself, so someone else has to decide. You can take it back.',
  ],
  approval_about_oneself: ['conflict', 'This is about your own account, so someone else has to decide.'],
  no_second_operator: [
    'conflict',
    'This needs a second operator, and there is none who could decide, so nothing was asked for.',
  ],
  requests_off: ['conflict', 'Requests are turned off here.'],
  import_not_found: ['missing', 'There is no such dry run any more.'],
  import_begun: ['conflict', 'That was applied already.'],
  operator_unfitting: ['conflict', 'That person can not have a role now.'],
  operator_last_admin: ['conflict', 'No other admin can act, so this one stays.'],
  standing_unknown: ['unavailable', "Slack can't say who may act."],
  standing_unconfirmed: [
    'unavailable',
    "Slack hasn't confirmed yet that you are still a full member, so nothing was changed. Try again in a minute.",
  ],
  id_taken: ['conflict', 'That id is taken; choose another one.'],
  api_not_found: ['missing', 'There is no such API.'],
  api_path_taken: ['invalid', 'Another API has that path.'],
  product_not_found: ['missing', 'There is no such product.'],
  product_unavailable: ['conflict', 'That product can not be subscribed to now.'],
  catalog_changed: ['stale', 'Someone changed it meanwhile; look at it again.'],
  has_subscriptions: [
    'invalid',
    'There are subscriptions to it; say that they go with it, or move them first.',
  ],
  subscription_not_found: ['missing', 'There is no such subscription.'],
  subscription_changed: ['stale', 'The subscription changed meanwhile; look at it again.'],
  subscription_state_unfitting: ['conflict', "That doesn't fit the state that the subscription is in."],
  subscriptions_limit: ['invalid', 'The account has as many subscriptions to that product as it may have.'],
  key_taken: ['invalid', 'That key is in use already.'],
  terms_not_agreed: ['conflict', 'The terms of the product have to be agreed to first.'],
  limit_reached: ['invalid', 'That is more than is allowed.'],
  overtaken: ['conflict', 'Another change came between, so nothing was done; look at it again.'],
  try_again: ['unavailable', 'That did not work this time; try again in a moment.'],
} as const satisfies Record<string, readonly [RefusalKind, string]>;

export type DomainErrorCode = keyof typeof REFUSALS;
export const DOMAIN_ERROR_CODES = Object.keys(REFUSALS) as DomainErrorCode[];

/** The plain words of a code: no markup, no name of a command. */
export const plainWordsOf = (code: DomainErrorCode): string => REFUSALS[code][1];

/** Such a refusal is of the caller, whatever they ask for: the rest of a batch would be refused too. */
export const isOfCaller = (code: string | null): boolean =>
  code === 'not_permitted' || code === 'standing_unconfirmed';

export const refusalKindOf = (code: DomainErrorCode): RefusalKind => REFUSALS[code][0];

/** What a surface needs to word a refusal. Holds no secret, and nothing that the person could not see anyway. */
export type DomainErrorDetail = {
  /** Field name → what is wrong with it, for errors beside a field. */
  fields?: Record<string, string>;
  /** Accounts with a similar name, when a name matched none or several: "Ann Lee <ann@example.com>". */
  near?: { id: string; label: string }[];
  /** The present state of the thing that the operation was to change, and who put it into that state. */
  current?: { state?: string; version?: number; by?: string; at?: Date };
  /** How many things stand in the way. */
  count?: number;
  /** The limit that was reached, in words: "50 addresses". */
  limit?: string;
  /** The id of the thing that is in the way (an account that has the address, an open invitation). */
  id?: string;
  /** The email of the account or invitation that was found instead. */
  email?: string;
  /** Until when what was found can be brought back. */
  until?: Date;
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
export function refusedFields(rule: () => unknown): Record<string, string> {
  try {
    rule();
    return {};
  } catch (error) {
    if (error instanceof DomainError) return error.detail.fields ?? {};
    throw error;
  }
}
