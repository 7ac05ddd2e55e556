import { findAccountByEmail } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { demandActive, holdAccount } from '../accounts/account.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { browser, startSession } from '../sessions/session.ts';
import { connectIdentity, findProof, sessionBy, takeProof, verifiedEmailOf } from './proof.ts';

/**
 * The owner of an account connects a provider that vouches for its email, by the account's password, and is signed in. The
 * same email alone connects nothing.
 * Errors: `ticket_refused` without a proof; `password_wrong`; `password_must_change`; `account_state_unfitting`;
 * `identity_taken`. Source: safety T107.
 */
export const claimAccount = defineOperation({
  name: 'identities/claim',
  allowed: DEVELOPERS,
  effect: 'change',
  input: browser.extend({ browserSecret: input.sessionSecret, password: input.password }),
  async prepare(context, { browserSecret, password }) {
    const proof = await findProof(context, browserSecret);
    const verified = proof && verifiedEmailOf(proof.identity);
    if (!verified || !context.policy.signIn.hasPasswords) throw new DomainError('ticket_refused');
    const { canonical } = parseEmailAddress(verified);
    const account = await findAccountByEmail(context.db, context.service.id, canonical);
    const { isCorrect } = await context.passwords.verify(password, account?.passwordHash ?? null);
    if (!account || !isCorrect)
      throw new DomainError('password_wrong', {
        fields: { password: 'This is not the password of that account.' },
        ...(account ? { accountId: account.id } : {}),
      });
    demandActive(account);
    // An operator typed it, so it proves nothing about the developer alone.
    if (account.passwordMustChange) throw new DomainError('password_must_change', { accountId: account.id });
    return account;
  },
  async run(act, { browserSecret, agent, formerSecret }, checked) {
    const account = await holdAccount(act, checked.id);
    const hasChanged =
      account.passwordHash !== checked.passwordHash || account.emailCanonical !== checked.emailCanonical;
    if (hasChanged) throw new DomainError('ticket_refused');
    demandActive(account);
    const proof = await takeProof(act, browserSecret);
    const verified = verifiedEmailOf(proof.identity);
    if (!verified || parseEmailAddress(verified).canonical !== account.emailCanonical)
      throw new DomainError('ticket_refused');
    await connectIdentity(act, account, proof.identity);
    const secret = await startSession(act, account.id, { agent, formerSecret }, sessionBy(proof, true));
    act.record({
      target: { kind: 'account', id: account.id },
      after: { connected: proof.identity.provider },
    });
    return { secret };
  },
});
