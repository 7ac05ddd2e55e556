// Several operations of one request, in one transaction: all of them, or none.
import { DomainError } from '../../domain/domain-error.ts';
import { needsSecondOperator } from './approval.ts';
import { recordRefusal } from './audit-row.ts';
import type { Context } from './context.ts';
import { type Operation, withRetries } from './operation.ts';

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
  } finally {
    // Also after a fault: the commit may have succeeded although its answer was lost.
    context.afterCommit?.();
  }
}
