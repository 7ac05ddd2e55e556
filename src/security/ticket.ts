import { newRandomSecret, randomSecretHash } from './random-secret.ts';

/** Makes the one-time secret of a mailed link, 256 bits: `secret` goes only into the mail. Store only `hash`. */
export const newTicket = newRandomSecret;

/** The hash to look a ticket up by. Null for a text that can't be a ticket. */
export const ticketHash = randomSecretHash;
