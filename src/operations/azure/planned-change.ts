// What taking something in from Azure comes to: ordinary operations on one thing of ours.
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Mirrored } from '../../domain/azure-record.ts';
import type { Operation } from '../frame/operation.ts';

/** A thing whose change in Azure is to be taken in. */
export type Change<Kind extends MirroredKind = MirroredKind> = {
  azureId: string;
  /** Null: it is only there. */
  ourId: string | null;
  /** Both sides as they were compared. */
  ours: Mirrored<Kind> | null;
  theirs: Mirrored<Kind> | null;
  /** The fields, or `exists`. */
  take: readonly string[];
};

export type Step = {
  operation: Operation<never, unknown>;
  input: Record<string, unknown>;
  /** The fields that it takes in. */
  fields: readonly string[];
  /** For an operation whose input has no reason. */
  reason?: string;
};

/** The steps are one transaction. `impossible`: field → why nothing here can take it in. */
export type Plan = { steps: Step[]; impossible: Record<string, string> };

/** Our ids of what a record refers to; null for what isn't here. */
export type References = {
  now: Date;
  groupNamed(name: string): string | null;
  idOf(kind: 'group' | 'api' | 'product' | 'account', azureId: string): string | null;
};

export type Planner<Kind extends MirroredKind> = (draft: Draft, change: Change<Kind>, of: References) => void;

export type Draft = ReturnType<typeof startPlan>;

/** An empty plan, and what adds to it. */
export function startPlan(take: readonly string[]) {
  const plan: Plan = { steps: [], impossible: {} };
  return {
    plan,
    takes: (...fields: string[]) => fields.some((field) => take.includes(field)),
    /** What is to be taken of these values. */
    taken: <Values extends Record<string, unknown>>(values: Values): Partial<Values> =>
      Object.fromEntries(Object.entries(values).filter(([field]) => take.includes(field))) as Partial<Values>,
    step<Input>(
      operation: Operation<Input, unknown>,
      input: Input,
      fields: readonly string[],
      reason?: string,
    ) {
      plan.steps.push({
        operation: operation as Operation<never, unknown>,
        input: input as Record<string, unknown>,
        fields: fields.filter((field) => take.includes(field)),
        ...(reason === undefined ? {} : { reason }),
      });
    },
    refuse(field: string, words: string) {
      if (take.includes(field)) plan.impossible[field] = words;
    },
  };
}
