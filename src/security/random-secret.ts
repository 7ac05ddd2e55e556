// A secret that only its bearer knows, and the hash that is kept of it: tickets in links, sessions in cookies.
import { createHash } from 'node:crypto';

const SECRET_BYTES = 32;
/** 32 bytes are 43 characters; the last one carries four bits, so only every fourth letter can stand there. */
const SECRET_FORM = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/**
 * Makes a secret of 256 bits: `secret` is 43 characters of base64url, `hash`, SHA-256 in hex, is what is kept.
 * Source: ASVS 11.5.1 (a UUID would not do), 6.5.2 (a plain hash is enough from 112 bits on).
 */
export function newRandomSecret(random: (size: number) => Uint8Array): { secret: string; hash: string } {
  const bytes = random(SECRET_BYTES);
  if (bytes.length !== SECRET_BYTES) throw new Error(`a secret needs ${SECRET_BYTES} random bytes`);
  const secret = Buffer.from(bytes).toString('base64url');
  return { secret, hash: sha256(secret) };
}

/** The hash by which a secret is looked up; null for a text that can be none, so that nothing is looked up. */
export function hashOfSecret(secret: string): string | null {
  return SECRET_FORM.test(secret) ? sha256(secret) : null;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
