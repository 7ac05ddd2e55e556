// The secret in the cookie of a developer who is signed in.
import { hashOfSecret, newRandomSecret } from './random-secret.ts';

/**
 * Makes a session's secret of 256 bits: `secret` goes into one cookie and nowhere else, `hash` is what is kept.
 * Source: ASVS 7.2.3 (a reference token of 128 bits or more).
 */
export const newSessionSecret = newRandomSecret;

/** The hash by which a session is looked up; null for a cookie that can be none of ours. */
export const sessionHash = hashOfSecret;
