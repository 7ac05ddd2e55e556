/** The built-in group of every account. */
export const DEVELOPERS_GROUP = 'developers';
/** The built-in group of everyone who visits the portal. It has no accounts. */
export const GUESTS_GROUP = 'guests';

export const BUILT_IN_GROUPS: readonly string[] = ['administrators', DEVELOPERS_GROUP, GUESTS_GROUP];
