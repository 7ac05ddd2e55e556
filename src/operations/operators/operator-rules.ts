// Rules for changing who may act.
import { endApproval, lockOpenApprovals } from '../../db/operators/approvals.ts';
import { listAdmins, type OperatorKey } from '../../db/operators/operators.ts';
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts';
import type { Act, Context, SlackActor } from '../frame/context.ts';
import { queueApprovalEnd } from '../frame/outbox.ts';

const MAX_ENDED_AT_ONCE = 500;

/** Looks a person up in Slack. Errors: `standing_unknown` when Slack can't say. */
export async function personNow(
  context: Context,
  person: { teamId: string; userId: string },
): Promise<SlackActor> {
  try {
    return await context.people.actorOf(person.userId, person.teamId);
  } catch {
    throw new DomainError('standing_unknown');
  }
}

/** The admins that are members in Slack now: one of them must remain. Errors: `standing_unknown`. */
export async function adminsWhoCanAct(context: Context): Promise<OperatorKey[]> {
  const admins = await listAdmins(context.db, context.service.id);
  const people = await Promise.all(
    admins.map((admin) => personNow(context, { teamId: admin.teamId, userId: admin.slackUserId })),
  );
  return admins.filter((_, index) => people[index]?.membership === 'member');
}

/** Errors: `operator_last_admin` when `than` is one of the `admins` and no other of them is `able` to act. */
export function demandOtherAdmin(
  admins: readonly OperatorKey[],
  than: OperatorKey,
  able: readonly OperatorKey[],
): void {
  if (!admins.some((admin) => isSame(admin, than))) return;
  const others = admins.filter(
    (admin) => !isSame(admin, than) && able.some((person) => isSame(person, admin)),
  );
  if (others.length === 0) throw new DomainError('operator_last_admin');
}

const isSame = (one: OperatorKey, other: OperatorKey) =>
  one.teamId === other.teamId && one.slackUserId === other.slackUserId;

/**
 * Ends the open approvals that a person (`T012/U034`), or any person of a workspace, requested; at most 500. `code` says
 * why.
 */
export async function endApprovalsOf(
  act: Act,
  who: { requestedBy: string } | { teamId: string },
  code: DomainErrorCode,
): Promise<void> {
  const query = { serviceId: act.service.id, limit: MAX_ENDED_AT_ONCE, ...who };
  for (const approval of await lockOpenApprovals(act.tx, query)) {
    const ended = await endApproval(act, approval, { state: 'outdated', code });
    await queueApprovalEnd(act.tx, ended);
  }
}
