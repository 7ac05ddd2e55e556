// Several operations that one request asks for: all of them in one transaction, or none.
import { DomainError } from '../../domain/domain-error.ts';
import { needsSecondOperator } from './approval.ts';
import { recordRefusal } from './audit-row.ts';
import type { Act, Context } from './context.ts';
import { retrying } from './operation.ts';
import type { Who } from './permission.ts';

type Carried = {
  (context: Context, input: never): Promise<unknown>;
  readonly operation: string;
  carryOut(
    context: Context,
    tx: Act['tx'],
    input: unknown,
    allowed?: readonly Who[],
    prepared?: unknown,
  ): Promise<unknown>;
};

export type Part = {
  operation: Carried;
  input: Record<string, unknown>;
  /** What the request calls it, for a refusal of the combination. */
  field: string;
  /** What the operation's own preparation would have made. */
  prepared?: unknown;
};

/**
 * Does the parts in their order, each with its own permission and audit row. The first is bound to `expectedVersion`; the
 * row that it locks is the others' as well.
 * Errors: those of the parts; `invalid_input` when a part that needs a second operator does not come alone. Throws
 * `WaitsForApproval` when it does.
 */
export async function doTogether(
  context: Context,
  parts: readonly Part[],
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
  let at = only;
  try {
    await retrying(context, async (tx) => {
      for (const part of parts) {
        at = part;
        const input = part === only ? { ...part.input, expectedVersion } : part.input;
        await part.operation.carryOut(context, tx, input, undefined, part.prepared);
      }
    });
  } catch (error) {
    if (error instanceof DomainError) await recordRefusal(at.operation.operation, context, at.input, error);
    throw error;
  } finally {
    // Also when it failed: a commit whose answer was lost is one.
    context.afterCommit?.();
  }
}
