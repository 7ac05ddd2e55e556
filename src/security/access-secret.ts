// Secrets that a program keeps: a prefix that secret scanners recognise, 256 random bits, and a checksum.
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const SECRET_BYTES = 32;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is more than 2^256, and 62^6 more than 2^32. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const DIGITS_ONLY = new RegExp(`^[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

/**
 * Makes a secret of 256 bits: the prefix, 43 digits of base 62, and a checksum of six. Store only `hash`, SHA-256 in hex.
 * Source: the form of GitHub's tokens; ASVS 11.5.1, 6.5.2.
 */
export function newAccessSecret(
  prefix: string,
  random: (size: number) => Uint8Array,
): { secret: string; hash: string } {
  const bytes = random(SECRET_BYTES);
  if (bytes.length !== SECRET_BYTES) throw new Error(`a secret needs ${SECRET_BYTES} random bytes`);
  const digits = base62(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), SECRET_LENGTH);
  const secret = `${prefix}${digits}${checksum(digits)}`;
  return { secret, hash: secretHash(secret) };
}

/** Whether a text has the prefix, length, digits and checksum of a secret. A typing error costs no query. */
export function isAccessSecret(prefix: string, text: string): boolean {
  const rest = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  return DIGITS_ONLY.test(rest) && rest.endsWith(checksum(rest.slice(0, SECRET_LENGTH)));
}

/** SHA-256 in hex: enough for a secret of 112 random bits or more (ASVS 6.5.2). */
export function secretHash(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Without BigInt, which is slow: this runs for every call through a gateway. */
function checksum(secret: string): string {
  let digits = '';
  for (let rest = crc32(secret); digits.length < CHECKSUM_LENGTH; rest = Math.floor(rest / DIGITS.length))
    digits = DIGITS.charAt(rest % DIGITS.length) + digits;
  return digits;
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n)
    digits = DIGITS.charAt(Number(rest % 62n)) + digits;
  return digits;
}
