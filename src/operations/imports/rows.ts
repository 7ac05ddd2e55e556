// One row of a table of developers: its cells, its dry run, and the operation that it becomes.
import { z } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import { addAccount } from '../accounts/add.ts';
import type { KnownAddress } from '../accounts/check-import.ts';
import { WaitsForApproval } from '../frame/approval.ts';
import type { Context } from '../frame/context.ts';
import * as input from '../frame/input.ts';
import { invite } from '../invitations/invite.ts';

/** Resend allows two requests a second; half of them stay for other mails. */
export const MAIL_EVERY_MS = 1_000;
/** A cell may hold anything, so only its beginning is shown. */
export const MAX_SHOWN_LENGTH = 320;
export const MAX_FAULT_LENGTH = 500;

const addedRow = z.object({
  mode: z.literal('add'),
  email: input.email,
  first: input.personName,
  last: input.personName,
  note: input.note,
});
const invitedRow = z.object({
  mode: z.literal('invite'),
  email: input.email,
  first: input.personName.or(z.literal('')),
  last: input.personName.or(z.literal('')),
  note: z.literal('', 'an invitation keeps none; use mode add'),
});
/** As typed in the table: groups by name, `;` between them. */
export const typedRow = z.discriminatedUnion('mode', [
  addedRow.extend({ groups: z.string() }),
  invitedRow.extend({ groups: z.string() }),
]);
const wanted = z.discriminatedUnion('mode', [
  addedRow.extend({ groupIds: input.groupIds }),
  invitedRow.extend({ groupIds: input.groupIds }),
]);
export type NewRow = z.output<typeof wanted>;

const at = { line: z.int().positive(), email: z.string().max(MAX_SHOWN_LENGTH) };
const KNOWN = ['existing', 'blocked', 'invited'] as const satisfies readonly KnownAddress[];

export const plannedRow = z.discriminatedUnion('status', [
  z.object({ ...at, status: z.literal('new'), wanted }),
  z.object({ ...at, status: z.enum(KNOWN) }),
  z.object({ ...at, status: z.literal('faulty'), fault: z.string().max(MAX_FAULT_LENGTH) }),
]);
/** What a dry run says about a row. `wanted`: what the import would do. */
export type PlannedRow = z.output<typeof plannedRow>;

export type RowResult = { line: number; email: string; outcome: string };

export const WAITS = 'waits for a second operator';
/** The outcomes that send a mail. */
const MAILED = ['added', 'invited'];

export const outcomeOfRefusal = (code: string): string => `refused: ${code}`;
export const isFailure = (outcome: string): boolean => /^(faulty|refused|not done)/.test(outcome);

/** The outcome of a row that the import skips. */
export const plannedOutcome = (row: PlannedRow): string =>
  row.status === 'faulty' ? `faulty: ${row.fault}` : row.status;

/** A row mostly waits for the disk; several at once share that wait. */
export const ROWS_AT_ONCE = 4;

/**
 * Returns a function that imports a row under a request id, in any order and several at once. The mails leave a second
 * apart, after the last of those that wait already.
 */
export function createRowImporter(context: Context, lastMailDue: Date | null) {
  let last = lastMailDue?.getTime() ?? 0;
  return async (row: NewRow, requestId: string): Promise<string> => {
    const due = Math.max(context.clock().getTime(), last + MAIL_EVERY_MS);
    last = due;
    const outcome = await importRow({ ...context, requestId, mailNotBefore: new Date(due) }, row);
    // No mail: the next row may have this moment, unless another row took the one after it already.
    if (!MAILED.includes(outcome) && last === due) last -= MAIL_EVERY_MS;
    return outcome;
  };
}

/**
 * Adds or invites the person of a row, and says how it ended. Any refusal is an outcome.
 * Errors: `not_permitted`, because every other row would be refused too.
 */
async function importRow(context: Context, { mode, first, last, note, ...person }: NewRow): Promise<string> {
  try {
    const named = { ...person, firstName: first, lastName: last };
    if (mode === 'invite') await invite(context, named);
    else await addAccount(context, { ...named, note });
    return mode === 'invite' ? 'invited' : 'added';
  } catch (error) {
    if (error instanceof WaitsForApproval) return WAITS;
    if (error instanceof DomainError && error.code !== 'not_permitted') return outcomeOfRefusal(error.code);
    throw error;
  }
}
