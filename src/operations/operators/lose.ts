import { findOperatorRole, lockAdmins, takeRole } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { endApprovalsOf, personNow } from './operator-rules.ts';

/**
 * Runs when Slack says that an operator can't act any more (deactivated, a guest now, gone). They lose their role and
 * their tokens, also as the last admin; their requests end, and the remaining admins hear of their open invitations.
 * Errors: `standing_unknown`.
 */
export const loseRole = defineOperation({
  name: 'operators/lose',
  allowed: SYSTEM,
  effect: 'change',
  input: input.slackPerson,
  prepare: personNow,
  async run(act, { teamId, userId }, person) {
    const serviceId = act.service.id;
    await lockAdmins(act.tx, serviceId);
    const role = await findOperatorRole(act.tx, serviceId, teamId, userId);
    if (person.membership === 'member' || !role) {
      act.nothingChanged();
      return { lost: null };
    }
    await takeRole(act.tx, { serviceId, teamId, slackUserId: userId }, act.now, { by: act.actorName });
    await endApprovalsOf(act, { requestedBy: slackId(teamId, userId) }, 'not_permitted');
    await addJob(act.tx, 'tell-of-lost-operator', { serviceId, person: slackId(teamId, userId) });
    act.record({
      target: { kind: 'operator', id: slackId(teamId, userId) },
      before: { role },
      after: { role: null, standing: person.membership },
      isAnnounced: true,
    });
    return { lost: role };
  },
});
