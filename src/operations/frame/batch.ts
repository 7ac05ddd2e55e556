// Several operations in one transaction: all of them or none, or each for itself.
import type { Transaction } from '../../db/connection/connect.ts';
import { collectRows, withSavepoint, writeRows } from '../../db/connection/write-together.ts';
import { DomainError, isOfCaller } from '../../domain/domain-error.ts';
import { needsSecondOperator } from './approval.ts';
import { recordRefusal } from './audit-row.ts';
import type { Context } from './context.ts';
import { type Operation, type RunOptions, withRetries } from './operation.ts';

export type BatchPart = {
  operation: Operation<never, unknown>;
  input: Record<string, unknown>;
  /** The field of the request, to name in a refusal of the combination. */
  field: string;
  /** The result of the operation's `prepare`, when it has one. */
  prepared?: unknown;
};

/**
 * Runs the parts in order, each with its own permission check and audit row. Only the first part demands
 * `expectedVersion`: it locks the row, and the other parts change the same one.
 * Errors: those of the parts; `invalid_input` when a part that needs a second operator does not come alone. Throws
 * `WaitsForApproval` when it does.
 */
export async function runBatch(
  context: Context,
  parts: readonly BatchPart[],
  expectedVersion: number,
): Promise<void> {
  const [only, ...more] = parts;
  if (!only) return;
  if (more.length === 0) {
    await only.operation(context, { ...only.input, expectedVersion } as never);
    return;
  }
  const waiting = parts.find(({ operation }) => needsSecondOperator(context, operation.operation));
  if (waiting)
    throw new DomainError('invalid_input', {
      fields: { [waiting.field]: 'needs a second operator here; send it in a request of its own' },
    });
  let current = only;
  try {
    await withRetries(context, async (tx) => {
      for (const part of parts) {
        current = part;
        const input = part === only ? { ...part.input, expectedVersion } : part.input;
        await part.operation.runInTransaction(context, tx, input, { prepared: part.prepared });
      }
    });
  } catch (error) {
    if (error instanceof DomainError)
      await recordRefusal(current.operation.operation, context, current.input, error);
    throw error;
  }
}

export type SeparatePart = Omit<BatchPart, 'field'> & { context: Context } & Pick<RunOptions, 'allowed'>;

/**
 * Runs the parts in one transaction, each with its own audit row. A refusal undoes only its own part, and is returned in
 * its place; null for a part that was done. No part may read, lock or change what another part does. `hold` locks what
 * they will lock, in one order, so that two batches can't deadlock.
 * Errors: `not_permitted` and `standing_unconfirmed`, because every other part would be refused too; nothing is done then.
 */
export async function runEach(
  context: Context,
  parts: readonly SeparatePart[],
  hold: (tx: Transaction) => Promise<void>,
): Promise<(DomainError | null)[]> {
  const run = <Result>(work: (tx: Transaction) => Promise<Result>) =>
    withRetries(context, async (tx) => {
      await hold(tx);
      return work(tx);
    });
  try {
    return await run((tx) => runTogether(tx, parts)).catch((error: unknown) => {
      if (isEndOfAll(error)) throw error;
      return run((tx) => runOneByOne(tx, parts));
    });
  } catch (error) {
    const [first] = parts;
    if (error instanceof DomainError && first)
      await recordRefusal(first.operation.operation, first.context, first.input, error);
    throw error;
  }
}

const isEndOfAll = (error: unknown) => !(error instanceof DomainError) || isOfCaller(error.code);

const runPart = (tx: Transaction, { operation, context, input, prepared, allowed }: SeparatePart) =>
  operation.runInTransaction(context, tx, input, { prepared, allowed });

/** All at once, so that their statements share the way to the database. Throws the first error, when all have ended. */
async function runTogether(tx: Transaction, parts: readonly SeparatePart[]): Promise<null[]> {
  const errors: unknown[] = [];
  const rows = await collectRows(tx, () =>
    Promise.all(parts.map((part) => runPart(tx, part).catch((error: unknown) => errors.push(error)))),
  );
  if (errors.length > 0) throw errors[0];
  await writeRows(tx, rows);
  return parts.map(() => null);
}

/** Each in a savepoint, because one of them is refused. */
async function runOneByOne(tx: Transaction, parts: readonly SeparatePart[]): Promise<(DomainError | null)[]> {
  const refusals: (DomainError | null)[] = [];
  for (const part of parts) {
    const refusal = await withSavepoint(tx, () => runPart(tx, part)).then(
      () => null,
      (error: unknown) => {
        if (error instanceof DomainError && !isEndOfAll(error)) return error;
        throw error;
      },
    );
    refusals.push(refusal);
    if (refusal) await recordRefusal(part.operation.operation, part.context, part.input, refusal, tx);
  }
  return refusals;
}
