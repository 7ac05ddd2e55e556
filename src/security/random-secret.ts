// Random secrets: tickets in links, sessions in cookies. We store only their hash.
import { secretHash } from './access-secret.ts';

const SECRET_BYTES = 32;
/** 32 bytes are 43 characters. The last one carries four bits, so only every fourth letter is possible. */
const SECRET_FORM = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/**
 * Makes a secret of 256 bits: `secret` is 43 characters of base64url. Store only `hash`, SHA-256 in hex.
 * Source: ASVS 11.5.1 (a UUID is not enough), 6.5.2 (a plain hash is enough from 112 bits on).
 */
export function newRandomSecret(random: (size: number) => Uint8Array): { secret: string; hash: string } {
  const bytes = random(SECRET_BYTES);
  if (bytes.length !== SECRET_BYTES) throw new Error(`a secret needs ${SECRET_BYTES} random bytes`);
  const secret = Buffer.from(bytes).toString('base64url');
  return { secret, hash: secretHash(secret) };
}

/** The hash to look a secret up by. Null for a text that can't be a secret. */
export function randomSecretHash(secret: string): string | null {
  return SECRET_FORM.test(secret) ? secretHash(secret) : null;
}
