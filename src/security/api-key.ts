// The secrets of a subscription: what a gateway is shown with each call.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { API_KEY_PREFIX, FOREIGN_KEY_LENGTH } from '../domain/api-key-form.ts';

const SECRET_BYTES = 32;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is more than 2^256, and 62^6 more than 2^32. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const OWN_FORM = new RegExp(`^${API_KEY_PREFIX}[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

/**
 * Makes a key of 256 bits: `apim_`, 43 digits of base 62, and a checksum of six, 54 characters in all. `hash`, SHA-256 in
 * hex, is what it is looked up by.
 * Source: the form of GitHub's tokens; ASVS 11.5.1, 6.5.2.
 */
export function newApiKey(random: (size: number) => Uint8Array): { key: string; hash: string } {
  const bytes = random(SECRET_BYTES);
  if (bytes.length !== SECRET_BYTES) throw new Error(`a key needs ${SECRET_BYTES} random bytes`);
  const secret = base62(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), SECRET_LENGTH);
  const key = `${API_KEY_PREFIX}${secret}${checksum(secret)}`;
  return { key, hash: sha256(key) };
}

/**
 * The hash by which a key is looked up; null for a text that no key can be, so that nothing is looked up: one that begins
 * as ours do and fails their checksum, or one of fewer than 20 or more than 256 characters.
 */
export function apiKeyHash(key: string): string | null {
  if (key.startsWith(API_KEY_PREFIX)) return isOwnForm(key) ? sha256(key) : null;
  const isPossible = key.length >= FOREIGN_KEY_LENGTH.min && key.length <= FOREIGN_KEY_LENGTH.max;
  return isPossible ? sha256(key) : null;
}

function isOwnForm(key: string): boolean {
  if (!OWN_FORM.test(key)) return false;
  const secret = key.slice(API_KEY_PREFIX.length, -CHECKSUM_LENGTH);
  return key.endsWith(checksum(secret));
}

function checksum(secret: string): string {
  return base62(BigInt(crc32(secret)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n)
    digits = DIGITS.charAt(Number(rest % 62n)) + digits;
  return digits;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
