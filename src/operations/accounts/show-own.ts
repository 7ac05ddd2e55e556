import { listIdentities } from '../../db/accounts/identities.ts';
import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { labelOf } from '../identities/attempt.ts';
import { signedInAs } from '../sessions/session.ts';
import { demandAccount } from './account.ts';
import { hasFreshSession, hasUsablePassword } from './own-account.ts';

/** What a developer sees of their own account: no notes or reasons of operators. */
export const showOwnAccount = defineOperation({
  name: 'accounts/show-own',
  allowed: ACCOUNTS,
  effect: 'read',
  input: {},
  async run(act) {
    const { accountId } = signedInAs(act);
    const account = await demandAccount(act, accountId);
    const { email, firstName, lastName, registeredAt } = account;
    const query = { serviceId: act.service.id, accountId, now: act.now };
    const waiting = await findWaitingConfirmation(act.tx, query);
    const waitsForAddress = waiting && waiting.email !== email ? waiting.email : null;
    const identities = await listIdentities(act.tx, { serviceId: act.service.id, accountId });
    return {
      email,
      firstName,
      lastName,
      registeredAt,
      waitsForAddress,
      hasPassword: hasUsablePassword(act, account),
      /** Whether this session began with a provider a few minutes ago. */
      isFresh: await hasFreshSession(act),
      signIns: identities.map(({ provider, issuer, subject, shownName, lastUsedAt }) => ({
        provider,
        label: labelOf(act, provider),
        issuer,
        subject,
        shownName,
        lastUsedAt,
      })),
    };
  },
});
