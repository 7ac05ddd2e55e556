import { z } from 'zod';
import { deleteSessionsOfAccount } from '../../db/accounts/sessions.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from './session.ts';

/** Ends all of a developer's sessions but the one that asks for it. */
export const endOtherSessions = defineOperation({
  name: 'sessions/end-others',
  allowed: ACCOUNTS,
  effect: 'change',
  input: z.strictObject({}),
  async run(act) {
    const { accountId, sessionId: except } = signedInAs(act);
    const ended = await deleteSessionsOfAccount(act.tx, { serviceId: act.service.id, accountId, except });
    act.record({ target: { kind: 'account', id: accountId }, after: { ended } });
    return { ended };
  },
});
