import { deleteSessionsOfAccount } from '../../db/accounts/sessions.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from './session.ts';

/** Ends all sessions of a developer but the current one. Returns how many. */
export const endOtherSessions = defineOperation({
  name: 'sessions/end-others',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {},
  async run(act) {
    const { accountId, sessionId: except } = signedInAs(act);
    const ended = await deleteSessionsOfAccount(act.tx, { serviceId: act.service.id, accountId, except });
    act.record({ target: { kind: 'account', id: accountId }, after: { ended } });
    return { ended };
  },
});
