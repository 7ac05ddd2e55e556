// The one-time secret in a mailed link.
import { hashOfSecret, newRandomSecret } from './random-secret.ts';

/** Makes a ticket of 256 bits: `secret` goes into one mail and nowhere else, `hash` is what is kept. */
export const newTicket = newRandomSecret;

/** The hash by which a ticket is looked up; null for a text that no ticket can be, so that nothing is looked up. */
export const ticketHash = hashOfSecret;
