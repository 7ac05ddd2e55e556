import { z } from 'zod';
import { findAccount } from '../../db/accounts/accounts.ts';
import { type Approval, endApproval, findApproval, lockApproval } from '../../db/operators/approvals.ts';
import { findToken } from '../../db/operators/tokens.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { eraseApprovals } from '../accounts/personal-data.ts';
import { actorId, isSamePerson, ownEmailOf } from '../frame/actor.ts';
import { openSealedRequest } from '../frame/approval.ts';
import { recordRefusal } from '../frame/audit-row.ts';
import type { Act, Actor, Context } from '../frame/context.ts';
import { defineOperation, input, MEMBERS, OPERATORS } from '../frame/operation.ts';
import { queueApprovalEnd } from '../frame/outbox.ts';
import { personNow } from '../operators/operator-rules.ts';
import { actorOfToken } from '../tokens/token.ts';
import { approvableOperation, isApprovable } from './approvable.ts';
import { demandOpen } from './approval-view.ts';

/**
 * A second operator approves or declines. An approved operation runs in the same transaction, as the requester and with
 * the rights that they have now; when it is refused, the approval ends as `outdated` with the code of the refusal. Of
 * several decisions at once, one counts.
 * Errors: `approval_not_found`; `approval_ended` with who decided; `approval_own`; `approval_about_oneself`;
 * `standing_unknown` when Slack can't say whether the requester can still act: the approval stays open.
 * Source: OWASP ASVS 5.0, 2.3.5 and 8.3.2; safety T45 to T47.
 */
export const decideApproval = defineOperation({
  name: 'approvals/decide',
  allowed: OPERATORS.filter((who) => who !== 'console'),
  effect: 'change',
  input: {
    approvalId: input.rowId,
    decision: z.enum(['approve', 'decline']),
    reason: input.reason.default(''),
  },
  async prepare(context, { approvalId, decision }) {
    if (decision === 'decline') return null;
    const approval = await findApproval(context.db, context.service.id, approvalId);
    return approval ? findRequester(context, approval) : null;
  },
  async run(act, { approvalId, decision, reason }, requester) {
    const approval = await lockApproval(act.tx, act.service.id, approvalId);
    if (!approval) throw new DomainError('approval_not_found');
    demandOpen(approval, act.now);
    await demandOther(act, approval, requester);
    const outcome =
      decision === 'decline' ? ({ state: 'declined' } as const) : await runApproved(act, approval, requester);
    const ended = await endApproval(act, approval, {
      ...outcome,
      decidedBy: actorId(act.actor),
      decidedByName: act.actorName,
      decisionReason: reason,
    });
    await queueApprovalEnd(act.tx, ended);
    const isErased = await eraseWithItsAccount(act, ended);
    act.record({
      target: { kind: 'approval', id: approvalId },
      ...(isErased ? {} : { reason }),
      after: { operation: approval.operation, ...outcome },
    });
    return { operation: approval.operation, ...outcome };
  },
});

/** Refuses the requester, and the person that the request is about, also as other users with the same email. */
async function demandOther(act: Act, approval: Approval, requester: Actor | null): Promise<void> {
  if (approval.requestedBy === actorId(act.actor)) throw new DomainError('approval_own');
  if (requester && isSamePerson(requester, act.actor)) throw new DomainError('approval_own');
  const own = ownEmailOf(act.actor);
  // The requester's token names a person by email, and without an email from Slack the two can't be compared.
  if (!own && requester?.kind === 'oidc' && requester.person) throw new DomainError('standing_unknown');
  if (!own) return;
  const account = approval.accountId ? await findAccount(act.tx, act.service.id, approval.accountId) : null;
  if (account?.emailCanonical === own || approval.subject === own)
    throw new DomainError('approval_about_oneself');
}

/** The requester with the rights that they have now; null when the claims of their token were erased. */
async function findRequester(context: Context, approval: Approval): Promise<Actor | null> {
  if (approval.requestedByToken) return findProgram(context, approval.requestedByToken);
  if (approval.requestedByKind === 'oidc') return openSealedRequest(context, approval)?.requester ?? null;
  if (approval.requestedByKind !== 'slack') return { kind: 'console', name: approval.requestedBy };
  const [teamId = '', userId = ''] = approval.requestedBy.split('/');
  return personNow(context, { teamId, userId });
}

async function findProgram(context: Context, tokenId: string): Promise<Actor> {
  const token = await findToken(context.db, context.service.id, tokenId);
  if (!token) throw new Error('a token that asked is gone');
  return actorOfToken(token);
}

type Outcome = { state: 'approved' } | { state: 'outdated'; code: string };

async function runApproved(act: Act, approval: Approval, requester: Actor | null): Promise<Outcome> {
  const { operation } = approval;
  const operationInput = openSealedRequest(act, approval)?.input;
  if (!operationInput || !requester || !isApprovable(operation))
    throw new Error('an open approval lacks what it is for');
  const context: Context = {
    ...act,
    actor: requester,
    approval: { id: approval.id, decidedBy: actorId(act.actor), decidedByName: act.actorName },
  };
  // A member without a role may make such a request; the approver adds the right.
  const allowed = approval.origin === 'request' ? MEMBERS : undefined;
  try {
    await act.tx.transaction((savepoint) =>
      approvableOperation(operation).runInTransaction(context, savepoint, operationInput, { allowed }),
    );
    return { state: 'approved' };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'standing_unconfirmed') throw new DomainError('standing_unknown');
    await recordRefusal(operation, context, operationInput, error, act.tx);
    return { state: 'outdated', code: error.code };
  }
}

/** With `ERASE_DELETED_AFTER_DAYS` at 0 an approved deletion has already erased the account, but not this decision. */
async function eraseWithItsAccount(act: Act, approval: Approval): Promise<boolean> {
  const { accountId } = approval;
  const account = accountId ? await findAccount(act.tx, act.service.id, accountId) : null;
  if (!account?.erasedAt) return false;
  await eraseApprovals(act, account.id);
  return true;
}
