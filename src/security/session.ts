import { newRandomSecret, randomSecretHash } from './random-secret.ts';

/**
 * Makes the secret of a session, 256 bits: `secret` goes only into the cookie. Store only `hash`.
 * Source: ASVS 7.2.3 (a reference token of 128 bits or more).
 */
export const newSessionSecret = newRandomSecret;

/** The hash to look a session up by. Null for a cookie that can't be ours. */
export const sessionHash = randomSecretHash;
