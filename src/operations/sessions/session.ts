// How a session begins, how long it lives, and whose it is.
import { z } from 'zod';
import { noteSignIn } from '../../db/accounts/activity.ts';
import {
  deleteSessionByHash,
  insertSession,
  keepNewestSessions,
  type Session,
} from '../../db/accounts/sessions.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { sealText } from '../../security/sealed-text.ts';
import { newSessionSecret, sessionHash } from '../../security/session.ts';
import type { Act, Actor } from '../frame/context.ts';
import * as input from '../frame/input.ts';
import { hoursAfter } from '../frame/outbox.ts';

/** A session without a request for this long is over (ASVS 7.3.1). */
const SESSION_IDLE_HOURS = 8;
/** A session in use ends after this long too (ASVS 7.3.2; NIST SP 800-63B-4: at most 30 days). */
const SESSION_LIFETIME_HOURS = 7 * 24;
/** A new session beyond this ends the oldest. */
const MAX_SESSIONS_OF_ACCOUNT = 20;

/** The browser that a session begins in. `formerSecret` is that of its former session, which ends. */
export const browser = z.strictObject({
  agent: input.agent,
  formerSecret: input.sessionSecret.optional(),
});

/** When a session ends that is used `now` and not again. */
export function sessionEnd(createdAt: Date, now: Date): Date {
  const idle = hoursAfter(now, SESSION_IDLE_HOURS);
  const absolute = hoursAfter(createdAt, SESSION_LIFETIME_HOURS);
  return new Date(Math.min(idle.getTime(), absolute.getTime()));
}

/**
 * How a session begins. `isProved`: the developer has just proved who they are, by a password, a mailed link, or a provider that
 * asked them again. The provider's ID token is kept for signing out there too.
 */
type Beginning = { isProved: boolean; provider?: string; idToken?: string | null };

export const ID_TOKEN_SEALED_AS = 'id token';

/**
 * Begins a session and returns its secret, which is stored nowhere: only the browser will have it.
 */
export async function startSession(
  act: Act,
  accountId: string,
  { agent, formerSecret }: z.output<typeof browser>,
  { isProved, provider, idToken }: Beginning,
): Promise<string> {
  const serviceId = act.service.id;
  const formerHash = formerSecret ? sessionHash(formerSecret) : null;
  if (formerHash) await deleteSessionByHash(act.tx, { serviceId, hash: formerHash });
  const { secret, hash } = newSessionSecret(act.random);
  const row: Session = {
    serviceId,
    id: newId(act.now, act.random),
    accountId,
    hash,
    agent,
    createdAt: act.now,
    lastSeenAt: act.now,
    expiresAt: sessionEnd(act.now, act.now),
    provider: provider ?? null,
    sealedIdToken: idToken ? sealText(act.keyring, ID_TOKEN_SEALED_AS, idToken, act.random) : null,
    provedAt: isProved ? act.now : null,
  };
  await insertSession(act.tx, row);
  await noteSignIn(act.tx, { serviceId, accountId, now: act.now });
  await keepNewestSessions(act.tx, { serviceId, accountId, count: MAX_SESSIONS_OF_ACCOUNT });
  return secret;
}

/** The developer who is signed in. No operation takes the account of a session from its input. Errors: `not_permitted`. */
export function signedInAs({ actor }: Pick<Act, 'actor'>): Extract<Actor, { kind: 'account' }> {
  if (actor.kind !== 'account') throw new DomainError('not_permitted');
  return actor;
}
