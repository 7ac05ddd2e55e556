import { z } from 'zod';
import { REPORT_ORDERS, readReport } from '../../db/usage/report.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { reportedCalls, reportInput } from './reported-calls.ts';

/** The accounts, products, APIs or subscriptions that were called in a time, and how often; a page of them. */
export const reportUsage = defineOperation({
  name: 'usage/report',
  allowed: READERS,
  effect: 'read',
  input: {
    ...reportInput,
    by: z.enum(['account', 'product', 'api', 'subscription']),
    order: z.strictObject({ by: z.enum(REPORT_ORDERS), isDescending: z.boolean() }),
  },
  run: (act, { by, order, limit, skip, ...calls }) =>
    readReport(act.tx, reportedCalls(act, calls), { by, order, limit, skip }),
});
