import { z } from 'zod';
import { listLiveTokens } from '../../db/operators/tokens.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { viewToken } from './token.ts';

const MAX_TOKENS_SHOWN = 20;

/** The tokens that work, the soonest to end first; at most 20, and whether there are more. */
export const listTokens = defineOperation({
  name: 'tokens/list',
  allowed: ADMINS,
  effect: 'read',
  input: z.strictObject({}),
  async run(act) {
    const rows = await listLiveTokens(act.tx, act.service.id, act.now, MAX_TOKENS_SHOWN + 1);
    return {
      tokens: rows.slice(0, MAX_TOKENS_SHOWN).map((row) => viewToken(act, row)),
      hasMore: rows.length > MAX_TOKENS_SHOWN,
    };
  },
});
