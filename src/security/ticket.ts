// The one-time secret in a mailed link.
import { createHash } from 'node:crypto';

const TICKET_BYTES = 32;
/** 32 bytes are 43 characters; the last one carries four bits, so only every fourth letter can stand there. */
const TICKET_FORM = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/**
 * Makes a ticket of 256 bits: `secret`, 43 characters of base64url, goes into one mail and nowhere else; `hash`, SHA-256
 * in hex, is what is kept.
 * Source: ASVS 11.5.1 (a UUID would not do), 6.5.2 (a plain hash is enough from 112 bits on).
 */
export function newTicket(random: (size: number) => Uint8Array): { secret: string; hash: string } {
  const bytes = random(TICKET_BYTES);
  if (bytes.length !== TICKET_BYTES) throw new Error(`a ticket needs ${TICKET_BYTES} random bytes`);
  const secret = Buffer.from(bytes).toString('base64url');
  return { secret, hash: sha256(secret) };
}

/** The hash by which a ticket is looked up; null for a text that no ticket can be, so that nothing is looked up. */
export function ticketHash(secret: string): string | null {
  return TICKET_FORM.test(secret) ? sha256(secret) : null;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
