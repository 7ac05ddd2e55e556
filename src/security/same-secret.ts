import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares two secrets. Hashes both and compares the hashes in constant time, so the time reveals neither where they differ
 * nor how long the stored one is.
 */
export function isSameSecret(received: string | Uint8Array, stored: string | Uint8Array): boolean {
  return timingSafeEqual(sha256(received), sha256(stored));
}

function sha256(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
