import { z } from 'zod';
import { findTokenByHash, keepLastUse } from '../../db/operators/tokens.ts';
import { tokenHash } from '../../security/token.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { actorOfToken } from './token-actor.ts';

/** How exactly the last use is kept. */
const LAST_USE_MS = 60_000;

/** The program that shows a token; null when it is none, is revoked or has ended. What it may, each operation decides. */
export const recogniseToken = defineOperation({
  name: 'tokens/recognise',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({ token: input.ticket }),
  async run(act, { token }) {
    const hash = tokenHash(token);
    const row = hash ? await findTokenByHash(act.tx, act.service.id, hash) : null;
    if (!row || row.revokedAt || row.expiresAt <= act.now) return null;
    const isKept = row.lastUsedAt && act.now.getTime() - row.lastUsedAt.getTime() < LAST_USE_MS;
    if (!isKept) await keepLastUse(act.tx, { serviceId: act.service.id, id: row.id }, act.now, LAST_USE_MS);
    return actorOfToken(row);
  },
});
