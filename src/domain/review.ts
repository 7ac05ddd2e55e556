// What a review of access is about, and what is known of an account in it.

export const REVIEW_SCOPES = ['product', 'group', 'all'] as const;
/** `escalate`: the admins get a week more. `block`: accounts without an answer are blocked. */
export const REVIEW_ENDS = ['escalate', 'block'] as const;

/** How an account came in. */
export type LetIn = {
  how: 'invited' | 'added' | 'signed up';
  /** Empty when no audit row tells. */
  by: string;
  approvedBy: string;
  at: string;
};

/** What is shown beside an account, as of a moment. Times are ISO texts: it is stored as JSON. */
export type ReviewEvidence = {
  email: string;
  name: string;
  state: 'active' | 'blocked' | 'pending' | 'deleted';
  stateChangedAt: string;
  stateChangedBy: string;
  lastSignInAt: string | null;
  lastCallAt: string | null;
  /** Calls that passed. */
  calls30: number;
  calls90: number;
  letIn: LetIn;
  groups: string[];
  subscriptions: { name: string; state: string }[];
};
