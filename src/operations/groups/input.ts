import { displayName, identifier } from '../catalog/input.ts';
import { writtenText } from '../frame/input.ts';

/** Azure: displayName 1–300. */
export const MAX_GROUP_NAME_LENGTH = 300;
export const MAX_GROUP_DESCRIPTION_LENGTH = 1_000;

export const groupName = displayName(MAX_GROUP_NAME_LENGTH);

/** Azure: 1–256. */
export const newGroupId = identifier(256);

export const groupDescription = writtenText(MAX_GROUP_DESCRIPTION_LENGTH);
