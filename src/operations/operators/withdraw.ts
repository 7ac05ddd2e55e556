import { findOperatorRole, lockAdmins, takeRole } from '../../db/operators/operators.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { slackId } from '../frame/actor.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { adminsWhoCanAct, demandOtherAdmin, endApprovalsOf } from './operator-rules.ts';

/**
 * Takes a person's role away and ends their open requests.
 * Errors: `operator_unfitting` when they have no role; `operator_last_admin`; `standing_unknown` when Slack can't say who
 * else can act.
 */
export const withdrawRole = defineOperation({
  name: 'operators/withdraw',
  allowed: ADMINS,
  effect: 'change',
  input: input.slackPerson,
  prepare: adminsWhoCanAct,
  async run(act, { teamId, userId }, able) {
    const key = { serviceId: act.service.id, teamId, slackUserId: userId };
    const admins = await lockAdmins(act.tx, act.service.id);
    const role = await findOperatorRole(act.tx, act.service.id, teamId, userId);
    if (!role) throw new DomainError('operator_unfitting', { current: { state: 'without a role' } });
    demandOtherAdmin(admins, key, able);
    await takeRole(act.tx, key, act.now, { by: act.actorName });
    await endApprovalsOf(act, { requestedBy: slackId(teamId, userId) }, 'not_permitted');
    act.record({
      target: { kind: 'operator', id: slackId(teamId, userId) },
      before: { role },
      after: { role: null },
      isAnnounced: true,
    });
    return { userId, before: role };
  },
});
