// Tokens of the management API.
import { TOKEN_PREFIX } from '../domain/api-key-form.ts';
import { isAccessSecret, newAccessSecret, secretHash } from './access-secret.ts';

/** Makes a token of 256 bits, 57 characters in all. Show `token` once, and store only `hash`. */
export function newToken(random: (size: number) => Uint8Array): { token: string; hash: string } {
  const { secret: token, hash } = newAccessSecret(TOKEN_PREFIX, random);
  return { token, hash };
}

/** The hash to look a token up by. Null for a text that can't be a token. */
export function tokenHash(token: string): string | null {
  return isAccessSecret(TOKEN_PREFIX, token) ? secretHash(token) : null;
}
