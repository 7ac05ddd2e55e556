import { findTokenByHash, recordLastUse } from '../../db/operators/tokens.ts';
import { tokenHash } from '../../security/token.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { actorOfToken } from './token.ts';

/** The last use is stored at most this often, so that not every request writes. */
const LAST_USE_MS = 60_000;

/** The program that has a token; null when the token is unknown, revoked or expired. Each operation decides what it may do. */
export const recogniseToken = defineOperation({
  name: 'tokens/recognise',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { token: input.ticket },
  async run(act, { token }) {
    const hash = tokenHash(token);
    const row = hash ? await findTokenByHash(act.tx, act.service.id, hash) : null;
    if (!row || row.revokedAt || row.expiresAt <= act.now) return null;
    const isRecent = row.lastUsedAt && act.now.getTime() - row.lastUsedAt.getTime() < LAST_USE_MS;
    if (!isRecent)
      await recordLastUse(act.tx, { serviceId: act.service.id, id: row.id }, act.now, LAST_USE_MS);
    return actorOfToken(row);
  },
});
