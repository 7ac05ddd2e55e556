import { z } from 'zod';
import { listLiveTokens } from '../../db/operators/tokens.ts';
import * as lists from '../frame/lists.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { viewToken } from './token.ts';

const TOKENS_A_PAGE = 20;

/** A page of the tokens that work, the soonest to end first. With `isCounted`, how many there are. */
export const listTokens = defineOperation({
  name: 'tokens/list',
  allowed: ADMINS,
  effect: 'read',
  input: lists.pageInput(TOKENS_A_PAGE, z.strictObject({ expiresAt: z.coerce.date(), id: input.rowId })),
  async run(act, wanted) {
    const { page, ...more } = await lists.readPage(wanted, listLiveTokens(act.tx, act.service.id, act.now));
    return { tokens: page.map((row) => viewToken(act, row)), ...more };
  },
});
