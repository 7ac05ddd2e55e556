import { z } from 'zod';
import { searchAccounts as searchAccountRows } from '../../db/accounts/search.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

const MAX_ANSWERS = 20;

/** Accounts that a few typed letters may mean, for a search-as-you-type select. At most 20. */
export const searchAccounts = defineOperation({
  name: 'accounts/search',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({ text: z.string().trim().max(254) }),
  async run(act, { text }) {
    const rows = await searchAccountRows(act.tx, act.service.id, text, MAX_ANSWERS);
    return rows.map(({ id, email, firstName, lastName, state }) => ({
      id,
      email,
      firstName,
      lastName,
      state,
    }));
  },
});
