// The frame of every operation: permission, input, one transaction, one audit row.
import type { ZodType, z } from 'zod';
import { writeAuditRow } from '../db/audit.ts';
import { isSerializationFailure } from '../db/connect.ts';
import { newId } from '../db/ids.ts';
import { findOperatorRole } from '../db/operators.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { Act, Actor, AuditEntry, Context, Role } from './context.ts';

/**
 * Who may run an operation. `member`: anybody of the workspace, with a role or without. `developer`: anybody at all,
 * because the input itself proves the right (a ticket).
 */
export type Who = Role | 'member' | 'developer' | 'system';

/**
 * What it does. A change writes one audit row; a read writes none; bookkeeping neither, because what it keeps is its
 * own record (the fate of a mail, where a card is). A refusal of any of them writes one.
 */
export type Effect = 'change' | 'read' | 'bookkeeping';

export const ADMINS: readonly Who[] = ['admin'];
export const OPERATORS: readonly Who[] = ['admin', 'approver'];
export const DEVELOPERS: readonly Who[] = ['developer'];
export const SYSTEM: readonly Who[] = ['system'];

/** A deadlock or a serialization failure is tried again as a whole this often. */
const MAX_TRIES = 4;

export type Operation<Input, Output> = ((context: Context, input: Input) => Promise<Output>) & {
  readonly operation: string;
  readonly allowed: readonly Who[];
  readonly effect: Effect;
};

type Definition<Schema extends ZodType, Output, Prepared> = {
  /** Its name is its file: `accounts/block`. */
  name: string;
  allowed: readonly Who[];
  effect: Effect;
  input: Schema;
  /** Slow work that needs no lock (hashing a password), done before the transaction. Writes nothing. */
  prepare?: (context: Context, input: z.output<Schema>) => Promise<Prepared>;
  run: (act: Act, input: z.output<Schema>, prepared: Prepared) => Promise<Output>;
};

/**
 * Makes an operation. Every refusal is a `DomainError` and writes one audit row of its own; everything else that
 * is thrown is a fault, and leaves nothing behind.
 */
export function defineOperation<Schema extends ZodType, Output, Prepared = undefined>(
  definition: Definition<Schema, Output, Prepared>,
): Operation<z.input<Schema>, Output> {
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
  });
}

async function attempt<Schema extends ZodType, Output, Prepared>(
  definition: Definition<Schema, Output, Prepared>,
  context: Context,
  rawInput: z.input<Schema>,
): Promise<Output> {
  await demandPermission(context, context.db, definition.allowed);
  const input = parseInput(definition.input, rawInput);
  const prepared = (await definition.prepare?.(context, input)) as Prepared;
  const work = async (tx: Act['tx']): Promise<Output> => {
    // Again, inside: what was withdrawn while a password was being hashed no longer counts.
    if (definition.prepare) await demandPermission(context, tx, definition.allowed);
    const entries: AuditEntry[] = [];
    let isUnchanged = false;
    const act: Act = {
      ...context,
      tx,
      now: context.clock(),
      actorName: actorName(context.actor),
      record: (entry) => void entries.push(entry),
      nothingChanged: () => {
        isUnchanged = true;
      },
    };
    const output = await definition.run(act, input, prepared);
    if (definition.effect === 'change' && !isUnchanged) await recordChange(definition.name, act, entries);
    return output;
  };
  // Each statement sees what is committed when it begins, in a transaction or not: a read gains nothing by one.
  if (definition.effect === 'read') return work(context.db as unknown as Act['tx']);
  for (let tries = 1; ; tries++) {
    try {
      return await context.db.transaction(work);
    } catch (error) {
      if (!isSerializationFailure(error) || tries >= MAX_TRIES) throw error;
    }
  }
}

async function demandPermission(
  context: Context,
  db: Context['db'] | Act['tx'],
  allowed: readonly Who[],
): Promise<void> {
  const { actor } = context;
  if (actor.kind !== 'slack') {
    if (!allowed.includes(actor.kind)) throw new DomainError('not_permitted');
    return;
  }
  if (actor.standing !== 'member') throw new DomainError('not_permitted');
  if (allowed.includes('member')) return;
  const role = await findOperatorRole(db, context.service.id, actor.teamId, actor.userId);
  if (!role || !allowed.includes(role)) throw new DomainError('not_permitted');
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

async function recordChange(operation: string, act: Act, entries: AuditEntry[]): Promise<void> {
  const [entry] = entries;
  if (!entry || entries.length > 1) throw new Error(`${operation} must record exactly one audit entry`);
  await writeAuditRow(act.tx, { ...auditIdentity(operation, act), outcome: 'done', code: null, ...entry });
}

async function recordRefusal(
  operation: string,
  context: Context,
  input: unknown,
  error: DomainError,
): Promise<void> {
  const target = targetOf(input);
  await writeAuditRow(context.db, {
    ...auditIdentity(operation, context),
    outcome: 'refused',
    code: error.code,
    ...(target ? { target } : {}),
  });
}

function auditIdentity(operation: string, context: Context) {
  const at = context.clock();
  return {
    serviceId: context.service.id,
    id: newId(at, context.random),
    at,
    operation,
    actorKind: context.actor.kind,
    actorId: actorId(context.actor),
    actorName: actorName(context.actor),
    requestId: context.requestId,
  };
}

const MAX_TARGET_ID_LENGTH = 80;

/** A refusal names what it was about when the input says so by id; ids of ours are no personal data. */
function targetOf(input: unknown): AuditEntry['target'] {
  if (typeof input !== 'object' || input === null) return undefined;
  for (const kind of ['account', 'invitation', 'group'] as const) {
    const id = (input as Record<string, unknown>)[`${kind}Id`];
    if (typeof id === 'string' && id.length <= MAX_TARGET_ID_LENGTH && /^[\w-]+$/.test(id))
      return { kind, id };
  }
  return undefined;
}

export function actorId(actor: Actor): string {
  return actor.kind === 'slack'
    ? `${actor.teamId}/${actor.userId}`
    : actor.kind === 'system'
      ? actor.name
      : '';
}

export function actorName(actor: Actor): string {
  return actor.kind === 'slack' ? actor.name : actor.kind === 'system' ? actor.name : 'the developer';
}
