import { holdAccount } from '../accounts/account.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { issueTicket, minutesAfter, queueMailTo } from '../frame/outbox.ts';
import { signedInAs } from './session.ts';

const LINK_MINUTES = 30;

/** Mails a signed-in developer a link that proves who they are. The link before it dies. */
export const requestProof = defineOperation({
  name: 'sessions/request-proof',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {},
  async run(act) {
    const account = await holdAccount(act, signedInAs(act).accountId);
    const ticket = await issueTicket(act, {
      purpose: 'session-proof',
      owner: { accountId: account.id },
      email: account.email,
      expiresAt: minutesAfter(act.now, LINK_MINUTES),
    });
    await queueMailTo(act, account, { template: 'SignInProof', ticket });
    act.record({ target: { kind: 'account', id: account.id } });
    return { email: account.email, minutes: LINK_MINUTES };
  },
});
