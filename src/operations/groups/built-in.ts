/** The built-in group of Azure's own administrator. No account is in it. */
export const ADMINISTRATORS_GROUP = 'administrators';
/** The built-in group of every account. */
export const DEVELOPERS_GROUP = 'developers';
/** The built-in group of everyone who visits the portal. It has no accounts. */
export const GUESTS_GROUP = 'guests';

export const BUILT_IN_GROUPS: readonly string[] = [ADMINISTRATORS_GROUP, DEVELOPERS_GROUP, GUESTS_GROUP];
