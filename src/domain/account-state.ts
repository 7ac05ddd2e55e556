// The state transitions of an account. Azure publishes none; these are ours.

export type AccountState = 'active' | 'blocked' | 'pending' | 'deleted';
export type AccountVerb = 'block' | 'activate' | 'delete' | 'restore';

const NEXT: Record<AccountVerb, Partial<Record<AccountState, AccountState>>> = {
  block: { active: 'blocked', pending: 'blocked' },
  activate: { blocked: 'active', pending: 'active' },
  delete: { active: 'deleted', blocked: 'deleted', pending: 'deleted' },
  restore: { deleted: 'blocked' },
};

/** The state that `verb` leads to, or null when it doesn't fit the present one. */
export function nextState(state: AccountState, verb: AccountVerb): AccountState | null {
  return NEXT[verb][state] ?? null;
}

/** The verbs that fit a state, for the buttons of a card. */
export function fittingVerbs(state: AccountState): AccountVerb[] {
  return (Object.keys(NEXT) as AccountVerb[]).filter((verb) => nextState(state, verb) !== null);
}
