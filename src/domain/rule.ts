// Rules about the domains of emails.

/**
 * Whether a person who signs up comes in: `settings`, as SIGN_UP or the provider's setting says; `open`, at once;
 * `approval`, once an operator approves; `refused`.
 */
export const ADMISSIONS = ['settings', 'open', 'approval', 'refused'] as const;
