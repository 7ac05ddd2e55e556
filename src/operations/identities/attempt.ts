// A browser on its way to a provider. What comes back is checked against this, once, and only in the same browser.
import { z } from 'zod';
import { findAttempt, takeAttempt } from '../../db/accounts/sign-in-attempts.ts';
import type { Db } from '../../db/connection/connect.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Checks, SignInProvider } from '../../identity/identity.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { sessionHash } from '../../security/session.ts';
import type { Context, SignInChoice } from '../frame/context.ts';
import * as input from '../frame/input.ts';
import { browser } from '../sessions/session.ts';

export const ATTEMPT_MINUTES = 10;
export const ATTEMPT_SEALED_AS = 'sign-in attempt';

/** The links whose page offers a provider instead of a password. */
export const ticketClaim = z.strictObject({
  of: z.enum(['invitation', 'email-confirmation', 'password-reset']),
  ticket: input.ticket,
});

/**
 * What the sign-in is for. `again`: a developer proves once more who they are. `connect`: they connect another way to sign in.
 * `ticket`: a person with a mailed link chooses a provider instead of a password.
 */
export type Purpose =
  | { kind: 'sign-in' }
  | { kind: 'again' | 'connect'; accountId: string }
  | { kind: 'ticket'; claim: z.output<typeof ticketClaim> };

export type Attempt = { provider: string; checks: Checks; purpose: Purpose };

type Named = { state: string; browserSecret: string };

function keyOf({ service, clock }: Context, { state, browserSecret }: Named) {
  const [hash, browserHash] = [sessionHash(state), sessionHash(browserSecret)];
  return hash && browserHash ? { serviceId: service.id, hash, browserHash, now: clock() } : null;
}

/** The attempt, unused. Null for one that isn't this browser's, has ended or was used. */
export async function openAttempt(context: Context, named: Named): Promise<Attempt | null> {
  const key = keyOf(context, named);
  const row = key && (await findAttempt(context.db, key));
  return row && (JSON.parse(openSealedText(context.keyring, ATTEMPT_SEALED_AS, row.sealed)) as Attempt);
}

/** Uses the attempt up; of several requests at once, one succeeds. */
export async function redeemAttempt(act: Context & { tx: Db }, named: Named): Promise<boolean> {
  const key = keyOf(act, named);
  return key !== null && (await takeAttempt(act.tx, key)) !== null;
}

/** Errors: `provider_unavailable` for one that the settings don't have. */
export function demandProvider(
  context: Context,
  name: string,
): { provider: SignInProvider; choice: SignInChoice } {
  const provider = context.signInProviders?.get(name);
  const choice = context.policy.signIn.providers.find((one) => one.name === name);
  if (!provider || !choice) throw new DomainError('provider_unavailable');
  return { provider, choice };
}

/** Where a provider sends the browser back to. */
export const callbackPath = (name: string): string => `/portal/sign-in/${name}/callback`;

type Connected = { provider: string; issuer: string };

/** The provider that signs such a person in; null when the settings no longer have its issuer, whatever their names. */
export function choiceFor(
  { policy }: Pick<Context, 'policy'>,
  { provider, issuer }: Connected,
): SignInChoice | null {
  const choices = policy.signIn.providers.filter((one) => one.issuer === issuer);
  return choices.find(({ name }) => name === provider) ?? choices[0] ?? null;
}

/** What people call a provider, also one that the settings no longer have. */
export const labelOf = (context: Pick<Context, 'policy'>, identity: Connected): string =>
  choiceFor(context, identity)?.label ?? identity.provider;

/** For a link's operation: the browser whose proof is taken instead of a password, and the session that begins in it. */
export const proofOfBrowser = z.strictObject({ browserSecret: input.sessionSecret, session: browser });
