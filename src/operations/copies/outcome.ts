// What a copy makes of one record, and what it remembers from record to record.
import type { z } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import { fieldsOf } from '../frame/operation.ts';
import type { CopiedKind } from './record.ts';

/** `conflict`: something of here is in its place. `impossible`: it can't be here. `skipped`: it isn't meant to be. */
export type CopyStatus = 'new' | 'same' | 'different' | 'conflict' | 'impossible' | 'skipped';

export type Verdict = {
  status: CopyStatus;
  /** Why, or what is different; of a new one, what becomes of it. */
  words: string;
  /** Does it, as one ordinary operation. */
  make?: () => Promise<unknown>;
};

export const verdict = (status: CopyStatus, words = ''): Verdict => ({ status, words });
export const asNew = (make: () => Promise<unknown>, notes: string[] = []): Verdict => ({
  status: 'new',
  words: notes.join('; '),
  make,
});

/** `same`, or `different` with the names of what isn't. What was copied and then changed here is left as it is. */
export function compared(facts: Record<string, boolean>, words = ''): Verdict {
  const other = Object.entries(facts).flatMap(([name, isSame]) => (isSame ? [] : name));
  return other.length === 0
    ? verdict('same', words)
    : verdict('different', `${other.join(', ')}; left as it is here`);
}

export type Read<Schema extends z.ZodType> =
  | { wanted: z.output<Schema>; fault: null }
  | { wanted: null; fault: Verdict };

/** What an operation would take, or why it would not. */
export function readAs<Schema extends z.ZodType>(schema: Schema, given: unknown): Read<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return { wanted: parsed.data, fault: null };
  return { wanted: null, fault: verdict('impossible', wordsOf(fieldsOf(parsed.error))) };
}

/** A rule of the domain, as a verdict when it refuses. */
export function readBy<Value>(
  rule: () => Value,
): { value: Value; fault: null } | { value: null; fault: Verdict } {
  try {
    return { value: rule(), fault: null };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { value: null, fault: verdict('impossible', refusalOf(error)) };
  }
}

const wordsOf = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([field, words]) => `${field}: ${words}`)
    .join('; ');

/** A refusal on one line. */
export function refusalOf({ code, detail: { fields, limit, id } }: DomainError): string {
  const more = fields ? wordsOf(fields) : [limit, id].filter(Boolean).join(', ');
  return more === '' ? code : `${code}: ${more}`;
}

export const sameMembers = (some: readonly string[], others: readonly string[]): boolean =>
  new Set(some).size === new Set(others).size && some.every((one) => others.includes(one));

/** Each is remembered so that what refers to it can say why it can't come. */
const MAX_LOST = 200_000;

export type CopyMemory = ReturnType<typeof createCopyMemory>;

/** Holds what was not copied, and the few groups and paths: never the accounts and subscriptions that were. */
export function createCopyMemory() {
  const lost = new Set<string>();
  /** The source's groups by id and by name: which of ours each is, or null when its members come without it. */
  const groups = new Map<string, string | null>();
  return {
    paths: new Map<string, string>(),
    isLost: (kind: CopiedKind, id: string) => lost.has(`${kind} ${id}`),
    lose(kind: CopiedKind, id: string) {
      if (lost.size >= MAX_LOST)
        throw new DomainError('limit_reached', { limit: `${MAX_LOST} records that can't be copied` });
      lost.add(`${kind} ${id}`);
    },
    meansGroup({ id, name }: { id: string; name: string }, ours: string | null) {
      groups.set(`id ${id}`, ours);
      groups.set(`name ${name.toLowerCase()}`, ours);
    },
    /** Which of ours; null: none, and nobody misses it. Undefined: it was not copied. */
    groupOfId: (id: string) => groups.get(`id ${id}`),
    groupOfName: (name: string) => groups.get(`name ${name.toLowerCase()}`),
  };
}
