// What the work on many rows needs to know of each kind of batch.

import type { Batch } from '../../db/batches/batches.ts';
import type { Transaction } from '../../db/connection/connect.ts';
import type { Extent } from '../frame/approval.ts';
import type { SeparatePart } from '../frame/batch.ts';
import type { Context } from '../frame/context.ts';

/** `line` tells the rows of a batch apart, and `email` is what people know each one by. */
export type BatchRow = { line: number; email: string };

export type RowResult = BatchRow & { outcome: string };

/** What holds for all rows of a batch, as it was shown. Sealed with them. */
export type About = Record<string, unknown>;

/** The batch that a row is part of. Null for a run that keeps no batch. */
type Whole<Of extends About> = { id: string | null; about: Of };

export type BatchKind<Row extends BatchRow = BatchRow, Of extends About = About> = {
  /** The outcome of a row that the preview left out; null for one to do. */
  leftOut(row: Row): string | null;
  /** The outcome of a row whose operation was done. */
  done(row: Row, about: Of): string;
  /** The operation that a row becomes. */
  partOf(row: Row, whole: Whole<Of>): Omit<SeparatePart, 'context'>;
  /**
   * What a second operator is asked about before it begins. Null: nothing, because each row asks for itself where it has
   * to.
   */
  extent(of: Pick<Batch, 'action' | 'toDo'>, about: Of): Extent | null;
  /** Locks what the operations of these rows will lock, in one order. */
  hold(tx: Transaction, context: Context, rows: readonly Row[]): Promise<void>;
};

/** Lets the table of kinds hold each one, whatever its rows are: a batch's rows are those of its kind. */
export const defineBatchKind = <Row extends BatchRow, Of extends About>(
  kind: BatchKind<Row, Of>,
): BatchKind => kind as unknown as BatchKind;

export const WAITS = 'waits for a second operator';
export const outcomeOfRefusal = (code: string): string => `refused: ${code}`;
export const isFailure = (outcome: string): boolean => /^(faulty|refused|not done)/.test(outcome);
