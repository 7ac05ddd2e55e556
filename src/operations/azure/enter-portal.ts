import { DomainError } from '../../domain/domain-error.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { findOwnUser } from './own-user.ts';

/** The developer's browser uses the token at once, so it needn't last. */
const TOKEN_MINUTES = 15;

/**
 * Records that a developer is signed in to Azure's developer portal, and says as which user and until when the token for it
 * may last. The caller asks Azure for that token afterwards: none is out without a row in the history.
 * Errors: `azure_user_missing` while Azure doesn't have the account; `azure_not_bound`.
 */
export const enterPortal = defineOperation({
  name: 'azure/enter-portal',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {},
  async run(act) {
    const { accountId } = signedInAs(act);
    const user = await findOwnUser(act, accountId);
    if (!user) throw new DomainError('azure_not_bound');
    if (!user.isThere) throw new DomainError('azure_user_missing', { accountId });
    act.record({ target: { kind: 'account', id: accountId } });
    return { userId: user.azureId, expiresAt: minutesAfter(act.now, TOKEN_MINUTES) };
  },
});
