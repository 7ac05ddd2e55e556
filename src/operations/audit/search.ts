import { z } from 'zod';
import { searchAudit } from '../../db/audit/rows.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { viewAuditRows } from './entry.ts';
import { ENTRIES_A_PAGE } from './history.ts';

/**
 * The audit across accounts, newest first: of one actor (`T012/U034`, or a name on the console), within a span of time
 * (`from` included, `to` not), with or without refusals. At most 1,000 a page, by default 10.
 */
export const searchHistory = defineOperation({
  name: 'audit/search',
  allowed: OPERATORS,
  effect: 'read',
  input: {
    actorId: z.string().max(200).optional(),
    onlyRefused: z.boolean().default(false),
    withoutRefused: z.boolean().default(false),
    /** Leaves out what jobs did. */
    onlyByPeople: z.boolean().default(false),
    from: z.coerce.date().optional(),
    to: z.coerce.date().optional(),
    ...lists.pageInput(ENTRIES_A_PAGE, input.rowId),
  },
  async run(act, { limit, skip, after, isCounted, ...filter }) {
    const search = { serviceId: act.service.id, ...filter };
    const { page, ...more } = await lists.readPage(
      { limit, skip, after, isCounted },
      searchAudit(act.tx, search),
    );
    return { entries: await viewAuditRows(act, page), ...more };
  },
});
