import { listIdentities } from '../../db/accounts/identities.ts';
import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { choiceFor, labelOf } from '../identities/attempt.ts';
import { signedInAs } from '../sessions/session.ts';
import { demandAccount } from './account.ts';
import { hasUsablePassword, isLatelyProved } from './own-account.ts';

/** They neither ask a person again nor say when they last did. */
const NEVER_ASK_AGAIN = ['Google', 'GitHub'];

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
      getsNews: account.newsRefusedAt === null,
      waitsForAddress,
      hasPassword: hasUsablePassword(act, account),
      /** Whether they proved in this session, a few minutes ago, who they are. */
      isProved: await isLatelyProved(act),
      signIns: identities.map(({ provider, issuer, subject, shownName, lastUsedAt }) => ({
        label: labelOf(act, { provider, issuer }),
        issuer,
        subject,
        shownName,
        lastUsedAt,
      })),
      /** The names of the providers that can prove once more who they are. */
      provers: identities.flatMap((one) => {
        const choice = choiceFor(act, one);
        return choice && !NEVER_ASK_AGAIN.includes(choice.kind) ? [choice.name] : [];
      }),
    };
  },
});
