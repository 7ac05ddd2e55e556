// The frame of every operation: permission, input, one transaction, one audit row.
import { ZodType, z } from 'zod';
import { isOvertaken, type Transaction } from '../../db/connection/connect.ts';
import { hasToldGateways, noteToldGateways } from '../../db/gateway/told.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { actorName } from './actor.ts';
import {
  type Extent,
  needsSecondOperator,
  needsSecondOperatorAsAWhole,
  requestApproval,
  type Subject,
  type WaitsForApproval,
} from './approval.ts';
import {
  type AttemptTarget,
  type RecordedEntry,
  recordApprovalRequest,
  recordChange,
  recordRefusal,
} from './audit-row.ts';
import type { Act, Context, Grant } from './context.ts';
import { type CallerKind, demandPermission } from './permission.ts';
import { unstorableField } from './storable.ts';

export type { Act } from './context.ts';
export * as input from './input.ts';
export {
  ACCOUNTS,
  ADMINS,
  ADMINS_AND_PROGRAMS,
  ADMINS_AND_READERS,
  DEVELOPERS,
  MEMBERS,
  OPERATORS,
  OPERATORS_AND_PROGRAMS,
  READERS,
  SYSTEM,
} from './permission.ts';

/**
 * A change writes one audit row. A read writes none. Bookkeeping writes none either: what it stores is its own record
 * (the fate of a mail, where a card is). A refusal of any of them writes one.
 */
type Effect = 'change' | 'read' | 'bookkeeping';

/** How often a transaction runs in all, when others come between. */
const MAX_TRIES = 4;

export type RunOptions = {
  /** Callers that are allowed instead of the operation's own. */
  allowed?: readonly CallerKind[] | undefined;
  /** The result of the operation's `prepare`, made by the caller. */
  prepared?: unknown;
};

export type Operation<Input, Output> = ((context: Context, input: Input) => Promise<Output>) & {
  readonly operation: string;
  readonly allowed: readonly CallerKind[];
  readonly effect: Effect;
  /** The schema of its input, for surfaces that are made from it. */
  readonly input: ZodType;
  /** Whether `SECOND_OPERATOR_FOR` may name it. */
  readonly isApprovable: boolean;
  /** Errors: those of `demandPermission`. Records nothing. */
  demand(context: Context): Promise<void>;
  /**
   * Runs what leads to the operation, such as a search for its target or a form for its input. A refusal on the way is
   * recorded as a refusal of this operation.
   */
  attempt<Result>(
    context: Context,
    target: AttemptTarget,
    work: (context: Context) => Promise<Result> | Result,
  ): Promise<Result>;
  /**
   * Runs the operation as part of the caller's transaction, at once: it does not wait for approval, and the caller
   * records a refusal. For an approved request, and for several operations together.
   */
  runInTransaction(context: Context, tx: Transaction, input: unknown, options?: RunOptions): Promise<Output>;
};

/** Fields alone make a strict object: a field that an operation doesn't know is refused. */
type Fields = z.core.$ZodShape;
type SchemaOf<Input extends ZodType | Fields> = Input extends ZodType
  ? Input
  : Input extends Fields
    ? z.ZodObject<Input, z.core.$strict>
    : never;

type Definition<Schema extends ZodType, Output, Prepared> = {
  /** Its name is its file: `accounts/block`. */
  name: string;
  allowed: readonly CallerKind[];
  /** Allows programs only, and only those that hold this grant beside their role. */
  grant?: Grant;
  effect: Effect;
  input: Schema;
  /** Slow work that needs no lock (hashing a password), done before the transaction. Writes nothing. */
  prepare?: (context: Context, input: z.output<Schema>) => Promise<Prepared>;
  run: (act: Act, input: z.output<Schema>, prepared: Prepared) => Promise<Output>;
  /**
   * What the operation concerns, when it can wait for a second operator; null for an input that never waits. It can't have
   * a `prepare` then.
   */
  subjectOf?: (input: z.output<Schema>) => Subject | null;
  /** Of an operation on many, which waits too when it does much. Null: it doesn't. */
  extentOf?: (context: Context, input: z.output<Schema>) => Promise<Extent | null>;
};

/**
 * Makes an operation: a function of a context and an input. Each refusal is a `DomainError` and writes one audit row.
 * Any other error is a fault, and leaves nothing behind. An operation that `SECOND_OPERATOR_FOR` names does not run:
 * it opens an approval and throws `WaitsForApproval`.
 */
export function defineOperation<Input extends ZodType | Fields, Output, Prepared = undefined>(
  given: Omit<Definition<SchemaOf<Input>, Output, Prepared>, 'input'> & { input: Input },
): Operation<z.input<SchemaOf<Input>>, Output> & { readonly input: SchemaOf<Input> } {
  type Schema = SchemaOf<Input>;
  const schema = (given.input instanceof ZodType ? given.input : z.strictObject(given.input)) as Schema;
  const definition = { ...given, input: schema } as Definition<Schema, Output, Prepared>;
  const { name, allowed, grant, effect, subjectOf, prepare } = definition;
  if (subjectOf && prepare) throw new Error(`${name} can't wait`);
  const operate = async (context: Context, input: z.input<Schema>): Promise<Output> => {
    try {
      return await runOrAskForApproval(definition, context, input);
    } catch (error) {
      const isOfAttempt = effect === 'read' && context.isAttempt;
      if (error instanceof DomainError && !isOfAttempt) await recordRefusal(name, context, input, error);
      throw error;
    }
  };
  return Object.assign(operate, {
    operation: name,
    allowed,
    effect,
    input: schema,
    isApprovable: subjectOf !== undefined,
    demand: (context: Context) => demandPermission(context, context.db, allowed, grant),
    attempt: <Result>(context: Context, target: AttemptTarget, work: Attempt<Result>) =>
      attemptAt(name, context, target, work),
    async runInTransaction(context: Context, tx: Transaction, input: unknown, options: RunOptions = {}) {
      await demandPermission(context, tx, options.allowed ?? allowed, grant);
      const parsed = parseInput(schema, input as z.input<Schema>);
      return runAndRecord(definition, context, tx, parsed, options.prepared as Prepared);
    },
  });
}

