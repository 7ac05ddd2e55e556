import { listOperatorsToConfirm } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

/** Slack allows more than 100 look-ups a minute, and people's clicks need some. */
const MAX_ASKED_ABOUT = 20;
const CONFIRMED_FOR_HOURS = 1;

/**
 * Asks Slack again about the operators in doubt, and about those that it last confirmed an hour ago or never, so that a
 * report that never came is found too; at most 20. Returns how many.
 */
export const sweepOperators = defineOperation({
  name: 'operators/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const confirmedBefore = hoursAfter(act.now, -CONFIRMED_FOR_HOURS);
    const query = { serviceId, confirmedBefore, now: act.now, limit: MAX_ASKED_ABOUT };
    const due = await listOperatorsToConfirm(act.tx, query);
    for (const { teamId, slackUserId } of due)
      await addJob(act.tx, 'confirm-operator', { serviceId, person: slackId(teamId, slackUserId) });
    return due.length;
  },
});
