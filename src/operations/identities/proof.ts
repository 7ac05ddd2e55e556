// A person proved by a provider, and without an account yet. They decide on a page what becomes of it; the answer of the
// provider alone creates and connects nothing.

import type { Account } from '../../db/accounts/accounts.ts';
import { deleteIdentitiesOfAccount, insertIdentity, listIdentities } from '../../db/accounts/identities.ts';
import { findAttempt, putAttempt, takeAttempt } from '../../db/accounts/sign-in-attempts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import type { ProvedIdentity } from '../../identity/identity.ts';
import { openSealedText, sealText } from '../../security/sealed-text.ts';
import { sessionHash } from '../../security/session.ts';
import { queueSecurityMail } from '../accounts/mails.ts';
import type { Act, Context } from '../frame/context.ts';
import { minutesAfter, queueMailTo, queueRepaint } from '../frame/outbox.ts';
import { labelOf, type Purpose } from './attempt.ts';

/** Long enough to type names, or to look for a password. */
const PROOF_MINUTES = 30;
const SEALED_AS = 'proved identity';

export type Proof = { identity: ProvedIdentity; idToken: string | null; purpose: Purpose };

/** Keeps a proof for the browser that it was made in, in place of its former one. Errors: `ticket_refused`. */
export async function storeProof(act: Act, browserSecret: string, proof: Proof): Promise<void> {
  const hash = sessionHash(browserSecret);
  if (!hash) throw new DomainError('ticket_refused');
  await putAttempt(act.tx, {
    serviceId: act.service.id,
    hash,
    browserHash: hash,
    sealed: sealText(act.keyring, SEALED_AS, JSON.stringify(proof), act.random),
    expiresAt: minutesAfter(act.now, PROOF_MINUTES),
  });
}

const keyOf = ({ service, clock }: Context, browserSecret: string) => {
  const hash = sessionHash(browserSecret);
  return hash && { serviceId: service.id, hash, browserHash: hash, now: clock() };
};

const opened = ({ keyring }: Context, sealed: string): Proof =>
  JSON.parse(openSealedText(keyring, SEALED_AS, sealed)) as Proof;

/** The browser's proof, which stays unused. Null without one. */
export async function findProof(context: Context, browserSecret: string): Promise<Proof | null> {
  const key = keyOf(context, browserSecret);
  const row = key && (await findAttempt(context.db, key));
  return row ? opened(context, row.sealed) : null;
}

/** Uses the browser's proof up. Errors: `ticket_refused`. */
export async function takeProof(act: Act, browserSecret: string): Promise<Proof> {
  const key = keyOf(act, browserSecret);
  const row = key && (await takeAttempt(act.tx, key));
  if (!row) throw new DomainError('ticket_refused');
  return opened(act, row.sealed);
}

/** The email, when the provider says that it is the person's own. Otherwise only a mail to it can tell. */
export const verifiedEmailOf = ({ email, isEmailVerified }: ProvedIdentity): string | null =>
  isEmailVerified ? email : null;

/** Whether the settings let a person with this email sign up and connect. */
export function isAllowedEmail(domains: readonly string[], email: string | null): boolean {
  if (domains.length === 0) return true;
  const domain = email && canonicalEmail(email)?.split('@')[1];
  return domain ? domains.includes(domain) : false;
}

/**
 * Connects a proved person to a locked account. `isNew`: the account was made with it, so its owner needs no mail.
 * Errors: `identity_taken`.
 */
export async function connectIdentity(
  act: Act,
  account: Account,
  identity: ProvedIdentity,
  { isNew = false }: { isNew?: boolean } = {},
): Promise<void> {
  const { provider, kind, issuer, subject, shownName } = identity;
  const isConnected = await insertIdentity(act.tx, {
    serviceId: act.service.id,
    issuer,
    subject,
    accountId: account.id,
    provider,
    kind,
    shownName,
    linkedAt: act.now,
    lastUsedAt: act.now,
  });
  if (!isConnected) throw new DomainError('identity_taken', { accountId: account.id });
  if (!isNew)
    await queueSecurityMail(act, account, 'SignInConnected', { ProviderName: labelOf(act, identity) });
  await queueRepaint(act, account.id);
}

/**
 * Disconnects every way to sign in of a locked account whose owner recovers it by mail: an intruder may have connected one. A
 * mail tells of each; the caller's own mail brings the link that undoes. `next`: who is connected afterwards, and so is no loss.
 * Returns what the audit records of it.
 */
export async function disconnectAll(
  act: Act,
  account: Account,
  next?: ProvedIdentity,
): Promise<{ disconnected?: string[] }> {
  const of = { serviceId: act.service.id, accountId: account.id };
  const lost = (await listIdentities(act.tx, of)).filter(
    ({ issuer, subject }) => issuer !== next?.issuer || subject !== next.subject,
  );
  const labels = [...new Set(lost.map((one) => labelOf(act, one)))];
  await deleteIdentitiesOfAccount(act.tx, of);
  for (const ProviderName of labels)
    await queueMailTo(act, account, { template: 'SignInDisconnected', variables: { ProviderName } });
  return labels.length > 0 ? { disconnected: labels } : {};
}

/** What people call the providers that sign in to an account. */
export async function labelsOf(act: Act, accountId: string): Promise<string[]> {
  const identities = await listIdentities(act.tx, { serviceId: act.service.id, accountId });
  return [...new Set(identities.map((one) => labelOf(act, one)))];
}

/** How a session begins that this proof signs in to, beside a password or a mailed link when `isProved`. */
export const sessionBy = ({ identity, idToken }: Proof, isProved: boolean) => ({
  provider: identity.provider,
  idToken,
  isProved,
});
