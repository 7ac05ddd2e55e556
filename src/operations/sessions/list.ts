import { listSessions as listRows } from '../../db/accounts/sessions.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from './session.ts';

/** The sessions of a developer, the most recently used first; there are at most 20. */
export const listSessions = defineOperation({
  name: 'sessions/list',
  allowed: ACCOUNTS,
  effect: 'read',
  input: {},
  async run(act) {
    const { accountId, sessionId } = signedInAs(act);
    const rows = await listRows(act.tx, { serviceId: act.service.id, accountId, now: act.now });
    return rows.map(({ id, agent, createdAt, lastSeenAt, expiresAt }) => ({
      id,
      agent,
      createdAt,
      lastSeenAt,
      expiresAt,
      isThisOne: id === sessionId,
    }));
  },
});
