// The one error that rules and operations throw. Each surface has an exhaustive table from code to words.

/** Every way in which an operation can be refused. A new code does not compile until each surface can say it. */
export type DomainErrorCode =
  | 'not_permitted'
  | 'invalid_input'
  | 'email_invalid'
  | 'email_taken'
  | 'email_invited'
  | 'password_unacceptable'
  | 'account_not_found'
  | 'account_ambiguous'
  | 'account_changed'
  | 'account_state_unfitting'
  | 'account_erased'
  | 'undo_too_late'
  | 'ticket_refused'
  | 'sign_in_refused'
  | 'password_wrong'
  | 'password_must_change'
  | 'session_not_found'
  | 'sign_up_off'
  | 'invitation_not_found'
  | 'invitation_not_open'
  | 'group_not_found'
  | 'group_name_taken'
  | 'group_built_in'
  | 'template_not_found'
  | 'template_invalid'
  | 'template_changed'
  | 'workspace_not_bound'
  | 'token_not_found'
  | 'approval_not_found'
  | 'approval_ended'
  | 'approval_own'
  | 'approval_about_oneself'
  | 'no_second_operator'
  | 'requests_off'
  | 'import_not_found'
  | 'import_begun'
  | 'operator_unfitting'
  | 'operator_last_admin'
  | 'standing_unknown'
  | 'id_taken'
  | 'api_not_found'
  | 'api_path_taken'
  | 'product_not_found'
  | 'product_unavailable'
  | 'catalog_changed'
  | 'has_subscriptions'
  | 'subscription_not_found'
  | 'subscription_changed'
  | 'subscription_state_unfitting'
  | 'subscriptions_limit'
  | 'key_taken'
  | 'terms_not_agreed'
  | 'limit_reached'
  | 'try_again';

/** What a surface needs to put a refusal into words; never a secret, never what a person could not see anyway. */
export type DomainErrorDetail = {
  /** Field name → what is wrong with it, for errors beside a field. */
  fields?: Record<string, string>;
  /** Accounts that were near a name that matched none or several: "Ann Lee <ann@example.com>". */
  near?: { id: string; label: string }[];
  /** The present state of what the operation was about, and who made it so. */
  current?: { state?: string; version?: number; by?: string; at?: Date };
  /** How many stand in the way. */
  count?: number;
  /** The limit that was reached, in words: "50 addresses". */
  limit?: string;
  /** The id of the thing that is in the way (an account that has the address, an open invitation). */
  id?: string;
  /** For the audit alone: the account that it was about, when the input doesn't say so. */
  accountId?: string;
};

export class DomainError extends Error {
  readonly code: DomainErrorCode;
  readonly detail: DomainErrorDetail;

  constructor(code: DomainErrorCode, detail: DomainErrorDetail = {}) {
    // The message is the code alone: whatever is logged or printed from it holds no personal data.
    super(code);
    this.name = 'DomainError';
    this.code = code;
    this.detail = detail;
  }
}
