import { z } from 'zod';

/** Azure: displayName 1–300; ours is what a Slack option can show. */
export const MAX_GROUP_NAME_LENGTH = 70;
export const MAX_GROUP_DESCRIPTION_LENGTH = 1_000;

export const groupName = z
  .string()
  .trim()
  .min(1, 'is needed')
  .max(MAX_GROUP_NAME_LENGTH, `at most ${MAX_GROUP_NAME_LENGTH} characters`)
  .refine((name) => !/\p{Cc}/u.test(name), 'contains a control character');

export const groupDescription = z
  .string()
  .trim()
  .max(MAX_GROUP_DESCRIPTION_LENGTH, `at most ${MAX_GROUP_DESCRIPTION_LENGTH} characters`);