type Attempt<Result> = (context: Context) => Promise<Result> | Result;

async function attemptAt<Result>(
  name: string,
  context: Context,
  target: AttemptTarget,
  work: Attempt<Result>,
): Promise<Result> {
  try {
    return await work({ ...context, isAttempt: true });
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal && !refusal.isRecorded) await recordRefusal(name, context, target, refusal);
    throw error;
  }
}

/** A surface that says it in its own words has the refusal as the cause of its error. */
function refusalIn(error: unknown): DomainError | null {
  const refusal = error instanceof Error && !(error instanceof DomainError) ? error.cause : error;
  return refusal instanceof DomainError ? refusal : null;
}

async function runOrAskForApproval<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  rawInput: z.input<Schema>,
): Promise<Output> {
  await demandPermission(context, context.db, definition.allowed, definition.grant);
  const input = parseInput(definition.input, rawInput);
  const subject = definition.subjectOf?.(input);
  const extent = (subject && (await definition.extentOf?.(context, input))) ?? null;
  if (
    subject &&
    (needsSecondOperator(context, definition.name) ||
      (extent && (await needsSecondOperatorAsAWhole(context, extent))))
  ) {
    const why = extent?.why ?? (input as { reason?: string }).reason ?? context.reason ?? '';
    throw await withRetries(context, (tx) =>
      askForApproval(definition, context, tx, { input, subject, why }),
    );
  }
  return prepareAndRun(definition, context, input);
}

/** Runs the operation in a transaction of its own; a read needs none. */
async function prepareAndRun<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  input: z.output<Schema>,
): Promise<Output> {
  const prepared = (await definition.prepare?.(context, input)) as Prepared;
  const runOnce = async (tx: Transaction): Promise<Output> => {
    // Again: the role may have been withdrawn while a password was being hashed.
    if (definition.prepare) await demandPermission(context, tx, definition.allowed, definition.grant);
    return runAndRecord(definition, context, tx, input, prepared);
  };
  // At READ COMMITTED each statement sees what is committed when it begins, so a transaction adds nothing to a read.
  if (definition.effect === 'read') return runOnce(context.db as unknown as Transaction);
  return withRetries(context, runOnce);
}

/** Runs the operation in the given transaction and, for a change, writes its audit row. */
async function runAndRecord<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  tx: Transaction,
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
  if (isUnchanged) await noteToldGateways(act.tx);
  else if (definition.effect === 'change') await recordChange(definition.name, act, entries);
  return output;
}

/** Opens an approval, or finds the open one. Only the first request for it writes an audit row. */
async function askForApproval<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  tx: Transaction,
  { input, subject, why: reason }: { input: z.output<Schema>; subject: Subject; why: string },
): Promise<WaitsForApproval> {
  const waiting = await requestApproval(context, tx, {
    operation: definition.name,
    origin: 'operator',
    subject,
    input: input as object,
    why: reason,
    tryOut: (savepoint) => runAndRecord(definition, context, savepoint, input, undefined as Prepared),
  });
  if (waiting.askedBefore) return waiting;
  const { approvalId: id } = waiting;
  await recordApprovalRequest(definition.name, { ...context, approval: { id } }, tx, {
    target: subject.kind === 'account' ? { kind: 'account', id: subject.id } : { kind: 'approval', id },
    ...(reason ? { reason } : {}),
  });
  return waiting;
}

/**
 * Runs `work` in a transaction, and again as a whole when another transaction came between: then it sees what that one
 * did, and refuses in its own words. If it changes what gateways must know, ends once all of them know it.
 * Errors: `overtaken` when that happens four times.
 */
export async function withRetries<Result>(
  context: Context,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    let hasTold = false;
    try {
      const done = await context.db.transaction(async (tx) => {
        const result = await work(tx);
        hasTold = await hasToldGateways(tx);
        return result;
      });
      context.wakeWebhooks?.();
      return done;
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      if (tries >= MAX_TRIES) throw new DomainError('overtaken');
    } finally {
      // Also after a fault: the commit may have succeeded although its answer was lost.
      if (hasTold) await context.untilGatewaysKnow?.();
    }
  }
}

function parseInput<Schema extends ZodType>(schema: Schema, input: z.input<Schema>): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new DomainError('invalid_input', { fields: fieldsOf(parsed.error) });
  const fields = unstorableField(parsed.data);
  if (fields) throw new DomainError('invalid_input', { fields });
  return parsed.data;
}

/** Field name → the first thing that is wrong with it. */
export function fieldsOf(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join('.') || 'input'] ??= issue.message;
  return fields;
}
