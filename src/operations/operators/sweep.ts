import { z } from 'zod';
import { listOperatorsToConfirm } from '../../db/operators/operators.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { queueConfirmation } from './operator-rules.ts';

/** Slack allows more than 100 look-ups a minute, and people's clicks need some. */
const MAX_ASKED_ABOUT = 20;
const CONFIRMED_FOR_HOURS = 1;

/**
 * Asks Slack again about the operators in doubt, and about those that it last confirmed an hour ago, so that a report
 * that never came is found too; at most 20. Returns how many.
 */
export const sweepOperators = defineOperation({
  name: 'operators/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({}),
  async run(act) {
    const due = await listOperatorsToConfirm(act.tx, {
      serviceId: act.service.id,
      confirmedBefore: hoursAfter(act.now, -CONFIRMED_FOR_HOURS),
      limit: MAX_ASKED_ABOUT,
    });
    for (const operator of due) await queueConfirmation(act.tx, operator);
    return due.length;
  },
});
