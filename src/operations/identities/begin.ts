import { z } from 'zod';
import { putAttempt } from '../../db/accounts/sign-in-attempts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ProviderError } from '../../identity/identity.ts';
import { sealText } from '../../security/sealed-text.ts';
import { newSessionSecret, sessionHash } from '../../security/session.ts';
import { proveOwner } from '../accounts/own-account.ts';
import { defineOperation, input } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import {
  ATTEMPT_MINUTES,
  ATTEMPT_SEALED_AS,
  type Attempt,
  callbackPath,
  demandProvider,
  ticketClaim,
} from './attempt.ts';

/**
 * Sends a browser to a provider. `browserSecret` is that of the browser's former attempt, and is used again, so that attempts
 * in several tabs don't end each other. A developer who connects another way proves first who they are.
 * Errors: `provider_unavailable`; for `connect` those of `proveOwner`.
 */
export const beginProviderSignIn = defineOperation({
  name: 'identities/begin',
  allowed: ['developer', 'account'],
  effect: 'bookkeeping',
  input: {
    provider: z.string().max(30),
    purpose: z.union([z.enum(['sign-in', 'again', 'connect']), ticketClaim]),
    currentPassword: input.password.optional(),
    browserSecret: input.sessionSecret.optional(),
  },
  async prepare(context, { provider: name, purpose, currentPassword }) {
    const { provider } = demandProvider(context, name);
    if (purpose === 'connect') await proveOwner(context, currentPassword);
    const redirectUri = `${context.policy.publicUrl}${callbackPath(name)}`;
    try {
      return await provider.begin({ redirectUri, isFresh: purpose === 'again' });
    } catch (error) {
      if (error instanceof ProviderError) throw new DomainError('provider_unavailable');
      throw error;
    }
  },
  async run(act, { provider, purpose, browserSecret }, { url, checks }) {
    const attempt: Attempt = {
      provider,
      checks,
      purpose:
        purpose === 'sign-in'
          ? { kind: purpose }
          : typeof purpose === 'string'
            ? { kind: purpose, accountId: signedInAs(act).accountId }
            : { kind: 'ticket', claim: purpose },
    };
    const known = browserSecret && sessionHash(browserSecret);
    const browser = known ? { secret: browserSecret, hash: known } : newSessionSecret(act.random);
    const hash = sessionHash(checks.state);
    if (!hash) throw new Error('a state has another form than we store');
    await putAttempt(act.tx, {
      serviceId: act.service.id,
      hash,
      browserHash: browser.hash,
      sealed: sealText(act.keyring, ATTEMPT_SEALED_AS, JSON.stringify(attempt), act.random),
      expiresAt: minutesAfter(act.now, ATTEMPT_MINUTES),
    });
    return { url, browserSecret: browser.secret };
  },
});
