import { z } from 'zod';
import { markInDoubt } from '../../db/operators/operators.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueConfirmation } from './operator-rules.ts';

/**
 * Runs when Slack reports that a person is no full member any more. The operator and their tokens are refused from here
 * on, until Slack was asked: its report may be older than what is true now, and Slack may not answer at once. Returns
 * whether the person is an operator.
 */
export const doubtOperator = defineOperation({
  name: 'operators/doubt',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject(input.slackPerson),
  async run(act, { teamId, userId }) {
    const key = { serviceId: act.service.id, teamId, slackUserId: userId };
    const isOperator = await markInDoubt(act.tx, key, act.now);
    if (isOperator) await queueConfirmation(act.tx, key);
    return isOperator;
  },
});
