import { z } from 'zod';

/** Azure: displayName 1–300. */
export const MAX_GROUP_NAME_LENGTH = 300;
export const MAX_GROUP_DESCRIPTION_LENGTH = 1_000;

export const groupName = z
  .string()
  .trim()
  .min(1, 'is needed')
  .max(MAX_GROUP_NAME_LENGTH, `at most ${MAX_GROUP_NAME_LENGTH} characters`)
  .refine((name) => !/\p{Cc}/u.test(name), 'contains a control character');

/** Azure: 1–256. Without the characters that mean something in a URL, where the id stands. */
export const newGroupId = z
  .string()
  .min(1, 'is needed')
  .max(256, 'at most 256 characters')
  .regex(/^[^*#&+:<>?/\\%\s\p{Cc}]+$/u, 'must not hold spaces or any of * # & + : < > ? / \\ %')
  .refine((id) => id !== '.' && id !== '..', 'must not be . or ..');

export const groupDescription = z
  .string()
  .trim()
  .max(MAX_GROUP_DESCRIPTION_LENGTH, `at most ${MAX_GROUP_DESCRIPTION_LENGTH} characters`);
