import { markInDoubt } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/**
 * Runs when Slack reports that a person is no full member any more. From here on the operator and their tokens are
 * refused, until Slack was asked: its report may be older than what is true now, and Slack may not answer at once.
 * Returns whether the person is an operator.
 */
export const doubtOperator = defineOperation({
  name: 'operators/doubt',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: input.slackPerson,
  async run(act, { teamId, userId }) {
    const serviceId = act.service.id;
    const isOperator = await markInDoubt(act.tx, { serviceId, teamId, slackUserId: userId }, act.now);
    if (isOperator) await addJob(act.tx, 'confirm-operator', { serviceId, person: slackId(teamId, userId) });
    return isOperator;
  },
});
