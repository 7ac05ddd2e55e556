import { findToken } from '../../db/operators/tokens.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { viewToken } from './token.ts';

/** One token, for telling its owner about it. Errors: `token_not_found`. */
export const showToken = defineOperation({
  name: 'tokens/show',
  allowed: SYSTEM,
  effect: 'read',
  input: { tokenId: input.rowId },
  async run(act, { tokenId }) {
    const token = await findToken(act.tx, act.service.id, tokenId);
    if (!token) throw new DomainError('token_not_found');
    return viewToken(act, token);
  },
});
