import { z } from 'zod';
import { countMailsByState } from '../../db/mails.ts';
import { defineOperation } from '../operation.ts';

/** How many mails are in each state, for metrics and the health on Home. */
export const countMails = defineOperation({
  name: 'mails/count',
  allowed: ['admin', 'system'],
  effect: 'read',
  input: z.strictObject({}),
  run: (act) => countMailsByState(act.tx, act.service.id),
});
