// The keys of a subscription. A client sends one with each call.
import { API_KEY_PREFIX, FOREIGN_KEY_LENGTH } from '../domain/api-key-form.ts';
import { isAccessSecret, newAccessSecret, secretHash } from './access-secret.ts';

/**
 * Makes a key of 256 bits: `apim_`, 43 digits of base 62, and a checksum of six, 54 characters in all. Queries use `hash`,
 * SHA-256 in hex.
 * Source: the form of GitHub's tokens; ASVS 11.5.1, 6.5.2.
 */
export function newApiKey(random: (size: number) => Uint8Array): { key: string; hash: string } {
  const { secret: key, hash } = newAccessSecret(API_KEY_PREFIX, random);
  return { key, hash };
}

/**
 * The hash to look a key up by. Null for a text that can't be a key: one with our prefix and a wrong checksum, or one of
 * fewer than 20 or more than 256 characters.
 */
export function apiKeyHash(key: string): string | null {
  if (key.startsWith(API_KEY_PREFIX)) return isAccessSecret(API_KEY_PREFIX, key) ? secretHash(key) : null;
  const isPossible = key.length >= FOREIGN_KEY_LENGTH.min && key.length <= FOREIGN_KEY_LENGTH.max;
  return isPossible ? secretHash(key) : null;
}
