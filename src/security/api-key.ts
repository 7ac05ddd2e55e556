// The secrets of a subscription: what a gateway is shown with each call.
import { API_KEY_PREFIX, FOREIGN_KEY_LENGTH } from '../domain/api-key-form.ts';
import { isAccessSecret, newAccessSecret, secretHash } from './access-secret.ts';

/**
 * Makes a key of 256 bits: `apim_`, 43 digits of base 62, and a checksum of six, 54 characters in all. `hash`, SHA-256 in
 * hex, is what it is looked up by.
 * Source: the form of GitHub's tokens; ASVS 11.5.1, 6.5.2.
 */
export function newApiKey(random: (size: number) => Uint8Array): { key: string; hash: string } {
  const { secret: key, hash } = newAccessSecret(API_KEY_PREFIX, random);
  return { key, hash };
}

/**
 * The hash by which a key is looked up; null for a text that no key can be, so that nothing is looked up: one that begins
 * as ours do and fails their checksum, or one of fewer than 20 or more than 256 characters.
 */
export function apiKeyHash(key: string): string | null {
  if (key.startsWith(API_KEY_PREFIX)) return isAccessSecret(API_KEY_PREFIX, key) ? secretHash(key) : null;
  const isPossible = key.length >= FOREIGN_KEY_LENGTH.min && key.length <= FOREIGN_KEY_LENGTH.max;
  return isPossible ? secretHash(key) : null;
}
