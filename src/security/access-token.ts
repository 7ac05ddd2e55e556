// Access tokens: signed by us, for programs that exchange their token for one, as Azure's clients do.
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { type Keyring, keysById } from './keyring.ts';

/** The issuers that we trust beside ourselves sign with key pairs only. */
const ALGORITHM = 'HS256';

type Claims = { tokenId: string; tenantId: string; issuer: string; issuedAt: Date; expiresAt: Date };

/**
 * A JWT that names the token it was made for, and no right: what it may do is looked up at each call. Azure's clients read
 * `oid`, `appid`, `tid`, and `aud` as a text.
 */
export function signAccessToken(keyring: Keyring, claims: Claims): Promise<string> {
  const { tokenId, tenantId, issuer, issuedAt, expiresAt } = claims;
  const { id, accessToken } = keyring.current;
  return new SignJWT({ tid: tenantId, appid: tokenId, oid: tokenId, ver: '1.0' })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: id })
    .setIssuer(issuer)
    .setAudience(issuer)
    .setSubject(tokenId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(accessToken);
}

/** The id of the token that an access token was made for. Null for one that isn't ours, or has ended. */
export async function readAccessToken(
  keyring: Keyring,
  text: string,
  { issuer, now }: { issuer: string; now: Date },
): Promise<string | null> {
  try {
    const { kid = '' } = decodeProtectedHeader(text);
    const key = keysById(keyring, kid)?.accessToken;
    if (!key) return null;
    const { payload } = await jwtVerify(text, key, {
      issuer,
      audience: issuer,
      algorithms: [ALGORITHM],
      requiredClaims: ['exp', 'sub'],
      currentDate: now,
    });
    return payload.sub ?? null;
  } catch {
    return null;
  }
}
