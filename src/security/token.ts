// What a program shows the management API.
import { TOKEN_PREFIX } from '../domain/api-key-form.ts';
import { isAccessSecret, newAccessSecret, secretHash } from './access-secret.ts';

/** Makes a token of 256 bits, 58 characters in all. `token` is shown once, to whoever asked for it; `hash` is kept. */
export function newToken(random: (size: number) => Uint8Array): { token: string; hash: string } {
  const { secret: token, hash } = newAccessSecret(TOKEN_PREFIX, random);
  return { token, hash };
}

/** The hash by which a token is looked up; null for a text that no token can be, so that nothing is looked up. */
export function tokenHash(token: string): string | null {
  return isAccessSecret(TOKEN_PREFIX, token) ? secretHash(token) : null;
}
