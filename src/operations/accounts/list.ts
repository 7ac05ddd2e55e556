import { z } from 'zod';
import { listAccounts as listAccountRows } from '../../db/accounts/accounts.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { viewAccounts } from './account.ts';

const ACCOUNTS_A_PAGE = 10;
const MAX_TEXT_LENGTH = 200;

const cursor = z.strictObject({ registeredAt: z.coerce.date(), id: z.string().max(80) });

/** A page of accounts, newest first; deleted ones are not listed. Pages by cursor, forward or back. */
export const listAccounts = defineOperation({
  name: 'accounts/list',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({
    text: z.string().trim().max(MAX_TEXT_LENGTH).optional(),
    state: z.enum(['active', 'blocked', 'pending']).optional(),
    groupId: z.string().max(256).optional(),
    after: cursor.optional(),
    before: cursor.optional(),
  }),
  async run(act, { after, before, text, state, groupId }) {
    const rows = await listAccountRows(
      act.tx,
      act.service.id,
      { ...(text ? { text } : {}), ...(state ? { state } : {}), ...(groupId ? { groupId } : {}) },
      { limit: ACCOUNTS_A_PAGE + 1, ...(before ? { before } : after ? { after } : {}) },
    );
    const hasFurther = rows.length > ACCOUNTS_A_PAGE;
    // The row beyond the page is at its far end: the last when paging forward, the first when paging back.
    const page = before ? rows.slice(-ACCOUNTS_A_PAGE) : rows.slice(0, ACCOUNTS_A_PAGE);
    const position = (row: (typeof page)[number] | undefined) =>
      row ? { registeredAt: row.registeredAt, id: row.id } : null;
    return {
      accounts: await viewAccounts(act, act.tx, page),
      next: before || hasFurther ? position(page.at(-1)) : null,
      previous: (before && hasFurther) || after ? position(page[0]) : null,
    };
  },
});
