import { deleteAllSessions } from '../../db/accounts/sessions.ts';
import { defineOperation } from '../frame/operation.ts';

const MAX_ENDED_AT_ONCE = 5_000;

/** Signs every developer out, up to 5,000 sessions at once, and returns how many: for a restore from a backup. */
export const endSessions = defineOperation({
  name: 'sessions/end-all',
  allowed: ['console'],
  effect: 'change',
  input: {},
  async run(act) {
    const count = await deleteAllSessions(act.tx, { serviceId: act.service.id, limit: MAX_ENDED_AT_ONCE });
    if (count === 0) act.nothingChanged();
    else act.record({ after: { count } });
    return { count };
  },
});
