// One row of a table of developers: what it may hold, what a dry run says of it, and how it is done.
import { z } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import { addAccount } from '../accounts/add.ts';
import type { KnownAddress } from '../accounts/check-import.ts';
import { WaitsForApproval } from '../frame/approval.ts';
import type { Context } from '../frame/context.ts';
import * as input from '../frame/input.ts';
import { invite } from '../invitations/invite.ts';

/** Resend lets two requests a second by; half of it stays for the mails of everybody else. */
export const MAIL_EVERY_MS = 1_000;
/** What is shown of a cell that may hold anything. */
export const MAX_SHOWN_LENGTH = 320;
export const MAX_FAULT_LENGTH = 500;

const adding = z.object({
  mode: z.literal('add'),
  email: input.email,
  first: input.personName,
  last: input.personName,
  note: input.note,
});
const inviting = z.object({
  mode: z.literal('invite'),
  email: input.email,
  first: input.personName.or(z.literal('')),
  last: input.personName.or(z.literal('')),
  note: z.literal('', 'an invitation keeps none; use mode add'),
});
/** As it stands in the table: groups by name, `;` between them. */
export const typedRow = z.discriminatedUnion('mode', [
  adding.extend({ groups: z.string() }),
  inviting.extend({ groups: z.string() }),
]);
const wanted = z.discriminatedUnion('mode', [
  adding.extend({ groupIds: input.groupIds }),
  inviting.extend({ groupIds: input.groupIds }),
]);
export type Wanted = z.output<typeof wanted>;

const at = { line: z.int().positive(), email: z.string().max(MAX_SHOWN_LENGTH) };
const KNOWN = ['existing', 'blocked', 'invited'] as const satisfies readonly KnownAddress[];

export const plannedRow = z.discriminatedUnion('status', [
  z.object({ ...at, status: z.literal('new'), wanted }),
  z.object({ ...at, status: z.enum(KNOWN) }),
  z.object({ ...at, status: z.literal('faulty'), fault: z.string().max(MAX_FAULT_LENGTH) }),
]);
/** What a dry run says of a row, and of a new one what would be done. */
export type PlannedRow = z.output<typeof plannedRow>;

export type RowResult = { line: number; email: string; outcome: string };

export const WAITS = 'waits for a second operator';
/** Two outcomes with which a mail is on its way. */
const MAILED = ['added', 'invited'];

export const outcomeOfRefusal = (code: string): string => `refused: ${code}`;
export const isFailure = (outcome: string): boolean => /^(faulty|refused|not done)/.test(outcome);

/** What becomes of a row of which nothing is done: it was so before. */
export const plannedOutcome = (row: PlannedRow): string =>
  row.status === 'faulty' ? `faulty: ${row.fault}` : row.status;

/**
 * Does what a row wants, as an operation of its own, and says how it ended. Errors: `not_permitted`, which would be the
 * end of every other row as well; whatever else is refused is an outcome.
 */
async function importRow(context: Context, { mode, first, last, note, ...person }: Wanted): Promise<string> {
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

/** A row waits mostly for the disk that keeps it: of several at once that is one wait. */
export const ROWS_AT_ONCE = 4;

/**
 * Does rows, each with the request id that it is given, in any order and several at once. Their mails leave a second
 * apart, after the last of those that wait already.
 */
export function createRowImporter(context: Context, lastMailDue: Date | null) {
  let last = lastMailDue?.getTime() ?? 0;
  return async (row: Wanted, requestId: string): Promise<string> => {
    const due = Math.max(context.clock().getTime(), last + MAIL_EVERY_MS);
    last = due;
    const outcome = await importRow({ ...context, requestId, mailNotBefore: new Date(due) }, row);
    // Given back, unless another row has come after it.
    if (!MAILED.includes(outcome) && last === due) last -= MAIL_EVERY_MS;
    return outcome;
  };
}
