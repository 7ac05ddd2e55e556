import { z } from 'zod';
import { confirmOperator, findStanding, lockAdmins, takeRole } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { slackId } from '../frame/actor.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { endApprovalsOf } from './operator-rules.ts';

/**
 * Asks Slack whether an operator is still a full member, and notes it. One who isn't (deactivated, a guest now, gone)
 * loses their role, also as the last admin; their requests end, and the remaining admins hear of their open invitations.
 * While Slack can't say, it fails and stores nothing: a refusal would leave an audit row for each time.
 */
export const loseRole = defineOperation({
  name: 'operators/lose',
  allowed: SYSTEM,
  effect: 'change',
  input: z.strictObject(input.slackPerson),
  async prepare(context, { teamId, userId }) {
    const key = { serviceId: context.service.id, teamId, slackUserId: userId };
    const { inDoubtSince } = await findStanding(context.db, key);
    const { membership } = await context.people.askAbout(userId, teamId);
    return { inDoubtSince, membership };
  },
  async run(act, { teamId, userId }, { inDoubtSince, membership }) {
    const serviceId = act.service.id;
    const key = { serviceId, teamId, slackUserId: userId };
    await lockAdmins(act.tx, serviceId);
    const { role } = await findStanding(act.tx, key);
    if (membership === 'member') await confirmOperator(act.tx, key, { inDoubtSince, now: act.now });
    if (membership === 'member' || !role) {
      act.nothingChanged();
      return { lost: null };
    }
    await takeRole(act.tx, key, act.now);
    await endApprovalsOf(act, { requestedBy: slackId(teamId, userId) }, 'not_permitted');
    await addJob(act.tx, 'tell-of-lost-operator', { serviceId, person: slackId(teamId, userId) });
    act.record({
      target: { kind: 'operator', id: slackId(teamId, userId) },
      before: { role },
      after: { role: null, standing: membership },
      isAnnounced: true,
    });
    return { lost: role };
  },
});
