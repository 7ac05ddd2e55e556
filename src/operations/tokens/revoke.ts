import { revokeToken as revokeTokenRow } from '../../db/operators/tokens.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';

/** Ends a token at once, in every process. Errors: `token_not_found`, also for one that is revoked already. */
export const revokeToken = defineOperation({
  name: 'tokens/revoke',
  allowed: ADMINS,
  effect: 'change',
  input: { tokenId: input.rowId },
  async run(act, { tokenId }) {
    const key = { serviceId: act.service.id, id: tokenId };
    const revoked = await revokeTokenRow(act.tx, key, { revokedAt: act.now, revokedBy: act.actorName });
    if (!revoked) throw new DomainError('token_not_found');
    act.record({ target: { kind: 'token', id: tokenId }, before: { name: revoked.name }, isAnnounced: true });
    return { name: revoked.name };
  },
});
