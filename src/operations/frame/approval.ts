// What needs a second operator: it is kept, sealed and bound to what was seen, until somebody else decides.
import { findAccount } from '../../db/accounts/accounts.ts';
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
import { actorName, requesterId } from './audit-row.ts';
import type { Act, Context, IssuedActor } from './context.ts';
import { hoursAfter, queueApprovalEnd, queueApprovalRepaint } from './outbox.ts';

const APPROVAL_LIFETIME_HOURS = 24;
const SEALED_AS = 'approval';

/** What an operation is about. */
export type Subject = { kind: 'account' | 'address'; id: string };

type Wish = {
  operation: string;
  origin: Approval['origin'];
  subject: Subject;
  input: object;
  why: string;
  /** Does it, to find out now what would refuse it; nothing of that stays. */
  tryOut?: (savepoint: Act['tx']) => Promise<unknown>;
};

/** Thrown instead of the operation's result: it waits. The approval is committed; nothing else was done. */
export class WaitsForApproval extends Error {
  readonly approvalId: string;
  readonly expiresAt: Date;
  /** Who asked for the same before, when somebody had. */
  readonly askedBefore: { by: string; isSamePerson: boolean } | null;

  constructor(approval: Pick<Approval, 'id' | 'expiresAt'>, askedBefore: WaitsForApproval['askedBefore']) {
    super('waits for a second operator');
    this.name = 'WaitsForApproval';
    this.approvalId = approval.id;
    this.expiresAt = approval.expiresAt;
    this.askedBefore = askedBefore;
  }
}

/** What a person decides by themselves waits; what the system or a mailed link does was decided before. */
export function needsSecondOperator(context: Context, operation: string): boolean {
  const { kind } = context.actor;
  return (
    ['slack', 'console', 'token', 'oidc'].includes(kind) &&
    context.policy.secondOperatorFor.includes(operation)
  );
}

/**
 * Opens an approval, or finds the open one for the same thing.
 * Errors: whatever the operation itself would refuse now; `no_second_operator` when nobody else could decide.
 */
export async function requestApproval(
  context: Context,
  tx: Act['tx'],
  wish: Wish,
): Promise<WaitsForApproval> {
  const { tryOut, subject, operation } = wish;
  const serviceId = context.service.id;
  // First of all, as whoever decides does it: what is being decided is over before it is tried again.
  const before = await lockOpenApprovalOf(tx, { serviceId, operation, subject: subject.id });
  if (tryOut) await inVain(tx, tryOut);
  await demandSomebodyElse(context, tx);
  const now = context.clock();
  if (before && before.expiresAt > now) {
    const isSamePerson = before.requestedBy === requesterId(context.actor);
    return new WaitsForApproval(before, { by: before.requestedByName, isSamePerson });
  }
  if (before) await queueApprovalEnd(tx, await endApproval(tx, before, { state: 'expired' }, now));
  const approval = await write(context, tx, wish, now);
  await queueApprovalRepaint(tx, approval);
  return new WaitsForApproval(approval, null);
}

async function write(context: Context, tx: Act['tx'], wish: Wish, now: Date) {
  const { subject } = wish;
  const id = newId(now, context.random);
  const accountId = subject.kind === 'account' ? subject.id : null;
  const account = accountId ? await findAccount(tx, context.service.id, accountId) : null;
  const { actor } = context;
  const input = {
    ...wish.input,
    // Bound to the account as it is now: whoever agrees agrees to this one.
    ...(account ? { expectedVersion: account.version } : {}),
  };
  // The issuer can't be asked again what somebody may: what their token said is kept with what they want.
  const kept: Kept = { id, input, ...(actor.kind === 'oidc' ? { requester: actor } : {}) };
  const row = {
    serviceId: context.service.id,
    id,
    operation: wish.operation,
    origin: wish.origin,
    subject: subject.id,
    accountId,
    sealedInput: sealText(context.keyring, SEALED_AS, JSON.stringify(kept), context.random),
    requestedByKind: actor.kind,
    requestedBy: requesterId(actor),
    requestedByToken: actor.kind === 'token' ? actor.tokenId : null,
    requestedByName: actorName(actor),
    why: wish.why,
    state: 'open' as const,
    createdAt: now,
    expiresAt: hoursAfter(now, APPROVAL_LIFETIME_HOURS),
  };
  if (!(await insertApproval(tx, row))) throw new DomainError('try_again');
  return row;
}

/** What is sealed with an approval: what is wanted, and who wants it where no row of ours says that. */
type Kept = { id: string; input: Record<string, unknown>; requester?: IssuedActor };

/** What was kept when it was asked for. Faults when it isn't this approval's own. */
export function openKept(context: Pick<Context, 'keyring'>, approval: Approval): Omit<Kept, 'id'> | null {
  if (!approval.sealedInput) return null;
  const kept = JSON.parse(openSealedText(context.keyring, SEALED_AS, approval.sealedInput)) as Kept;
  if (kept.id !== approval.id) throw new Error('an approval holds the input of another');
  return kept;
}

async function demandSomebodyElse(context: Context, tx: Act['tx']): Promise<void> {
  const others = await countOtherOperators(tx, context.service.id, requesterId(context.actor));
  if (others === 0) throw new DomainError('no_second_operator');
}

class Undone extends Error {}

async function inVain(tx: Act['tx'], work: (savepoint: Act['tx']) => Promise<unknown>): Promise<void> {
  try {
    await tx.transaction(async (savepoint) => {
      await work(savepoint);
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}
