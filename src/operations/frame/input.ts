// The fields that inputs are made of, with the limit of each.
import { z } from 'zod';
import { cleanName, fullName, MAX_NAME_LENGTH, type Names, onlyNameFirst } from '../../domain/person-name.ts';

const MAX_NOTE_LENGTH = 1_000;
export const MAX_REASON_LENGTH = 500;
const MAX_MESSAGE_LENGTH = 1_000;
const MAX_PERSONAL_LINE_LENGTH = 300;
export const MAX_GROUPS_OF_ACCOUNT = 50;
export const MAX_AGENT_LENGTH = 200;
/** Azure: 1–80 (userId). */
const MAX_ACCOUNT_ID_LENGTH = 80;
/** Longer than any email or password that is allowed; it bounds the work of checking one. */
const MAX_LINE_LENGTH = 2_000;
/** RFC 5646 4.4.1: enough for any tag. */
const MAX_LANGUAGE_LENGTH = 35;

const NUL = String.fromCharCode(0);
const storedText = (text: z.ZodString, max: number) =>
  text
    .max(max, `at most ${max} characters`)
    .refine((one) => !one.includes(NUL), 'contains a character that cannot be kept');

export const trimmedText = (max: number) => storedText(z.string().trim(), max);

/** Kept as it was written, because programs compare what comes back. Empty when it is blank, as there is nothing to show. */
export const writtenText = (max: number) =>
  storedText(
    z.string().overwrite((text) => (text.trim() === '' ? '' : text)),
    max,
  );

/** Cleaned; empty when the person has no such name, or when it shows nothing. */
export const personName = z
  .string()
  .max(MAX_LINE_LENGTH, `at most ${MAX_NAME_LENGTH} characters`)
  .refine((text) => !text.includes(NUL), 'contains a character that cannot be kept')
  .overwrite(cleanName)
  .refine((text) => text.length <= MAX_NAME_LENGTH, `at most ${MAX_NAME_LENGTH} characters`);
/** The two names of a person. One is enough, and either may be left out. */
const names = { firstName: personName.default(''), lastName: personName.default('') };
/** An input about a person who may have no name yet. */
export const withNames = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject({ ...names, ...shape })
    .overwrite((person) => onlyNameFirst(person as Partial<Names>) as typeof person);
/** An input about a person, who needs a name. */
export const withNeededNames = <Shape extends z.ZodRawShape>(shape: Shape) =>
  withNames(shape).refine((person) => fullName(person as Names) !== '', NAME_NEEDED);
export const NAME_NEEDED = { path: ['firstName'], error: 'is needed; one name is enough' };
export const note = writtenText(MAX_NOTE_LENGTH);
export const reason = trimmedText(MAX_REASON_LENGTH);
export const message = trimmedText(MAX_MESSAGE_LENGTH);
export const personalLine = trimmedText(MAX_PERSONAL_LINE_LENGTH);
export const email = z.string().max(MAX_LINE_LENGTH);
/** Never trimmed: a password is what was typed (ASVS 6.2.8). `domain/password-rule.ts` decides whether it may be used. */
export const password = z.string().max(MAX_LINE_LENGTH, 'is too long');
export const ticket = z.string().max(MAX_LINE_LENGTH);
export const sessionSecret = z.string().max(MAX_LINE_LENGTH);
/** A BCP 47 tag: what the developer reads. */
export const language = z
  .string()
  .max(MAX_LANGUAGE_LENGTH)
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/);
/** The User-Agent of a browser. */
export const agent = trimmedText(MAX_AGENT_LENGTH);
export const accountId = z.string().min(1).max(MAX_ACCOUNT_ID_LENGTH);
/** An id as a program wrote it. Longer than any, since one that can't be is one that isn't there. */
export const writtenId = z.string().max(MAX_LINE_LENGTH);
/** Azure: 1–80, no pattern. Ours is part of URLs, and people type it. `1` is Azure's administrator. */
export const newAccountId = z
  .string()
  .max(MAX_ACCOUNT_ID_LENGTH, `at most ${MAX_ACCOUNT_ID_LENGTH} characters`)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@+~-]*$/, 'must be letters, digits and any of . _ @ + ~ -')
  .refine((id) => id !== '1', 'is the built-in administrator’s');
export const rowId = z.uuid();
export const groupIds = z
  .array(z.string().min(1).max(256))
  .max(MAX_GROUPS_OF_ACCOUNT, `at most ${MAX_GROUPS_OF_ACCOUNT} groups`);
/** The version that a button or form shows; absent when the person typed the account's name. */
export const expectedVersion = z.int().positive().optional();
/** A person in Slack. */
export const slackPerson = { teamId: z.string().min(1).max(40), userId: z.string().min(1).max(40) };
