import { z } from 'zod';
import { countMailsByState } from '../../db/outbox/mails.ts';
import { defineOperation } from '../frame/operation.ts';

/** How many mails are in each state, for metrics and the health on Home. With `since`, only those that changed after it. */
export const countMails = defineOperation({
  name: 'mails/count',
  allowed: ['admin', 'system'],
  effect: 'read',
  input: { since: z.date().optional() },
  run: (act, { since }) => countMailsByState(act.tx, act.service.id, since),
});
