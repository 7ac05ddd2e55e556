import { z } from 'zod';
import { findToken, findTokenByHash, recordLastUse, type Token } from '../../db/operators/tokens.ts';
import { readAccessToken } from '../../security/access-token.ts';
import { tokenHash } from '../../security/token.ts';
import { type Act, defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { actorOfToken } from './token.ts';

/** The last use is stored at most this often, so that not every request writes. */
const LAST_USE_MS = 60_000;

/**
 * The program that has a token, or an access token that was made for it; null when either is unknown or has expired, or the
 * token was revoked. Each operation decides what it may do.
 */
export const recogniseToken = defineOperation({
  name: 'tokens/recognise',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.union([z.strictObject({ token: input.ticket }), z.strictObject({ accessToken: input.ticket })]),
  async run(act, shown) {
    const row = await ('token' in shown ? rowOf(act, shown.token) : rowOfAccessToken(act, shown.accessToken));
    if (!row || row.revokedAt || row.expiresAt <= act.now) return null;
    const isRecent = row.lastUsedAt && act.now.getTime() - row.lastUsedAt.getTime() < LAST_USE_MS;
    if (!isRecent)
      await recordLastUse(act.tx, { serviceId: act.service.id, id: row.id }, act.now, LAST_USE_MS);
    return actorOfToken(row);
  },
});

async function rowOf(act: Act, token: string): Promise<Token | null> {
  const hash = tokenHash(token);
  return hash ? findTokenByHash(act.tx, act.service.id, hash) : null;
}

async function rowOfAccessToken(act: Act, accessToken: string): Promise<Token | null> {
  const { now, policy } = act;
  const id = await readAccessToken(act.keyring, accessToken, { issuer: policy.publicUrl, now });
  return id ? findToken(act.tx, act.service.id, id) : null;
}
