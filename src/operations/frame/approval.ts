// Requests that wait for a second operator: the input is sealed and bound to the account's version until the decision.
import { findAccount } from '../../db/accounts/accounts.ts';
import type { Transaction } from '../../db/connection/connect.ts';
import { newId } from '../../db/ids.ts';
import {
  type Approval,
  endApproval,
  insertApproval,
  lockOpenApprovalOf,
} from '../../db/operators/approvals.ts';
import { countOtherOperators } from '../../db/operators/operators.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import { actorName, requesterId } from './actor.ts';
import type { Context, IssuedActor } from './context.ts';
import { hoursAfter, queueApprovalEnd, queueApprovalRepaint } from './outbox.ts';

const APPROVAL_LIFETIME_HOURS = 24;
const SEALED_AS = 'approval';

/**
 * The account that an operation concerns, the email of a person who has none yet, a mode of the mirror of Azure, work on
 * many, or an announcement.
 */
export type Subject = { kind: 'account' | 'email' | 'mirror' | 'batch' | 'announcement'; id: string };

type ApprovalRequest = {
  operation: string;
  origin: Approval['origin'];
  subject: Subject;
  input: object;
  why: string;
  /** Runs the operation to find out now whether it would be refused. Everything it writes is rolled back. */
  tryOut?: (savepoint: Transaction) => Promise<unknown>;
};

/** Thrown instead of the operation's result. The approval is committed, and the operation has not run. */
export class WaitsForApproval extends Error {
  readonly approvalId: string;
  readonly expiresAt: Date;
  /** The first requester, when the same request was open already. */
  readonly askedBefore: { by: string; isSamePerson: boolean } | null;

  constructor(approval: Pick<Approval, 'id' | 'expiresAt'>, askedBefore: WaitsForApproval['askedBefore']) {
    super('waits for a second operator');
    this.name = 'WaitsForApproval';
    this.approvalId = approval.id;
    this.expiresAt = approval.expiresAt;
    this.askedBefore = askedBefore;
  }
}

const isPersonOrProgram = ({ actor }: Context): boolean =>
  ['slack', 'console', 'token', 'oidc'].includes(actor.kind);

/** Only requests that a person or program starts need approval; what jobs and mailed links do was decided before. */
export function needsSecondOperator(context: Context, operation: string): boolean {
  return (
    isPersonOrProgram(context) &&
    context.policy.secondOperatorFor.includes(operation) &&
    !isDoneAlone(context, operation)
  );
}

/** How much an operation on many does: of how many accounts, by which operations, and why. */
export type Extent = { count: number; operations: readonly string[]; why: string };

/** Whether something on so many accounts is more than one person should decide alone. */
export const isForTwo = ({ policy }: Context, { count }: Pick<Extent, 'count'>): boolean =>
  policy.secondOperatorForMoreThan !== null && count > policy.secondOperatorForMoreThan;

/**
 * Whether something on many needs an approval as a whole: because it is on many, and there is another operator, or because
 * each part would need one.
 */
export async function needsSecondOperatorAsAWhole(context: Context, extent: Extent): Promise<boolean> {
  if (extent.operations.some((operation) => needsSecondOperator(context, operation))) return true;
  if (!isPersonOrProgram(context) || !isForTwo(context, extent)) return false;
  const { db, service, actor } = context;
  return (await countOtherOperators(db, service.id, requesterId(actor))) > 0;
}

/** Whether a grant of the program's token is why the operation doesn't wait for a second operator. */
export const isDoneAlone = ({ actor, policy }: Context, operation: string): boolean =>
  actor.kind === 'token' && actor.actsAlone === true && policy.secondOperatorFor.includes(operation);

/**
 * Opens an approval, or finds the open one for the same operation and subject.
 * Errors: those of the operation itself; `no_second_operator` when no other operator could decide.
 */
export async function requestApproval(
  context: Context,
  tx: Transaction,
  request: ApprovalRequest,
): Promise<WaitsForApproval> {
  const { tryOut, subject, operation } = request;
  const serviceId = context.service.id;
  // Locked before the account, as a decision does it: a decision that is under way ends before the try-out.
  const before = await lockOpenApprovalOf(tx, { serviceId, operation, subject: subject.id });
  if (tryOut) await runAndRollBack(tx, tryOut);
  await demandOtherOperator(context, tx);
  const now = context.clock();
  if (before && before.expiresAt > now) {
    const isSamePerson = before.requestedBy === requesterId(context.actor);
    return new WaitsForApproval(before, { by: before.requestedByName, isSamePerson });
  }
  if (before) await queueApprovalEnd(tx, await endApproval({ tx, now }, before, { state: 'expired' }));
  const approval = await insertRequest(context, tx, request, now);
  await queueApprovalRepaint(tx, approval);
  return new WaitsForApproval(approval, null);
}

async function insertRequest(context: Context, tx: Transaction, request: ApprovalRequest, now: Date) {
  const { subject } = request;
  const id = newId(now, context.random);
  const accountId = subject.kind === 'account' ? subject.id : null;
  const account = accountId ? await findAccount(tx, context.service.id, accountId) : null;
  const { actor } = context;
  const input = {
    ...request.input,
    // The approver agrees to the account as it is now; any change to it makes the request outdated.
    ...(account ? { expectedVersion: account.version } : {}),
  };
  // The issuer can't be asked later what the requester may do, so the claims of the token are stored too.
  const sealed: SealedRequest = { id, input, ...(actor.kind === 'oidc' ? { requester: actor } : {}) };
  const row = {
    serviceId: context.service.id,
    id,
    operation: request.operation,
    origin: request.origin,
    subject: subject.id,
    accountId,
    sealedInput: sealText(context.keyring, SEALED_AS, JSON.stringify(sealed), context.random),
    requestedByKind: actor.kind,
    requestedBy: requesterId(actor),
    requestedByToken: actor.kind === 'token' ? actor.tokenId : null,
    requestedByName: actorName(actor),
    why: request.why,
    state: 'open' as const,
    createdAt: now,
    expiresAt: hoursAfter(now, APPROVAL_LIFETIME_HOURS),
  };
  if (!(await insertApproval(tx, row))) throw new DomainError('try_again');
  return row;
}

/** The sealed part of an approval. `requester` is stored when no table of ours holds that actor. */
type SealedRequest = { id: string; input: Record<string, unknown>; requester?: IssuedActor };

/** Opens the sealed request; null when it was erased. Throws a fault when it was sealed for another approval. */
export function openSealedRequest(
  context: Pick<Context, 'keyring'>,
  approval: Approval,
): Omit<SealedRequest, 'id'> | null {
  if (!approval.sealedInput) return null;
  const sealed = JSON.parse(
    openSealedText(context.keyring, SEALED_AS, approval.sealedInput),
  ) as SealedRequest;
  if (sealed.id !== approval.id) throw new Error('an approval holds the input of another');
  return sealed;
}

async function demandOtherOperator(context: Context, tx: Transaction): Promise<void> {
  const others = await countOtherOperators(tx, context.service.id, requesterId(context.actor));
  if (others === 0) throw new DomainError('no_second_operator');
}

class RollBack extends Error {}

async function runAndRollBack(
  tx: Transaction,
  work: (savepoint: Transaction) => Promise<unknown>,
): Promise<void> {
  try {
    await tx.transaction(async (savepoint) => {
      await work(savepoint);
      throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
  }
}
