import { deleteSession } from '../../db/accounts/sessions.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from './session.ts';

/** Ends the developer's current session. */
export const signOut = defineOperation({
  name: 'sessions/sign-out',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {},
  async run(act) {
    const { accountId, sessionId: id } = signedInAs(act);
    await deleteSession(act.tx, { serviceId: act.service.id, accountId, id });
    act.record({ target: { kind: 'account', id: accountId } });
  },
});
