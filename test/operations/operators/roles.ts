// Roles as admins grant and withdraw them, beside the admin and the approver that the test context has.
import type { Actor } from '../../../src/operations/frame/context.ts';
import { grantRole } from '../../../src/operations/operators/grant.ts';
import { withdrawRole } from '../../../src/operations/operators/withdraw.ts';
import { slackActor, type TestContext } from '../../support/context.ts';

export const OTHER = slackActor('U0OTHER', 'Otto Other');
export const person = (userId: string) => ({ teamId: 'T0TEST', userId });

export const grant = (t: TestContext, actor: Actor, userId: string, role: 'admin' | 'approver') =>
  grantRole(t.as(actor), { ...person(userId), role });
export const withdraw = (t: TestContext, actor: Actor, userId: string) =>
  withdrawRole(t.as(actor), person(userId));

export const rolesOf = async (t: TestContext) =>
  Object.fromEntries(
    (await t.sql`select slack_user_id, role from operators where service_id = 'ours' order by 1`).map(
      (row) => [row.slack_user_id, row.role],
    ),
  );

/** Only the admin and the approver of the test context are operators, and Slack calls everyone a member. */
export async function resetRoles(t: TestContext): Promise<void> {
  t.memberships.clear();
  await t.sql`delete from operators where slack_user_id not in ('U0ADMIN', 'U0APPROVER')`;
  await t.sql`update operators set role = 'admin' where slack_user_id = 'U0ADMIN'`;
}
