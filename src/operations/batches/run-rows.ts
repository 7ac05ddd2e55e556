// Runs some rows of a batch: each as an ordinary operation, fifty of them in a transaction.
import { DomainError, isOfCaller } from '../../domain/domain-error.ts';
import { needsSecondOperator, WaitsForApproval } from '../frame/approval.ts';
import { runEach, type SeparatePart } from '../frame/batch.ts';
import type { Context } from '../frame/context.ts';
import { type About, type BatchKind, type BatchRow, outcomeOfRefusal, WAITS } from './kind.ts';

/** Resend allows two requests a second; half of them stay for other mails. */
export const MAIL_EVERY_MS = 1_000;
/** Postgres keeps 64 savepoints of a transaction in memory. What the rows lock stays locked until it ends. */
const ROWS_A_TRANSACTION = 50;
/** While one transaction waits for the database, the other computes. */
const TRANSACTIONS_AT_ONCE = 2;
export const ROWS_AT_ONCE = ROWS_A_TRANSACTION * TRANSACTIONS_AT_ONCE;

export type RowToRun = { requestId: string; row: BatchRow };

/** The outcome of each row, once it is certain; `undefined` for a row that was not done because of the fault. */
type Ended = { outcomes: (string | undefined)[]; fault: unknown };

/**
 * Returns a function that runs at most `ROWS_AT_ONCE` rows. Any refusal is an outcome, but one of the caller: every other
 * row would be refused too, so that is a fault. The mails leave a second apart, after the last of those that wait already.
 */
export function createRowRunner(
  kind: BatchKind,
  context: Context,
  { id, about, lastMailDue }: { id: string | null; about: About; lastMailDue: Date | null },
) {
  let last = lastMailDue?.getTime() ?? 0;
  const contextOf = ({ requestId }: RowToRun): Context => {
    last = Math.max(context.clock().getTime(), last + MAIL_EVERY_MS);
    return { ...context, requestId, mailNotBefore: new Date(last) };
  };
  return async (rows: readonly RowToRun[]): Promise<Ended> => {
    const outcomes: Ended['outcomes'] = rows.map(() => undefined);
    const parts = rows.map((one, index) => {
      const part: SeparatePart = { context: contextOf(one), ...kind.partOf(one.row, { id, about }) };
      return { index, row: one.row, part, waits: waits(context, part) };
    });
    const runTogether = async (some: typeof parts) => {
      const refusals = await runEach(
        context,
        some.map(({ part }) => part),
        (tx) =>
          kind.hold(
            tx,
            context,
            some.map(({ row }) => row),
          ),
      );
      for (const [at, { index, row }] of some.entries()) {
        const refusal = refusals[at];
        outcomes[index] = refusal ? outcomeOfRefusal(refusal.code) : kind.done(row, about);
      }
    };
    const askForEach = async (some: typeof parts) => {
      for (const { index, row, part } of some) outcomes[index] = (await ask(part)) ?? kind.done(row, about);
    };
    const direct = parts.filter((part) => !part.waits);
    const works = [askForEach(parts.filter((part) => part.waits))];
    for (let at = 0; at < direct.length; at += ROWS_A_TRANSACTION)
      works.push(runTogether(direct.slice(at, at + ROWS_A_TRANSACTION)));
    const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
    return { outcomes, fault: failed?.reason };
  };
}

/** Whether a row needs an approval of its own: not when a second operator approved the whole batch. */
const waits = (context: Context, { operation }: SeparatePart): boolean =>
  !context.approval && needsSecondOperator(context, operation.operation);

/** Null when it was done at once. */
async function ask({ operation, context, input }: SeparatePart): Promise<string | null> {
  try {
    await operation(context, input as never);
    return null;
  } catch (error) {
    if (error instanceof WaitsForApproval) return WAITS;
    if (error instanceof DomainError && !isOfCaller(error.code)) return outcomeOfRefusal(error.code);
    throw error;
  }
}
