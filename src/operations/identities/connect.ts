import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { signedInAs } from '../sessions/session.ts';
import { connectIdentity, takeProof } from './proof.ts';

/**
 * A signed-in developer connects the person that a provider has proved. They proved before that the account is theirs. A mail
 * tells them. Errors: `ticket_refused` without such a proof; `identity_taken`.
 */
export const connectProvider = defineOperation({
  name: 'identities/connect',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { browserSecret: input.sessionSecret },
  async run(act, { browserSecret }) {
    const { accountId } = signedInAs(act);
    const account = await holdAccount(act, accountId);
    const { identity, purpose } = await takeProof(act, browserSecret);
    if (purpose.kind !== 'connect' || purpose.accountId !== accountId)
      throw new DomainError('ticket_refused');
    await connectIdentity(act, account, identity);
    act.record({ target: { kind: 'account', id: accountId }, after: { connected: identity.provider } });
  },
});
