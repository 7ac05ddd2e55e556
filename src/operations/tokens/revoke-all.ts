import { revokeLiveTokens } from '../../db/operators/tokens.ts';
import { defineOperation } from '../frame/operation.ts';

const MAX_REVOKED_AT_ONCE = 1_000;

/**
 * Revokes every token of the management API, up to 1,000 at once, and returns how many: a database that came back from a
 * backup has forgotten later revocations.
 */
export const revokeTokens = defineOperation({
  name: 'tokens/revoke-all',
  allowed: ['console'],
  effect: 'change',
  input: {},
  async run(act) {
    const count = await revokeLiveTokens(act.tx, {
      serviceId: act.service.id,
      now: act.now,
      by: act.actorName,
      limit: MAX_REVOKED_AT_ONCE,
    });
    if (count === 0) act.nothingChanged();
    else act.record({ after: { count } });
    return { count };
  },
});
