// One row of a table of developers: its cells, its dry run, and the operation that it becomes.
import { z } from 'zod';
import { holdEmails } from '../../db/accounts/email-lock.ts';
import { DomainError, isOfCaller } from '../../domain/domain-error.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { addAccount } from '../accounts/add.ts';
import type { KnownAddress } from '../accounts/check-import.ts';
import { needsSecondOperator, WaitsForApproval } from '../frame/approval.ts';
import { runEach, type SeparatePart } from '../frame/batch.ts';
import type { Context } from '../frame/context.ts';
import * as input from '../frame/input.ts';
import { invite } from '../invitations/invite.ts';

/** Resend allows two requests a second; half of them stay for other mails. */
export const MAIL_EVERY_MS = 1_000;
/** A cell may hold anything, so only its beginning is shown. */
export const MAX_SHOWN_LENGTH = 320;
export const MAX_FAULT_LENGTH = 500;

const person = {
  email: input.email,
  first: input.personName,
  last: input.personName,
  groupIds: input.groupIds,
};
export const MODES = ['invite', 'add'] as const;
/** An invitation keeps no note. */
export const wantedRow = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('add'), ...person, note: input.note }),
  z.object({ mode: z.literal('invite'), ...person, note: z.literal('') }),
]);
type NewRow = z.output<typeof wantedRow>;

const at = { line: z.int().positive(), email: z.string().max(MAX_SHOWN_LENGTH) };
const KNOWN = ['existing', 'blocked', 'invited'] as const satisfies readonly KnownAddress[];

export const plannedRow = z.discriminatedUnion('status', [
  z.object({ ...at, status: z.literal('new'), wanted: wantedRow }),
  z.object({ ...at, status: z.enum(KNOWN) }),
  z.object({ ...at, status: z.literal('faulty'), fault: z.string().max(MAX_FAULT_LENGTH) }),
]);
/** What a dry run says about a row. `wanted`: what the import would do. */
export type PlannedRow = z.output<typeof plannedRow>;

export type RowResult = { line: number; email: string; outcome: string };

export const WAITS = 'waits for a second operator';

export const outcomeOfRefusal = (code: string): string => `refused: ${code}`;
export const isFailure = (outcome: string): boolean => /^(faulty|refused|not done)/.test(outcome);

/** The outcome of a row that the import skips. `invited` is that of a new invitation. */
export function plannedOutcome(row: PlannedRow): string {
  if (row.status === 'faulty') return `faulty: ${row.fault}`;
  return row.status === 'invited' ? 'already invited' : row.status;
}

/** Postgres keeps 64 savepoints of a transaction in memory. The emails of a batch stay locked until it ends. */
const ROWS_A_BATCH = 50;
/** While one batch waits for the database, the other computes. */
const BATCHES_AT_ONCE = 2;
export const ROWS_AT_ONCE = ROWS_A_BATCH * BATCHES_AT_ONCE;

export type RowToImport = { requestId: string; wanted: NewRow };

/** The outcome of each row, once it is certain; `undefined` for a row that was not done because of the fault. */
type Imported = { outcomes: (string | undefined)[]; fault: unknown };

/**
 * Returns a function that imports at most `ROWS_AT_ONCE` rows. Any refusal is an outcome, but one of the caller:
 * every other row would be refused too, so that is a fault. The mails leave a second apart, after the last of those that wait
 * already. `batchId`: the invitations are one batch.
 */
export function createRowImporter(context: Context, lastMailDue: Date | null, batchId?: string) {
  let last = lastMailDue?.getTime() ?? 0;
  const contextOf = ({ requestId }: RowToImport): Context => {
    last = Math.max(context.clock().getTime(), last + MAIL_EVERY_MS);
    return { ...context, requestId, mailNotBefore: new Date(last) };
  };
  const isAsked = ({ wanted }: RowToImport) =>
    wanted.mode === 'invite' && needsSecondOperator(context, invite.operation);
  return async (rows: readonly RowToImport[]): Promise<Imported> => {
    const outcomes: Imported['outcomes'] = rows.map(() => undefined);
    const parts = rows.map((row, index) => ({
      index,
      row,
      part: partOf(contextOf(row), row.wanted, batchId),
    }));
    const importBatch = async (some: typeof parts) => {
      const addresses = some.flatMap(({ row }) => canonicalEmail(row.wanted.email) ?? []);
      const refusals = await runEach(
        context,
        some.map(({ part }) => part),
        (tx) => holdEmails(tx, context.service.id, addresses),
      );
      for (const [at, { index, row }] of some.entries()) {
        const refusal = refusals[at];
        outcomes[index] = refusal ? outcomeOfRefusal(refusal.code) : DONE[row.wanted.mode];
      }
    };
    const askForEach = async (some: typeof parts) => {
      for (const { index, part } of some) outcomes[index] = await outcomeOfRequest(part);
    };
    const direct = parts.filter(({ row }) => !isAsked(row));
    const works = [askForEach(parts.filter(({ row }) => isAsked(row)))];
    for (let at = 0; at < direct.length; at += ROWS_A_BATCH)
      works.push(importBatch(direct.slice(at, at + ROWS_A_BATCH)));
    const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
    return { outcomes, fault: failed?.reason };
  };
}

const DONE = { add: 'added', invite: 'invited' } as const;

function partOf(
  context: Context,
  { mode, first, last, note, ...person }: NewRow,
  batchId: string | undefined,
): SeparatePart {
  const named = { ...person, firstName: first, lastName: last };
  if (mode === 'invite')
    return { context, operation: invite, input: { ...named, ...(batchId ? { batchId } : {}) } };
  return { context, operation: addAccount, input: { ...named, note }, prepared: null };
}

/** Each invitation that needs a second operator has an approval of its own. */
async function outcomeOfRequest({ operation, context, input }: SeparatePart): Promise<string> {
  try {
    await operation(context, input as never);
    return DONE.invite;
  } catch (error) {
    if (error instanceof WaitsForApproval) return WAITS;
    if (error instanceof DomainError && !isOfCaller(error.code)) return outcomeOfRefusal(error.code);
    throw error;
  }
}
