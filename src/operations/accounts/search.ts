import { z } from 'zod';
import { searchAccounts as searchAccountRows } from '../../db/accounts/search.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

const MAX_RESULTS = 20;

/** Accounts that match the letters typed so far, for a search-as-you-type select. At most 20. */
export const searchAccounts = defineOperation({
  name: 'accounts/search',
  allowed: OPERATORS,
  effect: 'read',
  input: { text: z.string().trim().max(254) },
  async run(act, { text }) {
    const rows = await searchAccountRows(act.tx, act.service.id, text, MAX_RESULTS);
    return rows.map(({ id, email, firstName, lastName, state }) => ({
      id,
      email,
      firstName,
      lastName,
      state,
    }));
  },
});
