// The plan for one record of a copy, and what a copy remembers from record to record.
import type { z } from 'zod';
import type { CopiedKind } from '../../domain/azure-record.ts';
import { DomainError, inEnglish } from '../../domain/domain-error.ts';
import { fieldsOf } from '../frame/operation.ts';

/** `conflict`: another row here is in its place. `impossible`: a rule refuses it. `skipped`: it isn't copied on purpose. */
export type CopyStatus = 'new' | 'same' | 'different' | 'conflict' | 'impossible' | 'skipped';

export type PlannedCopy = {
  status: CopyStatus;
  /** Why, or what differs; for a new record, notes on its copy. */
  words: string;
  /** Copies it, as one ordinary operation. */
  make?: () => Promise<unknown>;
};

export const planned = (status: CopyStatus, words = ''): PlannedCopy => ({ status, words });
export const plannedNew = (make: () => Promise<unknown>, notes: string[] = []): PlannedCopy => ({
  status: 'new',
  words: notes.join('; '),
  make,
});

/** `same`, or `different` with the names of what differs. A record that was changed here after a copy stays as it is. */
export function plannedComparison(facts: Record<string, boolean>, words = ''): PlannedCopy {
  const other = Object.entries(facts).flatMap(([name, isSame]) => (isSame ? [] : name));
  return other.length === 0
    ? planned('same', words)
    : planned('different', `${other.join(', ')}; left as it is here`);
}

export type InputOrPlan<Schema extends z.ZodType> =
  | { wanted: z.output<Schema>; fault: null }
  | { wanted: null; fault: PlannedCopy };

/** The operation's input, or why it would refuse it. */
export function inputFor<Schema extends z.ZodType>(schema: Schema, given: unknown): InputOrPlan<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return { wanted: parsed.data, fault: null };
  return { wanted: null, fault: planned('impossible', describeFields(fieldsOf(parsed.error))) };
}

/** The result of a domain rule, or a plan that says why it refuses. */
export function applyRule<Value>(
  rule: () => Value,
): { value: Value; fault: null } | { value: null; fault: PlannedCopy } {
  try {
    return { value: rule(), fault: null };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { value: null, fault: planned('impossible', describeRefusal(error)) };
  }
}

const describeFields = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([field, words]) => `${field}: ${words}`)
    .join('; ');

/** The refusal on one line. */
export function describeRefusal({ code, detail: { fields, limit, id } }: DomainError): string {
  const more = fields ? describeFields(inEnglish(fields)) : [limit, id].filter(Boolean).join(', ');
  return more === '' ? code : `${code}: ${more}`;
}

export const sameMembers = (some: readonly string[], others: readonly string[]): boolean =>
  new Set(some).size === new Set(others).size && some.every((one) => others.includes(one));

/** Records that were not copied are remembered, to say why records that refer to them can't be. */
const MAX_LOST = 200_000;

export type CopyMemory = ReturnType<typeof createCopyMemory>;

/** Remembers what was not copied, and the few groups and paths; never the accounts and subscriptions that were copied. */
export function createCopyMemory() {
  const lost = new Set<string>();
  /** Our group for each of the source's, by id and by name; null when its members are copied without it. */
  const groups = new Map<string, string | null>();
  return {
    paths: new Map<string, string>(),
    isLost: (kind: CopiedKind, id: string) => lost.has(`${kind} ${id}`),
    lose(kind: CopiedKind, id: string) {
      if (lost.size >= MAX_LOST)
        throw new DomainError('limit_reached', { limit: `${MAX_LOST} records that can't be copied` });
      lost.add(`${kind} ${id}`);
    },
    mapGroup({ id, name }: { id: string; name: string }, ours: string | null) {
      groups.set(`id ${id}`, ours);
      groups.set(`name ${name.toLowerCase()}`, ours);
    },
    /** Our group; null: none is needed. Undefined: it was not copied. */
    groupOfId: (id: string) => groups.get(`id ${id}`),
    groupOfName: (name: string) => groups.get(`name ${name.toLowerCase()}`),
  };
}
