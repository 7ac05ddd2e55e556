import { createHash } from 'node:crypto';

/** The hash before the first link. */
export const CHAIN_START = '';

/**
 * The hash of a link: SHA-256, in hex, over the hash of the link before it and the row's sealed values in a fixed order.
 * Source: OWASP ASVS 5.0, 16.4.2; safety section 9.
 */
export function linkHash(previous: string, values: readonly (string | null)[]): string {
  return createHash('sha256')
    .update(`${previous}\n${JSON.stringify(values)}`)
    .digest('hex');
}
