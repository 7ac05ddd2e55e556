// The built-in groups, and the fields of all.
import { displayName, identifier } from '../catalog/input.ts';
import { writtenText } from '../frame/input.ts';

/** Azure: displayName 1–300. */
export const MAX_GROUP_NAME_LENGTH = 300;
export const MAX_GROUP_DESCRIPTION_LENGTH = 1_000;

export const groupName = displayName(MAX_GROUP_NAME_LENGTH);

/** Azure: 1–256. */
export const newGroupId = identifier(256);

export const groupDescription = writtenText(MAX_GROUP_DESCRIPTION_LENGTH);

/** The built-in group of Azure's own administrator. No account is in it. */
export const ADMINISTRATORS_GROUP = 'administrators';
/** The built-in group of every account. */
export const DEVELOPERS_GROUP = 'developers';
/** The built-in group of everyone who visits the portal. It has no accounts. */
export const GUESTS_GROUP = 'guests';

export const BUILT_IN_GROUPS: readonly string[] = [ADMINISTRATORS_GROUP, DEVELOPERS_GROUP, GUESTS_GROUP];
