import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares two secrets in a time that tells neither where they differ nor how long the kept one is: both are hashed
 * first, and the hashes compared in constant time.
 */
export function isSameSecret(given: string | Uint8Array, kept: string | Uint8Array): boolean {
  return timingSafeEqual(sha256(given), sha256(kept));
}

function sha256(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
