import { findStanding, noteConfirmation } from '../../db/operators/operators.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/**
 * Asks Slack who an operator is now. A full member's doubt ends. Returns what Slack says; a person who is no full member
 * has to lose their role. While Slack can't say it fails, because a refusal would write an audit row at each attempt.
 */
export const confirmOperator = defineOperation({
  name: 'operators/confirm',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: input.slackPerson,
  async prepare({ db, service, people }, { teamId, userId }) {
    const { inDoubtSince } = await findStanding(db, service.id, teamId, userId);
    const { membership } = await people.actorOf(userId, teamId, { askAgain: true });
    return { inDoubtSince, membership };
  },
  async run(act, { teamId, userId }, { inDoubtSince, membership }) {
    const key = { serviceId: act.service.id, teamId, slackUserId: userId };
    if (membership === 'member') await noteConfirmation(act.tx, key, { inDoubtSince, now: act.now });
    return membership;
  },
});
