// The frame of every operation: permission, input, one transaction, one audit row.
import type { ZodType, z } from 'zod';
import { isSerializationFailure } from '../../db/connection/connect.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { needsSecondOperator, requestApproval, type Subject, type WaitsForApproval } from './approval.ts';
import { actorName, type RecordedEntry, recordAsked, recordChange, recordRefusal } from './audit-row.ts';
import type { Act, Context, Grant } from './context.ts';
import { demandPermission, type Who } from './permission.ts';

export {
  ACCOUNTS,
  ADMINS,
  ADMINS_AND_PROGRAMS,
  DEVELOPERS,
  MEMBERS,
  OPERATORS,
  OPERATORS_AND_PROGRAMS,
  READERS,
  SYSTEM,
} from './permission.ts';

/**
 * What it does. A change writes one audit row; a read writes none; bookkeeping neither, because what it keeps is its
 * own record (the fate of a mail, where a card is). A refusal of any of them writes one.
 */
type Effect = 'change' | 'read' | 'bookkeeping';

/** A deadlock or a serialization failure is tried again as a whole this often. */
const MAX_TRIES = 4;

export type Operation<Input, Output> = ((context: Context, input: Input) => Promise<Output>) & {
  readonly operation: string;
  readonly allowed: readonly Who[];
  readonly effect: Effect;
  /** What it takes, so that a surface can be made from it. */
  readonly input: ZodType;
  /** Whether `SECOND_OPERATOR_FOR` may name it. */
  readonly isApprovable: boolean;
  /** Does what was approved, in the deciding transaction and for whoever asked; `allowed` may widen who that is. */
  carryOut(
    context: Context,
    tx: Act['tx'],
    input: unknown,
    allowed?: readonly Who[],
    prepared?: unknown,
  ): Promise<Output>;
};

type Definition<Schema extends ZodType, Output, Prepared> = {
  /** Its name is its file: `accounts/block`. */
  name: string;
  allowed: readonly Who[];
  /** For programs alone, which need this beside their role. */
  grant?: Grant;
  effect: Effect;
  input: Schema;
  /** Slow work that needs no lock (hashing a password), done before the transaction. Writes nothing. */
  prepare?: (context: Context, input: z.output<Schema>) => Promise<Prepared>;
  run: (act: Act, input: z.output<Schema>, prepared: Prepared) => Promise<Output>;
  /** What it is about, for an operation that can be made to wait for a second operator. Not beside `prepare`. */
  subjectOf?: (input: z.output<Schema>) => Subject;
};

/**
 * Makes an operation. Every refusal is a `DomainError` and writes one audit row of its own; everything else that
 * is thrown is a fault, and leaves nothing behind. An operation that `SECOND_OPERATOR_FOR` names does nothing yet:
 * it opens an approval and throws `WaitsForApproval`.
 */
export function defineOperation<Schema extends ZodType, Output, Prepared = undefined>(
  definition: Definition<Schema, Output, Prepared>,
): Operation<z.input<Schema>, Output> & { readonly input: Schema } {
  if (definition.subjectOf && definition.prepare) throw new Error(`${definition.name} can't wait`);
  const run = async (context: Context, input: z.input<Schema>): Promise<Output> => {
    try {
      return await attempt(definition, context, input);
    } catch (error) {
      if (error instanceof DomainError) await recordRefusal(definition.name, context, input, error);
      throw error;
    }
  };
  return Object.assign(run, {
    operation: definition.name,
    allowed: definition.allowed,
    effect: definition.effect,
    input: definition.input,
    isApprovable: definition.subjectOf !== undefined,
    async carryOut(
      context: Context,
      tx: Act['tx'],
      input: unknown,
      allowed = definition.allowed,
      prepared?: unknown,
    ) {
      await demandPermission(context, tx, allowed, definition.grant);
      const parsed = parseInput(definition.input, input as z.input<Schema>);
      return inTransaction(definition, context, tx, parsed, prepared as Prepared);
    },
  });
}

async function attempt<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  rawInput: z.input<Schema>,
): Promise<Output> {
  await demandPermission(context, context.db, definition.allowed, definition.grant);
  const input = parseInput(definition.input, rawInput);
  if (definition.subjectOf && needsSecondOperator(context, definition.name)) {
    const subject = definition.subjectOf(input);
    throw await retrying(context, (tx) => ask(definition, context, tx, input, subject));
  }
  const prepared = (await definition.prepare?.(context, input)) as Prepared;
  const work = async (tx: Act['tx']): Promise<Output> => {
    // Again, inside: what was withdrawn while a password was being hashed no longer counts.
    if (definition.prepare) await demandPermission(context, tx, definition.allowed, definition.grant);
    return inTransaction(definition, context, tx, input, prepared);
  };
  // Each statement sees what is committed when it begins, in a transaction or not: a read gains nothing by one.
  if (definition.effect === 'read') return work(context.db as unknown as Act['tx']);
  try {
    return await retrying(context, work);
  } finally {
    // Also when it failed: a commit whose answer was lost is one.
    if (definition.effect === 'change') context.afterCommit?.();
  }
}

/** Opens the approval, or finds the one that is open; whoever asks first leaves an audit row. */
async function ask<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  tx: Act['tx'],
  input: z.output<Schema>,
  subject: Subject,
): Promise<WaitsForApproval> {
  const { reason = context.reason ?? '' } = input as { reason?: string };
  const waiting = await requestApproval(context, tx, {
    operation: definition.name,
    origin: 'operator',
    subject,
    input: input as object,
    why: reason,
    tryOut: (savepoint) => inTransaction(definition, context, savepoint, input, undefined as Prepared),
  });
  if (waiting.askedBefore) return waiting;
  const { approvalId: id } = waiting;
  await recordAsked(definition.name, { ...context, approval: { id } }, tx, {
    target: subject.kind === 'address' ? { kind: 'approval', id } : { kind: subject.kind, id: subject.id },
    ...(reason ? { reason } : {}),
  });
  return waiting;
}

/** One transaction, tried again as a whole when Postgres says so. */
export async function retrying<Result>(
  context: Context,
  work: (tx: Act['tx']) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await context.db.transaction(work);
    } catch (error) {
      if (!isSerializationFailure(error) || tries >= MAX_TRIES) throw error;
    }
  }
}

async function inTransaction<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  tx: Act['tx'],
  input: z.output<Schema>,
  prepared: Prepared,
): Promise<Output> {
  const entries: RecordedEntry[] = [];
  let isUnchanged = false;
  const act: Act = {
    ...context,
    tx,
    now: context.clock(),
    actorName: actorName(context.actor),
    record(entry) {
      const id = newId(context.clock(), context.random);
      entries.push({ ...entry, id });
      return id;
    },
    nothingChanged: () => {
      isUnchanged = true;
    },
  };
  const output = await definition.run(act, input, prepared);
  if (definition.effect === 'change' && !isUnchanged) await recordChange(definition.name, act, entries);
  return output;
}

function parseInput<Schema extends ZodType>(schema: Schema, input: z.input<Schema>): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new DomainError('invalid_input', { fields: fieldsOf(parsed.error) });
}

/** The first thing that is wrong with each field. */
export function fieldsOf(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join('.') || 'input'] ??= issue.message;
  return fields;
}
