import { z } from 'zod';
import type { Account } from '../../db/accounts/accounts.ts';
import { findAccountByIdentity, noteIdentityUse } from '../../db/accounts/identities.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Answer, ProviderError } from '../../identity/identity.ts';
import { demandActive, holdAccount } from '../accounts/account.ts';
import type { Act, Context } from '../frame/context.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { browser, startSession } from '../sessions/session.ts';
import { type Attempt, demandProvider, openAttempt, redeemAttempt } from './attempt.ts';
import { isAllowedEmail, storeProof } from './proof.ts';

/**
 * What became of the browser that came back. `proved`: no account knows the person, and the next page asks what to do.
 * `dead`: it isn't an attempt of this browser, or was used. `taken`: another account has this sign-in. `domain`: the settings
 * want another email. `unproved`: the provider doesn't say that the developer has just proved who they are.
 */
export type Finished =
  | { kind: 'signed-in'; secret: string }
  | { kind: 'proved' | 'dead' | 'cancelled' | 'taken' | 'domain' | 'connected' | 'unproved' };

type Found = { kind: 'dead' | 'cancelled' } | ({ kind: 'answer'; attempt: Attempt } & Answer);

/**
 * Takes a provider's answer: the owner of a connected account is signed in. `url` is the whole address that the browser came to.
 * Errors: `provider_refused` for an answer that can't be trusted; `provider_unavailable`; `account_state_unfitting` with the
 * state of a person's account that isn't active.
 * Source: OpenID Connect Core 1.0, 3.1.2; RFC 9700; safety T106 to T109.
 */
export const finishProviderSignIn = defineOperation({
  name: 'identities/finish',
  allowed: DEVELOPERS,
  effect: 'change',
  input: browser.extend({
    provider: z.string().max(30),
    url: z.string().max(10_000),
    state: z.string().max(500),
    browserSecret: input.sessionSecret,
  }),
  async prepare(context, given): Promise<Found> {
    const attempt = await openAttempt(context, given);
    if (attempt?.provider !== given.provider) return { kind: 'dead' };
    try {
      return await readAnswer(context, attempt, given.url);
    } catch (error) {
      // No second answer may be tried on it. The refusal rolls a transaction back, so this is outside of it.
      await redeemAttempt({ ...context, tx: context.db }, given);
      throw error;
    }
  },
  async run(act, { agent, formerSecret, ...named }, found): Promise<Finished> {
    const isRedeemed = await redeemAttempt(act, named);
    if (found.kind !== 'answer' || !isRedeemed) {
      act.nothingChanged();
      return found.kind === 'answer' ? { kind: 'dead' } : found;
    }
    const { browserSecret } = named;
    const { identity, attempt } = found;
    const { choice } = demandProvider(act, attempt.provider);
    const idToken = choice.signsOut ? found.idToken : null;
    const { issuer, subject } = identity;
    const account = await findAccountByIdentity(act.tx, { serviceId: act.service.id, issuer, subject });
    const kind = account
      ? kindOfKnown(account, found)
      : kindOfUnknown(attempt, isAllowedEmail(choice.domains, identity.email));
    if (account && kind === 'signed-in')
      return { kind, secret: await signIn(act, account, { ...found, idToken }, { agent, formerSecret }) };
    act.nothingChanged();
    if (kind === 'proved')
      await storeProof(act, browserSecret, { identity, idToken, purpose: attempt.purpose });
    return { kind: kind as Exclude<Finished['kind'], 'signed-in'> };
  },
});

async function readAnswer(context: Context, attempt: Attempt, url: string): Promise<Found> {
  const { provider } = demandProvider(context, attempt.provider);
  try {
    return { kind: 'answer', attempt, ...(await provider.finish(url, attempt.checks)) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.reason === 'cancelled') return { kind: 'cancelled' };
    throw new DomainError(error.reason === 'refused' ? 'provider_refused' : 'provider_unavailable');
  }
}

type Answered = { attempt: Attempt } & Answer;

function kindOfKnown(account: Account, { attempt: { purpose }, isProved }: Answered): Finished['kind'] {
  if (purpose.kind === 'connect') return purpose.accountId === account.id ? 'connected' : 'taken';
  if (purpose.kind === 'again' && purpose.accountId !== account.id) return 'taken';
  if (purpose.kind === 'again') return isProved ? 'signed-in' : 'unproved';
  if (purpose.kind !== 'ticket') return 'signed-in';
  // The page says what the link ends. An invitation is for another account than the one that this person has.
  return purpose.claim.of === 'password-reset' ? 'proved' : 'taken';
}

function kindOfUnknown({ purpose }: Attempt, isAllowed: boolean): Finished['kind'] {
  if (purpose.kind === 'again') return 'taken';
  return isAllowed ? 'proved' : 'domain';
}

async function signIn(
  act: Act,
  found: Account,
  { identity, idToken, isProved }: Answer,
  session: z.output<typeof browser>,
): Promise<string> {
  const account = await holdAccount(act, found.id);
  demandActive(account);
  const { provider, issuer, subject, shownName } = identity;
  const key = { serviceId: act.service.id, accountId: account.id, issuer, subject };
  const isStillConnected = await noteIdentityUse(act.tx, key, { provider, shownName, lastUsedAt: act.now });
  if (!isStillConnected) throw new DomainError('provider_refused', { accountId: account.id });
  const secret = await startSession(act, account.id, session, { provider, idToken, isProved });
  act.record({ target: { kind: 'account', id: account.id }, after: { provider } });
  return secret;
}
