import { z } from 'zod';
import { listNumberedRows } from '../../db/audit/rows.ts';
import { eventTypeOf } from '../../domain/event-types.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { webhookTypes } from '../webhooks/webhook.ts';
import { viewEvents } from './event.ts';

const ROWS_A_PAGE = 100;
const MAX_ROWS_A_PAGE = 1_000;

/** Where a page of the audit's chain begins: after the row of this number. */
export const feedPage = {
  after: z.int('must be a whole number').min(0, 'must be 0 at least').default(0),
  limit: z
    .int('must be a whole number')
    .min(1, 'must be 1 at least')
    .max(MAX_ROWS_A_PAGE, `must be ${MAX_ROWS_A_PAGE} at most`)
    .default(ROWS_A_PAGE),
};

/**
 * The events of the next rows of the audit, in the order of their numbers and without names or emails. `last` is the number
 * to go on after, also when no row of this page makes an event. A new row has its number within a minute.
 */
export const listEvents = defineOperation({
  name: 'events/list',
  allowed: READERS,
  effect: 'read',
  input: { ...feedPage, types: webhookTypes.default([]) },
  async run(act, { after, limit, types }) {
    const rows = await listNumberedRows(act.tx, { serviceId: act.service.id, afterNumber: after, limit });
    const typed = rows.flatMap((row) => {
      const type = eventTypeOf(row, types);
      return type === null ? [] : [{ ...row, type }];
    });
    return {
      events: await viewEvents(act, typed, { isPersonal: false }),
      last: rows.at(-1)?.number ?? after,
    };
  },
});
