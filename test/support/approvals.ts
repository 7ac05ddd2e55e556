// A service in which deleting and activating an account need a second operator. It has four operators.
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import { WaitsForApproval } from '../../src/operations/frame/approval.ts';
import type { Actor } from '../../src/operations/frame/context.ts';
import { grantRole } from '../../src/operations/operators/grant.ts';
import { ADMIN, createTestContext, slackActor, type TestContext } from './context.ts';

export const SECOND_ADMIN = slackActor('U0SECOND', 'Bo Second');
export const SECOND_APPROVER = slackActor('U0THIRD', 'Cy Third');

export async function createApprovalContext(): Promise<TestContext> {
  const t = await createTestContext({ secondOperatorFor: ['accounts/delete', 'accounts/activate'] });
  await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0SECOND', role: 'admin' });
  await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0THIRD', role: 'approver' });
  return t;
}

/** The id of the request that an operation made instead of running. */
export async function approvalIdOf(attempt: Promise<unknown>): Promise<string> {
  const thrown = await attempt.then(
    () => new Error('it did not wait'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof WaitsForApproval)) throw thrown;
  return thrown.approvalId;
}

export const requestDeletion = (
  t: TestContext,
  accountId: string,
  actor: Actor = ADMIN,
  reason = 'left the company',
) => approvalIdOf(deleteAccount(t.as(actor), { accountId, reason }));

export const decide = (
  t: TestContext,
  actor: Actor,
  approvalId: string,
  decision: 'approve' | 'decline' = 'approve',
  reason = '',
) => decideApproval(t.as(actor), { approvalId, decision, reason });

export async function approvalRow(t: TestContext, id: string) {
  const [row] = await t.sql`select state, code, decided_by_name, why from approvals where id = ${id}`;
  return row;
}
